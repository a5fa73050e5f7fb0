"""`bots serve`: the sessions of a folder of playbooks, each at its time, until it is stopped."""

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import typer

from bots.bot import Provider
from bots.cli.exits import Exit
from bots.cli.files import playbooks_below
from bots.cli.journal import journal_at
from bots.cli.kept import kept_trace
from bots.cli.memory import memory_of_user
from bots.cli.options import log_format_of
from bots.cli.provider import opened, provider_of
from bots.cli.run import load_sounds, refuse_errors
from bots.cli.stopping import Stop
from bots.clock import SystemClock
from bots.errors import ConfigError
from bots.fleet import SessionResult, resume_session, run_session
from bots.log import Traces, configure
from bots.playbook import Playbook, load
from bots.schedule import AlarmClock
from bots.timetable import Counts, Part, Shelf, Timetable
from bots.trace import KeptTrace, state_folder

__all__ = ["serve_folder"]


def serve_folder(folder: str, *, store: str, log_format: str) -> int:
    """Serve it; says by the exit code how it ended.

    Raises:
        typer.BadParameter: it is no folder.
        ConfigError, JournalError: there is no journal, or the provider is half configured.
    """
    traces = Traces()
    configure(log_format_of(log_format), trace=traces)
    path = Path(folder).resolve()
    if not path.is_dir():
        raise typer.BadParameter(f"{folder} is no folder", param_hint="DIR")
    named, stop = provider_of(), Stop()
    counts = stop.run(lambda: _serve(path, store, named, stop.asked, traces))
    if counts.left_behind:
        return Exit.DRAIN_TIMEOUT
    return Exit.MISSED if counts.missed else Exit.DONE


async def _serve(folder: Path, store: str, named: Provider | None, stop: asyncio.Event, traces: Traces) -> Counts:
    clock = SystemClock()
    alarms = AlarmClock(clock)
    async with journal_at(store) as journal, opened(named) as provider:
        if journal is None:
            raise ConfigError("bots serve keeps what it has begun in a journal, and there is none; write --store URL")
        shelf = Shelf(folder, find=partial(playbooks_below, folder), read=_read)
        player = _Player(provider, traces)
        timetable = Timetable(folder, shelf, journal, player.play, clock=clock, alarms=alarms)
        alarms.start()
        try:
            return await timetable.run(stop)
        finally:
            alarms.stop()


def _read(path: Path) -> Playbook:
    playbook = load(path, environment=os.environ, inputs={})
    refuse_errors(str(path), {})
    return playbook


class _Player:
    """Plays sessions in this process: each with a trace, and a folder for what it saves."""

    def __init__(self, provider: Provider, traces: Traces) -> None:
        self._provider = provider
        self._traces = traces
        self._clock = SystemClock()
        self._memory = memory_of_user()

    async def play(self, part: Part) -> SessionResult:
        """See `bots.timetable.Play`."""
        record, playbook = part.record, part.playbook
        with self._traced(part):
            if playbook is None:
                assert part.opened is not None, "what goes on is in the journal"
                return await resume_session(
                    part.opened, provider=self._provider, clock=self._clock, stop=part.stop, memory=self._memory,
                    on_start=part.watch,
                )  # fmt: skip
            await load_sounds(playbook)
            return await run_session(
                playbook, provider=self._provider, clock=self._clock, starts_at=record.starts_at,
                session_id=record.entry, report_folder=_report_folder(record.id), memory=self._memory, stop=part.stop,
                on_start=part.watch, opened=part.opened,
            )  # fmt: skip

    @contextlib.contextmanager
    def _traced(self, part: Part) -> Iterator[None]:
        session = part.record.id
        with kept_trace("", session, "live") as trace:
            if trace is not None:
                self._traces.open(session, trace)
            if part.opened is not None and isinstance(trace, KeptTrace):
                part.opened.traced(trace.id)
            try:
                yield
            finally:
                self._traces.close(session)


def _report_folder(session: str) -> str | None:
    """Where a session saves its files; made when something is saved."""
    state = state_folder(os.environ)
    return None if state is None else str(state / "reports" / re.sub(r"[^\w.@-]+", "-", session))
