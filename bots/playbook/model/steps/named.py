"""Named step lists: their names, and the step that performs one."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import bad, reading_of

__all__ = ["ListName", "RunSteps"]

ListName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]


def _check_name(name: str, info: ValidationInfo) -> str:
    reading = reading_of(info)
    if reading is not None and reading.is_whole and name not in reading.step_lists:
        known = did_you_mean(name, reading.step_lists) or "; write its steps there"
        raise bad("unknown-steps", f'no list "{name}" in steps{known}')
    return name


class RunSteps(AnyStep):
    """Do the steps of a named list; ends with the last of them."""

    short: ClassVar[str] = "name"
    kind: Literal["run"] = "run"
    survival: ClassVar[Survival] = "keyed"
    name: Annotated[str, AfterValidator(_check_name)] = Field(min_length=1, description="A name of the steps section.")
