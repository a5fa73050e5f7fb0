"""When a session sends sound: what is begun and called off again leaves nothing behind."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from bots.room.microphone import Microphone
from bots.room.moderated import FloorOpened
from bots.room.session.connection import Connection
from bots.room.session.lines import Lines
from bots.room.session.publishing import Publishing
from bots.room.state import RoomState
from tests.unit.room.test_state import CONNECTED, apply

SPINS = 20  # turns of the loop, more than any step here needs


class LinesThatNeverComeUp:
    """Negotiates until it is called off, and takes a while to close its sockets then."""

    is_publishing = False
    publication_id = None
    begun = closed = 0

    def hold(self) -> None:
        pass

    def ask_to_publish(self, *_: Any) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().create_future()

    async def publish(self, *_: Any, **__: Any) -> None:
        self.begun += 1
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            for _turn in range(SPINS // 4):
                await asyncio.sleep(0)
            self.closed += 1

    async def stop_publishing(self, *_: Any) -> None:
        pass


async def spin() -> None:
    for _ in range(SPINS):
        await asyncio.sleep(0)


async def test_a_floor_that_changes_faster_than_sockets_close_leaves_none_open() -> None:
    state, lines, ended = RoomState("room-1"), LinesThatNeverComeUp(), asyncio.Event()
    apply(state, "room-connected", CONNECTED)
    publishing = Publishing(
        state, cast("Lines", lines), Microphone(), is_wanted=True, is_breakout=False, name="bot", timeout_s=15.0,
        connection=lambda: cast("Connection", SimpleNamespace(ended=ended)),
    )  # fmt: skip
    publishing.hear(FloorOpened(True))
    await spin()
    for is_open in (False, True, False, True):
        publishing.hear(FloorOpened(is_open))
        await asyncio.sleep(0)
    await spin()
    await publishing.stop()
    assert lines.begun == lines.closed > 1
