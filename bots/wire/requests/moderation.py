"""What a moderator asks for.

Source: moderation.md.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.record import wire_key
from bots.wire.requests.request import Request, Way

__all__ = [
    "Drop",
    "HardMuteRoom",
    "HardMuteUser",
    "HardMuteVideo",
    "HardUnmuteRoom",
    "HardUnmuteUser",
    "HardUnmuteVideo",
    "LockRoom",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuteUser(Request):
    """A moderator takes one participant's microphone."""

    event: ClassVar[str] = "hardmute-user-audio"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuteUser(Request):
    event: ClassVar[str] = "hardunmute-user-audio"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuteVideo(Request):
    """A moderator takes one participant's camera."""

    event: ClassVar[str] = "hardmute-user-video"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuteVideo(Request):
    event: ClassVar[str] = "hardunmute-user-video"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuteRoom(Request):
    """A moderator takes all microphones but its own; later joiners start muted."""

    event: ClassVar[str] = "room-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuteRoom(Request):
    event: ClassVar[str] = "room-unmuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Request):
    """`drop`: leave (`is_self`), remove some (`client_ids`; empty = all others), end the room (`is_all`)."""

    event: ClassVar[str] = "drop"
    way: ClassVar[Way] = Way.EVENT
    is_self: bool | None = wire_key("self", None)
    is_all: bool | None = wire_key("all", None)
    client_ids: tuple[str, ...] | None = wire_key("clientIds", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRoom(Request):
    """`lockRoom`: let nobody in any more, or again; the payload is the bare flag (moderation.md section 3)."""

    event: ClassVar[str] = "lockRoom"
    way: ClassVar[Way] = Way.EVENT
    is_locked: bool

    @classmethod
    def read(cls, data: object) -> Self:
        return super(LockRoom, cls).read({"is_locked": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.is_locked,)
