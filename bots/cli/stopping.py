"""Ctrl-C or SIGTERM: the first one ends what runs in order, within a time; the second one now."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NoReturn, TypeVar

import typer

from bots.cli.exits import Exit
from bots.loop import run

__all__ = ["Stop"]

T = TypeVar("T")

LIMIT_S = 28.0  # from the first signal on; a little less than the 30 s after which Kubernetes kills


class Stop:
    """What the user said.

    Attributes:
        asked: is set by the first signal.
        tell: says to the user what is being done.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.tell: Callable[[str], None] = partial(typer.echo, err=True)
        self._code: int | None = None

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """`bots.loop.run`, with the signals taken.

        Raises:
            SystemExit: it was stopped now, 130 or 143; or it did not end in time, 10.
        """
        try:
            return run(self._watched(main))
        except asyncio.CancelledError:
            if self._code is None:
                raise
            raise SystemExit(self._code) from None

    async def _watched(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The work is cancelled as a whole: each part knows then that it is cut short, before the parts inside it."""
        work = asyncio.current_task()
        assert work is not None, "it runs in one"
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._take, number, work)
        return await main()

    def _take(self, number: signal.Signals, work: asyncio.Task[Any]) -> None:
        if self._code is not None:
            _drop(128 + number)  # the third one: not even in order
        if self.asked.is_set():
            self._cut(128 + number, work)
            return
        self.asked.set()
        asyncio.get_running_loop().call_later(LIMIT_S, self._give_up, work)
        self.tell("stopping: bots leave their rooms; once more to stop at once")

    def _give_up(self, work: asyncio.Task[Any]) -> None:
        if self._code is None:
            self.tell(f"stopping: not everything ended within {LIMIT_S:g} s; it is cut short")
            self._cut(Exit.DRAIN_TIMEOUT, work)

    def _cut(self, code: int, work: asyncio.Task[Any]) -> None:
        self._code = int(code)
        work.cancel()


def _drop(code: int) -> NoReturn:
    """End the process here and now, as a kill would: nothing is unwound, so nothing complains of it."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
