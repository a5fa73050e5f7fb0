"""The shell around one signalling connection: moves text, keeps time limits, decides nothing.

Four things wait on it: a pump reads and dispatches, a writer sends in order, callers wait for acks, and a watch asks
back when the server's ping is late: without an answer the connection is half open and lost. Should it not get to ask,
the pump gives up when the server's own limit, interval + timeout, is over.

Source: signalling.md sections 2 and 4.6.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    ProxyError,
)

from bots.clock import Clock
from bots.errors import ConfigError, JoinRefused, NobodyListens, RequestRefused, RoomClosed, WireError
from bots.media import tls_context, untrusted
from bots.room.capture import capture_of
from bots.room.proxy import PROXY_HINT, proxy_for, shown
from bots.wire import (
    Ack,
    Answer,
    Capture,
    Closed,
    Connected,
    Event,
    GetMaxTalkers,
    Incoming,
    Notice,
    Opened,
    Ping,
    Pong,
    Request,
    SocketIO,
    read_answer,
    read_notice,
)

__all__ = ["LEFT", "LOST", "UNREACHABLE", "Signaling"]

LOST = 2002  # "unexpected-disconnection"
LEFT = 2006  # "normal-disconnect"
UNREACHABLE = 1161  # the SDK's code for "server connection failed"
_NETWORK_DISCONNECTED = 1163
_ACK_S = 10.0
_SEND_S = 10.0
_CLOSE_S = 2.0
_SILENT_S = 0.05  # between two looks whether sending is allowed again
_LATE_S = 2.0  # a ping may come so much later than promised before the server is asked whether it is there
_CHECK_S = 4.0  # and it may take so long to say so
_MAX_FRAME_BYTES = 8 * 2**20  # a chat line may have 2 MB; room-connected of a large room is big too
_THANKS = {"result": 0, "msg": "success"}

log = structlog.get_logger()


class Signaling:
    """One open connection. Make it with `open`; `on_notice` and `on_closed` are called on the event loop.

    `on_closed` is called exactly once, with the reason, unless `close` was called first.
    """

    def __init__(
        self,
        socket: ClientConnection,
        *,
        room_id: str,
        name: str,
        clock: Clock,
        numbers: Iterator[int],
        on_notice: Callable[[Notice], None],
        on_closed: Callable[[RoomClosed], None],
        may_send: Callable[[], bool] | None = None,
        capture: Capture | None = None,
    ) -> None:
        self._socket = socket
        self._may_send = may_send or (lambda: True)
        self._room_id = room_id
        self._name = name
        self._clock = clock
        self._numbers = numbers
        self._on_notice = on_notice
        self._on_closed: Callable[[RoomClosed], None] | None = on_closed
        self._wire = SocketIO.client()
        self._wire.capture = capture or capture_of(name, clock)
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._has_outgoing = asyncio.Event()
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._silence_s = _ACK_S  # until the open packet says better
        self._pinged_at_s = self._heard_at_s = clock.monotonic()
        self._interval_s: float | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        room_id: str,
        name: str,
        clock: Clock,
        numbers: Iterator[int],
        on_notice: Callable[[Notice], None],
        on_closed: Callable[[RoomClosed], None],
        timeout_s: float,
        may_send: Callable[[], bool] | None = None,
        capture: Capture | None = None,
    ) -> "Signaling":
        """Connect, and wait until events can go both ways.

        Args:
            may_send: asked before every text; what may not leave now waits, and at the end goes nowhere.
            capture: writes down what is said, in the place of what `BOTS_CAPTURE` asks for.

        Raises:
            JoinRefused: nobody answers, or the other end is no room server.
            ConfigError: the TLS certificate is not trusted, or the proxy cannot be used as it is set.
        """
        if may_send is not None and not may_send():
            raise JoinRefused(room_id, UNREACHABLE, "this process may not send now", retryable=True)
        socket = await _connect(url, room_id, timeout_s)
        self = cls(
            socket, room_id=room_id, name=name, clock=clock, numbers=numbers, on_notice=on_notice, on_closed=on_closed,
            may_send=may_send, capture=capture,
        )  # fmt: skip
        self._tasks = [
            asyncio.create_task(self._pump(), name=f"{name}/pump"),
            asyncio.create_task(self._write(), name=f"{name}/writer"),
            asyncio.create_task(self._watch(), name=f"{name}/watch"),
        ]
        try:
            async with asyncio.timeout(timeout_s):
                await self._connected
        except (TimeoutError, RoomClosed) as error:
            await self.close()
            why = "it did not greet in time" if isinstance(error, TimeoutError) else error.reason
            where = urlsplit(url).netloc
            raise JoinRefused(
                room_id, UNREACHABLE, f"no room server speaks at {where} ({why})", retryable=True
            ) from None
        except BaseException:
            await self.close()
            raise
        return self

    @property
    def is_closed(self) -> bool:
        return self._wire.is_closed

    def post(self, request: Request, number: int | None = None) -> asyncio.Future[Answer]:
        """Queue a request; the answer may be awaited or left alone. Order of calls is order on the wire.

        Args:
            number: of the request, if it has one already; otherwise it takes the next.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self.is_closed:
            answer.set_result(Answer(_NETWORK_DISCONNECTED, "the connection to the room is closed"))
            return answer
        number = next(self._numbers) if number is None else number
        self._wire.emit(request.event, request.arguments(), ack_id=number)
        self._answers[number] = answer
        self._has_outgoing.set()
        return answer

    async def request(self, request: Request, *, timeout_s: float = _ACK_S) -> Answer:
        """Send a request and wait for its answer, whatever it says.

        Raises:
            RequestRefused: no answer came in time.
        """
        return await self.answer_to(request.event, self.post(request), timeout_s=timeout_s)

    async def answer_to(self, event: str, answer: asyncio.Future[Answer], *, timeout_s: float = _ACK_S) -> Answer:
        """Wait for the answer to something posted; see `request`."""
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            raise RequestRefused(
                event, _NETWORK_DISCONNECTED, f"the room server did not answer in {timeout_s:g} s"
            ) from None

    async def check(self) -> bool:
        """Ask the server for something harmless: whether it says anything at all within a few seconds."""
        if self.is_closed:
            return False
        asked_s = self._clock.monotonic()
        await asyncio.wait([self.post(GetMaxTalkers())], timeout=_CHECK_S)
        return self._heard_at_s > asked_s and not self.is_closed

    def cut(self) -> None:
        """Break the connection without a word."""
        self._lose("the connection was cut")

    async def close(self) -> None:
        """End the conversation: say so if possible, close the socket, end the tasks. Safe to call twice."""
        self._on_closed = None
        self._wire.close()
        self._forget(Answer(_NETWORK_DISCONNECTED, "the connection to the room was closed"))
        try:
            async with asyncio.timeout(_CLOSE_S):
                for text in self._wire.take_outgoing() if self._may_send() else ():
                    await self._socket.send(text)
                if self._may_send():
                    await self._socket.close()
        except (TimeoutError, ConnectionClosed):
            pass
        finally:
            self._socket.transport.abort()
            mine = [task for task in self._tasks if task is not asyncio.current_task()]
            for task in mine:
                task.cancel()
            await asyncio.gather(*mine, return_exceptions=True)

    async def _pump(self) -> None:
        try:
            while not self._wire.is_closed:
                async with asyncio.timeout(self._pinged_at_s + self._silence_s - self._clock.monotonic()):
                    frame = await self._socket.recv()
                self._heard_at_s = self._clock.monotonic()
                items = self._wire.receive(frame if isinstance(frame, str) else "")  # binary: refused as empty
                self._has_outgoing.set()  # the pong leaves before anything that a callback starts
                for item in items:
                    self._take(item)
            self._lose("the room server ended the conversation")
        except TimeoutError:
            self._lose("the room server went silent")
        except ConnectionClosed as error:
            self._lose(f"the connection broke ({_close_words(error)})")
        except WireError as error:  # its text could show a token
            self._lose(f"the room server broke the protocol ({str(error).split(':', 1)[0]})")
        except Exception:
            log.exception("message_failed")
            self._lose("a message could not be handled, which is a bug of the bot")
            raise

    def _take(self, item: Incoming) -> None:
        match item:
            case Opened():
                self._silence_s = item.ping_interval_s + item.ping_timeout_s
                self._interval_s = item.ping_interval_s
                self._pinged_at_s = self._clock.monotonic()
            case Ping():
                self._pinged_at_s = self._clock.monotonic()
            case Connected():
                if not self._connected.done():
                    self._connected.set_result(None)
            case Ack():
                answer = self._answers.pop(item.ack_id, None)
                if answer is not None and not answer.done():
                    answer.set_result(read_answer(item.arguments))
            case Event():
                self._take_event(item)
            case Pong() | Closed():
                pass

    def _take_event(self, event: Event) -> None:
        if event.ack_id is not None:
            self._wire.acknowledge(event.ack_id, (_THANKS,))
            self._has_outgoing.set()
        try:
            notice = read_notice(event.name, event.arguments)
        except WireError as error:  # one odd message must not end the lesson
            log.warning("message_unreadable", event_name=event.name, reason=str(error).split(":", 1)[0])
            return
        self._on_notice(notice)

    async def _watch(self) -> None:
        """Ask back when the server has been silent for longer than it promised."""
        await asyncio.wait([self._connected])
        while not self.is_closed and self._interval_s is not None:
            due_s = self._heard_at_s + self._interval_s + _LATE_S
            if self._clock.monotonic() < due_s:
                await self._clock.sleep_until(due_s)
            elif not await self.check():
                self._lose("the room server went silent")

    async def _write(self) -> None:
        try:
            while True:
                await self._has_outgoing.wait()
                self._has_outgoing.clear()
                for text in self._wire.take_outgoing():
                    while not self._may_send():  # noqa: ASYNC110 -- a renewal of the lease opens it, and rings nowhere
                        await asyncio.sleep(_SILENT_S)
                    async with asyncio.timeout(_SEND_S):
                        await self._socket.send(text)
        except TimeoutError:
            self._lose("the room server takes no more data")
        except ConnectionClosed:
            pass  # the pump sees it too, and says why

    def _lose(self, reason: str) -> None:
        self._wire.close()
        self._socket.transport.abort()
        self._forget(Answer(_NETWORK_DISCONNECTED, reason))
        closed = RoomClosed(self._room_id, LOST, reason, retryable=True)
        if not self._connected.done():
            self._connected.set_exception(closed)
        elif self._on_closed is not None:
            on_closed, self._on_closed = self._on_closed, None
            on_closed(closed)

    def _forget(self, answer: Answer) -> None:
        waiting, self._answers = self._answers, {}
        for future in waiting.values():
            if not future.done():
                future.set_result(answer)


