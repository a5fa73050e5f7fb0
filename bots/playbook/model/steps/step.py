"""Steps made of steps, and the closed union of all steps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from bots.playbook.language.expression import Expression
from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.model.steps.breakouts import Accept, Breakouts, CallBack, Invite, Join, Reject
from bots.playbook.model.steps.moderation import (
    Admit,
    ChangeRole,
    Deny,
    Extend,
    Floor,
    Knock,
    Mode,
    Pin,
    Recording,
    Spotlight,
)
from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.people import Drop, Leave, Lock, Mute, SendBack, Unlock, Unmute
from bots.playbook.model.steps.report import Save
from bots.playbook.model.steps.rotate import Rotate, Steer
from bots.playbook.model.steps.sound import Play, Stop
from bots.playbook.model.steps.talk import Log, Say, SendSignal, TellTeacher
from bots.playbook.model.steps.time import Wait, WaitFor
from bots.playbook.values.scalars import Duration, Number, Offset, is_moment
from bots.playbook.values.shape import Frozen, bad, reading_of, unfold

__all__ = [
    "MOST_STEPS",
    "STEPS",
    "Choice",
    "Choose",
    "If",
    "NamedSteps",
    "Parallel",
    "Repeat",
    "Step",
    "every_step",
    "inner_lists",
]

MOST_STEPS = 10_000  # of one run, with those inside others
Until = Annotated[
    Annotated[Offset, Tag("moment")] | Annotated[Expression, Tag("condition")],
    Discriminator(lambda value: "moment" if is_moment(value) else "condition"),
]


class If(AnyStep):
    """Do one thing or another."""

    kind: Literal["if"] = "if"
    survival: ClassVar[Survival] = "keyed"
    condition: Expression = Field(validation_alias="if", description="The condition.")
    then: tuple["Step", ...] = Field(description="Steps if it holds.")
    otherwise: tuple["Step", ...] = Field(default=(), validation_alias="else", description="Steps if it does not.")


class Parallel(AnyStep):
    """Do several lists of steps at once; ends when the last one has ended."""

    short: ClassVar[str] = "branches"
    kind: Literal["parallel"] = "parallel"
    survival: ClassVar[Survival] = "keyed"
    branches: tuple[tuple["Step", ...], ...] = Field(min_length=1, description="The lists of steps.")


class Choice(Frozen):
    """One list of steps that may be drawn."""

    short: ClassVar[str] = "do"
    weight: Number = Field(default=1, ge=1, le=1000, description="How often it is drawn, against the others.")
    steps: tuple["Step", ...] = Field(validation_alias="do", description="What to do; nothing is a choice too.")


class Choose(AnyStep):
    """Do one of several lists of steps, drawn by the playbook's seed."""

    short: ClassVar[str] = "choices"
    kind: Literal["choose"] = "choose"
    survival: ClassVar[Survival] = "keyed"
    choices: tuple[Choice, ...] = Field(min_length=2, description="The lists, with a weight or without.")


class Repeat(AnyStep):
    """Do steps again and again: so many times, until a moment, or until a condition holds."""

    kind: Literal["repeat"] = "repeat"
    survival: ClassVar[Survival] = "keyed"
    times: Number | None = Field(default=None, ge=1, le=10_000, description="How many rounds at most.")
    every_s: Duration | None = Field(
        default=None, validation_alias="every", gt=0, description="From the start of one round to that of the next."
    )
    until: Until | None = Field(
        default=None, description="A moment or a condition after which no round begins; it ends the waiting, too."
    )
    steps: tuple["Step", ...] = Field(validation_alias="do", min_length=1, description="One round.")

    @model_validator(mode="after")
    def _bounded(self) -> "Repeat":
        if self.times is None and self.until is None:
            raise bad("endless-repeat", 'repeat needs "times" or "until", or it would never end')
        return self


STEPS: Mapping[str, type[AnyStep]] = {
    "say": Say,
    "play": Play,
    "stop": Stop,
    "wait": Wait,
    "wait_for": WaitFor,
    "if": If,
    "choose": Choose,
    "repeat": Repeat,
    "parallel": Parallel,
    "run": RunSteps,
    "breakouts": Breakouts,
    "rotate": Rotate,
    "steer": Steer,
    "invite": Invite,
    "accept": Accept,
    "reject": Reject,
    "join": Join,
    "call_back": CallBack,
    "mute": Mute,
    "unmute": Unmute,
    "leave": Leave,
    "drop": Drop,
    "send_back": SendBack,
    "lock": Lock,
    "unlock": Unlock,
    "admit": Admit,
    "deny": Deny,
    "floor": Floor,
    "role": ChangeRole,
    "record": Recording,
    "extend": Extend,
    "mode": Mode,
    "knock": Knock,
    "pin": Pin,
    "spotlight": Spotlight,
    "tell_teacher": TellTeacher,
    "save": Save,
    "signal": SendSignal,
    "log": Log,
}
_AnyStep = (
    Say | Play | Stop | Wait | WaitFor | If | Choose | Repeat | Parallel | RunSteps | Breakouts | Rotate | Steer
    | Invite | Accept | Reject | Join | CallBack | Mute | Unmute | Leave | Drop | SendBack | Lock | Unlock | Admit
    | Deny | Floor | ChangeRole | Recording | Extend | Mode | Knock | Pin | Spotlight
    | TellTeacher | Save | SendSignal | Log
)  # fmt: skip
Step = Annotated[
    Annotated[_AnyStep, Field(discriminator="kind")],
    BeforeValidator(lambda data: unfold(data, STEPS, "step")),
]
for _model in (If, Parallel, Choice, Choose, Repeat):
    _model.model_rebuild()


def _collect_facts(data: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """A named list may ask for all facts; which ones is kept, for those who run it may not know them."""
    reading = reading_of(info)
    if reading is None:
        return handler(data)
    reading.wanted = set()
    try:
        return handler(data)
    finally:
        reading.list_facts.append(frozenset(reading.wanted))
        reading.wanted = None


NamedSteps = Annotated[tuple[Step, ...], Field(min_length=1), WrapValidator(_collect_facts)]


def inner_lists(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The lists of steps inside a step, in the order of the YAML; what `run` names is not inside of it."""
    match step:
        case If():
            return step.then, step.otherwise
        case Choose():
            return tuple(choice.steps for choice in step.choices)
        case Repeat():
            return (step.steps,)
        case Parallel():
            return step.branches
        case _:
            return ()


def every_step(steps: Sequence[Step], lists: Mapping[str, tuple[Step, ...]] | None = None) -> Iterator[Step]:
    """All steps of a list, with those inside others, in the order of the YAML.

    Args:
        lists: named step lists; those that are run from here follow, each once.
    """
    seen: set[str] = set()
    waiting = [tuple(steps)]
    while waiting:
        for step in _inside(waiting.pop(0)):
            yield step
            if lists and isinstance(step, RunSteps) and step.name in lists and step.name not in seen:
                seen.add(step.name)
                waiting.append(lists[step.name])


def _inside(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for inner in inner_lists(step):
            yield from _inside(inner)
