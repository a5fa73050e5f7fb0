"""One client's socket: texts in, requests answered, notices out. A thin shell; it decides nothing about rooms.

Source: signalling.md sections 2, 3.1, 4.6; moderation.md section 13.
"""

import asyncio
import contextlib
import secrets
from collections import deque
from typing import Any, Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from bots.errors import WireError
from bots.server.codes import BAD_ARGUMENT, BAD_TOKEN, NOT_CONNECTED
from bots.server.reception import Acknowledge, Line
from bots.wire import (
    Capture,
    Closed,
    Connected,
    Event,
    Notice,
    Opened,
    PresentToken,
    Request,
    SocketIO,
    TalkersUpdated,
    read_request,
    refusal_of,
    refused,
    token_refused,
    write_json,
)

__all__ = ["Connection", "House"]

PING_INTERVAL_S = 8.0  # a half-open connection is noticed by both ends within twice that
PING_TIMEOUT_S = 8.0
FIRST_WORD_S = 15.0  # a socket that has not presented a token by then is closed
PARTING_S = 1.0  # what a client has to leave by itself, before its socket is closed
CUTTING_S = 5.0  # what a client has to take the last words, before it is gone without them
MOST_WAITING = 2000  # texts; a client that reads so slowly is cut off
MOST_WAITING_SIZE = 16 * 2**20  # characters, of all that waits; a chat line may have two million
WRITTEN_AT_ONCE = 4  # texts; then the loop may tell that the client has gone, which would otherwise be logged for each
MOST_AGENT = 500  # characters of a user agent that are kept

log = structlog.get_logger()


class House(Protocol):
    """What a connection belongs to; reception.Reception is one."""

    def enter(self, line: Line, token: PresentToken) -> tuple[tuple[Any, ...], str]:
        """Answer a token: the ack's arguments, and the client id (empty if refused)."""
        ...

    def entered(self, client_id: str) -> None:
        """The ack has left: say `room-connected`."""
        ...

    def answer(self, client_id: str, request: Request, number: int | None, acknowledge: Acknowledge) -> None:
        """Answer the request of this number (none if it wants no ack), then carry out what follows from it."""
        ...

    def unreadable(self, client_id: str, event: str, problem: str) -> tuple[Any, ...]:
        """The ack of a known request with a payload that it cannot carry."""
        ...

    def gone(self, line: Line, client_id: str) -> None:
        """The socket is closed."""
        ...


