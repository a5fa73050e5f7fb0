"""What a bot can do: a closed union, one frozen model a step, told apart by `kind`.

Every step knows where it stands in the YAML (`where`, "demo.yaml:14:9") and on which way it is reached from the
top (`path`, "bots.helper.rules[0].do[1]").
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic.json_schema import WithJsonSchema

from bots.playbook.expression import Expression
from bots.playbook.people import Muted, Who
from bots.playbook.scalars import Duration, Flag, Number, Share
from bots.playbook.shape import Frozen, bad, unfold
from bots.playbook.sounds import SoundName
from bots.playbook.template import Template
from bots.playbook.triggers import Trigger

__all__ = [
    "STEPS",
    "Accept",
    "Breakouts",
    "CallBack",
    "If",
    "Invite",
    "Leave",
    "Log",
    "Mute",
    "Parallel",
    "Play",
    "Reject",
    "Say",
    "Step",
    "Stop",
    "Unmute",
    "Wait",
    "WaitFor",
    "every_step",
]

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
Role = Literal["moderator", "participant"]


class _Step(Frozen):
    internal: ClassVar[frozenset[str]] = frozenset({"kind", "where", "path"})
    where: str = ""
    path: str = ""


class Say(_Step):
    """Write a line in the chat of the room that the rule is about."""

    short: ClassVar[str] = "text"
    kind: Literal["say"] = "say"
    text: Template = Field(description="What to write.")
    to: Who = Field(default=("everyone",), description="Who reads it.")


class Play(_Step):
    """Play a sound; ends when the sound has ended, at once if it loops."""

    short: ClassVar[str] = "file"
    kind: Literal["play"] = "play"
    file: SoundName = Field(description="A clip of the audio section, or a file beside the playbook.")
    loop: Flag | None = Field(default=None, description="Begin again at its end, until it is stopped.")
    volume: Share | None = Field(default=None, description="How loud, as a share of the recording.")
    fade_in_s: Duration | None = Field(
        default=None, validation_alias="fade_in", description="Grow to full volume over this time."
    )
    fade_out_s: Duration | None = Field(
        default=None, validation_alias="fade_out", description="Fade to silence over this time."
    )


class Stop(_Step):
    """Stop the sound that this bot plays."""

    short: ClassVar[str] = "what"
    kind: Literal["stop"] = "stop"
    what: Literal["audio"] = Field(default="audio", description="What to stop.")


class Wait(_Step):
    """Do nothing for a while."""

    short: ClassVar[str] = "duration"
    kind: Literal["wait"] = "wait"
    duration_s: Duration = Field(validation_alias="duration", description="How long.")


class WaitFor(_Step):
    """Wait until a condition holds, or until something has happened so many times."""

    kind: Literal["wait_for"] = "wait_for"
    until: Expression | None = Field(default=None, description="A condition to become true.")
    when: Trigger | None = Field(default=None, description="A trigger to happen.")
    count: Number = Field(default=1, ge=1, le=10_000, description="How many times the trigger must happen.")
    timeout_s: Duration = Field(validation_alias="timeout", description="Give up after this time.")
    on_timeout: Literal["fail", "continue"] = Field(
        default="fail", description="What then: end the run as failed, or go on."
    )

    @model_validator(mode="after")
    def _one(self) -> "WaitFor":
        if (self.until is None) == (self.when is None):
            raise bad("bad-value", 'wait_for needs either "until" or "when"')
        return self


class If(_Step):
    """Do one thing or another."""

    kind: Literal["if"] = "if"
    condition: Expression = Field(validation_alias="if", description="The condition.")
    then: tuple["Step", ...] = Field(description="Steps if it holds.")
    otherwise: tuple["Step", ...] = Field(default=(), validation_alias="else", description="Steps if it does not.")


class Parallel(_Step):
    """Do several lists of steps at once; ends when the last one has ended."""

    short: ClassVar[str] = "branches"
    kind: Literal["parallel"] = "parallel"
    branches: tuple[tuple["Step", ...], ...] = Field(min_length=1, description="The lists of steps.")


class Breakouts(_Step):
    """Open breakout rooms, or close them (everybody comes back)."""

    kind: Literal["breakouts"] = "breakouts"
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


class Invite(_Step):
    """Invite people to a breakout room."""

    kind: Literal["invite"] = "invite"
    people: Who = Field(description="Whom.")
    to: Names = Field(
        min_length=1, description="The name of an open breakout room; several share the people out evenly."
    )
    force: Flag = Field(default=False, description="Move them without asking.")


class Accept(_Step):
    """Accept the invite that fired the rule, or the last one."""

    short: ClassVar[str] = "what"
    kind: Literal["accept"] = "accept"
    what: Literal["invite"] = Field(default="invite", description="What to accept.")
    role: Role = Field(default="participant", description="The role inside the breakout room.")
    audio: Flag = Field(default=True, description="Speak and play there.")
    screen: Flag = Field(default=False, description="Share the screen there.")
    canvas: Flag = Field(default=False, description="Share a canvas there.")


class Reject(_Step):
    """Reject the invite that fired the rule, or the last one."""

    short: ClassVar[str] = "what"
    kind: Literal["reject"] = "reject"
    what: Literal["invite"] = Field(default="invite", description="What to reject.")


class CallBack(_Step):
    """Call people back from the breakout rooms; ends when they are back."""

    short: ClassVar[str] = "people"
    kind: Literal["call_back"] = "call_back"
    people: Who = Field(default=("everyone",), description="Whom; all is everyone.")


class Mute(_Step):
    """Mute oneself (me), everybody (room), or somebody."""

    short: ClassVar[str] = "who"
    kind: Literal["mute"] = "mute"
    who: Muted = Field(default=("me",), description="me, room, or whom.")


class Unmute(_Step):
    """Take the muting back."""

    short: ClassVar[str] = "who"
    kind: Literal["unmute"] = "unmute"
    who: Muted = Field(default=("me",), description="me, room, or whom.")


class Leave(_Step):
    """Leave the meeting, or only the breakout room."""

    short: ClassVar[str] = "what"
    kind: Literal["leave"] = "leave"
    what: Literal["room", "breakout"] = Field(default="room", description="What to leave.")


class Log(_Step):
    """Write a line in the log."""

    short: ClassVar[str] = "text"
    kind: Literal["log"] = "log"
    text: Template = Field(description="What to write.")


STEPS: Mapping[str, type[_Step]] = {
    "say": Say,
    "play": Play,
    "stop": Stop,
    "wait": Wait,
    "wait_for": WaitFor,
    "if": If,
    "parallel": Parallel,
    "breakouts": Breakouts,
    "invite": Invite,
    "accept": Accept,
    "reject": Reject,
    "call_back": CallBack,
    "mute": Mute,
    "unmute": Unmute,
    "leave": Leave,
    "log": Log,
}
_AnyStep = (
    Say | Play | Stop | Wait | WaitFor | If | Parallel | Breakouts | Invite | Accept | Reject
    | CallBack | Mute | Unmute | Leave | Log
)  # fmt: skip
Step = Annotated[
    Annotated[_AnyStep, Field(discriminator="kind")],
    BeforeValidator(lambda data: unfold(data, STEPS, "step")),
]
for _model in (If, Parallel):
    _model.model_rebuild()


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """All steps of a list, with those inside `if` and `parallel`, in the order of the YAML."""
    for step in steps:
        yield step
        match step:
            case If():
                yield from every_step((*step.then, *step.otherwise))
            case Parallel():
                for branch in step.branches:
                    yield from every_step(branch)
            case _:
                pass
