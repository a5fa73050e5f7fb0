"""The objects inside messages: users, streams, talkers, breakout definitions.

Source: signalling.md sections 3.3, 4.1, 5.2, 5.5; breakouts.md section 2.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from bots.wire.record import Record, wire_key

__all__ = ["BreakoutDefinition", "Permissions", "Stream", "TalkerEntry", "User"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions(Record):
    """What a user may do in a room, as `user.permissions` says it."""

    is_lenient: ClassVar[bool] = True
    publish: bool = True
    subscribe: bool = True
    record: bool = False
    stats: bool = False
    controlhandlers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Record):
    """One participant as the server describes it; replaces what was known, so it is always whole."""

    is_lenient: ClassVar[bool] = True
    client_id: str = wire_key("clientId")
    name: str = ""
    role: str = "participant"
    user_ref: str = ""
    permissions: Permissions = field(default_factory=Permissions)
    audio_muted: bool = wire_key("audioMuted", False)
    video_muted: bool = wire_key("videoMuted", True)
    audio_enabled: bool = wire_key("audioEnabled", True)
    video_enabled: bool = wire_key("videoEnabled", True)
    data: dict[str, Any] | None = None
    custom: dict[str, Any] | None = field(default=None, metadata={"key": "customUserData"})
    """What an application keeps with the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Record):
    """A remote stream that a room offers: talker slots 1..n, 101 screen share, 102 canvas."""

    is_lenient: ClassVar[bool] = True
    id: int
    audio: bool = True
    video: bool = False
    data: bool = True
    screen: bool = False
    canvas: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    client_id: str | None = wire_key("clientId", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkerEntry(Record):
    """Who plays in a slot now."""

    is_lenient: ClassVar[bool] = True
    stream_id: int = wire_key("streamId")
    client_id: str = wire_key("clientId")
    name: str = ""
    mediatype: str = "audio"
    reason: str = "user"
    video_muted: bool = wire_key("videomuted", True)
    video_aspect_ratio: str = wire_key("videoaspectratio", "16:9")
    spotlight: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutDefinition(Record):
    """RoomDefinition of `createBreakOutRoom`: how many rooms, of which capacity, with which media.

    `participants` is the capacity of each room, 2 to the parent's `max_active_talkers` - 1; a server refuses to go
    without it, with a code of its own.
    """

    participants: int | None = None
    audio: bool = True
    video: bool = False
    canvas: bool = False
    share: bool = False
    max_rooms: int = 1
    force_join: bool | None = None
