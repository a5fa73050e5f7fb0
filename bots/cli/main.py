"""`bots`: the commands and their exit codes (design section 7)."""

import sys
import traceback
from typing import Annotated

import typer

from bots.cli.exits import Exit, exit_of
from bots.cli.history import AsJson, StoreUrl, memory_app, report, sessions_app, trace_app
from bots.errors import BotsError, PlaybookError

__all__ = ["main"]

SHELLS = ("bash", "zsh", "fish")

app = typer.Typer(
    name="bots",
    help="Meeting-room bots for EnableX, run from YAML playbooks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ctl_app = typer.Typer(
    name="ctl", help="Look at a bots serve that runs, and steer it; needs its BOTS_HTTP_TOKEN.", no_args_is_help=True
)
app.add_typer(ctl_app)

SERVED_AT = "127.0.0.1:8080"
ServedAt = Annotated[str, typer.Option("--http", metavar="HOST:PORT", help="where the endpoints of bots serve are")]
RunningSession = Annotated[str, typer.Argument(metavar="ID", help="a session that runs, or the beginning of its id")]
PlaybookPath = Annotated[str, typer.Argument(metavar="PLAYBOOK", help="the YAML file")]
SetInput = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="give an input of the playbook; repeatable")
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
    ] = SERVED_AT,
    on: Annotated[
        str, typer.Option(metavar="local|workers:N", help="where bots live: in this process, or in N others")
    ] = "local",
    log_format: LogFormat = "auto",
) -> None:
    """Run every session of a folder of playbooks at its time, until Ctrl-C; files may change meanwhile."""
    from bots.cli.serve import serve_folder

    raise typer.Exit(serve_folder(folder, store=store, http=http, on=on, log_format=log_format))


@ctl_app.command("status")
def ctl_status(
    http: ServedAt = SERVED_AT,
    json: AsJson = False,
) -> None:
    """What runs there, what comes, and which files cannot be used."""
    from bots.cli.ctl import show_status

    raise typer.Exit(show_status(http=http, as_json=json))


@ctl_app.command("stop")
def ctl_stop(session: RunningSession, http: ServedAt = SERVED_AT, json: AsJson = False) -> None:
    """End a session in order, as Ctrl-C does: its bots finish their step, and leave."""
    from bots.cli.ctl import stop_session

    raise typer.Exit(stop_session(session, http=http, as_json=json))


@ctl_app.command("steer")
def ctl_steer(
    session: RunningSession,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="more 2m, hold, next, back, swap ana luis, undo")],
    http: ServedAt = SERVED_AT,
    json: AsJson = False,
) -> None:
    """Steer the rotation of a session, as the controls in the chat do."""
    from bots.cli.ctl import steer_session

    raise typer.Exit(steer_session(session, words, http=http, as_json=json))


@app.command()
def lint(  # noqa: PLR0917 -- one argument an option
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="playbooks, or folders of them", show_default=False)
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
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="playbooks, or folders of them")],
    check: Annotated[bool, typer.Option("--check", help="write nothing; say which would change")] = False,
    json: AsJson = False,
) -> None:
    """Lay out playbooks the canonical way; keeps their meaning and every comment."""
    from bots.cli.fmt import format_paths

    raise typer.Exit(format_paths(paths, check=check, as_json=json))


@app.command()
def groups(  # noqa: PLR0917 -- one argument an option
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="all rotations of this YAML file")] = "",
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
    json: AsJson = False,
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
    json: AsJson = False,
) -> None:
    """Tell a lesson in plain English, or with --diff what a new version of it changes."""
    from bots.cli.explain import explain_playbook

    raise typer.Exit(explain_playbook(playbook, old=diff, inputs=set_input or [], as_json=json))


@app.command()
def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="where to write; made if it is not there")] = ".",
    template: Annotated[
        str, typer.Option(metavar="classroom|greeter|rehearsal", help="which lesson to begin with")
    ] = "classroom",
    json: AsJson = False,
) -> None:
    """Write a first playbook with its sounds; overwrites nothing."""
    from bots.cli.init import write_template

    raise typer.Exit(write_template(folder, template=template, as_json=json))


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
        list[str] | None, typer.Argument(metavar="PATH", help="*.test.yaml, or folders of them; default: here")
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
        list[str] | None, typer.Argument(metavar="PATH", help="playbooks, or folders of them; default: here")
    ] = None,
    next: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="how many sessions")] = 10,  # noqa: A002
    first_day: Annotated[str, typer.Option("--from", metavar="DATE", help="from this local day on; default: now")] = "",
    set_input: SetInput = None,
    json: AsJson = False,
    ics: Annotated[bool, typer.Option("--ics", help="as a calendar file")] = False,
) -> None:
    """Show the sessions to come: local time and UTC, changes of clocks, holidays, overlaps."""
    from bots.cli.plan import plan_paths

    raise typer.Exit(
        plan_paths(
            paths or ["."], count=next, first_day=first_day, inputs=set_input or [], as_json=json, as_ics=ics
        )
    )  # fmt: skip


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
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="look also whether its room holds it")] = "",
    live: Annotated[
        bool, typer.Option("--live", help="visit a room of yours and say what it does otherwise than expected")
    ] = False,
    room: Annotated[
        str, typer.Option(metavar="ID", help="with --live: a room in which nobody is; a new one if not given")
    ] = "",
    json: AsJson = False,
) -> None:
    """Check this machine, the credentials and the room; with --live what the room server does, for a report."""
    from bots.cli.doctor.command import examine

    raise typer.Exit(examine(playbook, is_live=live, room_id=room, as_json=json))


@app.command()
def version(json: AsJson = False) -> None:
    """Print the versions of bots and of what it stands on."""
    from bots.cli.version import print_versions

    print_versions(as_json=json)


@app.command()
def completion(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help="for which shell")],
) -> None:
    """Print what a shell needs to complete the words of bots."""
    from typer.completion import shell_complete

    if shell not in SHELLS:
        raise typer.BadParameter(f"must be one of {', '.join(SHELLS)}", param_hint="SHELL")
    raise typer.Exit(shell_complete(typer.main.get_command(app), {}, "bots", "_BOTS_COMPLETE", f"source_{shell}"))


app.command()(report)
for past in (sessions_app, trace_app, memory_app):
    app.add_typer(past)


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
