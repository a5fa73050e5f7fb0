"""A room server that says what a test tells it to: a websocket, our own server machine, no rules."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bots.wire import Ack, Event, SocketIO

Answerer = Callable[[Event], tuple[Any, ...] | None]


class ScriptedServer:
    """Greets, keeps what it got, answers events by `answer` (None: no answer at all).

    Args:
        greets: whether it says anything after the websocket is open.
        answer: the ack arguments for an event; the default grants everything.
        ping_interval_s, ping_timeout_s: what it promises; it pings only when a test says so.
        script: what it does after it answered the first event; `is_hasty`: as soon as the client is connected.
    """

    def __init__(
        self,
        *,
        greets: bool = True,
        answer: Answerer = lambda event: ({"result": 0},),
        ping_interval_s: float = 25.0,
        ping_timeout_s: float = 20.0,
        tls: ssl.SSLContext | None = None,
        script: Callable[["ScriptedServer"], Awaitable[None]] | None = None,
        is_hasty: bool = False,
    ) -> None:
        self.events: list[Event] = []
        self.acks: list[Ack] = []
        self.ended = asyncio.Event()
        self._greets = greets
        self._answer = answer
        self._tls = tls
        self._script = script
        self._is_hasty = is_hasty
        self._times = (ping_interval_s, ping_timeout_s)
        self._server: Server | None = None
        self._socket: ServerConnection | None = None
        self._machine = SocketIO.server(sid="unused")

    @property
    def url(self) -> str:
        assert self._server is not None, "used as a context manager"
        scheme = "wss" if self._tls else "ws"
        port = next(iter(self._server.sockets)).getsockname()[1]
        return f"{scheme}://127.0.0.1:{port}/v3/socket.io/?EIO=4&transport=websocket"

    async def __aenter__(self) -> Self:
        self._server = await serve(self._handle, "127.0.0.1", 0, ssl=self._tls, compression=None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None, "used as a context manager"
        self._server.close()
        await self._server.wait_closed()

    async def emit(self, name: str, *arguments: Any, ack: bool = False) -> int | None:
        """Send an event to the client."""
        number = self._machine.emit(name, arguments, ack=ack)
        await self._flush()
        return number

    async def ping(self) -> None:
        self._machine.ping()
        await self._flush()

    async def send_raw(self, frame: str | bytes) -> None:
        """Send any frame, however wrong."""
        assert self._socket is not None, "a client is connected"
        await self._socket.send(frame)

    async def cut(self) -> None:
        """Break the connection without a word."""
        assert self._socket is not None, "a client is connected"
        self._socket.transport.abort()

    async def _handle(self, socket: ServerConnection) -> None:
        interval_s, timeout_s = self._times
        self._socket = socket
        self._machine = SocketIO.server(sid="s-1", ping_interval_s=interval_s, ping_timeout_s=timeout_s)
        try:
            if self._greets:
                await self._flush()
            async for text in socket:
                assert isinstance(text, str), "our client sends text only"
                for item in self._machine.receive(text):
                    self._take(item)
                await self._flush()
                if self._script is not None and (self.events or (self._is_hasty and self._machine.is_connected)):
                    script, self._script = self._script, None
                    await script(self)
        except ConnectionClosed:
            pass
        finally:
            self.ended.set()

    def _take(self, item: object) -> None:
        match item:
            case Event():
                self.events.append(item)
                answer = self._answer(item)
                if item.ack_id is not None and answer is not None:
                    self._machine.acknowledge(item.ack_id, answer)
            case Ack():
                self.acks.append(item)

    async def _flush(self) -> None:
        assert self._socket is not None, "a client is connected"
        for text in self._machine.take_outgoing():
            await self._socket.send(text)
