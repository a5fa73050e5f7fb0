"""The ten faults, each made for real, and what is expected to become of the bot."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from websockets.asyncio.client import connect

from bench.reconnect.stage import BOT, Stage
from bots.server import TokenMint

__all__ = ["FAULTS", "Fault"]

LOSS_S = 30.0
DOWN_S = 2.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    Attributes:
        make: makes it; returns when the network, or the server, is in order again.
        in_breakout: where the bot is afterwards when it was in a breakout.
        in_parent: and when it was in the main room.
        is_told: others are told of it, because it is no loss.
    """

    name: str
    make: Callable[[Stage], Awaitable[None]]
    in_parent: Literal["parent", "gone"] = "parent"
    in_breakout: Literal["breakout", "parent", "gone"] = "breakout"
    is_told: bool = False


async def _cut(scene: Stage) -> None:
    for link in scene.links(of_breakout=scene.in_breakout):
        link.cut()


async def _restart(scene: Stage) -> None:
    await scene.restart_server(DOWN_S)


async def _half_open(scene: Stage) -> None:
    for link in scene.links(of_breakout=scene.in_breakout):
        link.drop()


async def _loss(scene: Stage) -> None:
    """Nothing goes through, neither frames nor packets, and nothing new can be opened."""
    links = scene.links()
    scene.proxy.hold()
    for link in links:
        link.hold()
        link.drop_media()
    await asyncio.sleep(LOSS_S)
    scene.proxy.release()
    for link in links:
        link.release()
        link.release_media()


async def _address(scene: Stage) -> None:
    for link in scene.links():
        link.drop()
        await link.move_media()


async def _media(scene: Stage) -> None:
    for link in scene.links(of_breakout=scene.in_breakout):
        link.drop_media()


async def _expired(scene: Stage) -> None:
    scene.server.rooms.mint = TokenMint()  # no token from before is good any more
    await _cut(scene)


async def _closed(scene: Stage) -> None:
    teacher = scene.teacher.room
    assert teacher is not None, "joined"
    if scene.in_breakout:
        await teacher.destroy_breakouts([scene.breakout_id])
    else:
        scene.server._perform(scene.server.rooms.remove(_room(scene)))  # as the Server API does with a room that ends


async def _kicked(scene: Stage) -> None:
    witness = scene.mate.room if scene.in_breakout else scene.teacher.room
    room = witness.breakout if witness is not None and scene.in_breakout else witness
    assert room is not None, "joined"
    await room.drop([one.client_id for one in room.participants.values() if one.name == BOT])


async def _duplicate(scene: Stage) -> None:
    """Somebody else comes with the bot's token, as the bot itself would after a loss."""
    [link] = scene.links(of_breakout=scene.in_breakout)
    room = scene.bot_room if not scene.in_breakout or scene.bot_room is None else scene.bot_room.breakout
    assert room is not None, "joined"
    token = {**link.token, "isReconnecting": True, "oldClientIdForReconnect": room.client_id}
    async with connect(f"ws://{scene.server.address}/v3/socket.io/?EIO=4&transport=websocket", proxy=None) as socket:
        await socket.send("40")
        await socket.send(f"420{json.dumps(['token', token])}")
        await scene.until(lambda: scene.place != ("breakout" if scene.in_breakout else "parent"))


def _room(scene: Stage):  # type: ignore[no-untyped-def]
    room = scene.server.rooms.get(scene.room_id)
    assert room is not None, "it is there"
    return room


FAULTS = (
    Fault("socket cut", _cut),
    Fault("server restart", _restart, in_breakout="parent", is_told=True),
    Fault("half-open socket", _half_open),
    Fault("30 s of loss", _loss),
    Fault("address change", _address),
    Fault("media only", _media),
    Fault("token expired", _expired, is_told=True),
    Fault("room closed", _closed, in_parent="gone", in_breakout="parent", is_told=True),
    Fault("kicked", _kicked, in_parent="gone", in_breakout="parent", is_told=True),
    Fault("duplicate session", _duplicate, in_parent="gone", in_breakout="parent", is_told=True),
)
