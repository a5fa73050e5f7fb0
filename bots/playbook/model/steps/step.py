"""Steps made of steps, and the closed union of all steps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from bots.playbook.language.expression import Expression
from bots.playbook.model.later import LATER_STEPS
from bots.playbook.model.steps.any import AnyStep
from bots.playbook.model.steps.breakouts import Accept, Breakouts, CallBack, Invite, Reject
from bots.playbook.model.steps.people import Drop, Leave, Lock, Mute, SendBack, Unlock, Unmute
from bots.playbook.model.steps.sound import Play, Stop
from bots.playbook.model.steps.talk import Log, Say, TellTeacher
from bots.playbook.model.steps.time import Wait, WaitFor
from bots.playbook.values.shape import unfold

__all__ = ["STEPS", "If", "Parallel", "Step", "every_step"]


class If(AnyStep):
    """Do one thing or another."""

    kind: Literal["if"] = "if"
    condition: Expression = Field(validation_alias="if", description="The condition.")
    then: tuple["Step", ...] = Field(description="Steps if it holds.")
    otherwise: tuple["Step", ...] = Field(default=(), validation_alias="else", description="Steps if it does not.")


class Parallel(AnyStep):
    """Do several lists of steps at once; ends when the last one has ended."""

    short: ClassVar[str] = "branches"
    kind: Literal["parallel"] = "parallel"
    branches: tuple[tuple["Step", ...], ...] = Field(min_length=1, description="The lists of steps.")


STEPS: Mapping[str, type[AnyStep]] = {
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
    "drop": Drop,
    "send_back": SendBack,
    "lock": Lock,
    "unlock": Unlock,
    "tell_teacher": TellTeacher,
    "log": Log,
}
_AnyStep = (
    Say | Play | Stop | Wait | WaitFor | If | Parallel | Breakouts | Invite | Accept | Reject
    | CallBack | Mute | Unmute | Leave | Drop | SendBack | Lock | Unlock | TellTeacher | Log
)  # fmt: skip
Step = Annotated[
    Annotated[_AnyStep, Field(discriminator="kind")],
    BeforeValidator(lambda data: unfold(data, STEPS, "step", later=LATER_STEPS)),
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
