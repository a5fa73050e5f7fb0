"""`bots simulate`: a whole session in virtual time, told as a timeline; see docs/simulation.md."""

import asyncio
import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TextIO, cast

import structlog
import typer

from bots.cli.kept import kept_trace
from bots.cli.options import inputs_of, log_format_of
from bots.cli.run import exit_of_result, refuse_errors, sounds_of
from bots.cli.telling import tell
from bots.cli.timeline import line_of
from bots.errors import ConfigError
from bots.fleet import session_label
from bots.log import configure
from bots.playbook import Playbook, load, read_file
from bots.simulation import Clips, Habits, scenario_of, session_named, teach

__all__ = ["Sink", "chosen_session", "prepared", "simulate_playbook"]

_VARIABLE = re.compile(r"\$\{(\w+)\}")
PLACEHOLDER = "simulated"  # for what the environment does not name: no room outside is touched

log = structlog.get_logger()


def simulate_playbook(
    path: str,
    *,
    session: str,
    inputs: Sequence[str],
    seed: int | None,
    people: int | None,
    late: str,
    drop: str,
    ignore_invites: str,
    teacher: bool,
    trace: str,
    log_format: str,
) -> int:
    """Simulate it, and say by the exit code how it went, as `bots run` would.

    Raises:
        PlaybookError, ConfigError, ApiError, MediaError: before anything started.
    """
    as_json = log_format_of(log_format) == "json" or (log_format == "auto" and not sys.stdout.isatty())
    habits = Habits(
        people=people,
        late=share_of(late, "--late"),
        drop=share_of(drop, "--drop"),
        ignore_invites=share_of(ignore_invites, "--ignore-invites"),
    )
    playbook, clips = prepared(path, inputs)
    session_id, starts_at = chosen_session(playbook, session)
    scenario = scenario_of(playbook, habits=habits, seed=seed, session_id=session_id, starts_at=starts_at, clips=clips)
    label = session_label(playbook, scenario.times.starts_at, session_id)
    with kept_trace(trace, label, "simulated") as trace_file:
        sink = Sink(sys.stdout, trace_file, None if as_json else scenario.times.starts_at)
        configure("json", cast("TextIO", sink), now=scenario.clock.now)
        log.info("playbook_loaded", playbook=playbook.name, file=playbook.file, bots=len(playbook.instances()))
        result = scenario.run(teach if teacher else None)
    if not as_json:
        typer.echo(tell(path, result))
    return exit_of_result(result)


def prepared(path: str, inputs: Sequence[str]) -> tuple[Playbook, Clips]:
    """A playbook without errors, and its sounds.

    Raises:
        PlaybookError, MediaError: it cannot be played.
    """
    given = inputs_of(inputs)
    playbook = load(path, environment=_environment(path), inputs=given)
    refuse_errors(path, given)
    clips = Clips()
    for sound in sounds_of(playbook):
        asyncio.run(clips.load(sound.path))
    return playbook, clips


def chosen_session(playbook: Playbook, text: str) -> tuple[str | None, datetime | None]:
    """What `--session` means: the entry, and the start if it names a day.

    Raises:
        typer.BadParameter: there is no such session.
    """
    try:
        return session_named(playbook, text)
    except ConfigError as unknown:
        raise typer.BadParameter(str(unknown), param_hint="--session") from None


def share_of(text: str, option: str) -> float:
    """`20%` or `0.2`.

    Raises:
        typer.BadParameter: it is no share.
    """
    with contextlib.suppress(ValueError):
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        if 0 <= share <= 1:
            return share
    raise typer.BadParameter(f"{text!r} is no share; write 20%", param_hint=option)


def _environment(path: str) -> dict[str, str]:
    """The environment, and a placeholder for each `${NAME}` that it does not have."""
    data, _ = read_file(path)  # `load` says what is wrong with the file
    text = data.decode("utf-8", errors="replace")
    return {**{name: f"{PLACEHOLDER}-{name.lower()}" for name in _VARIABLE.findall(text)}, **os.environ}


SIMULATED_ONLY = {"person_acted", "line_written"}  # people and chat lines are no part of a live run's log


class Sink(io.TextIOBase):
    """Takes the log's JSON lines: all go into the trace; shown are a live run's events, or the timeline.

    Args:
        starts_at: of the session, for the timeline; None shows JSON.
        also: is told each event.
    """

    def __init__(
        self,
        out: TextIO,
        trace: TextIO | None,
        starts_at: datetime | None,
        *,
        also: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        super().__init__()
        self._also = also
        self._out = out
        self._trace = trace
        self._starts_at = starts_at
        self._rest = ""

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._take(line)
        return len(text)

    def flush(self) -> None:
        self._out.flush()

    def _take(self, line: str) -> None:
        if self._trace is not None:
            self._trace.write(line + "\n")
        event = json.loads(line)
        if self._also is not None:
            self._also(event)
        if self._starts_at is not None:
            told = line_of(event, self._starts_at)
            if told is not None:
                self._out.write(told + "\n")
        elif event["event"] not in SIMULATED_ONLY:
            self._out.write(line + "\n")
