"""The roster: who is expected, and under which names they may come."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic.json_schema import WithJsonSchema

from bots.playbook.model.steps.any import Role
from bots.playbook.values.shape import Frozen

__all__ = ["Roster", "RosterEntry"]

PersonId = Annotated[str, Field(pattern=r"^[\w][\w.@+-]{0,59}$")]
Label = Annotated[str, Field(min_length=1, max_length=100)]
Labels = Annotated[
    tuple[Label, ...],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "examples": [["beginner"]]},
        mode="validation",
    ),
]


class RosterEntry(Frozen):
    """One person of the class."""

    id: PersonId = Field(description="Their id, for this playbook and its reports; often the user_ref of their token.")
    name: Label = Field(description="Their name, as they show it in the room.")
    aliases: Labels = Field(default=(), description="Other names under which they may come.")
    role: Role = Field(default="participant", description="moderator for teachers.")
    tags: Labels = Field(default=(), description="What rules and rotations may ask for, like beginner.")


Roster = Annotated[tuple[RosterEntry, ...], Field(max_length=2000)]
