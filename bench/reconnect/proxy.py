"""A proxy that fails as told: it stands between bots and a room server, for signalling and for media.

Signalling goes through as websocket frames. In the messages that negotiate media the addresses are replaced, so that
media goes through UDP sockets of the proxy. Everything is on 127.0.0.1.
"""

import asyncio
import base64
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Self, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidHandshake

__all__ = ["FaultProxy", "Link"]

HOST = "127.0.0.1"
_CANDIDATE = re.compile(r"(candidate:\S+ \d+ udp \d+ 127\.0\.0\.1 )(\d+)( typ host)", re.IGNORECASE)
_TOKEN = re.compile(r'"token":\s*"([A-Za-z0-9+/=]+)"')
_EVENT = re.compile(r"42\d*(\[.*)", re.DOTALL)


class Link:
    """One client's way to the server: its two sockets, and the flows of its media.

    Attributes:
        name: of the participant, from the token.
        room_id: that it is a link to, from the token.
    """

    def __init__(self, client: ServerConnection, server: ClientConnection, proxy: "FaultProxy") -> None:
        self._proxy = proxy
        self.name = ""
        self.room_id = ""
        self.token: dict[str, Any] = {}
        self.client = client
        self.server = server
        self.is_over = False
        self.flows: dict[int, _Flow] = {}
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._is_dropping = False
        self._ended = 0
        self._is_closing = asyncio.Event()

    # ---- faults

    def cut(self) -> None:
        """Break both sockets at once (RST)."""
        for socket in (self.client, self.server):
            socket.transport.abort()

    def drop(self) -> None:
        """Drop every frame from now on, both ways, without a word: the link is half open for good."""
        self._is_dropping = True

    def hold(self) -> None:
        """Let nothing through for a while; what is sent meanwhile comes late, as over TCP."""
        self._is_open.clear()

    def release(self) -> None:
        """Let through again, what was held first."""
        self._is_open.set()

    def drop_media(self) -> None:
        """Drop the packets of every flow that there is now, for good unless they are released; new ones work."""
        for flow in self.flows.values():
            flow.is_dropping = True

    def release_media(self) -> None:
        """The flows that there are work again."""
        for flow in self.flows.values():
            flow.is_dropping = False

    async def move_media(self) -> None:
        """From now on the server sees the media come from other addresses, and the old ones lead nowhere."""
        for flow in self.flows.values():
            await flow.move()

    def end(self) -> None:
        """No fault: the proxy closes. (Media go on when a socket is cut, so until here.)"""
        for flow in self.flows.values():
            flow.close()
        self._is_closing.set()
        self._is_open.set()
        self.cut()

    # ---- work

    async def run(self) -> None:
        """Carry frames until one side is gone."""
        ways = [
            asyncio.create_task(self._carry(self.client, self.server, self._to_server), name="proxy/up"),
            asyncio.create_task(self._carry(self.server, self.client, self._to_client), name="proxy/down"),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.is_over = True
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(self, source: Any, target: Any, changed: Callable[[str], Awaitable[str]]) -> None:
        try:
            async for frame in source:
                await self._is_open.wait()
                if not self._is_dropping:
                    await target.send(await changed(frame))
        except ConnectionClosed:
            pass
        await self._is_open.wait()
        if self._is_dropping:  # the other end is not to learn of it
            self._ended += 1
            if self._ended == 2:
                self._is_closing.set()
            await self._is_closing.wait()

    async def _to_server(self, text: str) -> str:
        event, fields = _event(text)
        if event == "token":
            self.name, self.room_id = _named(fields)
            self.token = fields
        elif event == "signaling_message":
            flow = self.flows.get(_number(fields))
            if flow is not None:
                return _CANDIDATE.sub(lambda found: f"{found[1]}{flow.client_is_at(int(found[2]))}{found[3]}", text)
        return text

    async def _to_client(self, text: str) -> str:
        if text.startswith("43") and '"token":' in text:  # to a breakout: it is joined by way of the proxy too
            return _TOKEN.sub(lambda one: f'"token":"{self._proxy.token(one[1])}"', text)
        event, fields = _event(text)
        found = _CANDIDATE.search(text) if event == "media_engine_connecting" else None
        if found is None:
            return text
        number = _number(fields)
        flow = self.flows.get(number)
        if flow is None or flow.server_port != int(found[2]):
            if flow is not None:
                flow.close()
            flow = self.flows[number] = await _Flow.open(int(found[2]))
        return _CANDIDATE.sub(lambda one: f"{one[1]}{flow.front_port}{one[3]}", text)


class _Flow:
    """The packets of one peer connection: client <-> front socket, back socket <-> server."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.is_dropping = False
        self._client: tuple[str, int] | None = None
        self._front: asyncio.DatagramTransport | None = None
        self._back: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, server_port: int) -> Self:
        self = cls(server_port)
        self._front = await _udp(self._from_client)
        self._back = await _udp(self._from_server)
        return self

    @property
    def front_port(self) -> int:
        assert self._front is not None, "open"
        return _port(self._front)

    def client_is_at(self, port: int) -> int:
        """The client's candidate; what the server is told instead."""
        self._client = self._client or (HOST, port)
        assert self._back is not None, "open"
        return _port(self._back)

    async def move(self) -> None:
        """Another back socket: what the server sends to the old one does not arrive."""
        before, self._back = self._back, await _udp(self._from_server)
        if before is not None:
            before.close()

    def close(self) -> None:
        for transport in (self._front, self._back):
            if transport is not None:
                transport.close()

    def _from_client(self, data: bytes, address: tuple[str, int]) -> None:
        self._client = address
        if not self.is_dropping and self._back is not None:
            self._back.sendto(data, (HOST, self.server_port))

    def _from_server(self, data: bytes, _address: tuple[str, int]) -> None:
        if not self.is_dropping and self._client is not None and self._front is not None:
            self._front.sendto(data, self._client)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, tuple[str, int]], None]) -> None:
        self.datagram_received = take  # type: ignore[method-assign, assignment]


