"""Time, handed in: nobody else reads a clock.

`monotonic()` is for durations and deadlines, `now()` for instants that people see (aware, UTC).
"""

import asyncio
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """What the product knows of time."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin; never goes back. The clock that asyncio's timers use."""
        ...

    def now(self) -> datetime:
        """The instant now, aware, UTC."""
        ...

    async def sleep_until(self, monotonic_s: float) -> None:
        """Return at or after the instant `monotonic_s` of `monotonic()`; at once if it has passed."""
        ...


class SystemClock:
    """The machine's clocks; durations come from the running event loop, so a virtual loop is obeyed."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, monotonic_s: float) -> None:
        await asyncio.sleep(max(0.0, monotonic_s - self.monotonic()))
