"""`bots`: the commands and their exit codes (design section 7)."""

import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bots.cli.exits import Exit, exit_of
from bots.errors import BotsError, PlaybookError

__all__ = ["main"]


app = typer.Typer(
    name="bots",
    help="Meeting-room bots for EnableX, run from YAML playbooks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _TraceGroup(TyperGroup):
    """`bots trace ID` is `bots trace why ID`: what is no command names a trace."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # its types are typer's private ones
        return super().resolve_command(ctx, args if args[0] in self.commands else ["why", *args])


trace_app = typer.Typer(
    name="trace", cls=_TraceGroup, help="Why did it happen, or not? bots trace ID, or FILE.", no_args_is_help=True
)
app.add_typer(trace_app)
memory_app = typer.Typer(
    name="memory", help="Who was with whom in earlier lessons: list it, export it, erase it.", no_args_is_help=True
)
app.add_typer(memory_app)

sessions_app = typer.Typer(name="sessions", help="What has been: bots sessions; and what is to be forgotten.")
app.add_typer(sessions_app)

PlaybookPath = Annotated[str, typer.Argument(metavar="PLAYBOOK", help="the YAML file")]
SetInput = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="give an input of the playbook; repeatable")
]
StoreUrl = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="the journal: sqlite:////path/journal.db or postgresql://host/name; default: in your state folder",
    ),
]
LogFormat = Annotated[
    str, typer.Option("--log-format", metavar="auto|text|json", help="auto: text on a terminal, JSON lines otherwise")
]


@app.command()
def run(  # noqa: PLR0917 -- one argument an option
    playbook: PlaybookPath,
    session: Annotated[str, typer.Option(metavar="ID", help="entry of the schedule; the first one if not given")] = "",
    starts_in: Annotated[str, typer.Option(metavar="TIME", help="when the session starts, such as 30s")] = "0s",
    set_input: SetInput = None,
    only_bot: Annotated[str, typer.Option(metavar="NAME", help="start just this bot")] = "",
    report: Annotated[str, typer.Option(metavar="DIR", help="folder for the files that a step saves")] = "",
    trace: Annotated[str, typer.Option(metavar="FILE", help="keep every event there, for bots trace")] = "",
    store: StoreUrl = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="go on with the session that was cut off; without one, begin one")
    ] = False,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="processes to spread the bots over")] = 1,
    log_format: LogFormat = "auto",
) -> None:
    """Run one session now, until it ends. The log is the standard output."""
    from bots.cli.run import run_playbook

    raise typer.Exit(
        run_playbook(
            playbook, session=session, starts_in=starts_in, inputs=set_input or [], only_bot=only_bot,
            report=report, trace=trace, store=store, resume=resume, workers=workers, log_format=log_format,
        )
    )  # fmt: skip


@app.command()
def serve(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="playbooks, also in folders below")],
    store: StoreUrl = "",
    http: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="where the endpoints are; BOTS_HTTP_TOKEN opens those that steer")
    ] = "127.0.0.1:8080",
    on: Annotated[
        str, typer.Option(metavar="local|workers:N", help="where bots live: in this process, or in N others")
    ] = "local",
    log_format: LogFormat = "auto",
) -> None:
    """Run every session of a folder of playbooks at its time, until Ctrl-C; files may change meanwhile."""
    from bots.cli.serve import serve_folder

    raise typer.Exit(serve_folder(folder, store=store, http=http, on=on, log_format=log_format))


@sessions_app.callback(invoke_without_command=True)
def sessions(
    context: typer.Context,
    store: StoreUrl = "",
    last: Annotated[int, typer.Option(metavar="N", min=1, help="how many, the newest first")] = 20,
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """The newest sessions of the journal: what came of each, or who runs it."""
    from bots.cli.sessions import list_sessions

    if context.invoked_subcommand is None:
        raise typer.Exit(list_sessions(store=store, count=last, as_json=json))


@sessions_app.command("forget")
def sessions_forget(
    session: Annotated[str, typer.Argument(metavar="[ID]", help="one session")] = "",
    before: Annotated[str, typer.Option(metavar="DATE", help="all that ended before this day")] = "",
    person: Annotated[str, typer.Option(metavar="ID", help="all that know this person, by id or by name")] = "",
    store: StoreUrl = "",
) -> None:
    """Remove sessions that have ended, with everything that is kept of them."""
    from bots.cli.sessions import forget_sessions

    raise typer.Exit(forget_sessions(session, store=store, before=before, person=person))


@app.command()
def report(
    session: Annotated[str, typer.Argument(metavar="ID", help="a session, or the beginning of its id")],
    store: StoreUrl = "",
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Who was there, and who was with whom, in a session of the journal."""
    from bots.cli.sessions import report_session

    raise typer.Exit(report_session(session, store=store, as_json=json))


@app.command()
def lint(  # noqa: PLR0917 -- one argument an option
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH…", help="playbooks, or folders of them", show_default=False)
    ] = None,
    set_input: SetInput = None,
    format: Annotated[  # noqa: A002 -- the option's name
        str, typer.Option(metavar="text|json|sarif|github", help="how problems are printed")
    ] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="warnings fail too")] = False,
    audio: Annotated[bool, typer.Option("--audio", help="listen to the sounds: length, loudness, clipping")] = False,
    explain: Annotated[str, typer.Option(metavar="ID", help="what a problem means and how to mend it")] = "",
) -> None:
    """Check playbooks without running them: every problem at once, with its place."""
    from bots.cli.lint import explain_problem, lint_paths

    if explain:
        raise typer.Exit(explain_problem(explain))
    raise typer.Exit(lint_paths(paths or [], inputs=set_input or [], format=format, strict=strict, audio=audio))