async def _connect(url: str, room_id: str, timeout_s: float) -> ClientConnection:
    where, proxy = urlsplit(url).netloc, proxy_for(url)
    through = f" through the proxy {shown(proxy)}" if proxy else ""
    proxy_tls: dict[str, Any] = {"proxy_ssl": tls_context()} if (proxy or "").startswith("https:") else {}
    try:
        return await connect(
            url,
            open_timeout=timeout_s,
            close_timeout=_CLOSE_S,
            ping_interval=None,  # Engine.IO has its own heartbeat
            compression=None,  # it costs memory per connection; the messages are short
            max_size=_MAX_FRAME_BYTES,
            proxy=proxy,
            ssl=tls_context() if url.startswith("wss:") else None,
            **proxy_tls,
        )
    except InvalidProxy as error:
        raise ConfigError(f"the proxy of the environment cannot be used ({error.msg}); {PROXY_HINT}") from None
    except InvalidProxyStatus as error:
        status = error.response.status_code
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise ConfigError(f"the proxy wants other credentials (407); {PROXY_HINT}") from None
        reason = f"no way to {where}{through}: it answers HTTP {status}; allow it there, or name the host in NO_PROXY"
    except ProxyError as error:
        cause = error.__cause__ or error
        reason = f"no way to {where}{through} ({cause}); check the proxy, or name the host in NO_PROXY"
    except InvalidStatus as error:
        reason = f"{where} answers HTTP {error.response.status_code}, so it is no room server"
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(untrusted(f"{where}{through}", error)) from None
    except (InvalidHandshake, InvalidURI, ConnectionClosed) as error:
        reason = f"{where} is no room server ({type(error).__name__})"
    except TimeoutError:
        reason = f"no room server answers at {where}{through} within {timeout_s:g} s"
    except ConnectionRefusedError as error:
        reason = f"no room server answers at {where}{through} ({error.strerror}); check that it runs"
        kind = JoinRefused if proxy else NobodyListens  # a proxy that is away says nothing about the server
        raise kind(room_id, UNREACHABLE, reason, retryable=True) from None
    except OSError as error:
        reason = f"no room server answers at {where}{through} ({error.strerror or error}); check that it runs"
    raise JoinRefused(room_id, UNREACHABLE, reason, retryable=True)


def _close_words(error: ConnectionClosed) -> str:
    frame = error.rcvd
    return f"close code {frame.code}" if frame is not None else "without a close frame"
