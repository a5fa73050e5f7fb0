"""What comes at the wrong moment: while a connection is being made, or together with the end."""

import asyncio
from contextlib import suppress

import pytest

from bots.errors import JoinRefused, MediaError
from bots.room.events import ConnectionRestored
from bots.room.microphone import Mute
from bots.room.session.session import Session
from tests.unit.room.session.stage import FakeConversation, FakeLine, Stage, on_stage


async def without_server(stage: Stage) -> Session:
    """A session whose server can be reached no more, a second ago."""
    session = stage.session()
    await session.open()
    stage.network.is_up = False
    stage.network.conversations[0].breaks()
    await asyncio.sleep(1)
    return session


def test_a_mute_is_no_error_while_nobody_answers() -> None:
    async def act(stage: Stage) -> None:
        session = await without_server(stage)
        session.set_mute(Mute.SELF, is_muted=True)
        stage.network.is_up = True
        await session.wait_connected("sound")
        assert "user-audio-muted" in [one.event for one in stage.network.conversations[-1].sent]
        await session.leave()

    on_stage(act)


def test_a_cut_is_no_error_while_nobody_answers() -> None:
    async def act(stage: Stage) -> None:
        session = await without_server(stage)
        await session.cut(1.0)
        stage.network.is_up = True
        await session.wait_connected("sound")
        await session.leave()

    on_stage(act)


def test_who_leaves_while_the_socket_is_being_opened_leaves_no_connection_behind() -> None:
    async def act(stage: Stage) -> None:
        stage.network.opening = lambda: asyncio.sleep(1)
        session = stage.session()
        opening = asyncio.create_task(session.open())
        await asyncio.sleep(0.5)
        await session.leave()
        with pytest.raises(JoinRefused):
            await opening
        assert all(one.is_closed for one in stage.network.conversations)

    on_stage(act)


def test_media_that_fail_as_the_breakout_ends_bring_nobody_back() -> None:
    async def act(stage: Stage) -> None:
        async def fail(_: FakeLine) -> None:
            stage.network.conversations[0].tell("room-disconnected", {"cause": 4115, "msg": "over"})
            raise MediaError("publication", "not up")

        stage.network.connect = fail
        session = stage.session()
        with suppress(JoinRefused):
            await session.open()
        await asyncio.sleep(30)
        assert "room-disconnected" == stage.names[-1]
        assert 1 == len(stage.network.conversations)

    on_stage(act, is_breakout=True)


def test_a_connection_that_breaks_as_it_lets_the_bot_in_is_followed_by_another_one() -> None:
    async def act(stage: Stage) -> None:
        def let_in_and_break(conversation: FakeConversation) -> None:
            conversation.tell("room-connected", stage.network.connected)
            if conversation is stage.network.conversations[1]:
                conversation.breaks()

        session = stage.session()
        await session.open()
        stage.network.let_in = let_in_and_break  # type: ignore[method-assign]
        stage.network.conversations[0].breaks()
        await session.wait_connected("sound")
        restored = stage.told[-1]
        assert isinstance(restored, ConnectionRestored)
        assert 2 == restored.tries
        await session.leave()

    on_stage(act)


def test_who_comes_back_into_a_room_that_waits_for_a_moderator_waits_there() -> None:
    async def act(stage: Stage) -> None:
        session = stage.session()
        await session.open()
        stage.network.connected = {**stage.network.connected, "room": {"name": "9B", "waitRoom": True}}
        stage.network.conversations[0].breaks()
        await asyncio.sleep(60)
        assert 2 == len(stage.network.conversations)
        assert not session.is_connected
        stage.network.conversations[-1].tell("roomManagementEvents", {"id": "wait-room-disabled"})
        await session.wait_connected("sound")
        assert 1 == stage.names.count("room-awaited")
        await session.leave()

    on_stage(act)


@pytest.mark.parametrize("turns", range(16))
def test_the_end_is_the_last_that_is_told_also_as_the_bot_comes_back(turns: int) -> None:
    async def act(stage: Stage) -> None:
        is_free = asyncio.Event()

        async def wait(_: FakeLine) -> None:
            await is_free.wait()

        session = stage.session()
        await session.open()
        stage.network.connect = wait
        stage.network.conversations[0].breaks()
        while len(stage.network.lines) < 2:
            await asyncio.sleep(0.01)
        is_free.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        stage.network.conversations[-1].tell("room-disconnected", {"cause": 4115, "msg": "over"})
        await session.wait_closed()
        await asyncio.sleep(1)
        assert "room-disconnected" == stage.names[-1]

    on_stage(act)


def test_a_line_that_was_cut_before_it_was_up_is_forgotten() -> None:
    async def act(stage: Stage) -> None:
        async def fail_when_closed(line: FakeLine) -> None:
            while not line.is_closed:
                await asyncio.sleep(0.01)
            raise MediaError("publication", "it closed")

        session = stage.session()
        await session.open()
        connect, stage.network.connect = stage.network.connect, fail_when_closed
        stage.network.conversations[0].breaks()
        while len(stage.network.lines) < 2:
            await asyncio.sleep(0.01)
        await session.cut(1.0)
        stage.network.connect = connect
        await session.wait_connected("sound")
        assert not session._lines.are_broken
        await session.leave()

    on_stage(act)
