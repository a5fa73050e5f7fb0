"""Fleets as their port promises: start, command, events, stop; in this process, and in workers."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bots.bot import BotEvent, BotFailed, BotJoined, BotLeft, BotSpec, Drain, Provider
from bots.clock import SystemClock
from bots.errors import ConfigError
from bots.fleet import Fleet, LocalFleet, WorkerFleet, Workers
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


Made = Callable[[BotSpec], AbstractAsyncContextManager[Fleet]]


@pytest.fixture(params=["local", "workers"])
def made(request: pytest.FixtureRequest) -> Made:
    """Makes a fleet for the provider of a bot."""
    if request.param == "local":
        return lambda spec: LocalFleet(spec.provider, SystemClock())
    return lambda spec: lodged(spec.provider)


@asynccontextmanager
async def lodged(provider: Provider) -> AsyncIterator[WorkerFleet]:
    """A fleet with two processes for itself."""
    async with Workers(2) as workers, WorkerFleet(provider, workers) as fleet:
        yield fleet


async def first_of(events: AsyncIterator[BotEvent], kind: type[BotEvent]) -> BotEvent:
    async with asyncio.timeout(30):
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError("a fleet's events never end")


async def users(spec: BotSpec) -> int:
    async with ServerApi(spec.provider.api_url, spec.provider.app_id, spec.provider.app_key) as api:
        return len(await api.users(spec.room_id))


async def test_a_bot_joins_obeys_and_leaves(spec: BotSpec, made: Made) -> None:
    async with made(spec) as fleet:
        await fleet.start(spec)
        events = fleet.events()
        await first_of(events, BotJoined)
        assert 1 == await users(spec)
        fleet.command("helper", Drain())
        assert BotLeft(bot_id="helper", cause="stopped") == await first_of(events, BotLeft)
        assert 0 == await users(spec)


async def test_stop_ends_a_life_at_once_and_empties_its_seat(spec: BotSpec, made: Made) -> None:
    async with made(spec) as fleet:
        await fleet.start(spec)
        await first_of(fleet.events(), BotJoined)
        await fleet.stop("helper")
        assert 0 == await users(spec)
        fleet.command("helper", Drain())
        fleet.command("nobody", Drain())
        await fleet.stop("nobody")


async def test_the_end_of_the_fleet_is_the_end_of_its_bots(spec: BotSpec, made: Made) -> None:
    async with made(spec) as fleet:
        await fleet.start(spec)
        await first_of(fleet.events(), BotJoined)
    assert 0 == await users(spec)


async def test_a_bot_without_a_room_fails_with_the_reason_and_alone(spec: BotSpec, made: Made) -> None:
    async with made(spec) as fleet:
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


async def test_a_worker_that_is_killed_fails_its_bots_by_name_and_the_others_go_on(spec: BotSpec) -> None:
    with capture_logs() as lines:
        async with Workers(2) as workers, WorkerFleet(spec.provider, workers) as fleet:
            await fleet.start(spec)
            await fleet.start(replace(spec, id="other", role="participant", bot_ids=("helper", "other")))
            events, joined = fleet.events(), set[str]()
            while len(joined) < 2:
                joined |= {one.bot_id for one in [await first_of(events, BotJoined)] if isinstance(one, BotJoined)}
            assert 2 == await users(spec)
            os.kill(workers.processes[0], signal.SIGKILL)
            reason = "worker process 1 was ended: killed by SIGKILL"
            assert BotFailed(bot_id="helper", stage="worker", reason=reason) == await first_of(events, BotFailed)
            await fleet.stop("helper")
            fleet.command("helper", Drain())
            fleet.command("other", Drain())
            assert BotLeft(bot_id="other", cause="stopped") == await first_of(events, BotLeft)
            await fleet.start(replace(spec, id="third", role="participant"))
            await first_of(events, BotJoined)
    [lost] = [line for line in lines if line["event"] == "worker_lost"]
    assert (1, ["helper"]) == (lost["worker"], lost["bots"])


async def test_workers_end_with_the_process_that_began_them(spec: BotSpec) -> None:
    async with Workers(2) as workers, WorkerFleet(spec.provider, workers) as fleet:
        processes = workers.processes
        await fleet.start(spec)
        await first_of(fleet.events(), BotJoined)
    assert [False, False] == [is_alive(process) for process in processes]
    assert 0 == await users(spec)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def test_workers_that_do_not_begin_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.fleet.pool.MAIN", "raise SystemExit(3)")
    with pytest.raises(ConfigError, match=r"the 2 worker processes did not begin: .* it ended with 3; try fewer"):
        async with Workers(2):
            pass


async def test_what_workers_log_is_logged_here_with_its_level_and_its_bot(spec: BotSpec) -> None:
    with capture_logs() as lines:
        async with Workers(1) as workers, WorkerFleet(spec.provider, workers) as fleet:
            await fleet.start(spec)
            await first_of(fleet.events(), BotJoined)
    [joined] = [line for line in lines if line["event"] == "room_joined"]
    assert ("helper", "info", "demo") == (joined["bot"], joined["log_level"], joined["session"])
    assert spec.provider.app_key not in str(lines)


async def test_sessions_share_workers_and_the_end_of_one_is_no_end_of_the_other(spec: BotSpec) -> None:
    async with Workers(2) as workers, WorkerFleet(spec.provider, workers, session="one") as first:
        async with WorkerFleet(spec.provider, workers, session="two") as second:
            for number in range(2):
                await first.start(replace(spec, id=f"first-{number}", role="participant"))
            for number in range(2):
                await second.start(replace(spec, id=f"second-{number}", role="participant"))
            ours, theirs = first.events(), second.events()
            for events in (ours, theirs):
                for _ in range(2):
                    await first_of(events, BotJoined)
            assert 4 == await users(spec)
        assert 2 == await users(spec)
        assert 2 == len(workers.processes)
        first.command("first-0", Drain())
        assert BotLeft(bot_id="first-0", cause="stopped") == await first_of(ours, BotLeft)


async def test_a_worker_that_is_killed_is_followed_by_another_one(spec: BotSpec) -> None:
    async with Workers(1) as workers, WorkerFleet(spec.provider, workers) as fleet:
        [first] = workers.processes
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(60):
            while first in workers.processes:
                await asyncio.sleep(0.02)
        await fleet.start(spec)  # waits for the next one
        await first_of(fleet.events(), BotJoined)
        assert first not in workers.processes
