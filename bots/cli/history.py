"""The commands about what has been: sessions, report, trace, memory; what they do is loaded when it is asked for."""

from functools import partial
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

__all__ = ["AsJson", "StoreUrl", "memory_app", "report", "sessions_app", "trace_app"]

StoreUrl = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="the journal: sqlite:////path/journal.db or postgresql://host/name; default: in your state folder",
    ),
]


AsJson = Annotated[bool, typer.Option("--json", help="for programs")]


class _TraceGroup(TyperGroup):
    """`bots trace ID` is `bots trace why ID`: what is no command names a trace."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # its types are typer's private ones
        return super().resolve_command(ctx, args if args[0] in self.commands else ["why", *args])


trace_app = typer.Typer(
    name="trace", cls=_TraceGroup, help="Why did it happen, or not? bots trace ID, or FILE.", no_args_is_help=True
)
memory_app = typer.Typer(
    name="memory", help="Who was with whom in earlier lessons: list it, export it, erase it.", no_args_is_help=True
)
sessions_app = typer.Typer(name="sessions", help="What has been: bots sessions; and what is to be forgotten.")


@sessions_app.callback(invoke_without_command=True)
def sessions(
    context: typer.Context,
    store: StoreUrl = "",
    last: Annotated[int, typer.Option(metavar="N", min=1, help="how many, the newest first")] = 20,
    json: AsJson = False,
) -> None:
    """The newest sessions of the journal: what came of each, or who runs it."""
    from bots.cli.sessions import list_sessions

    if context.invoked_subcommand is None:
        raise typer.Exit(list_sessions(store=store, count=last, as_json=json))


@sessions_app.command("forget")
def sessions_forget(  # noqa: PLR0917 -- one argument an option
    context: typer.Context,
    session: Annotated[str, typer.Argument(metavar="ID", help="one session")] = "",
    before: Annotated[str, typer.Option(metavar="DATE", help="all that ended before this day")] = "",
    person: Annotated[str, typer.Option(metavar="ID", help="all that know this person, by id or by name")] = "",
    store: StoreUrl = "",
    json: AsJson = False,
) -> None:
    """Remove sessions that have ended, with everything that is kept of them."""
    from bots.cli.sessions import forget_sessions

    assert context.parent is not None, "it is a command of bots sessions"
    given = context.parent.params  # bots sessions --store URL --json forget
    named, as_json = store or str(given["store"]), json or bool(given["json"])
    raise typer.Exit(forget_sessions(session, store=named, before=before, person=person, as_json=as_json))


def report(
    session: Annotated[str, typer.Argument(metavar="ID", help="a session, or the beginning of its id")],
    store: StoreUrl = "",
    json: AsJson = False,
) -> None:
    """Who was there, and who was with whom, in a session of the journal."""
    from bots.cli.sessions import report_session

    raise typer.Exit(report_session(session, store=store, as_json=json))


@trace_app.command()
def why(
    trace: Annotated[
        str, typer.Argument(metavar="ID|FILE", help="of bots sessions or bots trace list, or a log in JSON lines")
    ],
    store: StoreUrl = "",
    json: AsJson = False,
) -> None:
    """Tell what became of every rule, timeline entry and invite: how often it was fired, and why it did not run."""
    from bots.cli.sessions import traces_of_session
    from bots.cli.trace import tell_trace

    of_session = partial(traces_of_session, store=store)
    raise typer.Exit(tell_trace(trace, of_session=of_session, as_json=json))


@trace_app.command("list")
def list_(
    json: AsJson = False,
) -> None:
    """List the traces that are kept, the newest first."""
    from bots.cli.trace import list_traces

    raise typer.Exit(list_traces(as_json=json))


@trace_app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="a log in JSON lines, of bots run or bots simulate")],
    second: Annotated[str, typer.Argument(metavar="B", help="the log to compare it with")],
    json: AsJson = False,
) -> None:
    """Compare what the bots of two sessions decided, in order; ends with 6 if it differs."""
    from bots.cli.trace import diff_traces

    raise typer.Exit(diff_traces(first, second, as_json=json))


OfPlaybook = Annotated[str, typer.Option("--playbook", metavar="NAME", help="only of the playbook with this name")]
OfPerson = Annotated[str, typer.Option("--person", metavar="ID", help="only of this person")]


@memory_app.command("list")
def list_memory(json: AsJson = False) -> None:
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
    json: AsJson = False,
) -> None:
    """Forget lessons of a playbook, a person, or everything."""
    from bots.cli.memory import erase_memory

    raise typer.Exit(erase_memory(playbook=playbook, person=person, is_all=everything, as_json=json))
