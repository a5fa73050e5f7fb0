"""A clock that stands still until a test moves it."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["FakeAlarms", "FakeClock", "LateClock", "settle"]

_ROUNDS = 200  # turns of the event loop after which whoever still runs is taken to run for ever


async def settle() -> None:
    """Let every task run until it waits for time or for the test."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # no public word for "nobody else can run"
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
        if not ready:
            return


class FakeClock:
    """Implements `bots.clock.Clock`; `advance` wakes each sleeper at its own instant, in order."""

    def __init__(self, now: datetime = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)) -> None:
        self._origin = now
        self._passed_s = 0.0
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return 1000.0 + self._passed_s

    def now(self) -> datetime:
        return self._origin + timedelta(seconds=self._passed_s)

    async def sleep_until(self, monotonic_s: float) -> None:
        if monotonic_s <= self.monotonic():
            await asyncio.sleep(0)
            return
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (monotonic_s, next(self._order), wake))
        await wake

    async def advance(self, seconds: float) -> None:
        """Move time on; everybody whose time comes runs at exactly their instant."""
        end_s = self._passed_s + seconds
        await settle()
        while self._waiting and self._waiting[0][0] - 1000.0 <= end_s + 1e-9:
            at_s, _, wake = heapq.heappop(self._waiting)
            if wake.done():
                continue
            self._passed_s = max(self._passed_s, at_s - 1000.0)
            wake.set_result(None)
            await settle()
        self._passed_s = end_s
        await settle()


class LateClock:
    """Implements `bots.clock.Clock` on time of its own: every sleep ends as late as the test says.

    Args:
        late_s: of the sleep with this number, from 0; seconds.
    """

    def __init__(self, late_s: Callable[[int], float]) -> None:
        self._late_s = late_s
        self._now_s = 0.0
        self.slept = 0

    def monotonic(self) -> float:
        return self._now_s

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, monotonic_s: float) -> None:
        await asyncio.sleep(0)
        self._now_s = monotonic_s + self._late_s(self.slept)
        self.slept += 1


class FakeAlarms:
    """Implements `bots.schedule.Alarms` on a FakeClock: an alarm is a sleeper."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def at(self, instant: datetime, name: str, callback: Callable[[], None]) -> Callable[[], None]:
        async def ring() -> None:
            wait_s = (instant - self._clock.now()).total_seconds()
            await self._clock.sleep_until(self._clock.monotonic() + wait_s)
            callback()

        task = asyncio.create_task(ring(), name=f"alarm/{name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

        def cancel() -> None:
            if task is not asyncio.current_task():
                task.cancel()

        return cancel

    async def stop(self) -> None:
        """Forget the alarms that are left."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
