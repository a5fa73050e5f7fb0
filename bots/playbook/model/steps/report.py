"""Steps of the report: save."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic.json_schema import WithJsonSchema

from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import bad

__all__ = ["SAVED_FILES", "Save"]

SAVED_FILES = ("people.csv", "attendance.csv", "attendance.json", "groups.csv", "groups.json")


def _read_files(value: Any) -> Any:
    names = [value] if isinstance(value, str) else value
    for name in names if isinstance(names, list | tuple) else ():
        if name not in SAVED_FILES:
            known = did_you_mean(str(name), SAVED_FILES) or f"; there is {', '.join(SAVED_FILES)}"
            raise bad("bad-value", f'"{str(name)[:60]}" is no file of the report{known}')
    return names


class Save(AnyStep):
    """Write files of the report, into the folder of --report."""

    short: ClassVar[str] = "files"
    kind: Literal["save"] = "save"
    survival: ClassVar[Survival] = "keyed"
    files: Annotated[
        tuple[str, ...],
        BeforeValidator(_read_files),
        WithJsonSchema(
            {"anyOf": [{"enum": list(SAVED_FILES)}, {"type": "array", "items": {"enum": list(SAVED_FILES)}}]},
            mode="validation",
        ),
    ] = Field(min_length=1, description="Which: people who came, attendance, groups of rotations; CSV or JSON.")
