"""Joins that go wrong: each ends in time, says what to do, and leaves nothing behind."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from bots.clock import SystemClock
from bots.errors import ApiError, BotsError, JoinRefused, PublishRefused
from bots.media import Pacer
from bots.room import (
    BreakoutDefinition,
    Closed,
    Joinee,
    Room,
    RoomAllowed,
    RoomAwaited,
    RoomEvent,
    RoomJoined,
    ServerApi,
    StreamInfo,
)
from bots.wire import Event
from tests.fakes.scripted_server import ScriptedServer
from tests.integration.room.conftest import House

SECRET = "never-show-this"
ME = {"clientId": "c-1", "name": "Ravi", "role": "participant"}
CONNECTED = {"id": "r-1", "clientId": "c-1", "room": {"name": "9B", "settings": {}}, "user": ME, "userList": [ME]}
OK = ("success", {"result": 0, "clientId": "c-1", "connectedIP": "127.0.0.1"})


def token_for(server: ScriptedServer) -> str:
    fields = {"host": urlsplit(server.url).netloc, "roomId": "r-1", "signature": SECRET, "name": "Ravi"}
    return base64.b64encode(json.dumps(fields).encode()).decode()


def answering(**by_event: Any) -> Callable[[Event], tuple[Any, ...] | None]:
    """Acks as given by event name, None for no ack; everything else is granted."""
    return lambda event: by_event.get(event.name, ({"result": 0},))


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    async with asyncio.timeout(5):
        while left := [task for task in asyncio.all_tasks() - before if task.get_name().startswith("Ravi/")]:
            await asyncio.wait(left, timeout=0.05)


async def join(server: ScriptedServer, events: list[RoomEvent] | None = None, **settings: Any) -> Room:
    clock = SystemClock()
    pacer = Pacer(clock)
    on_event = (events if events is not None else []).append
    settings = {"timeout_s": 0.3, **settings}
    return await Room.join(token_for(server), clock=clock, pacer=pacer, on_event=on_event, **settings)


async def let_in(server: ScriptedServer) -> None:
    await server.emit("room-connected", CONNECTED)


async def cut(server: ScriptedServer) -> None:
    await server.cut()


async def turn_away(server: ScriptedServer) -> None:
    await server.emit("room-awaited", {"event_type": "knock"})
    await server.emit("room-disconnected", {"cause": {"cause": 2001, "msg": "user-denied"}})


@pytest.mark.parametrize(
    ("answers", "script", "error", "words"),
    [
        ({"token": None}, None, JoinRefused, "did not answer"),
        (
            {"token": ("error", {"result": 4118, "msg": "invalid token"})},
            None,
            JoinRefused,
            "4118: invalid token",
        ),
        ({"token": ({"result": 2102, "msg": "room is full"},)}, None, JoinRefused, "2102: room is full"),
        ({"token": ("error",)}, None, JoinRefused, "no reason given; .*fetch a new one"),
        ({"token": OK}, None, JoinRefused, "room-connected did not come"),
        ({"token": OK}, cut, JoinRefused, "broke"),
        ({"token": OK}, turn_away, JoinRefused, "user-denied"),
        ({"token": OK, "publish": None}, let_in, JoinRefused, "did not answer"),
        (
            {"token": OK, "publish": ({"result": 1130, "error": "no moderator"},)},
            let_in,
            PublishRefused,
            "no moderator",
        ),
        ({"token": OK, "publish": ({"result": 0},)}, let_in, PublishRefused, "no stream id"),
        ({"token": OK, "publish": ({"result": 0, "id": 9},)}, let_in, PublishRefused, "did not answer in"),
    ],
)
async def test_every_failure_has_a_sentence_and_leaves_nothing(
    answers: dict[str, Any], script: Any, error: type[BotsError], words: str
) -> None:
    async with nothing_left(), ScriptedServer(answer=answering(**answers), script=script) as server:
        events: list[RoomEvent] = []
        limit_s = 0.3 if "did not" in words else 20.0  # only who waits for a silent server meets the limit
        with pytest.raises(error, match=words) as caught:
            await asyncio.wait_for(join(server, events, timeout_s=limit_s), 25)
        assert SECRET not in str(caught.value)
        assert SECRET not in repr(caught.value)
        await asyncio.wait_for(server.ended.wait(), 5)
        assert (script is let_in) is any(isinstance(event, Closed) for event in events)


async def test_an_answer_that_is_no_sdp_is_a_refused_publication() -> None:
    async def answer_nonsense(server: ScriptedServer) -> None:
        await let_in(server)
        await server.emit("media_engine_connecting", {"streamId": 9, "msg": {"type": "answer", "sdp": "nonsense"}})

    def slow(event: Event) -> tuple[Any, ...] | None:
        return OK if event.name == "token" else ({"result": 0, "id": 9},)

    async with nothing_left(), ScriptedServer(answer=slow, script=answer_nonsense) as server:
        with pytest.raises(PublishRefused):
            await join(server)


async def test_a_bot_waits_in_a_knock_room_for_longer_than_the_limit() -> None:
    async def knock(server: ScriptedServer) -> None:
        await server.emit("room-awaited", {"event_type": "knock"})
        await asyncio.sleep(0.5)
        await let_in(server)

    async with nothing_left(), ScriptedServer(answer=answering(token=OK), script=knock) as server:
        events: list[RoomEvent] = []
        room = await join(server, events, publish=False)
        assert [RoomAwaited, RoomJoined] == [type(event) for event in events]
        await room.leave()


async def test_a_bot_publishes_only_when_the_moderator_has_come() -> None:
    async def come_late(server: ScriptedServer) -> None:
        await server.emit("room-connected", {**CONNECTED, "room": {"waitRoom": True}})
        await asyncio.sleep(0.5)
        assert "publish" not in [event.name for event in server.events]
        await server.emit("roomManagementEvents", {"id": "wait-room-disabled", "roomData": {"userList": [ME]}})

    answer = answering(token=OK, publish=({"result": 5, "msg": "enough seen"},))
    async with nothing_left(), ScriptedServer(answer=answer, script=come_late) as server:
        events: list[RoomEvent] = []
        with pytest.raises(PublishRefused, match="enough seen"):
            await join(server, events, timeout_s=20)
        assert [RoomJoined, RoomAwaited, RoomAllowed, Closed] == [type(event) for event in events]


async def test_a_viewer_joins_without_publishing() -> None:
    async def let_viewer_in(server: ScriptedServer) -> None:
        await server.emit("room-connected", {**CONNECTED, "user": {**ME, "role": "viewer"}})

    async with nothing_left(), ScriptedServer(answer=answering(token=OK), script=let_viewer_in) as server:
        room = await join(server, timeout_s=20)
        await room.leave()
        assert "publish" not in [event.name for event in server.events]


async def test_a_room_that_is_told_before_the_ack_is_joined_all_the_same() -> None:
    bare = answering(token=("success", {"result": 0}))
    async with nothing_left(), ScriptedServer(answer=bare, script=let_in, is_hasty=True) as server:
        room = await join(server, publish=False, timeout_s=20)
        assert ("c-1", "Ravi") == (room.client_id, room.me.name)
        await room.leave()


async def test_leaving_does_not_wait_for_a_server_that_says_nothing() -> None:
    async with ScriptedServer(answer=answering(token=OK, drop=None), script=let_in) as server:
        room = await join(server, publish=False, timeout_s=20)
        await asyncio.wait_for(room.leave(), 1.8)
        assert ["drop"] == [event.name for event in server.events][-1:]


async def test_a_cancelled_join_leaves_nothing() -> None:
    async with nothing_left(), ScriptedServer(answer=answering(token=OK)) as server:
        joining = asyncio.create_task(join(server, timeout_s=30))
        await asyncio.sleep(0.2)
        joining.cancel()
        with pytest.raises(asyncio.CancelledError):
            await joining
        await asyncio.wait_for(server.ended.wait(), 5)


async def test_a_listener_that_raises_ends_the_room_and_leaves_nothing() -> None:
    def raise_on_join(event: RoomEvent) -> None:
        if event.name == RoomJoined.name:
            raise LookupError("a bug of the bot")

    async with nothing_left(), ScriptedServer(answer=answering(token=OK), script=let_in) as server:
        clock = SystemClock()
        with pytest.raises(JoinRefused, match="a bug of the bot"):
            await Room.join(token_for(server), clock=clock, pacer=Pacer(clock), on_event=raise_on_join, timeout_s=30)


async def test_a_lost_parent_takes_its_breakout_with_it(house: House) -> None:
    teacher = await house.join("Asha", "moderator")
    [room_id] = await teacher.room.create_breakouts(BreakoutDefinition(participants=2))
    breakout = await teacher.room.join_breakout(Joinee(room_id=room_id), StreamInfo(audio=False))
    await teacher.room.cut(0.0)
    closed = await asyncio.wait_for(teacher.room.wait_closed(), 5)
    assert (2002, True) == (closed.cause, closed.retryable)
    assert breakout.is_closed
    assert None is teacher.room.breakout


async def test_a_dead_server_api_says_what_to_check(house: House) -> None:
    url = house.server.api_url
    await house.server.stop()
    async with ServerApi(url, "id", SECRET) as api:
        with pytest.raises(ApiError, match="check BOTS_API_URL") as caught:
            await api.list_rooms()
        assert caught.value.retryable
        assert SECRET not in str(caught.value)


async def test_a_room_that_ends_while_its_media_is_negotiated_ends_the_join_at_once() -> None:
    endings: list[asyncio.Task[int | None]] = []

    def answer(event: Event) -> tuple[Any, ...]:
        if event.name == "signaling_message" and not endings:
            dropped = {"cause": {"cause": 2001, "msg": "disconnected-by-moderator"}}
            endings.append(asyncio.create_task(server.emit("room-disconnected", dropped)))
        granted = {"token": OK, "publish": ({"result": 0, "id": 900_000_001},)}
        return granted.get(event.name, ({"result": 0},))

    async with nothing_left(), ScriptedServer(answer=answer, script=let_in) as server:
        async with asyncio.timeout(5):  # long before the join's own limit
            with pytest.raises(JoinRefused, match="2001"):
                await join(server, timeout_s=30)
        await asyncio.gather(*endings)
