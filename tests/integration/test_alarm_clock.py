"""The alarm clock on the real APScheduler and the real time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.clock import SystemClock
from bots.schedule import AlarmClock


class SteppedClock(SystemClock):
    """The machine's clock with a wall clock that can be stepped."""

    step = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.step


@pytest.fixture
async def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def alarms(clock: SteppedClock) -> AsyncIterator[AlarmClock]:
    alarms = AlarmClock(clock)
    alarms.start()
    yield alarms
    alarms.stop()
    await asyncio.sleep(0)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


class Bell:
    def __init__(self, rings: int = 1) -> None:
        self._rings = rings
        self.heard: list[str] = []
        self.done = asyncio.Event()

    def ring(self, name: str) -> None:
        self.heard.append(name)
        if len(self.heard) >= self._rings:
            self.done.set()

    async def wait(self) -> None:
        async with asyncio.timeout(5):
            await self.done.wait()


async def test_an_alarm_that_another_one_of_its_instant_takes_back_does_not_ring(alarms: AlarmClock) -> None:
    bell, at = Bell(2), soon(0.05)
    cancels: list[Callable[[], None]] = []

    def ring_and_take_back() -> None:
        bell.ring("first")
        cancels[0]()

    alarms.at(at, "first", ring_and_take_back)
    cancels.append(alarms.at(at, "second", lambda: bell.ring("second")))
    alarms.at(at, "third", lambda: bell.ring("third"))
    await bell.wait()
    assert ["first", "third"] == bell.heard


async def test_an_alarm_rings_at_its_instant_and_not_before(alarms: AlarmClock) -> None:
    bell, at = Bell(), soon(0.05)
    alarms.at(at, "bell", lambda: bell.ring("bell"))
    await bell.wait()
    assert timedelta(0) <= datetime.now(UTC) - at < timedelta(seconds=0.5)


async def test_an_instant_that_has_passed_rings_at_once_however_old(alarms: AlarmClock) -> None:
    bell = Bell()
    alarms.at(soon(-86_400), "bell", lambda: bell.ring("bell"))
    await bell.wait()


async def test_a_thousand_alarms_of_one_instant_all_ring_in_order(alarms: AlarmClock) -> None:
    bell, at = Bell(1000), soon(0.2)
    for n in range(1000):
        alarms.at(at, f"bell-{n}", lambda n=n: bell.ring(str(n)))  # type: ignore[misc]  # a default binds n
    await bell.wait()
    assert [str(n) for n in range(1000)] == bell.heard


async def test_an_alarm_taken_back_does_not_ring(alarms: AlarmClock) -> None:
    bell, at = Bell(), soon(0.05)
    cancel = alarms.at(at, "never", lambda: bell.ring("never"))
    alarms.at(at, "bell", lambda: bell.ring("bell"))
    cancel()
    await bell.wait()
    cancel()
    assert ["bell"] == bell.heard


async def test_an_alarm_set_before_the_start_rings_after_it(clock: SteppedClock) -> None:
    alarms, bell = AlarmClock(clock), Bell()
    alarms.at(soon(-1), "early", lambda: bell.ring("early"))
    alarms.start()
    await bell.wait()
    alarms.stop()
    alarms.stop()


async def test_a_callback_that_raises_is_logged_and_the_next_alarm_rings(alarms: AlarmClock) -> None:
    bell = Bell()
    with capture_logs() as lines:
        alarms.at(soon(0.01), "broken", [].pop)
        alarms.at(soon(0.03), "bell", lambda: bell.ring("bell"))
        await bell.wait()
    assert [("alarm_failed", "broken")] == [(line["event"], line["alarm"]) for line in lines]


async def test_alarms_set_in_one_turn_of_the_loop_are_looked_at_once(
    alarms: AlarmClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.sleep(0.01)
    looks, look = [], alarms._scheduler._process_jobs

    def counted() -> Any:
        looks.append(look())
        return looks[-1]

    monkeypatch.setattr(alarms._scheduler, "_process_jobs", counted)
    for _ in range(100):
        alarms.at(soon(3600), "late", lambda: None)
    await asyncio.sleep(0.01)
    assert 1 == len(looks)


async def test_an_alarm_of_the_instant_in_which_the_clock_is_stopped_does_not_ring(alarms: AlarmClock) -> None:
    bell, at = Bell(), soon(0.05)

    def ring_and_stop() -> None:
        bell.ring("first")
        alarms.stop()

    alarms.at(at, "first", ring_and_stop)
    alarms.at(at, "second", lambda: bell.ring("second"))
    await bell.wait()
    await asyncio.sleep(0.01)
    assert ["first"] == bell.heard


async def test_a_clock_that_is_stopped_twice_says_nothing(alarms: AlarmClock, caplog: pytest.LogCaptureFixture) -> None:
    alarms.stop()
    alarms.stop()
    await asyncio.sleep(0.01)
    alarms.at(soon(-1), "never", lambda: pytest.fail("it has rung"))
    await asyncio.sleep(0.01)
    assert [] == caplog.messages


async def test_a_store_that_raises_once_does_not_stop_the_clock(
    alarms: AlarmClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = alarms._scheduler._jobstores["default"]
    faults = [OSError("database is locked")]
    get_next_run_time = store.get_next_run_time

    def raise_once() -> Any:
        if faults:
            raise faults.pop()
        return get_next_run_time()

    monkeypatch.setattr(store, "get_next_run_time", raise_once)
    bell = Bell()
    with capture_logs():
        alarms.at(soon(0.05), "bell", lambda: bell.ring("bell"))
        await bell.wait()
    assert [] == faults


async def test_a_stepped_wall_clock_is_noticed_within_a_second(alarms: AlarmClock, clock: SteppedClock) -> None:
    bell = Bell()
    alarms.at(soon(3600), "bell", lambda: bell.ring("bell"))
    await asyncio.sleep(0.01)
    clock.step = timedelta(hours=1)
    async with asyncio.timeout(1.5):
        await bell.done.wait()


async def test_an_instant_without_a_zone_is_refused(alarms: AlarmClock) -> None:
    with pytest.raises(ValueError, match="zone"):
        alarms.at(datetime(2026, 1, 1), "naive", lambda: None)  # noqa: DTZ001 - that is the point
