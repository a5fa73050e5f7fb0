"""A bot's own steps in a bad moment: the next word read together with the answer, or a connection lost on the way."""

import asyncio
from typing import Any, cast

import pytest

from bots.room.breakout import BreakoutTable
from bots.room.moderation import Moderation
from bots.room.network import Network
from bots.room.room import Room
from bots.room.session.session import Terms
from bots.wire import Answer, Request
from tests.unit.room.session.stage import FIELDS, FakeConversation, FakeLine, Stage, on_stage
from tests.unit.room.test_floor import HAND
from tests.unit.room.test_state import ASHA, BOT, CONNECTED

LECTURE = {"name": "9B", "settings": {"mode": "lecture"}}


async def room_of(stage: Stage, user: dict[str, Any]) -> Moderation:
    stage.network.connected = {**CONNECTED, "room": LECTURE, "user": user, "userList": [user, ASHA, HAND]}
    session = stage.session()
    await session.open()
    return Moderation(session, BreakoutTable())


def follow_up(conversation: FakeConversation, event: str, step: str, client_id: str) -> None:
    """Say this of the floor right after the answer to the request of that name."""
    tell_after(conversation, event, "floorManagementEvents", {"id": step, "clientId": client_id, "name": ""})


def tell_after(conversation: FakeConversation, event: str, notice: str, payload: dict[str, Any]) -> None:
    post = conversation.post

    def post_and_tell(request: Request, number: int | None = None) -> asyncio.Future[Answer]:
        answer = post(request, number)
        if request.event == event:
            conversation.tell(notice, payload)
        return answer

    conversation.post = post_and_tell  # type: ignore[method-assign]


def test_a_floor_that_is_granted_at_once_is_used() -> None:
    async def act(stage: Stage) -> None:
        room = await room_of(stage, BOT)
        follow_up(stage.network.conversations[0], "processFloorRequest", "floorGranted", "c-1")
        await room.take_floor_step("requested")
        await asyncio.sleep(1)
        assert room.has_floor
        assert 1 == len(stage.network.lines)

    on_stage(act)


def test_a_moderator_sees_the_offer_that_was_accepted_at_once() -> None:
    async def act(stage: Stage) -> None:
        room = await room_of(stage, {**BOT, "role": "moderator"})
        follow_up(stage.network.conversations[0], "inviteToFloor", "floorAccepted", "c-3")
        await room.offer_floor("c-3")
        assert (["c-3"], []) == (list(room.floor.holders), list(room.floor.offers))

    on_stage(act)


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_line_over_the_connection_before_does_not_take_the_place_of_the_new_one(*, by_itself: bool) -> None:
    async def act(stage: Stage) -> None:
        is_free = asyncio.Event()

        async def wait_first(line: FakeLine) -> None:
            if line is stage.network.lines[0]:
                await is_free.wait()

        room = await room_of(stage, BOT)
        stage.network.connect = wait_first
        follow_up(stage.network.conversations[0], "processFloorRequest", "floorGranted", "c-1")
        if by_itself:
            asking = asyncio.create_task(room.take_floor_step("requested"))
        else:
            asking = asyncio.create_task(asyncio.sleep(0))
            stage.network.conversations[0].tell("floorManagementEvents", {"id": "floorGranted", "clientId": "c-1"})
        await asyncio.sleep(0.1)
        stage.network.conversations[0].breaks()
        await room._session.wait_connected("sound")
        is_free.set()
        await asking
        await asyncio.sleep(1)
        assert [True, False] == [line.is_closed for line in stage.network.lines]

    on_stage(act)


def test_an_invite_that_comes_right_after_another_was_refused_is_open() -> None:
    async def act(stage: Stage) -> None:
        invite = {"room_id": "b", "requestor": "c-2"}
        terms = Terms(clock=stage.clock, network=cast("Network", stage.network))
        room = Room(FIELDS, terms)
        await room._session.open()
        stage.network.conversations[0].tell("invite-breakout-room", invite)
        tell_after(stage.network.conversations[0], "reject-breakout-room", "invite-breakout-room", invite)
        await room.reject_invite("b")
        assert ["b"] == list(room.invites)
        await room.leave()

    on_stage(act)
