"""What a moderator does to the receiver.

Source: moderation.md.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from bots.wire.notices.notice import Notice
from bots.wire.record import wire_key

__all__ = [
    "HardMuted",
    "HardUnmuted",
    "HardVideoMuted",
    "HardVideoUnmuted",
    "MutedOne",
    "RoomMuted",
    "RoomUnmuted",
    "UserAwaited",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _HardMute(Notice):
    """A moderator took or gave back the microphone of the receiver, or of everybody."""

    wants_ack: ClassVar[bool] = True
    client_id: str = wire_key("clientId", "")
    moderator_id: str = wire_key("moderatorId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuted(_HardMute):
    event: ClassVar[str] = "hardmute-user-audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuted(_HardMute):
    event: ClassVar[str] = "hardunmute-user-audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardVideoMuted(_HardMute):
    event: ClassVar[str] = "hardmute-user-video"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardVideoUnmuted(_HardMute):
    event: ClassVar[str] = "hardunmute-user-video"


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedOne(Notice):
    """`hardMute`: what the older calls `muteUser` and `unMuteUser` tell; the payload is not documented."""

    event: ClassVar[str] = "hardMute"
    client_id: str = wire_key("clientId", "")
    is_muted: bool = wire_key("status", True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMuted(_HardMute):
    event: ClassVar[str] = "room-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomUnmuted(_HardMute):
    event: ClassVar[str] = "room-unmuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAwaited(Notice):
    """Somebody has knocked; told to moderators. `data` is what the token's maker attached (moderation.md section 4)."""

    event: ClassVar[str] = "user-awaited"
    lasts: ClassVar[bool] = False
    client_id: str = wire_key("clientId")
    name: str = ""
    data: dict[str, Any] | None = None
