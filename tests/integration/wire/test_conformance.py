"""Our machine against python-socketio, each as client and as server, over real sockets on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import socketio
from aiohttp import web
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from bots.wire import Ack, Connected, Event, Incoming, Opened, Ping, Pong, SocketIO

PATH = "v3/socket.io"
TIME_LIMIT_S = 10.0
ARGUMENTS = [(), ({"text": "¡hola, 世界 🎈"},), ({"streamId": 1}, None)]


class Conversation:
    """Our machine on one websocket: sends what is queued, keeps what came in."""

    def __init__(self, machine: SocketIO, socket: ClientConnection | ServerConnection) -> None:
        self.machine = machine
        self._socket = socket
        self._received: list[Incoming] = []

    async def flush(self) -> None:
        for text in self.machine.take_outgoing():
            await self._socket.send(text)

    async def next(self, kind: type[Incoming]) -> Any:
        """The next thing of this kind that came in; others before it are put aside."""
        async with asyncio.timeout(TIME_LIMIT_S):
            while True:
                for number, item in enumerate(self._received):
                    if isinstance(item, kind):
                        return self._received.pop(number)
                text = await self._socket.recv(decode=True)
                self._received += self.machine.receive(text)
                await self.flush()


@asynccontextmanager
async def their_server(prepare: Callable[[Any], None], **settings: Any) -> AsyncIterator[Conversation]:
    server = socketio.AsyncServer(async_mode="aiohttp", **settings)
    prepare(server)
    app = web.Application()
    server.attach(app, socketio_path=PATH)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        url = f"ws://127.0.0.1:{port}/{PATH}/?EIO=4&transport=websocket"
        async with connect(url, compression=None) as socket:
            yield Conversation(SocketIO.client(), socket)
    finally:
        await server.shutdown()
        await runner.cleanup()


@asynccontextmanager
async def their_client(
    prepare: Callable[[Any], None] = lambda client: None, **settings: Any
) -> AsyncIterator[tuple[Any, Conversation]]:
    accepted: asyncio.Future[Conversation] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def handle(socket: ServerConnection) -> None:
        conversation = Conversation(SocketIO.server(sid="ours-1", **settings), socket)
        await conversation.flush()
        await conversation.next(Connected)
        accepted.set_result(conversation)
        await done.wait()

    client = socketio.AsyncClient(reconnection=False)
    prepare(client)
    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        try:
            url = f"http://127.0.0.1:{port}"
            await client.connect(url, transports=["websocket"], socketio_path=PATH, wait_timeout=5)
            yield client, await asyncio.wait_for(accepted, TIME_LIMIT_S)
        finally:
            await client.disconnect()
            done.set()


def echo_back(server: Any) -> None:
    """Repeats every event as "again" and acks with what it got."""

    @server.on("*")  # type: ignore[untyped-decorator]  # python-socketio ships no types
    async def again(name: str, sid: str, *arguments: Any) -> tuple[Any, ...]:
        await server.emit("again", (name, *arguments), to=sid)
        return ("success", *arguments)


@pytest.mark.parametrize("arguments", ARGUMENTS)
async def test_our_client_and_their_server_exchange_events_and_acks(arguments: tuple[Any, ...]) -> None:
    async with their_server(echo_back) as ours:
        number = ours.machine.emit("an event", arguments, ack=True)  # held until the namespace is connected
        assert isinstance(await ours.next(Opened), Opened)
        assert isinstance(await ours.next(Connected), Connected)
        assert Event("again", ("an event", *arguments)) == await ours.next(Event)
        assert Ack(number or 0, ("success", *arguments)) == await ours.next(Ack)


@pytest.mark.parametrize("arguments", ARGUMENTS)
async def test_their_server_gets_our_clients_ack(arguments: tuple[Any, ...]) -> None:
    answers: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()

    def ask_back(server: Any) -> None:
        @server.event  # type: ignore[untyped-decorator]
        async def ready(sid: str) -> None:
            await server.emit("room-muted", {"a": 1}, to=sid, callback=lambda *got: answers.put_nowait(got))

    async with their_server(ask_back) as ours:
        ours.machine.emit("ready", ())
        asked = await ours.next(Event)
        assert ("room-muted", ({"a": 1},)) == (asked.name, asked.arguments)
        ours.machine.acknowledge(asked.ack_id, arguments)
        await ours.flush()
        assert arguments == await asyncio.wait_for(answers.get(), TIME_LIMIT_S)


async def test_our_client_answers_the_pings_of_their_server() -> None:
    async with their_server(echo_back, ping_interval=0.1, ping_timeout=0.2) as ours:
        for _ in range(5):  # their server would close at the first missing pong
            assert Ping() == await ours.next(Ping)
        ours.machine.emit("still here", ())
        await ours.flush()
        assert Event("again", ("still here",)) == await ours.next(Event)


async def test_their_server_sees_our_client_leave() -> None:
    left = asyncio.Event()

    def watch(server: Any) -> None:
        echo_back(server)
        server.on("disconnect", lambda sid, reason: left.set())

    async with their_server(watch) as ours:
        await ours.next(Connected)
        ours.machine.close()
        await ours.flush()
        await asyncio.wait_for(left.wait(), TIME_LIMIT_S)


@pytest.mark.parametrize("arguments", ARGUMENTS)
async def test_their_client_and_our_server_exchange_events_and_acks(arguments: tuple[Any, ...]) -> None:
    async with their_client() as (theirs, ours):
        asking = asyncio.create_task(theirs.call("an event", arguments or None, timeout=5))
        event = await ours.next(Event)
        assert ("an event", arguments) == (event.name, event.arguments)
        ours.machine.acknowledge(event.ack_id, ("success", {"result": 0, "naïve": "✓"}))
        await ours.flush()
        assert ("success", {"result": 0, "naïve": "✓"}) == await asking


@pytest.mark.parametrize("arguments", ARGUMENTS)
async def test_our_server_gets_their_clients_ack(arguments: tuple[Any, ...]) -> None:
    def answer_all(client: Any) -> None:
        client.on("*", lambda name, *got: ("success", name, *got))

    async with their_client(answer_all) as (_, ours):
        number = ours.machine.emit("hardmute-user-audio", arguments, ack=True)
        await ours.flush()
        assert Ack(number or 0, ("success", "hardmute-user-audio", *arguments)) == await ours.next(Ack)


async def test_their_client_answers_our_pings_and_sees_us_close() -> None:
    closed = asyncio.Event()

    def watch(client: Any) -> None:
        client.on("disconnect", lambda reason: closed.set())

    async with their_client(watch) as (_, ours):
        for _ in range(3):
            ours.machine.ping()
            await ours.flush()
            assert Pong() == await ours.next(Pong)
        ours.machine.close()
        await ours.flush()
        await asyncio.wait_for(closed.wait(), TIME_LIMIT_S)
