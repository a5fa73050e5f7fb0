"""What a room server that is not ours may do otherwise, said to a Room over a real socket."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from bots.errors import RequestRefused
from bots.room import BreakoutDefinition, BreakoutJoined, BreakoutLeft, RoomEvent
from bots.wire import Event
from tests.fakes.scripted_server import ScriptedServer
from tests.integration.room.test_join_failures import CONNECTED, OK, answering, join, let_in

TEACHER = {"clientId": "c-1", "name": "Ravi", "role": "moderator"}


def making(*made: Any) -> Callable[[Event], tuple[Any, ...] | None]:
    """Grants everything, and tells of these breakouts, one list for each request to make some."""
    lists = itertools.chain(made, itertools.repeat([]))
    usual = answering(token=OK)

    def answer(event: Event) -> tuple[Any, ...] | None:
        if event.name == "create-breakout-room":
            return ("success", {"result": "0", "msg": {"rooms": next(lists)}})
        return usual(event)

    return answer


async def let_teacher_in(server: ScriptedServer) -> None:
    await server.emit("room-connected", {**CONNECTED, "user": TEACHER, "userList": {"c-1": TEACHER}})


@pytest.mark.parametrize("made", [(["b-1"], ["b-2"], ["b-3"]), (["b-1", {"_id": "b-2"}, {"room_id": "b-3"}, "b-4"],)])
async def test_a_server_that_makes_one_breakout_at_a_time_or_too_many_gives_as_many_as_asked(made: Any) -> None:
    async with ScriptedServer(answer=making(*made), script=let_teacher_in) as server:
        room = await join(server, publish=False, timeout_s=20)
        assert ("b-1", "b-2", "b-3") == await room.create_breakouts(BreakoutDefinition(participants=2, max_rooms=3))
        asked = [event.arguments[0]["max_rooms"] for event in server.events if event.name == "create-breakout-room"]
        assert [3, 2, 1][: len(made)] == asked
        await room.leave()


async def test_a_server_that_names_no_room_that_it_made_has_refused() -> None:
    async with ScriptedServer(answer=making(), script=let_in) as server:
        room = await join(server, publish=False, timeout_s=20)
        with pytest.raises(RequestRefused, match="names no room"):
            await room.create_breakouts(BreakoutDefinition(participants=2))
        await room.leave()


async def test_who_joins_a_breakout_is_where_it_was_invited_to_if_the_server_does_not_say() -> None:
    events: list[RoomEvent] = []
    async with ScriptedServer(answer=answering(token=OK), script=let_teacher_in) as server:
        room = await join(server, events, publish=False, timeout_s=20)
        await room.invite("b-1", ["c-2", "c-3"])
        await server.emit("user-joined-breakout-room", {"client": "c-2"})
        await server.emit("breakout-user-disconnected", {"name": "Lena", "clientId": "c-2"})
        await room.say("after that")
        await room.leave()
    told = [event for event in events if isinstance(event, BreakoutJoined | BreakoutLeft)]
    assert [BreakoutJoined("c-2", "b-1"), BreakoutLeft("c-2", "b-1")] == told