@app.command()
def fmt(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="playbooks, or folders of them")],
    check: Annotated[bool, typer.Option("--check", help="write nothing; say which would change")] = False,
) -> None:
    """Lay out playbooks the canonical way; keeps their meaning and every comment."""
    from bots.cli.fmt import format_paths

    raise typer.Exit(format_paths(paths, check=check))


@app.command()
def groups(  # noqa: PLR0917 -- one argument an option
    playbook: Annotated[str, typer.Argument(metavar="[PLAYBOOK]", help="all rotations of this YAML file")] = "",
    people: Annotated[int, typer.Option(metavar="N", min=0, max=5000, help="how many people")] = 0,
    group_size: Annotated[int, typer.Option(metavar="K", min=0, help="people in a group, at most")] = 0,
    rounds: Annotated[int, typer.Option(metavar="R", min=0, max=1000, help="how many rounds")] = 0,
    rooms: Annotated[int, typer.Option(metavar="M", min=0, help="or how many rooms, instead of --group-size")] = 0,
    roster: Annotated[str, typer.Option(metavar="FILE", help="the people of a CSV file, instead of --people")] = "",
    seed: Annotated[
        int | None, typer.Option(metavar="S", min=0, help="of every choice; the playbook's, or 0, if not given")
    ] = None,
    set_input: SetInput = None,
    csv: Annotated[str, typer.Option(metavar="FILE", help="write the groups there too: round, room, person")] = "",
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Plan who meets whom: the groups of every round, repeats against the proven bound, who never meets."""
    from bots.cli.groups import Asked, group_people

    asked = Asked(people=people, group_size=group_size, rooms=rooms, rounds=rounds, roster=roster)
    raise typer.Exit(
        group_people(playbook, asked, seed=seed, inputs=set_input or [], csv_file=csv, as_json=json)
    )  # fmt: skip


@app.command()
def explain(
    playbook: PlaybookPath,
    set_input: SetInput = None,
    diff: Annotated[str, typer.Option(metavar="OLD", help="say what changes for the class since this version")] = "",
) -> None:
    """Tell a lesson in plain English, or with --diff what a new version of it changes."""
    from bots.cli.explain import explain_playbook

    raise typer.Exit(explain_playbook(playbook, old=diff, inputs=set_input or []))


@app.command()
def init(
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="where to write; made if it is not there")] = ".",
    template: Annotated[
        str, typer.Option(metavar="classroom|greeter|rehearsal", help="which lesson to begin with")
    ] = "classroom",
) -> None:
    """Write a first playbook with its sounds; overwrites nothing."""
    from bots.cli.init import write_template

    raise typer.Exit(write_template(folder, template=template))


@app.command()
def simulate(  # noqa: PLR0917 -- one argument an option
    playbook: PlaybookPath,
    session: Annotated[
        str, typer.Option(metavar="ID [on DATE]", help='entry of the schedule, and day: "lesson on 2026-03-30"')
    ] = "",
    set_input: SetInput = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="of every random choice; the playbook's if not given")
    ] = (None),
    people: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, max=2000, help="people beside the bots; default: those of the roster"),
    ] = None,
    late: Annotated[str, typer.Option(metavar="SHARE", help="how many of them come late")] = "10%",
    drop: Annotated[str, typer.Option(metavar="SHARE", help="how many lose the network, and come back")] = "5%",
    ignore_invites: Annotated[str, typer.Option(metavar="SHARE", help="how many ignore breakout invites")] = "10%",
    teacher: Annotated[
        bool, typer.Option("--teacher", help="a human teacher comes, opens breakout rooms and calls everybody back")
    ] = False,
    trace: Annotated[str, typer.Option(metavar="FILE", help="write every event there, as JSON lines")] = "",
    log_format: Annotated[
        str, typer.Option("--log-format", metavar="text|json", help="a timeline, or the events of a live run")
    ] = "text",
) -> None:
    """Play a whole session in a moment: virtual time, rooms in memory, people from a seed."""
    from bots.cli.simulate import simulate_playbook

    raise typer.Exit(
        simulate_playbook(
            playbook, session=session, inputs=set_input or [], seed=seed, people=people, late=late, drop=drop,
            ignore_invites=ignore_invites, teacher=teacher, trace=trace, log_format=log_format,
        )
    )  # fmt: skip


@app.command()
def console(
    playbook: PlaybookPath,
    session: Annotated[
        str, typer.Option(metavar="ID [on DATE]", help='entry of the schedule, and day: "lesson on 2026-03-30"')
    ] = "",
    set_input: SetInput = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="of every random choice; the playbook's if not given")
    ] = (None),
    script: Annotated[str, typer.Option(metavar="FILE", help="take the lines from there")] = "",
) -> None:
    """Play a session by hand, in memory: type "ana joins", "ana: !help", "+5m", "show rooms"."""
    from bots.cli.console import open_console

    raise typer.Exit(open_console(playbook, session=session, inputs=set_input or [], seed=seed, script=script))


@app.command("test")
def play_tests(  # noqa: PLR0917 -- one argument an option
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH…]", help="*.test.yaml, or folders of them; default: here")
    ] = None,
    pattern: Annotated[str, typer.Option("-k", metavar="PATTERN", help="only those with this in their name")] = "",
    processes: Annotated[int, typer.Option("-j", metavar="N", min=1, max=64, help="how many at once")] = 1,
    junit: Annotated[str, typer.Option(metavar="FILE", help="write a report as JUnit XML")] = "",
    coverage: Annotated[bool, typer.Option("--coverage", help="say what of the playbooks no test reached")] = False,
    format: Annotated[str, typer.Option(metavar="text|json", help="how results are printed")] = "text",  # noqa: A002
) -> None:
    """Run the tests of playbooks: people come, write and go on a virtual clock; what was expected is compared."""
    from bots.cli.test import play_tests as play

    raise typer.Exit(
        play(paths or ["."], pattern=pattern, processes=processes, junit=junit, shows_coverage=coverage, format=format)
    )


@app.command()
def plan(  # noqa: PLR0917 -- one argument an option
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH…]", help="playbooks, or folders of them; default: here")
    ] = None,
    next: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="how many sessions")] = 10,  # noqa: A002
    first_day: Annotated[str, typer.Option("--from", metavar="DATE", help="from this local day on; default: now")] = "",
    set_input: SetInput = None,
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
    ics: Annotated[bool, typer.Option("--ics", help="as a calendar file")] = False,
) -> None:
    """Show the sessions to come: local time and UTC, changes of clocks, holidays, overlaps."""
    from bots.cli.plan import plan_paths

    raise typer.Exit(
        plan_paths(
            paths or ["."], count=next, first_day=first_day, inputs=set_input or [], as_json=json, as_ics=ics
        )
    )  # fmt: skip


@trace_app.command()
def why(
    trace: Annotated[
        str, typer.Argument(metavar="ID|FILE", help="of bots sessions or bots trace list, or a log in JSON lines")
    ],
    store: StoreUrl = "",
) -> None:
    """Tell what became of every rule, timeline entry and invite: how often it was fired, and why it did not run."""
    from bots.cli.sessions import traces_of_session
    from bots.cli.trace import tell_trace

    raise typer.Exit(tell_trace(trace, of_session=lambda name: traces_of_session(name, store=store)))


@trace_app.command("list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """List the traces that are kept, the newest first."""
    from bots.cli.trace import list_traces

    raise typer.Exit(list_traces(as_json=json))


@trace_app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="a log in JSON lines, of bots run or bots simulate")],
    second: Annotated[str, typer.Argument(metavar="B", help="the log to compare it with")],
) -> None:
    """Compare what the bots of two sessions decided, in order; ends with 6 if it differs."""
    from bots.cli.trace import diff_traces

    raise typer.Exit(diff_traces(first, second))


OfPlaybook = Annotated[str, typer.Option("--playbook", metavar="NAME", help="only of the playbook with this name")]
OfPerson = Annotated[str, typer.Option("--person", metavar="ID", help="only of this person")]


@memory_app.command("list")
def list_memory(json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """List the rotations of which something is remembered."""
    from bots.cli.memory import list_memory

    raise typer.Exit(list_memory(as_json=json))


@memory_app.command("export")
def export_memory(playbook: OfPlaybook = "", person: OfPerson = "") -> None:
    """Print who was with whom, a JSON object a round."""
    from bots.cli.memory import export_memory

    raise typer.Exit(export_memory(playbook=playbook, person=person))


@memory_app.command("erase")
def erase_memory(
    playbook: OfPlaybook = "",
    person: OfPerson = "",
    everything: Annotated[bool, typer.Option("--all", help="everything that is remembered")] = False,
) -> None:
    """Forget lessons of a playbook, a person, or everything."""
    from bots.cli.memory import erase_memory

    raise typer.Exit(erase_memory(playbook=playbook, person=person, is_all=everything))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a playbook, for editors."""
    from bots.cli.schema import print_schema

    print_schema()


@app.command()
def room(  # noqa: PLR0917 -- one argument an option
    host: Annotated[str, typer.Option(help="address to bind; others than loopback open the rooms to the network")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 0,
    app_id: Annotated[str, typer.Option(envvar="BOTS_APP_ID", help="made up if not given")] = "",
    app_key: Annotated[str, typer.Option(envvar="BOTS_APP_KEY", help="made up if not given")] = "",
    fail_breakout_tokens: Annotated[
        bool, typer.Option("--fail-breakout-tokens", help="answer every breakout join with 1729, to test clients")
    ] = False,
    recordings: Annotated[
        str, typer.Option(metavar="DIR", help="folder for recordings; bots/recordings in the user's state if not given")
    ] = "",
    webhook: Annotated[
        str, typer.Option(metavar="URL", help="post notifications there: a session's end, finished recordings")
    ] = "",
    capture: Annotated[
        str, typer.Option(metavar="FILE", help="write all that is said on the sockets there, without secrets")
    ] = "",
    log_format: LogFormat = "auto",
) -> None:
    """Run the embedded room server until Ctrl-C; prints its address and credentials."""
    from bots.cli.room import serve_rooms

    raise typer.Exit(
        serve_rooms(
            host, port, app_id=app_id, app_key=app_key, fail_breakout_tokens=fail_breakout_tokens,
            recordings=recordings, webhook=webhook, capture=capture, log_format=log_format,
        )
    )  # fmt: skip


@app.command()
def doctor(
    playbook: Annotated[str, typer.Argument(metavar="[PLAYBOOK]", help="look also whether its room holds it")] = "",
    live: Annotated[
        bool, typer.Option("--live", help="visit a room of yours and say what it does otherwise than expected")
    ] = False,
    room: Annotated[
        str, typer.Option(metavar="ID", help="with --live: a room in which nobody is; a new one if not given")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Check this machine, the credentials and the room; with --live what the room server does, for a report."""
    from bots.cli.doctor.command import examine

    raise typer.Exit(examine(playbook, is_live=live, room_id=room, as_json=json))


@app.command()
def version() -> None:
    """Print the versions of bots and of what it stands on."""
    from bots.cli.version import print_versions

    print_versions()


def main() -> None:
    """Entry point: an error that the user can mend is one sentence and an exit code; anything else is a bug."""
    try:
        app()
    except BotsError as error:
        print(f"bots: {error}" if not isinstance(error, PlaybookError) else str(error), file=sys.stderr)  # noqa: T201
        sys.exit(exit_of(error))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except Exception:  # noqa: BLE001 -- the outermost border: say that it is ours, and where
        traceback.print_exc()
        print("bots: this is a bug of ours; please report it with the lines above.", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.BUG)
