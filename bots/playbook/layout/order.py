"""The order of keys in a canonical playbook: that of the models, read from the JSON Schema.

Maps whose keys are names (bots, clips, inputs, counters) keep their order: it may mean something, as with bots.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bots.playbook.model.schema import json_schema

__all__ = ["Shape", "playbook_shape"]

_FIRST = ("playbook", "name", "timezone", "seed", "inputs", "use", "room", "schedule")
_LAST = ("bots", "expect")


@dataclass(frozen=True)
class Shape:
    """What may stand at a place, by the schema.

    Attributes:
        names: of the definitions that it is, such as "Step".
        choices: schemas without references, one of which fits.
    """

    names: frozenset[str]
    choices: tuple[Mapping[str, Any], ...]

    @property
    def is_step(self) -> bool:
        """A step, or a list of steps?"""
        return "Step" in self.names or any("items" in one and _shape(one["items"]).is_step for one in self.choices)

    def has_names(self, keys: Sequence[str]) -> bool:
        """Is a mapping with these keys one from names to things, and not one of settings?"""
        return self._settings(keys) is None and any(_of_names(one) for one in self.choices)

    def sorted(self, keys: Sequence[str]) -> list[str]:
        """The keys in canonical order; those that the schema does not know come last, as they stand."""
        known = self._settings(keys)
        if known is None:
            return list(keys)
        places = {key: place for place, key in enumerate(_ordered(list(known)))}
        return sorted(keys, key=lambda key: places.get(key, len(places)))

    def below(self, keys: Sequence[str], key: str) -> "Shape":
        """What may stand behind a key of a mapping with these keys."""
        known = self._settings(keys)
        if known is not None and key in known:
            return _shape(known[key])
        return next((_shape(inner) for one in self.choices if (inner := _of_names(one))), _ANYTHING)

    def item(self) -> "Shape":
        """What may stand in a list."""
        return next((_shape(one["items"]) for one in self.choices if "items" in one), _ANYTHING)

    def _settings(self, keys: Sequence[str]) -> Mapping[str, Any] | None:
        """The settings that a mapping with these keys is most likely made of."""
        maps = [one["properties"] for one in self.choices if "properties" in one]
        found = max(maps, key=lambda known: sum(key in known for key in keys), default=None)
        return found if found is not None and any(key in found for key in keys) else None


_ANYTHING = Shape(frozenset(), ())


def playbook_shape() -> Shape:
    """The shape of a whole playbook."""
    return _shape({"$ref": "#"})


def _ordered(keys: list[str]) -> list[str]:
    """Of the top level: what it is, where and when, the rest, who does what, and what came of it."""
    if not {"playbook", "bots"} <= set(keys):
        return keys
    return [*_FIRST, *(key for key in keys if key not in (*_FIRST, *_LAST)), *_LAST]


def _of_names(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    values = next(iter(schema.get("patternProperties", {}).values()), None) or schema.get("additionalProperties")
    return values if isinstance(values, dict) else None


@lru_cache(maxsize=1)
def _root() -> Mapping[str, Any]:
    return json_schema()


def _shape(schema: Mapping[str, Any]) -> Shape:
    names: set[str] = set()
    return Shape(choices=tuple(_choices(schema, names)), names=frozenset(names))


def _choices(schema: Mapping[str, Any], names: set[str]) -> Iterator[Mapping[str, Any]]:
    if schema.get("$ref") == "#":
        yield _root()
    elif "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        names.add(name)
        yield from _choices(_root()["$defs"][name], names)
    elif "anyOf" in schema:
        for choice in schema["anyOf"]:
            yield from _choices(choice, names)
    else:
        yield schema
