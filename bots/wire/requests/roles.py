"""Who is a moderator, how the room is moderated, how long it lasts.

Source: moderation.md section 6; signalling.md sections 11.1 and 14.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.record import Record, wire_key
from bots.wire.requests.request import Request, Way

__all__ = ["ChangeRoleOption", "ExtendDuration", "RoleChange", "SwitchRole", "SwitchRoomMode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange(Record):
    """Somebody's new role; without one it is "moderator"."""

    client_id: str = wire_key("clientId")
    role: str = "moderator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRole(Request):
    """`switchUserRole`: hand over one's moderator's role (a bare client id, or an object), or change roles (a list)."""

    event: ClassVar[str] = "switchUserRole"
    way: ClassVar[Way] = Way.EVENT
    changes: tuple[RoleChange, ...]
    is_list: bool = False
    """The form of SDK 3.1.8: the asker keeps its role."""

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, list):
            return cls(changes=tuple(RoleChange.read(one) for one in data), is_list=True)
        one = data if isinstance(data, dict) and data else {"clientId": data or None}
        return cls(changes=(RoleChange.read(one),))

    def arguments(self) -> tuple[Any, ...]:
        return ([one.write() for one in self.changes] if self.is_list else self.changes[0].client_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRoleOption(Request):
    """`changeUserRoleOption` (SDK 3.1.8): ask for another role, or answer somebody who asks.

    `action`: requestInitiate (with `role`) and requestCancel of oneself; requestAccepted (with `client_id` and `role`)
    and requestDenied by a moderator.
    """

    event: ClassVar[str] = "changeUserRoleOption"
    way: ClassVar[Way] = Way.SDP
    action: str
    role: str = ""
    client_id: str = wire_key("clientId", "")

    @classmethod
    def read_arguments(cls, arguments: Sequence[object]) -> Self:
        options, action, *_ = (*arguments, None, None)
        return cls.read({**(options if isinstance(options, dict) else {}), "action": action})

    def arguments(self) -> tuple[Any, ...]:
        options = {"clientId": self.client_id, "role": self.role}
        return ({key: value for key, value in options.items() if value}, self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRoomMode(Request):
    """`switchRoomMode`: the room is a "group" or a "lecture" from now on."""

    event: ClassVar[str] = "switchRoomMode"
    way: ClassVar[Way] = Way.PARAM
    mode: str

    @classmethod
    def read(cls, data: object) -> Self:
        return super(SwitchRoomMode, cls).read({"mode": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.mode,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendDuration(Request):
    """Make the session longer; how much, the server says."""

    event: ClassVar[str] = "extendConferenceDuration"
    way: ClassVar[Way] = Way.EVENT
