"""A client that speaks Engine.IO and Socket.IO text by hand, so that it can say anything, in any order."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bots.server import RoomServer

TIME_LIMIT_S = 10.0


class RawClient:
    """One socket: `answers` has every ack by number, `told` every event in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.answers: dict[int, list[Any]] = {}
        self.told: list[tuple[str, list[Any]]] = []
        self.order: list[str] = []
        self.client_id = ""
        self.close_code: int | None = None
        self._numbers = iter(range(10_000))
        self._reading = asyncio.create_task(self._read(), name="raw-client")

    @classmethod
    async def open(cls, address: str) -> Self:
        """On a server at this `host:port`."""
        socket = await connect(
            f"ws://{address}/v3/socket.io/?EIO=4&transport=websocket", compression=None, max_size=None
        )
        self = cls(socket)
        await socket.send("40")
        return self

    async def close(self) -> None:
        await self.socket.close()
        await self._reading

    async def say(self, event: str, *arguments: Any) -> int:
        """Send an event that wants an ack; the number of the ack."""
        number = next(self._numbers)
        await self.socket.send(f"42{number}{json.dumps([event, *arguments])}")
        return number

    async def ask(self, event: str, *arguments: Any) -> list[Any]:
        """Send an event; the arguments of its ack."""
        number = await self.say(event, *arguments)
        await self.until(lambda: number in self.answers)
        return self.answers[number]

    def heard(self, event: str) -> list[Any]:
        """The first argument of every such event."""
        return [arguments[0] for name, arguments in self.told if name == event]

    async def hear(self, event: str) -> Any:
        """The first such event's argument."""
        await self.until(lambda: bool(self.heard(event)))
        return self.heard(event)[0]

    async def until(self, condition: Callable[[], bool], *, limit_s: float = TIME_LIMIT_S) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():
                await asyncio.sleep(0.005)

    async def closed(self) -> int | None:
        """The close code, once the socket is closed."""
        async with asyncio.timeout(TIME_LIMIT_S):
            await asyncio.shield(self._reading)
        return self.close_code

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                self._take(str(text))
                if text == "2":
                    await self.socket.send("3")
        except ConnectionClosed:
            pass
        self.close_code = self.socket.close_code

    def _take(self, text: str) -> None:
        kind, rest = text[:2], text[2:]
        number, body = rest[: len(rest) - len(rest.lstrip("0123456789"))], rest.lstrip("0123456789")
        if kind == "43":
            self.answers[int(number)] = json.loads(body)
            self.order.append("ack")
        elif kind == "42":
            event, *arguments = json.loads(body)
            self.told.append((event, arguments))
            self.order.append(event)


class RawHouse:
    """A server with raw clients and its Server API."""

    def __init__(self, server: RoomServer, api: httpx.AsyncClient) -> None:
        self.server = server
        self.api = api
        self.clients: list[RawClient] = []

    async def room(self, **settings: Any) -> str:
        wanted = {"max_active_talkers": 4, "moderators": 3, **settings}
        reply = await self.api.post("/rooms", json={"name": "R", "owner_ref": "o", "settings": wanted})
        room_id: str = reply.json()["room"]["room_id"]
        return room_id

    async def token(self, room_id: str, role: str = "participant", name: str = "Ann") -> dict[str, Any]:
        """The decoded token."""
        body = {"name": name, "role": role, "user_ref": f"ref-{name}"}
        reply = await self.api.post(f"/rooms/{room_id}/tokens", json=body)
        return self.fields(reply.json()["token"])

    @staticmethod
    def fields(token: str) -> dict[str, Any]:
        """What stands in a token text."""
        fields: dict[str, Any] = json.loads(base64.b64decode(token))
        return fields

    async def connect(self) -> RawClient:
        """A client that has said nothing yet."""
        client = await RawClient.open(self.server.address)
        self.clients.append(client)
        return client

    async def enter(self, room_id: str, role: str = "participant", name: str = "Ann") -> RawClient:
        """A client that is in the room."""
        return await self.present(await self.token(room_id, role, name))

    async def present(self, fields: dict[str, Any]) -> RawClient:
        """A client that came in with this token."""
        client = await self.connect()
        word, answer = await client.ask("token", fields)
        assert "success" == word, answer
        client.client_id = answer["clientId"]
        await client.hear("room-connected")
        return client

    async def people(self, room_id: str) -> int:
        """How many the Server API says are in the session."""
        total: int = (await self.api.get(f"/rooms/{room_id}/users")).json()["total"]
        return total


async def settle(*clients: RawClient) -> None:
    """Everything that was on its way to them has come."""
    for client in clients:
        await client.ask("pingBack", {})


async def three(house: RawHouse, **settings: Any) -> tuple[RawClient, RawClient, RawClient]:
    """Mia, who moderates, Ann and Ben, in a new room with these settings."""
    room_id = await house.room(**settings)
    mia = await house.enter(room_id, "moderator", "Mia")
    return mia, await house.enter(room_id, name="Ann"), await house.enter(room_id, name="Ben")
