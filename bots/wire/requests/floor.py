"""Who may speak in a lecture: asked for, granted, offered.

Source: moderation.md section 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.record import wire_key
from bots.wire.requests.request import BareFlag, Request, Way

__all__ = ["InviteToFloor", "OpenFloor", "ProcessFloor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFloor(Request):
    """`processFloorRequest`: one step of the floor, about oneself or, by a moderator, about somebody.

    `action`: requestFloor, cancelFloor, finishFloor, acceptFloor, rejectFloor of oneself; grantFloor, denyFloor,
    releaseFloor, cancelFloorInvite by a moderator.
    """

    event: ClassVar[str] = "processFloorRequest"
    way: ClassVar[Way] = Way.SDP
    client_id: str
    action: str

    @classmethod
    def read_arguments(cls, arguments: Sequence[object]) -> Self:
        client_id, action, *_ = (*arguments, None, None)
        return cls.read({"client_id": client_id, "action": action})

    def arguments(self) -> tuple[Any, ...]:
        return (self.client_id, self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteToFloor(Request):
    """A moderator offers the floor to somebody."""

    event: ClassVar[str] = "inviteToFloor"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFloor(BareFlag):
    """May everybody speak without asking from now on?"""

    event: ClassVar[str] = "openFloor"
    way: ClassVar[Way] = Way.EVENT