class Connection:
    """The server's end of one socket."""

    def __init__(self, socket: WebSocket, house: House, capture: Capture | None = None) -> None:
        self.client_id = ""
        self.address = socket.client.host if socket.client is not None else "127.0.0.1"
        self.agent = socket.headers.get("user-agent", "")[:MOST_AGENT]
        self._socket = socket
        self._house = house
        self._wire = SocketIO.server(
            sid=secrets.token_hex(10), ping_interval_s=PING_INTERVAL_S, ping_timeout_s=PING_TIMEOUT_S
        )
        self._wire.capture = capture
        self._waiting: deque[tuple[str, bool]] = deque()
        self._waiting_size = 0
        self._has_work = asyncio.Event()
        self._heard = asyncio.Event()
        self._is_ending = False
        self._parting: asyncio.TimerHandle | None = None
        self._cutting: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve the socket until it is closed."""
        await self._socket.accept()
        self._flush()
        self._reading = asyncio.create_task(self._read(), name="connection/read")
        writing = asyncio.create_task(self._write(), name="connection/write")
        beside = [
            asyncio.create_task(self._beat(), name="connection/beat"),
            asyncio.create_task(self._expect_token(), name="connection/first-word"),
        ]
        try:
            await asyncio.wait([self._reading])
        finally:
            self._house.gone(self, self.client_id)
            self.end()
            await asyncio.wait([writing], timeout=PARTING_S)
            for timer in (self._parting, self._cutting):
                if timer is not None:
                    timer.cancel()
            tasks = [self._reading, writing, *beside]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if not self._reading.cancelled():
            self._reading.result()

    def send(self, notice: Notice) -> None:
        """Queue a notice; asks for an ack where the SDK needs to give one, and does not wait for it.

        Who has been told to go is told nothing more.
        """
        if self._parting is not None:
            return
        self._wire.emit_written(_written(notice), ack=notice.wants_ack)
        self._flush(can_be_dropped=isinstance(notice, TalkersUpdated))

    def part(self) -> None:
        """Close the socket a second from now, unless the client does so first."""
        if self._parting is None and not self._is_ending:
            self._parting = asyncio.get_running_loop().call_later(PARTING_S, self.end)

    def end(self) -> None:
        """Close the socket after what is queued has been written; a client that does not read is not waited for."""
        self._is_ending = True
        self._has_work.set()
        if self._cutting is None and self._reading is not None:
            self._cutting = asyncio.get_running_loop().call_later(CUTTING_S, self._reading.cancel)

    async def _read(self) -> None:
        while True:
            text = await self._next_text()
            if text is None:
                return None
            try:
                packets = self._wire.receive(text)
                self._flush()
                for packet in packets:
                    self._take(packet)
            except WireError as error:
                log.warning("client_broke_protocol", client_id=self.client_id, problem=_without_text(error))
                self._wire.close()
                self._flush()
                self.end()
                return await self._drain()
            if self._wire.is_closed:
                return None

    async def _next_text(self) -> str | None:
        """The next frame, None when the socket is closed; a binary frame is an empty text, which no packet is."""
        message = await self._socket.receive()
        return None if message["type"] == "websocket.disconnect" else message.get("text") or ""

    async def _drain(self) -> None:
        """After a protocol error: read on until the socket is closed, listening to nothing."""
        while await self._next_text() is not None:
            pass

    def _take(self, packet: object) -> None:
        self._heard.set()
        match packet:
            case Event(name=name, arguments=arguments, ack_id=ack_id):
                self._request(name, arguments, ack_id)
            case Closed():
                self.end()
            case Connected() | Opened():
                pass

    def _request(self, name: str, arguments: tuple[Any, ...], ack_id: int | None) -> None:
        def acknowledge(values: tuple[Any, ...]) -> None:
            if ack_id is not None:
                self._wire.acknowledge(ack_id, values)
                self._flush()

        try:
            request = read_request(name, arguments)
        except WireError as error:
            log.debug("request_unreadable", client_id=self.client_id, request=name, problem=_without_text(error))
            if name == PresentToken.event and not self.client_id:
                acknowledge(token_refused(BAD_TOKEN, "The token must be the object that the token text stands for."))
                return self.part()
            return acknowledge(self._house.unreadable(self.client_id, name, str(error)))
        if isinstance(request, PresentToken):
            return self._present(request, acknowledge)
        if not self.client_id:
            return acknowledge(refusal_of(name, NOT_CONNECTED, "Present a token first."))
        return self._house.answer(self.client_id, request, ack_id, acknowledge)

    def _present(self, token: PresentToken, acknowledge: Acknowledge) -> None:
        if self.client_id:
            return acknowledge(refused(BAD_ARGUMENT, "This socket is in a room already."))
        if self._parting is not None:
            return acknowledge(token_refused(BAD_TOKEN, "A token was refused here; open another socket."))
        answer, self.client_id = self._house.enter(self, token)
        acknowledge(answer)
        if self.client_id:
            return self._house.entered(self.client_id)
        return self.part()

    # ---- the tasks beside the reader

    def _flush(self, *, can_be_dropped: bool = False) -> None:
        for text in self._wire.take_outgoing():
            if self._is_ending:
                continue
            self._waiting.append((text, can_be_dropped))
            self._waiting_size += len(text)
        if len(self._waiting) > MOST_WAITING or self._waiting_size > MOST_WAITING_SIZE:
            self._make_room()
        self._has_work.set()

    def _make_room(self) -> None:
        """The client reads too slowly: old talker lists go first; if that is not enough, the client goes."""
        kept = [one for one in self._waiting if not one[1]]
        self._waiting = deque(kept)
        self._waiting_size = sum(len(text) for text, _ in kept)
        if len(kept) > MOST_WAITING or self._waiting_size > MOST_WAITING_SIZE:
            log.warning("client_too_slow", client_id=self.client_id, waiting=len(kept))
            self._waiting.clear()
            self._waiting_size = 0
            self.end()

    async def _write(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._has_work.wait()
                self._has_work.clear()
                written = 0
                while self._waiting:
                    text, _ = self._waiting.popleft()
                    self._waiting_size -= len(text)
                    await self._socket.send_text(text)
                    written += 1
                    if written % WRITTEN_AT_ONCE == 0:
                        await asyncio.sleep(0)
                if self._is_ending:
                    return await self._socket.close()

    async def _beat(self) -> None:
        """Ping; a client that says nothing for as long as it has to answer is gone."""
        while True:
            await asyncio.sleep(PING_INTERVAL_S)
            self._heard.clear()
            self._wire.ping()
            self._flush()
            try:
                await asyncio.wait_for(self._heard.wait(), PING_TIMEOUT_S)
            except TimeoutError:
                log.debug("client_silent", client_id=self.client_id)
                return self.end()

    async def _expect_token(self) -> None:
        await asyncio.sleep(FIRST_WORD_S)
        if not self.client_id:
            self.end()


_latest: list[Any] = []  # a notice and its text


def _written(notice: Notice) -> str:
    """As JSON text; what a whole room is told is one object, and written once."""
    if not _latest or _latest[0] is not notice:
        _latest[:] = notice, write_json([notice.event, *notice.arguments()])
    return str(_latest[1])


def _without_text(error: WireError) -> str:
    """What is wrong, without what was said: that could show a token."""
    return str(error).split(":", 1)[0]
