"""Virtual time: an event loop that jumps to the next timer instead of sleeping, and the clock that it moves.

Nothing in a simulation reads the machine's clock: asyncio's timers ask the loop, everything of ours asks the clock
that is handed in. Work for threads is done at once, in the loop's own thread, so that time cannot run ahead of it.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from contextvars import Context
from datetime import UTC, datetime, timedelta
from heapq import heappush
from itertools import count
from typing import Any, TypeVar, TypeVarTuple

__all__ = ["Standstill", "VirtualClock", "VirtualLoop", "run_virtually"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
MICROSECONDS = 1_000_000
RESOLUTION_S = 1e-7  # below a microsecond: a timer that is due at an instant is found due at it


class Standstill(RuntimeError):
    """Nothing is ready and no timer is set: on a real clock this would hang for ever."""


class VirtualClock:
    """Implements `bots.clock.Clock`; stands still until a `VirtualLoop` moves it, in whole microseconds.

    Args:
        start: the instant at which it begins, aware.

    Raises:
        ValueError: the instant has no zone.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the start has no zone")
        self._start = start.astimezone(UTC)
        self._passed_us = 0
        self._now = self._start

    def monotonic(self) -> float:
        return self._passed_us / MICROSECONDS

    def now(self) -> datetime:
        return self._now

    async def sleep_until(self, monotonic_s: float) -> None:
        await asyncio.sleep(max(0.0, monotonic_s - self.monotonic()))

    def leap(self, seconds: float) -> None:
        """Move on to the first whole microsecond that is not before `seconds` from now."""
        microseconds = round(seconds * MICROSECONDS, 1)
        self._passed_us += max(1, int(-(-microseconds // 1)))
        self._now = self._start + timedelta(microseconds=self._passed_us)


class _Leaper(selectors.BaseSelector):
    """Looks at real file descriptors without waiting, and lets the clock leap where it would wait."""

    def __init__(self, clock: VirtualClock) -> None:
        self._real = selectors.DefaultSelector()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:  # there is other work; it takes no time
            return []
        found = self._real.select(0)
        if found:
            return found
        if timeout is None:
            raise Standstill("nothing is ready and no timer is set")
        self._clock.leap(timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.get_key(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class _Timer(asyncio.TimerHandle):
    """Of two that are due at one instant, the one that was set first comes first: who only looks on changes nothing."""

    number = 0

    def __lt__(self, other: object) -> bool:
        assert isinstance(other, _Timer), "the loop has no others"
        mine, yours = self._when, other._when  # type: ignore[attr-defined]  # an inner name of asyncio
        return mine < yours or (mine == yours and self.number < other.number)


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio on a virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._virtual = clock
        self._numbers = count()
        super().__init__(_Leaper(clock))
        self._clock_resolution = RESOLUTION_S  # an inner name of asyncio: how early a timer may be called

    def time(self) -> float:
        return self._virtual.monotonic()

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As asyncio's, with timers that keep their order."""
        timer = _Timer(when, callback, args, self, context)
        timer.number = next(self._numbers)
        heappush(self._scheduled, timer)  # type: ignore[attr-defined]  # inner names of asyncio: what waits for its time
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]  # noqa: ARG002 -- asyncio's signature
        """Do the work now: what threads do takes no virtual time, and always comes in the same order."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 -- it belongs to whoever awaits the future
            done.set_exception(error)
        return done


def run_virtually(main: Callable[[], Coroutine[Any, Any, T]], clock: VirtualClock) -> T:
    """`asyncio.run` in virtual time; the clock stands at the end of it afterwards.

    Raises:
        Standstill: everything waits for something that cannot come.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return runner.run(main())
