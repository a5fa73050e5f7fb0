"""What a moderator asks for.

Source: moderation.md.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.record import wire_key
from bots.wire.requests.request import BareClient, BareFlag, Request, Way

__all__ = [
    "AdmitAwaited",
    "DenyAwaited",
    "Drop",
    "EnableKnock",
    "GetAwaited",
    "HardMuteRoom",
    "HardMuteUser",
    "HardMuteVideo",
    "HardUnmuteRoom",
    "HardUnmuteUser",
    "HardUnmuteVideo",
    "LockRoom",
    "MuteOne",
    "UnmuteOne",
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
    """`drop`: leave (`is_self`), remove some (`client_ids`; empty = all others), end the room (`is_all`).

    `deletes_room` (SDK 3.1.8): with `is_all`, the room is not there any more afterwards.
    """

    event: ClassVar[str] = "drop"
    way: ClassVar[Way] = Way.EVENT
    is_self: bool | None = wire_key("self", None)
    is_all: bool | None = wire_key("all", None)
    client_ids: tuple[str, ...] | None = wire_key("clientIds", None)
    deletes_room: bool | None = wire_key("deleteRoom", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteOne(BareClient):
    """`muteUser`: the older way to take one microphone."""

    event: ClassVar[str] = "muteUser"
    way: ClassVar[Way] = Way.PARAM


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmuteOne(BareClient):
    event: ClassVar[str] = "unMuteUser"
    way: ClassVar[Way] = Way.PARAM


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitAwaited(BareClient):
    """Let somebody in who has knocked; the payload is the bare client id (moderation.md section 4)."""

    event: ClassVar[str] = "user-allowed"
    way: ClassVar[Way] = Way.EVENT


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyAwaited(BareClient):
    """Turn somebody away who has knocked."""

    event: ClassVar[str] = "user-denied"
    way: ClassVar[Way] = Way.EVENT


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableKnock(BareFlag):
    """Must participants knock from now on?"""

    event: ClassVar[str] = "enableKnock"
    way: ClassVar[Way] = Way.EVENT


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAwaited(Request):
    """Who waits? The payload is null: the SDK puts its callback there, which JSON cannot carry."""

    event: ClassVar[str] = "getAwaitedUser"

    @classmethod
    def read(cls, data: object) -> Self:
        del data
        return cls()

    def arguments(self) -> tuple[Any, ...]:
        return (None,)
