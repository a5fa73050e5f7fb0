"""Invites to breakout rooms, and what becomes of them.

Source: breakouts.md section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.notices.notice import Notice
from bots.wire.record import wire_key

__all__ = ["BreakoutDestroyed", "BreakoutInvited", "BreakoutUserJoined", "BreakoutUserLeft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutInvited(Notice):
    """An invite to a breakout room; `force_join`: go there without asking."""

    event: ClassVar[str] = "invite-breakout-room"
    room_id: str
    requestor: Any = None
    force_join: bool = False
    video: bool = False

    @property
    def inviter_id(self) -> str:
        """The inviter's client id; the wire has an object or a text (breakouts.md section 2.5)."""
        asked = self.requestor
        raw = (asked.get("id") or asked.get("clientId")) if isinstance(asked, Mapping) else asked
        return str(raw or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutUserJoined(Notice):
    """Somebody entered a breakout room; all spellings of the id are the parent's client id.

    `role`, inside, is our own room server's word; nobody knows that EnableX says it.
    """

    event: ClassVar[str] = "user-joined-breakout-room"
    client: str
    client_id: str = wire_key("clientId", "")
    room: str = ""
    name: str = ""
    role: str = ""

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):
            known = data.get("client") or data.get("clientId")
            data = {**data, "client": known, "clientId": known}
        return super(BreakoutUserJoined, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutUserLeft(Notice):
    """Somebody left a breakout room."""

    event: ClassVar[str] = "breakout-user-disconnected"
    client_id: str = wire_key("clientId")
    room: str = ""
    name: str = ""

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):  # one documented page has other keys (breakouts.md section 11, row 8)
            data = {**data, "clientId": data.get("clientId") or data.get("client_id"),
                    "room": data.get("room") or data.get("room_id")}  # fmt: skip
        return super(BreakoutUserLeft, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutDestroyed(Notice):
    event: ClassVar[str] = "breakout-room-destroyed"
    room_id: str
