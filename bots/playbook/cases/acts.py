"""What people do in a test or at the console: `joins`, `says: "!help"`, `ignores invites`; each reads as a sentence."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator
from pydantic.json_schema import WithJsonSchema

from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.scalars import Duration, Flag, Number
from bots.playbook.values.shape import Frozen, Marked, bad, reading_of

__all__ = ["Act", "Opening", "Summons"]

_SUMMONS = re.compile(r"(?P<people>.+) to (?P<to>\S+)")
_ALONE = {"joins": True, "leaves": True, "drops": "0s"}  # words that need no more


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"\s*,\s*|\s+and\s+|\s+", text.strip()) if name]


Named = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: _names(value) if isinstance(value, str) else value),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, mode="validation"),
]


class Opening(Frozen):
    """Breakout rooms to open."""

    short: ClassVar[str] = "names"
    names: tuple[str, ...] = Field(min_length=1, description="Their names.")
    capacity: Number = Field(default=5, ge=2, description="How many fit into each.")

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, data: Any) -> Any:
        return {"names": _names(data)} if isinstance(data, str) else data


class Summons(Frozen):
    """People to invite to a breakout room."""

    people: tuple[str, ...] = Field(min_length=1, description="Who: people, bots, or everybody.")
    to: str = Field(min_length=1, description="The room.")

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, data: Any) -> Any:
        if isinstance(data, str):
            match = _SUMMONS.fullmatch(data.strip())
            if match is None:
                raise bad("bad-value", f'"{data[:60]}" does not say who is invited where; write invites: ana to red')
            return {"people": _names(match["people"]), "to": match["to"]}
        if isinstance(data, Mapping) and isinstance(data.get("people"), str):
            changed = {**data, "people": _names(data["people"])}
            if isinstance(data, Marked):
                return Marked(changed, where=data.where, loc=data.loc, written=data.written)
            return changed
        return data


class Act(Frozen):
    """One thing that somebody does."""

    joins: Flag | None = Field(default=None, description="Comes in.")
    leaves: Flag | None = Field(default=None, description="Goes, as by closing the page.")
    drops: Duration | None = Field(
        default=None, description="Loses the network; comes back after this time, alone: not before they join."
    )
    says: str | None = Field(default=None, min_length=1, description="Writes this line in the chat.")
    talks: Duration | None = Field(default=None, gt=0, description="Speaks for this long.")
    accepts: Literal["invites"] | None = Field(default=None, description="From now on goes where invited.")
    refuses: Literal["invites"] | None = Field(default=None, description="From now on refuses invites.")
    ignores: Literal["invites"] | None = Field(default=None, description="From now on does not answer invites.")
    goes: Literal["back"] | None = Field(default=None, description="Leaves the breakout for the main room.")
    opens: Opening | None = Field(default=None, description="A moderator opens breakout rooms.")
    invites: Summons | None = Field(default=None, description="A moderator invites people to a breakout room.")
    admits: Named | None = Field(default=None, min_length=1, description="A moderator lets in who waits, or everybody.")
    denies: Named | None = Field(default=None, min_length=1, description="A moderator turns away who waits.")
    raises: Literal["hand"] | None = Field(default=None, description="Asks for the floor of a lecture.")
    closes: Literal["breakouts"] | None = Field(default=None, description="A moderator closes all breakout rooms.")

    @model_validator(mode="before")
    @classmethod
    def _word(cls, data: Any, info: ValidationInfo) -> Any:
        """A sentence without its subject: `joins`, `ignores invites`, `talks 20s`."""
        if isinstance(data, Mapping):
            for key in data:
                cls._check(str(key), key=key)
            return data
        if not isinstance(data, str):
            if reading_of(info) is not None:
                raise bad("wrong-type", f"what somebody does is a word or a mapping: joins, {_says()}")
            return data
        word, _, rest = data.strip().partition(" ")
        cls._check(word)
        if rest.strip():
            return {word: rest.strip()}
        if word not in _ALONE:
            raise bad("missing-value", f'"{word}" needs more: {_example(word)}')
        return {word: _ALONE[word]}

    @classmethod
    def _check(cls, word: str, **context: Any) -> None:
        if word not in cls.model_fields:
            hint = did_you_mean(word, cls.model_fields) or f"; there are {', '.join(cls.model_fields)}"
            raise bad("unknown-act", f'"{word[:60]}" is nothing that people do{hint}', **context)

    @model_validator(mode="after")
    def _one(self) -> "Act":
        if len(self.model_fields_set) != 1:
            raise bad("bad-value", f"one thing at a time: {{at: start + 2m, ana: {_says()}}}")
        for name in ("joins", "leaves"):
            if getattr(self, name) is False:
                raise bad("bad-value", f'"{name}" is done or not there at all; write: ana: {name}')
        return self

    @property
    def verb(self) -> str:
        """What is done: the name of the one field that is set."""
        return next(iter(self.model_fields_set))


def _says() -> str:
    return '{says: "!help"}'


def _example(word: str) -> str:
    return {
        "says": _says(),
        "talks": "talks 20s",
        "goes": "goes back",
        "opens": "{opens: [red, blue]}",
        "invites": "{invites: {people: everybody, to: red}}",
        "admits": "admits ana",
        "denies": "denies ana",
        "raises": "raises hand",
        "closes": "closes breakouts",
    }.get(word, f"{word} invites")
