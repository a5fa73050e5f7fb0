"""The Socket.IO 5 conversation of one connection, either side, as a pure machine.

It never awaits and never reads a clock: text goes in by `receive`, text to send comes out by `take_outgoing`,
and the shell around it owns the socket and the timers. Namespace "/" only; binary packets are refused.

Source: the Socket.IO protocol, revision 5; signalling.md sections 2.1 and 2.3.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from bots.errors import WireError
from bots.wire.capture import Capture
from bots.wire.engineio import EngineKind, EngineOpen, EnginePacket, read_engine_packet
from bots.wire.jsontext import read_json, write_json

__all__ = ["Ack", "Closed", "Connected", "Event", "Incoming", "Opened", "Ping", "Pong", "SocketIO"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The transport is open (client side); the server will ping every `ping_interval_s` seconds."""

    sid: str
    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class Connected:
    """The namespace is connected; from here on events may go both ways."""

    sid: str


@dataclass(frozen=True, slots=True)
class Event:
    """The peer emitted; with an `ack_id` it wants `acknowledge` to be called once."""

    name: str
    arguments: tuple[Any, ...]
    ack_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ack:
    """The peer answered the emit that returned `ack_id`."""

    ack_id: int
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """The peer pinged; the pong is queued already."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The peer answered a ping."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The peer ended the conversation; nothing is read or written after it."""

    reason: str


Incoming = Opened | Connected | Event | Ack | Ping | Pong | Closed

# packet type, attachments of a binary packet, namespace, ack id, JSON
_PACKET = re.compile(r"([0-6])(?:(\d+)-)?(?:(/[^,\[{]*),?)?([0-9]*)(.*)", re.DOTALL)
_CONNECT, _DISCONNECT, _EVENT, _ACK, _CONNECT_ERROR = "0", "1", "2", "3", "4"
_MAX_ID_DIGITS = 15


