"""Steps about people of the room: mute, unmute, leave."""

from typing import ClassVar, Literal

from pydantic import Field

from bots.playbook.model.steps.any import AnyStep
from bots.playbook.values.people import Muted

__all__ = ["Leave", "Mute", "Unmute"]


class Mute(AnyStep):
    """Mute oneself (me), everybody (room), or somebody."""

    short: ClassVar[str] = "who"
    kind: Literal["mute"] = "mute"
    who: Muted = Field(default=("me",), description="me, room, or whom.")


class Unmute(AnyStep):
    """Take the muting back."""

    short: ClassVar[str] = "who"
    kind: Literal["unmute"] = "unmute"
    who: Muted = Field(default=("me",), description="me, room, or whom.")


class Leave(AnyStep):
    """Leave the meeting, or only the breakout room."""

    short: ClassVar[str] = "what"
    kind: Literal["leave"] = "leave"
    what: Literal["room", "breakout"] = Field(default="room", description="What to leave.")
