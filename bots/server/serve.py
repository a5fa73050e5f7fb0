"""The embedded room server: Server API, signalling and media relay on one loopback port."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from bots.errors import ConfigError
from bots.server.api import ServerApiRoutes
from bots.server.breakouts import JOIN_LIMIT_S, Breakouts
from bots.server.connection import Acknowledge, Connection
from bots.server.desk import Desk
from bots.server.relay import Relay
from bots.server.rooms import Refused, Rooms
from bots.server.state import Disconnect, Effect, Send
from bots.server.tokens import TokenMint
from bots.wire import (
    JoinBreakout,
    PresentToken,
    Publish,
    Request,
    RoomDisconnected,
    Signal,
    Subscribe,
    Unpublish,
    Unsubscribe,
    granted,
    refused,
    token_refused,
)

__all__ = ["RoomServer"]

STOPPED = RoomDisconnected(cause=2002, msg="the room server stops")
START_LIMIT_S = 10.0
PAGE = Path(__file__).parent / "page"

log = structlog.get_logger()


class RoomServer:
    """A room server for one project, in this process.

    Args:
        host: what to bind; anything but a loopback address opens the rooms to the network.
        port: 0 takes a free one.
        app_id, app_key: the project's credentials; random if not given.

    Use it as `async with RoomServer() as server: ... server.api_url`.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, app_id: str = "", app_key: str = "") -> None:
        self.host = host
        self.port = port
        self.app_id = app_id or f"app-{secrets.token_hex(4)}"
        self.app_key = app_key or secrets.token_hex(16)
        self.rooms = Rooms(TokenMint())
        self._api = ServerApiRoutes(
            self.rooms, app_id=self.app_id, app_key=self.app_key, address=lambda: self.address,
            perform=self.perform, now=lambda: datetime.now(UTC),
        )  # fmt: skip
        self.breakouts = Breakouts(self.rooms, clock_s=_unix_now, token_for=self._api.token_for)
        self._desk = Desk(self.rooms, self.breakouts)
        self._relay = Relay(self.rooms, loopback=_is_loopback(host), tell=self._tell)
        self._connections: dict[str, Connection] = {}
        self._uvicorn: _Uvicorn | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """`host:port` as clients reach it."""
        return f"{'127.0.0.1' if self.host in ('0.0.0.0', '::') else self.host}:{self.port}"

    @property
    def api_url(self) -> str:
        """Base address of the Server API."""
        return f"http://{self.address}/video/v2"

    @property
    def page_url(self) -> str:
        """The page to join from a browser; the credentials stand behind the "#", which no browser sends."""
        return f"http://{self.address}/#{self.app_id}:{self.app_key}"

    async def __aenter__(self) -> "RoomServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Bind and serve; returns when clients can come.

        Raises:
            ConfigError: the address cannot be bound.
        """
        listener = self._bind()
        self.port = listener.getsockname()[1]
        application = Starlette(
            routes=[
                *self._api.routes(),
                WebSocketRoute("/v3/socket.io/", self._serve_socket),
                Route("/probe", _probe, methods=["GET", "HEAD", "OPTIONS"]),
                Mount("/", StaticFiles(directory=PAGE, html=True)),
            ]
        )
        config = uvicorn.Config(
            application, ws="websockets-sansio", ws_ping_interval=None, ws_max_size=4 * 1024 * 1024, lifespan="off",
            log_config=None, access_log=False, timeout_graceful_shutdown=2, server_header=False,
        )  # fmt: skip
        self._uvicorn = _Uvicorn(config)
        self._task = asyncio.create_task(self._uvicorn.serve([listener]), name="room-server")
        await asyncio.wait_for(self._uvicorn.is_up.wait(), START_LIMIT_S)
        self._relay.start()

    async def stop(self) -> None:
        """Tell everybody, close every connection, free the port."""
        if self._uvicorn is None or self._task is None:
            return
        for connection in tuple(self._connections.values()):
            connection.send(STOPPED)
            connection.end()
        await self._relay.stop()
        self._uvicorn.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._uvicorn = self._task = None

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
        except OSError as error:
            listener.close()
            raise ConfigError(
                f"cannot serve on {self.host}:{self.port}: {error.strerror}; try another --port"
            ) from error
        listener.listen(1024)
        listener.setblocking(False)
        return listener

    # ---- what a connection asks of its house

    def enter(self, connection: Connection, token: PresentToken) -> tuple[tuple[Any, ...], str]:
        try:
            admission = self.rooms.admit(token, _unix_now())
        except Refused as no:
            log.debug("join_refused", result=no.result, reason=no.reason)
            return token_refused(no.result, no.reason), ""
        client_id = admission.member.client_id
        if admission.replaced and (older := self._connections.get(client_id)) is not None:
            older.client_id = ""  # its end is not this member's end
            older.end()
            self._relay.forget(client_id)
        self._connections[client_id] = connection
        asyncio.get_running_loop().call_soon(self.perform, list(admission.effects))
        answer = {"result": 0, "clientId": client_id, "connectedIP": connection.address}
        log.debug(
            "member_joined",
            room=admission.room.room_id,
            client_id=client_id,
            role=admission.member.claim.role,
        )
        return ("success", answer), client_id

    def entered(self, client_id: str) -> None:
        place = self.rooms.place_of(client_id)
        connection = self._connections.get(client_id)
        if place is None or connection is None:
            return
        connection.send(self.rooms.welcome(*place, probe_url=f"http://{self.address}/probe"))
        self._relay.enter(client_id)

    def answer(self, client_id: str, request: Request, acknowledge: Acknowledge) -> None:
        match request:
            case Publish():
                acknowledge(self._publish(client_id, request))
            case Subscribe():
                acknowledge(
                    (True,) if self._relay.knows_slot(client_id, request.stream_id) else (None, "no such stream")
                )
            case Signal():
                acknowledge(granted())
                self._relay.signal(client_id, request)
            case Unpublish():
                self._relay.unpublish(client_id, request.stream_id)
                acknowledge(("success", True))
            case Unsubscribe():
                self._relay.unsubscribe(client_id, request.stream_id)
                acknowledge(("success", True))
            case _:
                reply = self._desk.handle(client_id, request, _unix_now())
                acknowledge(reply.answer)
                if isinstance(request, JoinBreakout) and reply.answer[0]["result"] == 0:
                    loop = asyncio.get_running_loop()
                    loop.call_later(JOIN_LIMIT_S, self.breakouts.give_up_joining, request.room_id, client_id)
                self.perform(reply.effects)
                self._relay.update_around(client_id)

    def gone(self, connection: Connection, client_id: str) -> None:
        if not client_id or self._connections.get(client_id) is not connection:
            return
        place = self.rooms.place_of(client_id)
        del self._connections[client_id]
        self.perform(self._desk.leave(client_id))
        self._relay.forget(client_id)
        if place is not None:
            log.debug("member_left", room=place[0].room_id, client_id=client_id)

    def perform(self, effects: Any) -> None:
        """Say what has to be said, close what has to be closed."""
        for effect in effects:
            self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        connection = self._connections.get(effect.client_id)
        match effect:
            case Send(notice=notice):
                if connection is not None:
                    connection.send(notice)
            case Disconnect(client_id=client_id):
                self._relay.forget(client_id)
                if connection is not None:
                    connection.part()

    def _tell(self, client_id: str, notice: Any) -> None:
        self._perform(Send(client_id, notice))

    def _publish(self, client_id: str, request: Publish) -> tuple[Any, ...]:
        place = self.rooms.place_of(client_id)
        if place is None:
            return refused(1171, "You are not in a room (any more).")
        if (refusal := self._desk.publish_refusal(*place)) is not None:
            return refused(*refusal)
        if request.mute_stream.audio:
            self.perform(self._desk.started_muted(*place))
        return granted(id=self._relay.publish(client_id))

    async def _serve_socket(self, websocket: WebSocket) -> None:
        query = websocket.query_params
        if query.get("EIO") != "4" or query.get("transport") != "websocket":
            return await websocket.close(1008)
        return await Connection(websocket, self).run()


class _Uvicorn(uvicorn.Server):
    """Uvicorn as a part of a program: it says when it is up, and leaves signals to the command."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _probe(_: HttpRequest) -> Response:
    """The SDK asks for this, from another origin, before it reconnects (signalling.md section 9.2)."""
    return Response(headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})


def _unix_now() -> float:
    return datetime.now(UTC).timestamp()


def _is_loopback(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "::1") or host.startswith("127.")
