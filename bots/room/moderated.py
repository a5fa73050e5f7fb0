"""What moderation means to who is in the room: the floor, roles, the room's mode, its lock, its time, its recording.

Source: moderation.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from bots.room.events import Participant, RoomEvent

__all__ = [
    "CustomDataChanged",
    "FloorChanged",
    "FloorOpened",
    "FloorStep",
    "LockChanged",
    "ModeChanged",
    "PinsChanged",
    "RecordingOff",
    "RecordingOn",
    "RoleChanged",
    "RoleWished",
    "SpotlightChanged",
    "TimeLeft",
]

FloorStep = Literal[
    "requested", "cancelled", "finished", "accepted", "rejected", "granted", "denied", "released", "invited",
    "invite_cancelled",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FloorChanged(RoomEvent):
    """Somebody has asked for the floor of a lecture, got it, lost it.

    The SDK has a name for each step: `floor-requested`, `floor-granted`, … Moderators are told of all steps, others of
    what is decided about them.
    """

    name: ClassVar[str] = "floor-changed"
    step: FloorStep
    participant: Participant


@dataclass(frozen=True, slots=True)
class FloorOpened(RoomEvent):
    """Everybody may speak without asking from now on, or no longer (`floor-opened`, `floor-closed`)."""

    name: ClassVar[str] = "floor-opened"
    is_open: bool


@dataclass(frozen=True, slots=True)
class RoleChanged(RoomEvent):
    """Somebody, perhaps the bot itself, has another role; `participant` as it is now."""

    name: ClassVar[str] = "user-role-changed"
    participant: Participant
    was: str


@dataclass(frozen=True, slots=True)
class RoleWished(RoomEvent):
    """Somebody asks for another role, or was answered; told to moderators, answers also to who asked."""

    name: ClassVar[str] = "user-role-change-requested"
    step: Literal["requested", "cancelled", "accepted", "denied"]
    participant: Participant
    role: str


@dataclass(frozen=True, slots=True)
class ModeChanged(RoomEvent):
    """The room is a `group` or a `lecture` from now on."""

    name: ClassVar[str] = "room-mode-switched"
    mode: str
    moderator_id: str


@dataclass(frozen=True, slots=True)
class LockChanged(RoomEvent):
    """Nobody comes in any more, or again (`room-locked`, `room-unlocked`)."""

    name: ClassVar[str] = "room-locked"
    is_locked: bool


@dataclass(frozen=True, slots=True)
class CustomDataChanged(RoomEvent):
    """What is kept for this session has changed: `data` is all of it, of one scope (`user`, `room` or `session`)."""

    name: ClassVar[str] = "custom-data-updated"
    scope: str
    data: Mapping[str, Any]
    client_id: str


@dataclass(frozen=True, slots=True)
class TimeLeft(RoomEvent):
    """The session ends in so many minutes, unless somebody makes it longer."""

    name: ClassVar[str] = "conference-remaining-duration"
    minutes: int


@dataclass(frozen=True, slots=True)
class RecordingOn(RoomEvent):
    """The room is recorded from now on, or was when the bot came; `moderator_id` is empty where nobody is named."""

    name: ClassVar[str] = "room-record-on"
    moderator_id: str = ""


@dataclass(frozen=True, slots=True)
class RecordingOff(RoomEvent):
    """The room is not recorded any more."""

    name: ClassVar[str] = "room-record-off"
    moderator_id: str = ""


@dataclass(frozen=True, slots=True)
class PinsChanged(RoomEvent):
    """All who are pinned from now on, by client id."""

    name: ClassVar[str] = "update-pin-users"
    client_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpotlightChanged(RoomEvent):
    """All who are in the spotlight from now on, by client id."""

    name: ClassVar[str] = "spotlight-users"
    client_ids: tuple[str, ...]
