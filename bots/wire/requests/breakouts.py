"""Requests about breakout rooms.

Source: breakouts.md section 3.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.objects import BreakoutDefinition
from bots.wire.requests.request import Request

__all__ = [
    "AnnounceBreakoutJoin",
    "CreateAndInviteBreakout",
    "CreateBreakout",
    "DestroyBreakouts",
    "InviteToBreakout",
    "JoinBreakout",
    "RejectBreakout",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithDefinition(Request):
    """A request whose payload is a breakout definition."""

    definition: BreakoutDefinition

    @classmethod
    def read(cls, data: object) -> Self:
        return cls(definition=BreakoutDefinition.read(data))

    def write(self) -> dict[str, Any]:
        return self.definition.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBreakout(_WithDefinition):
    event: ClassVar[str] = "create-breakout-room"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAndInviteBreakout(_WithDefinition):
    """Create and force everybody in, spread at random by capacity."""

    event: ClassVar[str] = "create-invite-breakout-room"


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteToBreakout(Request):
    event: ClassVar[str] = "invite-breakout-room"
    room_id: str
    clients: tuple[str, ...]
    force_join: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinBreakout(Request):
    """Joinee: ask for a token of a breakout room; `role` is "participant" or "moderator"."""

    event: ClassVar[str] = "join-breakout-room"
    room_id: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceBreakoutJoin(Request):
    """Said on the parent connection after a breakout join; `name` is the breakout room's name."""

    event: ClassVar[str] = "user-joined-breakout-room"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectBreakout(Request):
    """The payload is the bare room id, a JSON string (breakouts.md section 12, check 9)."""

    event: ClassVar[str] = "reject-breakout-room"
    room_id: str

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, dict):  # whatever the application gave is sent; some give {room_id}
            return super(RejectBreakout, cls).read(data)
        return super(RejectBreakout, cls).read({"room_id": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.room_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyBreakouts(Request):
    """Our extension: end the given breakout rooms of this parent, or all (breakouts.md section 7)."""

    event: ClassVar[str] = "destroy-breakout-rooms"
    rooms: tuple[str, ...] | None = None
