"""Waiting with a limit, on the clock that is handed in."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bots.clock import Clock

__all__ = ["Signal", "done_within"]


class Signal:
    """Wakes everybody who waits, each time it rings."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Until it rings next."""
        await self._event.wait()


async def done_within(clock: Clock, work: Coroutine[Any, Any, None], seconds: float) -> bool:
    """Do the work, at most so long; False if it was cancelled at the limit. What it raises is raised here."""
    task = asyncio.ensure_future(work)
    limit = asyncio.ensure_future(clock.sleep_until(clock.monotonic() + seconds))
    try:
        await asyncio.wait({task, limit}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            return False
        task.result()
        return True
    finally:
        for one in (task, limit):
            one.cancel()
        await asyncio.gather(task, limit, return_exceptions=True)
