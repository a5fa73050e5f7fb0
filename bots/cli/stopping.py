"""Ctrl-C or SIGTERM: the first one ends what runs in order, the second one now."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import typer

__all__ = ["Stop"]

T = TypeVar("T")


class Stop:
    """What the user said.

    Attributes:
        asked: is set by the first signal.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._number: signal.Signals | None = None

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """`asyncio.run`, with the signals taken.

        Raises:
            SystemExit: it was stopped now; 130 or 143.
        """
        try:
            return asyncio.run(self._watched(main))
        except asyncio.CancelledError:
            if self._number is None:
                raise
            raise SystemExit(128 + self._number) from None

    async def _watched(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The work is cancelled as a whole: each part knows then that it is cut short, before the parts inside it."""
        work = asyncio.current_task()
        assert work is not None, "it runs in one"
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._take, number, work)
        return await main()

    def _take(self, number: signal.Signals, work: asyncio.Task[Any]) -> None:
        if self._number is not None:
            raise SystemExit(128 + number)  # the third one: not even in order
        if self.asked.is_set():
            self._number = number
            work.cancel()
            return
        self.asked.set()
        typer.echo("stopping: bots leave their rooms; once more to stop at once", err=True)