async def _udp(take: Callable[[bytes, tuple[str, int]], None]) -> asyncio.DatagramTransport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(take), local_addr=(HOST, 0))
    return transport


def _port(transport: asyncio.DatagramTransport) -> int:
    return cast("int", transport.get_extra_info("sockname")[1])


class FaultProxy:
    """Use it as an async context manager; `token` sends a bot through it.

    Args:
        server: `host:port` of the room server; may be changed later.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        self.links: list[Link] = []
        self._listener: Server | None = None
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._is_refusing = False
        self.refused = 0

    async def __aenter__(self) -> Self:
        self._listener = await serve(
            self._serve, HOST, 0, compression=None, max_size=None, ping_interval=None, process_request=self._greet,
            open_timeout=None,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listener is not None, "entered"
        self._is_open.set()
        for link in self.links:
            link.end()
        self._listener.close()
        await self._listener.wait_closed()

    @property
    def address(self) -> str:
        assert self._listener is not None, "entered"
        return f"{HOST}:{next(iter(self._listener.sockets)).getsockname()[1]}"

    def token(self, text: str) -> str:
        """The same token, by way of this proxy."""
        fields = json.loads(base64.b64decode(text))
        return base64.b64encode(json.dumps({**fields, "host": self.address}).encode()).decode()

    def links_of(self, name: str, room_id: str | None = None) -> Iterator[Link]:
        """The links of a participant that there are now."""
        return (
            one for one in self.links
            if not one.is_over and one.name == name and room_id in (None, one.room_id)
        )  # fmt: skip

    def refuse(self, *, is_refusing: bool) -> None:
        """Refuse new connections, as a machine does on which no server runs."""
        self._is_refusing = is_refusing

    def hold(self) -> None:
        """Let new connections wait, as a network does that loses everything."""
        self._is_open.clear()

    def release(self) -> None:
        """New connections come through again."""
        self._is_open.set()

    async def _greet(self, client: ServerConnection, _request: object) -> None:
        await self._is_open.wait()
        if self._is_refusing:
            self.refused += 1
            client.transport.abort()

    async def _serve(self, client: ServerConnection) -> None:
        request = client.request
        assert request is not None, "greeted"
        try:
            server = await connect(
                f"ws://{self.server}{request.path}", compression=None, max_size=None, ping_interval=None, proxy=None
            )
        except (OSError, InvalidHandshake):
            client.transport.abort()
            return
        link = Link(client, server, self)
        self.links.append(link)
        try:
            await link.run()
        finally:
            link.cut()


def _event(text: str) -> tuple[str, dict[str, Any]]:
    """The name of an event and its first argument, if that is an object."""
    found = _EVENT.fullmatch(text)
    values = json.loads(found[1]) if found else [""]
    fields = values[1] if len(values) > 1 and isinstance(values[1], dict) else {}
    return values[0], fields


def _named(fields: dict[str, Any]) -> tuple[str, str]:
    claim = fields.get("claim") or {}
    return str(claim.get("name") or ""), str(claim.get("roomId") or "")


def _number(fields: dict[str, Any]) -> int:
    """The stream that a message is about."""
    return int(fields.get("streamId") or fields.get("peerId") or 0)
