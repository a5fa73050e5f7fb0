"""The local fleet as its port promises: start, command, events, stop."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bots.bot import BotEvent, BotFailed, BotJoined, BotLeft, BotSpec, Drain, Provider
from bots.clock import SystemClock
from bots.fleet import LocalFleet
from bots.room import ServerApi
from bots.server import RoomServer


@pytest.fixture
async def spec() -> AsyncIterator[BotSpec]:
    """A bot for a room of an embedded server, in a session of a minute that has just begun."""
    async with RoomServer() as server, ServerApi(server.api_url, server.app_id, server.app_key) as api:
        settings = {"mode": "group", "moderators": 1, "participants": 4, "max_active_talkers": 4}
        now = SystemClock().now()
        yield BotSpec(
            id="helper",
            number=1,
            name="Helper",
            role="moderator",
            session="demo",
            provider=Provider(server.api_url, server.app_id, server.app_key),
            room_id=await api.create_room({"name": "Demo", "owner_ref": "demo", "settings": settings}),
            arrives_at=now,
            starts_at=now,
            ends_at=now + timedelta(minutes=1),
            seed="1",
            bot_ids=("helper",),
        )


async def first_of(events: AsyncIterator[BotEvent], kind: type[BotEvent]) -> BotEvent:
    async with asyncio.timeout(10):
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError("a fleet's events never end")


async def users(spec: BotSpec) -> int:
    async with ServerApi(spec.provider.api_url, spec.provider.app_id, spec.provider.app_key) as api:
        return len(await api.users(spec.room_id))


async def test_a_bot_joins_obeys_and_leaves(spec: BotSpec) -> None:
    async with LocalFleet(spec.provider, SystemClock()) as fleet:
        await fleet.start(spec)
        events = fleet.events()
        await first_of(events, BotJoined)
        assert 1 == await users(spec)
        fleet.command("helper", Drain())
        assert BotLeft(bot_id="helper", cause="stopped") == await first_of(events, BotLeft)
        assert 0 == await users(spec)


async def test_stop_ends_a_life_at_once_and_empties_its_seat(spec: BotSpec) -> None:
    async with LocalFleet(spec.provider, SystemClock()) as fleet:
        await fleet.start(spec)
        await first_of(fleet.events(), BotJoined)
        await fleet.stop("helper")
        assert 0 == await users(spec)
        fleet.command("helper", Drain())
        fleet.command("nobody", Drain())
        await fleet.stop("nobody")


async def test_the_end_of_the_fleet_is_the_end_of_its_bots(spec: BotSpec) -> None:
    async with LocalFleet(spec.provider, SystemClock()) as fleet:
        await fleet.start(spec)
        await first_of(fleet.events(), BotJoined)
    assert 0 == await users(spec)


async def test_a_bot_without_a_room_fails_with_the_reason_and_alone(spec: BotSpec) -> None:
    async with LocalFleet(spec.provider, SystemClock()) as fleet:
        await fleet.start(replace(spec, id="lost", room_id="0" * 24))
        await fleet.start(spec)
        events = fleet.events()
        failed: list[tuple[str, str]] = []
        joined: list[str] = []
        async with asyncio.timeout(30):
            while not (failed and joined):
                match await anext(events):
                    case BotFailed(bot_id=bot_id, stage=stage):
                        failed.append((bot_id, stage))
                    case BotJoined(bot_id=bot_id):
                        joined.append(bot_id)
        assert ([("lost", "join")], ["helper"]) == (failed, joined)
