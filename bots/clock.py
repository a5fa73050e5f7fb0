"""Time, handed in: nobody else reads a clock.

`monotonic()` is for durations and deadlines, `now()` for instants that people see (aware, UTC).
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "SystemClock", "since_boot_s"]


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


def since_boot_s() -> float:
    """Seconds since the machine started; goes on while it sleeps and while this process is stopped.

    For leases: two processes of one machine read the same. Elsewhere than on Linux, the clock that never goes back.
    """
    kind = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if kind is None else time.clock_gettime(kind)
