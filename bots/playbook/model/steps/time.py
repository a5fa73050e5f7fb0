"""Steps that wait: wait, wait_for."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from bots.playbook.language.expression import Expression
from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.model.triggers import Every, Trigger
from bots.playbook.values.scalars import Duration, Number
from bots.playbook.values.shape import bad

__all__ = ["Wait", "WaitFor"]


class Wait(AnyStep):
    """Do nothing for a while."""

    short: ClassVar[str] = "duration"
    kind: Literal["wait"] = "wait"
    survival: ClassVar[Survival] = "reconcile"
    duration_s: Duration = Field(validation_alias="duration", description="How long.")


class WaitFor(AnyStep):
    """Wait until a condition holds, or until something has happened so many times."""

    kind: Literal["wait_for"] = "wait_for"
    survival: ClassVar[Survival] = "reconcile"
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
        if isinstance(self.when, Every):
            raise bad("bad-value", '"every" fires rules; to wait for a time, write: wait: 5m')
        return self
