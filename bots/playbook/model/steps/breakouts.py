"""Steps about breakout rooms: breakouts, invite, accept, reject, join, call_back."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic.json_schema import WithJsonSchema

from bots.playbook.model.steps.any import AnyStep, Role, Survival
from bots.playbook.values.people import Who
from bots.playbook.values.scalars import Flag, Number
from bots.playbook.values.shape import bad

__all__ = ["Accept", "Breakouts", "CallBack", "Invite", "Join", "Reject"]

BreakoutName = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[
    tuple[BreakoutName, ...],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "examples": [["red", "blue"]],
        },
        mode="validation",
    ),
]


class Breakouts(AnyStep):
    """Open breakout rooms, or close them (everybody comes back)."""

    kind: Literal["breakouts"] = "breakouts"
    survival: ClassVar[Survival] = "reconcile"
    open: Names | None = Field(default=None, min_length=1, description="Names of the rooms to open.")
    close: Names | None = Field(default=None, min_length=1, description="Names of the rooms to close, or all.")
    capacity: Number = Field(
        default=5, description="How many fit into each room; 2 up to the room's max_active_talkers - 1."
    )
    audio: Flag = Field(default=True, description="May people speak there?")
    screen: Flag = Field(default=False, description="May people share their screens there?")
    canvas: Flag = Field(default=False, description="May people share a canvas there?")
    video: Flag = Field(default=False, description="EnableX has no video in breakout rooms: only false.")

    @model_validator(mode="after")
    def _one(self) -> "Breakouts":
        if (self.open is None) == (self.close is None):
            raise bad("bad-value", 'breakouts needs either "open" or "close"')
        return self


class Invite(AnyStep):
    """Invite people to a breakout room."""

    kind: Literal["invite"] = "invite"
    survival: ClassVar[Survival] = "reconcile"
    people: Who = Field(description="Whom.")
    to: Names = Field(
        min_length=1, description="The name of an open breakout room; several share the people out evenly."
    )
    force: Flag = Field(default=False, description="Move them without asking.")


class Accept(AnyStep):
    """Accept the invite that fired the rule, or the last one."""

    short: ClassVar[str] = "what"
    kind: Literal["accept"] = "accept"
    survival: ClassVar[Survival] = "reconcile"
    what: Literal["invite"] = Field(default="invite", description="What to accept.")
    role: Role = Field(default="participant", description="The role inside the breakout room.")
    audio: Flag = Field(default=True, description="Speak and play there.")
    screen: Flag = Field(default=False, description="Share the screen there.")
    canvas: Flag = Field(default=False, description="Share a canvas there.")


class Reject(AnyStep):
    """Reject the invite that fired the rule, or the last one."""

    short: ClassVar[str] = "what"
    kind: Literal["reject"] = "reject"
    survival: ClassVar[Survival] = "reconcile"
    what: Literal["invite"] = Field(default="invite", description="What to reject.")


class Join(AnyStep):
    """Go into a breakout room that this bot has opened or is invited to."""

    short: ClassVar[str] = "to"
    kind: Literal["join"] = "join"
    survival: ClassVar[Survival] = "reconcile"
    to: BreakoutName = Field(description="The name of an open breakout room.")
    role: Role = Field(default="participant", description="The role inside the breakout room.")


class CallBack(AnyStep):
    """Call people back from the breakout rooms; ends when they are back."""

    short: ClassVar[str] = "people"
    kind: Literal["call_back"] = "call_back"
    survival: ClassVar[Survival] = "reconcile"
    people: Who = Field(default=("everyone",), description="Whom; all is everyone.")
