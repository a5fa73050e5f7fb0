"""The embedded room server: Server API, signalling and media relay on one loopback port."""

import asyncio
import itertools
import secrets
import socket
import tempfile
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from bots.clock import Clock, SystemClock
from bots.errors import ConfigError
from bots.server.connection import Connection
from bots.server.effects import Effect
from bots.server.listening import HttpServer
from bots.server.provisioning.calls import Calls
from bots.server.provisioning.routes import ServerApiRoutes
from bots.server.provisioning.webhook import Webhook
from bots.server.reception import Reception
from bots.server.recording.archive import Archive, Notify
from bots.server.recording.recorder import Recorder
from bots.server.relay import Relay
from bots.server.rooms import Rooms
from bots.server.state import Room
from bots.server.tokens import TokenMint
from bots.server.watch import Watch
from bots.wire import Capture, CaptureFile, Notice, RoomDisconnected

__all__ = ["RoomServer"]

STOPPED = RoomDisconnected(cause=2002, msg="the room server stops")
PAGE = Path(__file__).parent / "page"

log = structlog.get_logger()


class RoomServer:
    """A room server for one project, in this process.

    Args:
        host: what to bind; anything but a loopback address opens the rooms to the network.
        port: 0 takes a free one.
        app_id, app_key: the project's credentials; random if not given.
        recordings: the folder of recordings; made when the first one is. A temporary one if it is not given.
        webhook: where notifications are posted; `user:password@` in it becomes Basic auth. Nowhere if empty.
        capture: a file that gets everything that is said on the sockets, as JSON lines without secrets.
        clock: what the rooms' times, tokens and chat go by.

    Use it as `async with RoomServer() as server: ... server.api_url`.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, app_id: str = "", app_key: str = "",
        recordings: Path | None = None, webhook: str = "", capture: Path | None = None, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.host = host
        self.port = port
        self.app_id = app_id or f"app-{secrets.token_hex(4)}"
        self.app_key = app_key or secrets.token_hex(16)
        self.rooms = Rooms(TokenMint())
        self._clock = clock or SystemClock()
        calls = Calls(app_id=self.app_id, now=self._clock.now, new_hex=self.rooms.new_hex)
        self._webhook = Webhook(webhook, self.app_id, clock=self._clock) if webhook else None
        self._archive = Archive(
            app_id=self.app_id, now=self._clock.now, new_hex=self.rooms.new_hex,
            base_url=lambda: self.api_url, notify=self._notify,
        )  # fmt: skip
        self._recordings = recordings
        self._capture = capture
        self._captured: CaptureFile | None = None
        self._sockets = itertools.count(1)
        self._recorder = Recorder(self._recordings_folder, ready=self._archive.add, failed=self._recording_failed)
        self.rooms.watches += [calls, self._recorder, _SessionEnds(self._notify)]
        self._relay = Relay(
            self.rooms,
            loopback=_is_loopback(host),
            tell=self._tell,
            unix_s=self._unix_now,
            calls=calls,
            recorder=self._recorder,
            unpublished=self._unpublished,
        )
        self._api = ServerApiRoutes(
            self.rooms, app_id=self.app_id, app_key=self.app_key, address=lambda: self.address,
            perform=self._perform, now=self._clock.now, calls=calls.filed,
            archive=self._archive,
        )  # fmt: skip
        self._reception = Reception(
            self.rooms, self._relay, token_for=self._api.token_for, now_s=self._unix_now,
            probe_url=lambda: f"http://{self.address}/probe",
        )  # fmt: skip
        self.breakouts = self._reception.breakouts
        self._http: HttpServer | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """`host:port` as clients reach it; where every address is bound, the one that this machine's name has."""
        host = _own_address() if self.host in ("0.0.0.0", "::") else self.host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

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
            ConfigError: the address cannot be bound, or the file of the capture cannot be written.
        """
        self._captured = _opened(self._capture)
        application = Starlette(
            routes=[
                *self._api.routes(),
                WebSocketRoute("/v3/socket.io/", self._serve_socket),
                Route("/probe", _probe, methods=["GET", "HEAD", "OPTIONS"]),
                Mount("/", StaticFiles(directory=PAGE, html=True)),
            ]
        )
        http = HttpServer(
            application, host=self.host, port=self.port, ws="websockets-sansio", ws_ping_interval=None,
            ws_max_size=4 * 1024 * 1024,
        )  # fmt: skip
        await http.start()
        self._http, self.port = http, http.port
        self._relay.start()
        if self._webhook is not None:
            self._webhook.start()
        self._watching = asyncio.create_task(self._watch_times(), name="room-server/times")

    async def stop(self) -> None:
        """Tell everybody, close every connection, free the port."""
        if self._http is None:
            return
        for line in self._reception.lines:
            line.send(STOPPED)
            line.end()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for room in self.rooms.listed():
            self.rooms.remove(room)  # ends every session: whoever was in it has been told
        await self._relay.stop()
        await self._recorder.stop()
        if self._webhook is not None:
            await self._webhook.stop()
        await self._http.stop()
        self._http = None
        if self._captured is not None:
            self._captured.close()
            self._captured = None

    def _recordings_folder(self) -> Path:
        if self._recordings is None:
            self._recordings = Path(tempfile.mkdtemp(prefix="bots-recordings-"))
        self._recordings.mkdir(parents=True, exist_ok=True)
        return self._recordings

    def _recording_failed(self, room: Room) -> None:
        self._perform(self.rooms.end_recording(room))

    def _notify(self, kind: str, room_id: str, conf_num: str, /, **more: Any) -> None:
        if self._webhook is not None:
            self._webhook.notify(kind, room_id, conf_num, **more)

    def _unix_now(self) -> float:
        return self._clock.now().timestamp()

    async def _watch_times(self) -> None:
        """End what is over, to the second."""
        while True:
            self._perform(self.rooms.expire(self._unix_now()))
            await self._clock.sleep_until(self._clock.monotonic() + 1.0)

    def _tell(self, client_id: str, notice: Notice) -> None:
        self._reception.tell(client_id, notice)

    def _unpublished(self, client_id: str, stream_id: int) -> None:
        self._reception.unpublished(client_id, stream_id)

    def _perform(self, effects: list[Effect]) -> None:
        self._reception.perform(effects)

    async def _serve_socket(self, websocket: WebSocket) -> None:
        query = websocket.query_params
        if query.get("EIO") != "4" or query.get("transport") != "websocket":
            return await websocket.close(1008)
        return await Connection(websocket, self._reception, self._capture_of_next()).run()

    def _capture_of_next(self) -> Capture | None:
        if self._captured is None or not self._captured.is_open:
            return None
        return Capture(self._captured.write, self._clock.now, f"socket {next(self._sockets)}")


class _SessionEnds(Watch):
    """Notifies of the end of every session; not of breakout rooms, which no notification names."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    def session_ended(self, room: Room) -> None:
        if room.breakout is None:
            self._notify("roomdrop", room.room_id, room.conf_num)


async def _probe(_: HttpRequest) -> Response:
    """The SDK asks for this, from another origin, before it reconnects (signalling.md section 9.2)."""
    return Response(headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})


def _opened(path: Path | None) -> CaptureFile | None:
    if path is None:
        return None
    try:
        file = path.open("a", encoding="ascii", buffering=1)
    except OSError as error:
        raise ConfigError(f"cannot write the capture {path}: {error.strerror}") from error
    return CaptureFile(file, lambda reason: log.warning("capture_ended", reason=reason))


def _own_address() -> str:
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"


def _is_loopback(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "::1") or host.startswith("127.")
