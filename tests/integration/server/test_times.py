"""Rooms that open and end by the clock: scheduled, ad-hoc, and permanent ones with a duration."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bots.server import RoomServer
from tests.fakes.clock import settle
from tests.integration.server.raw import RawHouse

NOW = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
MINUTE = 60.0


class LeapingClock:
    """Stands still until a test makes it leap; whoever sleeps is awake after a leap, as after a laptop's night."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._leap = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep_until(self, monotonic_s: float) -> None:
        while self.monotonic() < monotonic_s:
            await self._leap.wait()

    async def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._leap.set()
        self._leap = asyncio.Event()
        await settle()


@pytest.fixture
def clock() -> LeapingClock:
    return LeapingClock(NOW)


@pytest.fixture
async def house(clock: LeapingClock) -> AsyncIterator[RawHouse]:
    async with (
        RoomServer(app_id="app", app_key="key", clock=clock) as server,
        httpx.AsyncClient(base_url=server.api_url, auth=("app", "key"), timeout=10) as api,
    ):
        house = RawHouse(server, api)
        yield house
        for client in house.clients:
            await client.close()


async def token_reply(house: RawHouse, room_id: str) -> tuple[int, Any]:
    reply = await house.api.post(f"/rooms/{room_id}/tokens", json={"name": "x", "role": "participant"})
    return reply.status_code, reply.json()["result"]


async def scheduled(house: RawHouse, at: str = "2026-03-30 09:00:00", duration: object = "30") -> str:
    return await house.room(scheduled=True, scheduled_time=at, duration=duration)


async def exists(house: RawHouse, room_id: str) -> bool:
    return (await house.api.get(f"/rooms/{room_id}")).status_code == 200


async def test_a_scheduled_room_opens_a_quarter_of_an_hour_before_and_ends_in_time(
    house: RawHouse, clock: LeapingClock
) -> None:
    room_id = await scheduled(house)
    await clock.advance(44 * MINUTE)
    assert (409, 409) == await token_reply(house, room_id)
    await clock.advance(1 * MINUTE)
    assert (200, 0) == await token_reply(house, room_id)
    ann = await house.enter(room_id)
    await clock.advance(44 * MINUTE)
    assert [] == ann.heard("room-disconnected")
    assert 1 == await house.people(room_id)
    await clock.advance(1 * MINUTE)
    assert {"cause": 2002, "msg": "Conference Expired"} == (await ann.hear("room-disconnected"))["cause"]
    await ann.until(lambda: ann.socket.close_code is not None)
    assert 0 == await house.people(room_id)
    assert (409, 409) == await token_reply(house, room_id)
    assert await exists(house, room_id)


async def test_a_scheduled_room_is_changed_only_long_before_it_starts(house: RawHouse, clock: LeapingClock) -> None:
    room_id = await scheduled(house)
    later = {"settings": {"scheduled_time": "2026-03-30 10:00:00"}}
    assert 200 == (await house.api.patch(f"/rooms/{room_id}", json=later)).status_code
    await clock.advance(46 * MINUTE)
    assert (409, 409) == await token_reply(house, room_id)
    await clock.advance(60 * MINUTE)
    refusal = await house.api.patch(f"/rooms/{room_id}", json={"settings": {"duration": 60}})
    assert (409, "Too late to change") == (refusal.status_code, refusal.json()["error"])


async def test_a_token_from_before_the_end_opens_nothing_after_it(house: RawHouse, clock: LeapingClock) -> None:
    room_id = await scheduled(house, duration=1)
    await clock.advance(60 * MINUTE)
    fields = await house.token(room_id)
    await clock.advance(1 * MINUTE)
    word, _, answer = (*await (await house.connect()).ask("token", fields), None)
    assert "success" != word, answer


async def test_an_adhoc_room_is_gone_after_its_session(house: RawHouse) -> None:
    room_id = await house.room(adhoc=True)
    ann, ben = await house.enter(room_id), await house.enter(room_id, name="Ben")
    await ann.ask("drop", {"self": True})
    assert await exists(house, room_id)
    await ben.ask("drop", {"self": True})
    assert not await exists(house, room_id)


async def test_an_adhoc_room_with_a_duration_stays_that_long(house: RawHouse, clock: LeapingClock) -> None:
    room_id = await house.room(adhoc=True, duration=10)
    await clock.advance(60 * MINUTE)  # nobody has come yet: it waits
    ann = await house.enter(room_id)
    await clock.advance(4 * MINUTE)
    await ann.ask("drop", {"self": True})
    assert await exists(house, room_id)
    ben = await house.enter(room_id, name="Ben")
    await clock.advance(6 * MINUTE)
    await ben.hear("room-disconnected")
    assert not await exists(house, room_id)


async def test_the_duration_ends_each_session_of_a_permanent_room(house: RawHouse, clock: LeapingClock) -> None:
    room_id = await house.room(duration=10)
    for name in ("Ann", "Ben"):
        guest = await house.enter(room_id, name=name)
        await clock.advance(9 * MINUTE)
        assert [] == guest.heard("room-disconnected")
        await clock.advance(1 * MINUTE)
        await guest.hear("room-disconnected")
    assert (200, 0) == await token_reply(house, room_id)