class SocketIO:
    """One conversation; make it with `client()` or `server()`.

    A client answers pings, and a server answers the connect packet, by itself. Events emitted before the
    namespace is connected are held until then. Nothing is sent after the conversation is closed.
    """

    def __init__(self, *, is_server: bool, sid: str = "") -> None:
        self._is_server = is_server
        self._sid = sid
        self._is_open = is_server
        self._is_connected = False
        self._is_closed = False
        self._next_id = 0
        self._held: list[str] = []
        self._outgoing: list[str] = []
        self.capture: Capture | None = None
        """Is shown every frame, of both sides."""

    @classmethod
    def client(cls) -> Self:
        """The side that opened the websocket."""
        return cls(is_server=False)

    @classmethod
    def server(cls, *, sid: str, ping_interval_s: float = 25.0, ping_timeout_s: float = 20.0) -> Self:
        """The side that accepted the websocket; its open packet is queued at once.

        Args:
            sid: the id of this connection, unique within the server.
            ping_interval_s: seconds between the pings that the shell will order by `ping()`.
            ping_timeout_s: seconds within which a pong must come.
        """
        machine = cls(is_server=True, sid=sid)
        opened = EngineOpen(
            sid=sid,
            ping_interval_ms=round(ping_interval_s * 1000),
            ping_timeout_ms=round(ping_timeout_s * 1000),
        )
        machine._outgoing.append(opened.packet().write())
        return machine

    @property
    def is_connected(self) -> bool:
        """Whether events can go out now."""
        return self._is_connected and not self._is_closed

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def receive(self, text: str) -> list[Incoming]:
        """Take one websocket text frame; returns what it means, nothing after the end of the conversation.

        Raises:
            WireError: the peer broke the protocol; the shell should close the socket.
        """
        if self._is_closed:
            return []
        if self.capture is not None:
            self.capture.take(text, sender="client" if self._is_server else "server")
        packet = read_engine_packet(text)
        match packet.kind:
            case EngineKind.OPEN:
                return [self._open(packet)]
            case EngineKind.CLOSE:
                return [self._end("the peer closed the transport")]
            case EngineKind.PING:
                self._outgoing.append(EnginePacket(EngineKind.PONG, packet.text).write())
                return [Ping()]
            case EngineKind.PONG:
                return [Pong()]
            case EngineKind.NOOP:
                return []
            case EngineKind.UPGRADE:
                raise WireError("there is no other transport to upgrade to", text)
            case EngineKind.MESSAGE:
                return [self._read_message(packet.text)]

    def emit(self, name: str, arguments: Sequence[Any], *, ack: bool = False, ack_id: int | None = None) -> int | None:
        """Queue an event; returns the ack id that its answer will carry, None if none was asked for.

        Args:
            ack: ask for an answer, under the next id.
            ack_id: ask for an answer under this id, from who counts itself.

        Raises:
            WireError: an argument cannot be sent as JSON.
        """
        return self.emit_written(write_json([name, *arguments]), ack=ack, ack_id=ack_id)

    def emit_written(self, body: str, *, ack: bool = False, ack_id: int | None = None) -> int | None:
        """The same for an event that is JSON text already: a list of its name and its arguments."""
        if not ack and ack_id is None:
            self._queue(f"{_EVENT}{body}")
            return None
        number = self._next_id if ack_id is None else ack_id
        self._next_id = max(self._next_id, number + 1)
        self._queue(f"{_EVENT}{number}{body}")
        return number

    def acknowledge(self, ack_id: int, arguments: Sequence[Any]) -> None:
        """Queue the answer to the event that came with `ack_id`.

        Raises:
            WireError: an argument cannot be sent as JSON.
        """
        self._queue(f"{_ACK}{ack_id}{write_json(list(arguments))}")

    def ping(self) -> None:
        """Queue a ping (server side); the shell watches for the `Pong`."""
        if not self._is_closed:
            self._outgoing.append(EngineKind.PING.value)

    def close(self) -> None:
        """End the conversation: queue the disconnect packet; the shell closes the socket after sending it."""
        if self.is_connected:
            self._queue(_DISCONNECT)
        self._end("")

    def take_outgoing(self) -> tuple[str, ...]:
        """The frames to send now, in order; each is handed out once."""
        taken = tuple(self._outgoing)
        self._outgoing.clear()
        if self.capture is not None:
            for text in taken:
                self.capture.take(text, sender="server" if self._is_server else "client")
        return taken

    def _queue(self, body: str) -> None:
        if self._is_closed:
            return
        text = EnginePacket(EngineKind.MESSAGE, body).write()
        (self._outgoing if self._is_connected else self._held).append(text)

    def _open(self, packet: EnginePacket) -> Opened:
        if self._is_open:
            raise WireError("an open packet that nobody asked for", packet.write())
        opened = EngineOpen.read_packet(packet)
        self._is_open = True
        self._outgoing.append(EnginePacket(EngineKind.MESSAGE, _CONNECT).write())
        return Opened(opened.sid, opened.ping_interval_ms / 1000, opened.ping_timeout_ms / 1000)

    def _end(self, reason: str) -> Closed:
        self._is_closed = True
        self._held.clear()
        return Closed(reason)

    def _read_message(self, text: str) -> Incoming:
        if not self._is_open:
            raise WireError("a message before the open packet", text)
        kind, number, body = _split(text)
        if kind == _CONNECT:
            return self._connect(text, body)
        if kind == _CONNECT_ERROR and not self._is_server:
            return self._end(f"the server refused the connection: {_refusal(body)}")
        if not self._is_connected:
            raise WireError("a packet before the connect packet", text)
        if kind == _DISCONNECT:
            return self._end("the peer disconnected")
        if kind == _EVENT:
            return _event(body, number, text)
        if kind == _ACK and number is not None:
            return Ack(number, _list(body, text))
        raise WireError("a packet that this side cannot get", text)

    def _connect(self, text: str, body: str) -> Connected:
        if self._is_connected:
            raise WireError("connected twice", text)
        data = read_json(body) if body else {}
        if not isinstance(data, Mapping):
            raise WireError("a connect packet carries an object", text)
        if self._is_server:
            reply = _CONNECT + write_json({"sid": self._sid})
            self._outgoing.append(EnginePacket(EngineKind.MESSAGE, reply).write())
        elif isinstance(data.get("sid"), str):
            self._sid = data["sid"]
        else:
            raise WireError("the connect packet lacks the sid (is the server older than Socket.IO 3?)", text)
        self._is_connected = True
        self._outgoing += self._held
        self._held.clear()
        return Connected(self._sid)


def _split(text: str) -> tuple[str, int | None, str]:
    """Packet type, ack id, JSON text of a Socket.IO packet in namespace "/"."""
    found = _PACKET.fullmatch(text)
    if found is None:
        raise WireError("no Socket.IO packet starts like this", text or "(empty)")
    kind, attachments, namespace, number, body = found.groups()
    if attachments is not None or kind in ("5", "6"):
        raise WireError("binary packets are not spoken here", text)
    if namespace is not None and namespace.split("?")[0] != "/":
        raise WireError("only the namespace / is spoken here", text)
    if len(number) > _MAX_ID_DIGITS:
        raise WireError("the ack id is too long", text)
    return kind, int(number) if number else None, body


def _list(body: str, text: str) -> tuple[Any, ...]:
    values = read_json(body)
    if not isinstance(values, list):
        raise WireError("a packet carries a list", text)
    return tuple(values)


def _event(body: str, number: int | None, text: str) -> Event:
    values = _list(body, text)
    if not values or not isinstance(values[0], str):
        raise WireError("an event starts with its name", text)
    return Event(values[0], values[1:], number)


def _refusal(body: str) -> str:
    data = read_json(body) if body else None
    message = data.get("message") if isinstance(data, Mapping) else data
    return message if isinstance(message, str) else "no reason given"
