"""What a moderator does: admit, deny."""

from typing import ClassVar, Literal

from pydantic import Field

from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.people import Who

__all__ = ["Admit", "Deny"]


class Admit(AnyStep):
    """Let people in who wait to be let in."""

    short: ClassVar[str] = "people"
    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["admit"] = "admit"
    people: Who = Field(description="Whom of those who wait; person is the one who fired the rule.")


class Deny(AnyStep):
    """Turn people away who wait to be let in."""

    short: ClassVar[str] = "people"
    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["deny"] = "deny"
    people: Who = Field(description="Whom of those who wait; person is the one who fired the rule.")
