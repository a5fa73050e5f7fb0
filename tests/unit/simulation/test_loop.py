"""Virtual time: it jumps to the next timer, never ahead of work, and the real APScheduler obeys it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any, TypeVar

import pytest

from bots.schedule import AlarmClock, wait_until
from bots.simulation import Standstill, VirtualClock, run_virtually

T = TypeVar("T")
START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def virtually(main: Callable[[VirtualClock], Coroutine[Any, Any, T]]) -> tuple[T, VirtualClock]:
    clock = VirtualClock(START)
    return run_virtually(lambda: main(clock), clock), clock


def test_an_hour_of_sleep_takes_no_time_and_passes_an_hour() -> None:

    async def main(clock: VirtualClock) -> float:
        await asyncio.sleep(3600)
        return clock.monotonic()

    passed_s, clock = virtually(main)
    assert 3600.0 == passed_s
    assert START + timedelta(hours=1) == clock.now()


def test_sleepers_wake_in_the_order_of_their_instants() -> None:
    async def main(clock: VirtualClock) -> list[tuple[str, float]]:
        woken: list[tuple[str, float]] = []

        async def sleep(name: str, seconds: float) -> None:
            await clock.sleep_until(seconds)
            woken.append((name, clock.monotonic()))

        await asyncio.gather(sleep("late", 7.25), sleep("early", 0.1), sleep("middle", 3.0))
        return woken

    assert [("early", 0.1), ("middle", 3.0), ("late", 7.25)] == virtually(main)[0]


@pytest.mark.parametrize("looks_s", [[], [0.5, 1.0, 1.5], [2.0]])
def test_who_is_due_at_one_instant_comes_in_the_order_of_asking_whatever_else_is_waited_for(
    looks_s: list[float],
) -> None:
    async def main(clock: VirtualClock) -> list[int]:
        called: list[int] = []
        loop = asyncio.get_running_loop()
        for number in range(20):
            loop.call_at(2.0, called.append, number)
            for at_s in looks_s:
                loop.call_at(at_s, clock.now)
        await clock.sleep_until(3.0)
        return called

    assert list(range(20)) == virtually(main)[0]


def test_time_limits_are_virtual() -> None:
    async def main(clock: VirtualClock) -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(90):
                await asyncio.Event().wait()
        return clock.monotonic()

    assert 90.0 == virtually(main)[0]


def test_work_for_a_thread_takes_no_virtual_time_and_its_error_arrives() -> None:
    async def main(clock: VirtualClock) -> tuple[int, float]:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await asyncio.to_thread(lambda: 6 * 7), clock.monotonic()

    assert (42, 0.0) == virtually(main)[0]


def test_waiting_for_nothing_is_told_instead_of_hanging() -> None:
    async def main(clock: VirtualClock) -> None:
        await asyncio.Event().wait()

    with pytest.raises(Standstill):
        virtually(main)


def test_a_week_of_small_steps_does_not_drift() -> None:
    async def main(clock: VirtualClock) -> None:
        for step in range(1, 7_001):
            await clock.sleep_until(step * 86.4)

    assert START + timedelta(days=7) == virtually(main)[1].now()


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        VirtualClock(datetime(2026, 3, 30))  # noqa: DTZ001 -- the fault under test


def test_an_alarm_clock_without_a_limit_wakes_once_for_an_alarm_of_next_week() -> None:
    looks: list[datetime] = []

    class CountingClock(VirtualClock):
        def now(self) -> datetime:
            looks.append(super().now())
            return looks[-1]

    async def main(clock: VirtualClock) -> None:
        alarms = AlarmClock(clock, max_sleep_s=inf)
        alarms.start()
        await wait_until(alarms, START + timedelta(days=7), "next week")
        alarms.stop()

    clock = CountingClock(START)
    run_virtually(lambda: main(clock), clock)
    assert START + timedelta(days=7) == looks[-1]
    assert len(looks) < 20


def test_alarms_ring_at_their_instants_in_the_order_in_which_they_were_set() -> None:
    async def main(clock: VirtualClock) -> list[tuple[str, datetime]]:
        rung: list[tuple[str, datetime]] = []
        alarms = AlarmClock(clock)
        alarms.start()
        for name, minutes in (("second", 10.0), ("third", 10.0), ("first", 0.5), ("past", -5.0)):
            alarms.at(START + timedelta(minutes=minutes), name, lambda name=name: rung.append((name, clock.now())))  # type: ignore[misc]
        alarms.at(START + timedelta(minutes=1), "taken back", lambda: rung.append(("never", clock.now())))()
        await asyncio.sleep(1200)
        alarms.stop()
        return rung

    half, ten = START + timedelta(seconds=30), START + timedelta(minutes=10)
    assert [("past", START), ("first", half), ("second", ten), ("third", ten)] == virtually(main)[0]
