"""What follows from a request beside its answer: who is told what, who goes, what is looked at later. Plain values."""

from dataclasses import dataclass

from bots.wire import Notice

__all__ = ["Disconnect", "Effect", "Expire", "GiveUp", "Send", "StopPublishing", "Welcome"]


@dataclass(frozen=True, slots=True)
class Send:
    """Say something to one client."""

    client_id: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close one client's socket, after what was said to it has left and it had a second to leave by itself."""

    client_id: str


@dataclass(frozen=True, slots=True, eq=False)
class GiveUp:
    """Look after `after_s` seconds whether somebody came with this token; if not, the place in the breakout is free.

    No two are equal: the same token may have a place kept for it twice, when it is joined with, and when it is lost.
    """

    room_id: str
    client_id: str
    """In the parent."""
    token_id: str
    after_s: float


@dataclass(frozen=True, slots=True)
class Expire:
    """Look after `after_s` seconds whether this client has come back; if not, it is gone and the others are told."""

    client_id: str
    loss: int
    after_s: float


@dataclass(frozen=True, slots=True)
class Welcome:
    """Say `room-connected` to one who has waited to be let in."""

    client_id: str


@dataclass(frozen=True, slots=True)
class StopPublishing:
    """End what this client publishes, all or one publication; it stays in the room."""

    client_id: str
    stream_id: int | None = None


Effect = Send | Disconnect | GiveUp | Expire | Welcome | StopPublishing
