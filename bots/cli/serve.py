"""`bots serve`: the sessions of a folder of playbooks, each at its time, until it is stopped."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO, cast

import structlog
import typer

from bots.bot import Provider
from bots.cli.exits import Exit
from bots.cli.files import playbooks_below
from bots.cli.journal import journal_at
from bots.cli.kept import kept_trace
from bots.cli.live import live_lines
from bots.cli.memory import memory_of_user
from bots.cli.options import address_of, log_format_of
from bots.cli.provider import opened, provider_of
from bots.cli.run import load_sounds, refuse_errors
from bots.cli.stopping import Stop
from bots.cli.trace import forget_traces
from bots.clock import SystemClock
from bots.dashboard import endpoints
from bots.errors import ConfigError
from bots.fleet import SessionResult, Workers, close_kept_room, resume_session, run_session, workers_of
from bots.journal import SessionRecord
from bots.log import Format, Traces, configure, hide
from bots.playbook import Playbook, load
from bots.schedule import AlarmClock
from bots.server import HttpServer
from bots.timetable import Counts, Part, Shelf, Timetable
from bots.trace import KeptTrace, state_folder

__all__ = ["serve_folder"]

SHORTEST_TOKEN = 20
MOST_AT_ONCE = 100  # connections

log = structlog.get_logger()


def serve_folder(folder: str, *, store: str, http: str, on: str, log_format: str) -> int:
    """Serve it; says by the exit code how it ended.

    Raises:
        typer.BadParameter: it is no folder of playbooks, `http` no address, or `on` no place for bots.
        ConfigError, JournalError: there is no journal, the provider is half configured, the address is taken, worker
            processes do not begin.
    """
    traces, form = Traces(), log_format_of(log_format)
    configure(form, trace=traces)
    path = Path(folder).resolve()
    if not path.is_dir():
        raise typer.BadParameter(f"{folder} is no folder", param_hint="DIR")
    playbooks_below(path)  # it may hold too much to be looked at again and again
    asked = _Asked(path, store, *address_of(http), _token(os.environ.get("BOTS_HTTP_TOKEN", "")), _workers(on), form)
    named, stop = provider_of(), Stop()
    counts = stop.run(lambda: _serve(asked, named, stop, traces))
    if counts.left_behind:
        return Exit.DRAIN_TIMEOUT
    return Exit.MISSED if counts.missed else Exit.DONE


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line and the environment ask for."""

    folder: Path
    store: str
    host: str
    port: int
    token: str
    workers: int
    form: Format


async def _serve(asked: _Asked, named: Provider | None, stop: Stop, traces: Traces) -> Counts:
    clock = SystemClock()
    alarms = AlarmClock(clock)
    async with (
        live_lines(asked.form) as lines, journal_at(asked.store) as journal, opened(named) as provider,
        workers_of(asked.workers) as workers,
    ):  # fmt: skip
        configure(asked.form, cast("TextIO | None", lines), trace=traces)
        if journal is None:
            raise ConfigError("bots serve keeps what it has begun in a journal, and there is none; write --store URL")
        shelf = Shelf(asked.folder, find=partial(playbooks_below, asked.folder), read=_read)
        player = _Player(provider, traces, workers)
        timetable = Timetable(
            asked.folder, shelf, journal, player.play, forgotten=_remove_files, clock=clock, alarms=alarms,
            abandoned=partial(close_kept_room, provider=provider),
        )  # fmt: skip
        if lines is not None:
            stop.tell = lines.note
            lines.watch(lambda: [one.snapshot for one in timetable.status().running if one.snapshot is not None])
        alarms.start()
        app = endpoints(timetable, token=asked.token, now_s=clock.monotonic)
        try:
            async with HttpServer(
                app, host=asked.host, port=asked.port, ws="none", limit_concurrency=MOST_AT_ONCE, proxy_headers=False
            ) as http:  # fmt: skip
                log.info("http_opened", address=f"{http.host}:{http.port}", has_token=bool(asked.token))
                return await timetable.run(stop.asked)
        finally:
            alarms.stop()


def _workers(text: str) -> int:
    """How many processes the bots live in; one is this process."""
    place, colon, count = text.partition(":")
    if text == "local":
        return 1
    if place == "workers" and colon and count.isdecimal() and count.isascii() and int(count) > 0:
        return int(count)
    raise typer.BadParameter(
        f"{text!r} is no place for bots; there are local, which is this process, and workers:N, which is N processes "
        "of this machine, such as workers:2", param_hint="--on",
    )  # fmt: skip


def _token(text: str) -> str:
    """The token that opens the endpoints; none if it is empty.

    Raises:
        ConfigError: it could be guessed, or does not fit into a header.
    """
    if text and (len(text) < SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text):
        raise ConfigError(
            f"BOTS_HTTP_TOKEN must have {SHORTEST_TOKEN} or more characters, ASCII, no space: openssl rand -hex 32"
        )
    hide(text)
    return text


def _read(path: Path) -> Playbook:
    playbook = load(path, environment=os.environ, inputs={})
    refuse_errors(str(path), {})
    return playbook


class _Player:
    """Plays sessions: each with a trace, and a folder for what it saves.

    Args:
        workers: where the bots live; in this process unless given.
    """

    def __init__(self, provider: Provider, traces: Traces, workers: Workers | None) -> None:
        self._provider = provider
        self._traces = traces
        self._workers = workers
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
                    on_start=part.watch, workers=self._workers,
                )  # fmt: skip
            await load_sounds(playbook)
            return await run_session(
                playbook, provider=self._provider, clock=self._clock, starts_at=record.starts_at,
                session_id=record.entry, report_folder=_report_folder(record.id), memory=self._memory, stop=part.stop,
                on_start=part.watch, opened=part.opened, begin_by=part.begin_by, workers=self._workers,
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


def _remove_files(gone: Sequence[SessionRecord]) -> None:
    """Of sessions that the journal has forgotten: what they saved, and their traces."""
    forget_traces([trace for one in gone for trace in one.traces])
    for one in gone:
        folder = _report_folder(one.id)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _report_folder(session: str) -> str | None:
    """Where a session saves its files; made when something is saved."""
    state = state_folder(os.environ)
    return None if state is None else str(state / "reports" / re.sub(r"[^\w.@-]+", "-", session))
