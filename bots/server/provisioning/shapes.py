"""What a value of the Server API may be: the same object reads it, refuses it and describes it. Pure.

Numbers may come as texts, the vendor's samples send them (server-api.md section 4).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bots.wire import MAX_DEPTH, fits_within

__all__ = ["MOST_AROUND", "AnyObject", "Choice", "Flag", "Number", "ObjectOf", "Reference", "Shape", "Text", "Unfit"]

MOST_AROUND = 5  # lists and objects around what an application keeps of somebody, wherever a client is told of it

JsonSchema = dict[str, Any]


class Unfit(Exception):
    """A value is none of this shape; the text says what it must be."""


class Shape(Protocol):
    """One kind of value."""

    def read(self, value: object) -> Any:
        """The value as it is kept.

        Raises:
            Unfit: it is something else; the text goes on after "must be".
        """
        ...

    def schema(self) -> JsonSchema:
        """What `read` takes, as JSON Schema 2020-12."""
        ...

    def kept(self) -> JsonSchema:
        """What `read` returns, as JSON Schema 2020-12."""
        ...


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false; neither 0 nor "true"."""

    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise Unfit("true or false")
        return value

    def schema(self) -> JsonSchema:
        return {"type": "boolean"}

    def kept(self) -> JsonSchema:
        return self.schema()


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number, or its decimal digits as a text."""

    least: int
    most: int

    def read(self, value: object) -> int:
        number = value if isinstance(value, int) and not isinstance(value, bool) else None
        if isinstance(value, float) and value.is_integer():  # JSON has one kind of number: 5.0 is 5
            number = int(value)
        if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,8}|0", value):
            number = int(value)
        if number is None or not self.least <= number <= self.most:
            raise Unfit(f"a number from {self.least} to {self.most}")
        return number

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.kept(), {"type": "string", "pattern": f"^({self._digits()})$"}]}

    def kept(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def _digits(self) -> str:
        if self.most <= 99:
            return "|".join(str(number) for number in range(self.least, self.most + 1))
        assert set(str(self.most)) == {"9"}, "a pattern for other limits is not worth its length"
        assert self.least in (0, 1)
        return f"[1-9][0-9]{{0,{len(str(self.most)) - 1}}}" + ("|0" if self.least == 0 else "")


@dataclass(frozen=True, slots=True)
class Text:
    """A text; not blank if `is_needed`."""

    is_needed: bool = False
    most: int = 4096

    def read(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > self.most or (self.is_needed and not value.strip()):
            raise Unfit(f"a text of {'1 to ' if self.is_needed else 'at most '}{self.most} characters")
        return value

    def schema(self) -> JsonSchema:
        return {"type": "string", "maxLength": self.most, **({"pattern": r"[^\s]"} if self.is_needed else {})}

    def kept(self) -> JsonSchema:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Reference:
    """The caller's own name for something: a text, or a whole number that is kept as a text."""

    most: int = 4096

    def read(self, value: object) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > self.most:
            raise Unfit(f"a text of at most {self.most} characters")
        return str(value)

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"type": "string", "maxLength": self.most}, {"type": "integer"}]}

    def kept(self) -> JsonSchema:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def read(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise Unfit(f"one of {', '.join(self.words)}")
        return value

    def schema(self) -> JsonSchema:
        return {"type": "string", "enum": list(self.words)}

    def kept(self) -> JsonSchema:
        return self.schema()


@dataclass(frozen=True, slots=True)
class AnyObject:
    """An object with keys of the caller's own."""

    most_keys: int = 1000

    def read(self, value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping) or len(value) > self.most_keys:
            raise Unfit(f"an object of at most {self.most_keys} keys")
        if not fits_within(value, MOST_AROUND):
            raise Unfit(f"nested less deeply, {MAX_DEPTH - MOST_AROUND} levels at most")
        return dict(value)

    def schema(self) -> JsonSchema:
        return {"type": "object", "maxProperties": self.most_keys}

    def kept(self) -> JsonSchema:
        return {"type": "object"}


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """An object with known keys, each of which may be missing; what is missing takes its default, if there is one."""

    fields: Mapping[str, Shape]
    defaults: Mapping[str, Any]

    def read(self, value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Unfit(f"an object with the keys {', '.join(self.fields)}")
        kept = dict(self.defaults)
        for key, one in value.items():
            if key not in self.fields:
                raise Unfit(f"an object with the keys {', '.join(self.fields)}, without {key!r}")
            try:
                kept[key] = self.fields[key].read(one)
            except Unfit as error:
                raise Unfit(f"an object whose {key!r} is {error}") from None
        return kept

    def schema(self) -> JsonSchema:
        fields = {key: shape.schema() for key, shape in self.fields.items()}
        return {"type": "object", "properties": fields, "additionalProperties": False}

    def kept(self) -> JsonSchema:
        fields = {key: shape.kept() for key, shape in self.fields.items()}
        return {"type": "object", "properties": fields, "additionalProperties": False}
