"""What is told about recording. Source: moderation.md section 7."""

from dataclasses import dataclass
from typing import ClassVar

from bots.wire.notices.notice import Notice
from bots.wire.record import wire_key

__all__ = ["RecordingOff", "RecordingOn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOn(Notice):
    """`room-record-on`: from now on the room is recorded."""

    event: ClassVar[str] = "room-record-on"
    moderator_id: str = wire_key("moderatorId", "")
    """Who wanted it; empty for the room's own settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOff(Notice):
    """`room-record-off`: the room is not recorded any more."""

    event: ClassVar[str] = "room-record-off"
    moderator_id: str = wire_key("moderatorId", "")
