"""The step rotate."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic.json_schema import WithJsonSchema

from bots.playbook.model.controls import Steering
from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import bad, reading_of

__all__ = ["Rotate", "Steer"]

_ROUND = re.compile(r"round-([1-9][0-9]?)")


def _check_name(name: str, info: ValidationInfo) -> str:
    reading = reading_of(info)
    if reading is not None and reading.is_whole and name not in reading.rotations:
        known = did_you_mean(name, reading.rotations) or "; write its groups and rounds there"
        raise bad("unknown-rotation", f'no rotation "{name}" in rotations{known}')
    return name


def _read_round(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    found = _ROUND.fullmatch(str(value))
    if found is None:
        raise bad("bad-value", f"{str(value)[:40]!r} is no round; write round-1 for the first")
    return int(found[1])


class Rotate(AnyStep):
    """Play a rotation: round after round in breakout rooms; ends when everybody is back from the last one."""

    short: ClassVar[str] = "plan"
    kind: Literal["rotate"] = "rotate"
    survival: ClassVar[Survival] = "reconcile"
    plan: Annotated[str, AfterValidator(_check_name)] = Field(
        min_length=1, description="A name of the rotations section."
    )
    again: Annotated[
        int | None,
        BeforeValidator(_read_round),
        WithJsonSchema({"type": "string", "pattern": f"^{_ROUND.pattern}$", "examples": ["round-1"]}),
    ] = Field(default=None, description="Only this round of it, with the groups it had.")


class Steer(AnyStep):
    """Steer the rotation that this bot plays, as its controls do from the chat."""

    short: ClassVar[str] = "how"
    kind: Literal["steer"] = "steer"
    survival: ClassVar[Survival] = "once"
    how: Steering = Field(description="more 2m, hold, next, back, swap ana luis, or undo.")
