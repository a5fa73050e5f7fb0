"""Steps about people of the room: mute, unmute, leave."""

from typing import ClassVar, Literal

from pydantic import Field

from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.people import Muted, Who

__all__ = ["Drop", "Leave", "Lock", "Mute", "SendBack", "Unlock", "Unmute"]


class Mute(AnyStep):
    """Mute oneself (me), everybody (room), or somebody."""

    short: ClassVar[str] = "who"
    kind: Literal["mute"] = "mute"
    survival: ClassVar[Survival] = "reconcile"
    who: Muted = Field(default=("me",), description="me, room, or whom.")


class Unmute(AnyStep):
    """Take the muting back."""

    short: ClassVar[str] = "who"
    kind: Literal["unmute"] = "unmute"
    survival: ClassVar[Survival] = "reconcile"
    who: Muted = Field(default=("me",), description="me, room, or whom.")


class Leave(AnyStep):
    """Leave the meeting, or only the breakout room."""

    short: ClassVar[str] = "what"
    kind: Literal["leave"] = "leave"
    survival: ClassVar[Survival] = "reconcile"
    what: Literal["room", "breakout"] = Field(default="room", description="What to leave.")


class Drop(AnyStep):
    """Remove somebody from the room; they can come again."""

    short: ClassVar[str] = "people"
    kind: Literal["drop"] = "drop"
    survival: ClassVar[Survival] = "reconcile"
    people: Who = Field(description="Whom.")


class SendBack(AnyStep):
    """Invite people again to the breakout room in which they were last."""

    short: ClassVar[str] = "people"
    kind: Literal["send_back"] = "send_back"
    survival: ClassVar[Survival] = "reconcile"
    people: Who = Field(description="Whom.")


class Lock(AnyStep):
    """Lock the room: nobody comes in any more."""

    short: ClassVar[str] = "what"
    kind: Literal["lock"] = "lock"
    survival: ClassVar[Survival] = "reconcile"
    what: Literal["room"] = Field(default="room", description="What to lock.")


class Unlock(AnyStep):
    """Take the locking back."""

    short: ClassVar[str] = "what"
    kind: Literal["unlock"] = "unlock"
    survival: ClassVar[Survival] = "reconcile"
    what: Literal["room"] = Field(default="room", description="What to unlock.")
