"""The live lines: how each session stands, at the bottom of a terminal, while the log goes on above them."""

import asyncio
import contextlib
import io
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self, TextIO

from bots.bot import RoundStands
from bots.cli.files import counted
from bots.clock import Clock, SystemClock
from bots.fleet import SessionSnapshot
from bots.log import Format

__all__ = ["LiveLines", "line_of", "live_lines"]

EVERY_S = 1.0
MOST_LINES = 8
MOST_MISSING = 3  # names that are told
CLEAR = "\x1b[J"  # from here to the end of the screen

Look = Callable[[], Sequence[SessionSnapshot]]


def line_of(snapshot: SessionSnapshot, now: datetime) -> str:
    """`round 2/3  05:12 left  6 rooms  23/24 in place  missing: pupil-17`, or how much of the session is left."""
    here = f"{snapshot.present}/{snapshot.bots - snapshot.gone} bots here"
    if now < snapshot.starts_at:
        return f"starts in {_span(snapshot.starts_at - now)}  {here}"
    if snapshot.rounds:
        return _round(snapshot.rounds[0], now)
    return f"{_span(snapshot.ends_at - now)} left  {here}" if now < snapshot.ends_at else f"ending  {here}"


def _round(stands: RoundStands, now: datetime) -> str:
    head, inside = f"round {stands.round}/{stands.rounds}", stands.people - len(stands.missing)
    if stands.phase == "closing":
        return f"{head}  ending  {inside} not back yet"
    if stands.phase != "running":
        begins = f"{stands.rotation}: the next round begins in {_span(stands.until - now)}"
        return f"{head} is over  {begins}" if stands.round else begins
    left = "time stands still" if stands.is_held else f"{_span(stands.until - now)} left"
    names = ", ".join(stands.missing[:MOST_MISSING]) + (", …" if len(stands.missing) > MOST_MISSING else "")
    parts = [
        head,
        left,
        counted(stands.rooms, "room"),
        f"{inside}/{stands.people} in place",
        *([f"missing: {names}"] if names else []),
    ]
    return "  ".join(parts)


def _span(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


class LiveLines(io.TextIOBase):
    """A terminal with live lines at its bottom, one a session; what is written to it comes above them.

    Use it as an async context manager: inside, the lines are renewed every second; after it they are gone.
    """

    def __init__(self, out: TextIO, clock: Clock) -> None:
        super().__init__()
        self._out = out
        self._clock = clock
        self._look: Look = tuple
        self._is_shown = False

    def watch(self, look: Look) -> None:
        """Show how these sessions stand from now on."""
        self._look = look

    def note(self, text: str) -> None:
        """A line for whoever sits there, above the live ones."""
        self.write(text + "\n")
        self.flush()

    def isatty(self) -> bool:
        return self._out.isatty()

    def fileno(self) -> int:
        return self._out.fileno()

    def write(self, text: str) -> int:
        self._out.write(f"{CLEAR}{text}" if self._is_shown else text)
        self._is_shown = False
        return len(text)

    def flush(self) -> None:
        """The cursor waits where the live lines begin, so that what is written next stands in their place."""
        size = shutil.get_terminal_size()
        lines = [_printable(line)[: size.columns - 1] for line in self._lines()[: min(MOST_LINES, size.lines - 1)]]
        if lines or self._is_shown:
            up = f"\x1b[{len(lines) - 1}A" if len(lines) > 1 else ""
            self._out.write(CLEAR + "\n".join(lines) + f"\r{up}")
        self._is_shown = bool(lines)
        self._out.flush()

    def _lines(self) -> list[str]:
        snapshots, now = self._look(), self._clock.now()
        if len(snapshots) == 1:
            return [line_of(snapshots[0], now)]
        return [f"{one.session}  {line_of(one, now)}" for one in snapshots]

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._renew(), name="live-lines")
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._look = tuple
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone
            self.flush()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self.flush()


@contextlib.asynccontextmanager
async def live_lines(
    form: Format, out: TextIO | None = None, *, environment: Mapping[str, str] = os.environ
) -> AsyncIterator[LiveLines | None]:
    """Live lines at the bottom of the standard output; None where it is no terminal, or the log is for programs."""
    out = out or sys.stdout
    if form == "json" or not out.isatty() or environment.get("TERM", "") in ("", "dumb"):
        yield None
        return
    async with LiveLines(out, SystemClock()) as lines:
        yield lines


def _printable(text: str) -> str:
    """Ids come from files and from tokens: none of them steers the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
