"""Engine.IO 4 packets as text, one packet a websocket frame.

Source: the Engine.IO protocol, revision 4 (websocket transport); signalling.md section 2.1.
"""

from dataclasses import dataclass
from enum import Enum

from bots.errors import WireError
from bots.wire.jsontext import read_json, write_json
from bots.wire.record import Record, wire_key

__all__ = ["EngineKind", "EngineOpen", "EnginePacket", "read_engine_packet"]


class EngineKind(Enum):
    """The packet types; the value is the first character of the text."""

    OPEN = "0"
    CLOSE = "1"
    PING = "2"
    PONG = "3"
    MESSAGE = "4"
    UPGRADE = "5"
    NOOP = "6"


@dataclass(frozen=True, slots=True)
class EnginePacket:
    """One packet: its kind and the text behind the first character."""

    kind: EngineKind
    text: str = ""

    def write(self) -> str:
        return self.kind.value + self.text


def read_engine_packet(text: str) -> EnginePacket:
    """The packet in one websocket frame.

    Raises:
        WireError: empty, of an unknown kind, or binary (base64, "b").
    """
    try:
        return EnginePacket(EngineKind(text[:1]), text[1:])
    except ValueError:
        raise WireError("no Engine.IO packet starts like this", text or "(empty)") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOpen(Record):
    """What the open packet says; intervals in milliseconds, `max_payload` in bytes."""

    sid: str
    ping_interval_ms: int = wire_key("pingInterval")
    ping_timeout_ms: int = wire_key("pingTimeout")
    upgrades: tuple[str, ...] = ()
    max_payload: int = wire_key("maxPayload", 1_000_000)

    @classmethod
    def read_packet(cls, packet: EnginePacket) -> "EngineOpen":
        """Read the text of an open packet.

        An interval of 0 is allowed: python-engineio writes whole seconds, so a fast test server says 0.

        Raises:
            WireError: no such object, or times that cannot be kept.
        """
        opened = cls.read(read_json(packet.text))
        if not (0 <= opened.ping_interval_ms < _MAX_MS and 0 < opened.ping_timeout_ms < _MAX_MS):
            raise WireError("the ping interval or timeout cannot be kept", packet.text)
        return opened

    def packet(self) -> EnginePacket:
        return EnginePacket(EngineKind.OPEN, write_json(self.write()))


_MAX_MS = 86_400_000  # a day; more is a mistake, and would overflow timers
