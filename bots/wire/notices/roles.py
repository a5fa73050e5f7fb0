"""Changed roles, wishes for one, and the room's mode.

Source: moderation.md section 6.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from bots.wire.notices.notice import Notice
from bots.wire.objects import User
from bots.wire.record import Record, wire_key

__all__ = ["Handover", "RoleChanged", "RoleWish", "RoomSwitched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(Record):
    """Who has become a moderator (`new`) and who is none any more (`old`); empty is nobody."""

    is_lenient: ClassVar[bool] = True
    new: str = ""
    old: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(Notice):
    """`userRoleChanged`: a handover, or (SDK 3.1.8) changes as `{clientId, user, role: {new, old}}` in a list.

    To moderators it carries hands and who waits; a new one learns them from here.
    """

    event: ClassVar[str] = "userRoleChanged"
    moderator: Handover | None = None
    changes: tuple[dict[str, Any], ...] | None = wire_key("clientsInfo", None)
    user_list: tuple[User, ...] = wire_key("userList", ())
    awaited: tuple[Any, ...] = wire_key("awaitedParticipants", ())
    raised_hands: tuple[Any, ...] = wire_key("raisedHands", ())
    approved_hands: tuple[Any, ...] = wire_key("approvedHands", ())
    share_permissions: dict[str, Any] | None = field(default=None, metadata={"key": "sharePermissions"})
    wishes: tuple[Any, ...] | None = wire_key("userRoleChangeRequests", None)
    audience: int = wire_key("audienceCount", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWish(Notice):
    """`userRoleManagementEvents`: somebody asks for another role, or is answered.

    `id`: requestInitiated and requestCancelled to moderators; requestAccepted and requestDenied also to who asked.
    """

    event: ClassVar[str] = "userRoleManagementEvents"
    id: str
    client_id: str = wire_key("clientId", "")
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSwitched(Notice):
    """`roomSwitched`: group has become lecture, or lecture group; the SDK toggles what it knew."""

    event: ClassVar[str] = "roomSwitched"
    moderator: str = ""
