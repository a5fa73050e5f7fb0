"""How values shaped like the YAML become models: marked mappings, short forms, and the one base of all models.

A model may have a `short` field: where a bare value stands instead of a mapping, it goes into that field
(`say: "Hello"` is `say: {text: "Hello"}`). A step or trigger is a mapping whose key says its kind. Models are
also read back from their own JSON, where the kind stands in `kind`, and made directly in Python.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from bots.playbook.values.meant import SURE, closest, did_you_mean

__all__ = [
    "Beside",
    "Filled",
    "Frozen",
    "Loc",
    "Marked",
    "Reading",
    "StandIn",
    "bad",
    "meant_keys",
    "reading_of",
    "unfold",
]


Loc = tuple[str | int, ...]
_MANY = 300  # misspelt keys of one mapping


class Marked(dict[str, Any]):
    """A mapping of the YAML that knows where it stands.

    Attributes:
        where: `file:line:column` of its first character.
        loc: the way to it from the top: keys and indexes.
        written: the keys that stand in the YAML; others were added while reading.
    """

    def __init__(self, values: Mapping[str, Any], *, where: str, loc: Loc, written: Iterable[str]) -> None:
        super().__init__(values)
        self.where = where
        self.loc = loc
        self.written = frozenset(written)

    @property
    def path(self) -> str:
        """The way as text: `bots.helper.rules[0].do[1]`."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.loc)[1:]

    def having(self, **added: Any) -> "Marked":
        """The same mapping with keys that do not stand in the YAML."""
        return Marked({**self, **added}, where=self.where, loc=self.loc, written=self.written)


class Beside(str):
    """The name of a file in a file that a playbook uses: it means one beside that file.

    Attributes:
        folder: that file's, relative to the playbook's; "" for the same.
    """

    __slots__ = ("folder",)
    folder: str

    def __new__(cls, text: str, folder: str = "") -> "Beside":
        made = super().__new__(cls, text)
        made.folder = folder
        return made

    @property
    def name(self) -> str:
        """The name relative to the playbook's folder."""
        return f"{self.folder}/{self}" if self.folder else str(self)


class Filled(str):
    """A text that inputs were put into: what it says is this run's, not always so."""

    __slots__ = ()


class StandIn(int):
    """A number that stands in for an input without a value: nothing can be concluded from it."""


@dataclass(slots=True)
class Reading:
    """What is known while a playbook is read from YAML; the context of every validation.

    Attributes:
        folder: the playbook's folder; None where no file can be looked at.
        environment: what `${NAME}` may name; None where it is not looked at.
        clips: names of the `audio` section.
        bot_ids: how many copies each bot has, by bot id; 0 where that cannot be known.
        step_lists: names of the `steps` section.
        rotations: names of the `rotations` section.
        people: ids of the roster.
        is_whole: whether all files that the playbook uses could be read; if not, a name may be in one of them.
        has_zone: whether the playbook says its `timezone`.
        facts: the names that conditions and texts may use here; None for all of them.
        wanted: where not None, the places of the facts that are asked for (`person`, `count`) are added to it.
        list_facts: those that each named step list asks for, in the lists' order.
        unknown_keys: found so far: the way to the mapping, the key, the keys it could have.
        sound_files: those in the folder, once somebody has asked for them.
    """

    folder: Path | None = None
    environment: Mapping[str, str] | None = None
    clips: frozenset[str] = frozenset()
    bot_ids: Mapping[str, int] = field(default_factory=dict)
    step_lists: frozenset[str] = frozenset()
    rotations: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    is_whole: bool = True
    has_zone: bool = True
    facts: frozenset[str] | None = None
    wanted: set[str] | None = None
    list_facts: list[frozenset[str]] = field(default_factory=list)
    unknown_keys: list[tuple[Loc, str, tuple[str, ...]]] = field(default_factory=list)
    sound_files: list[str] | None = None

    @contextmanager
    def limited_to(self, facts: frozenset[str]) -> Iterator[None]:
        """Inside, conditions and texts may use these facts only."""
        before, self.facts = self.facts, facts
        try:
            yield
        finally:
            self.facts = before


def reading_of(info: ValidationInfo) -> Reading | None:
    """The reading that this validation is part of; None for JSON and for values made in Python."""
    return info.context if isinstance(info.context, Reading) else None


def bad(problem_id: str, message: str, **context: Any) -> PydanticCustomError:
    """An error that the loader shows as it is.

    Args:
        problem_id: one of the stable ids of `docs/playbook.md`.
        message: the sentence.
        **context: `key` points at a key of the mapping instead of at the value; `offset` and `width`, in
            characters, point at a place inside the text.
    """
    return PydanticCustomError(problem_id, "{sentence}", {"sentence": message, **context})


def meant_keys(data: Mapping[str, Any], keys: Iterable[str]) -> dict[str, str]:
    """By each misspelt key of a mapping the one that was surely meant, so that it is read on and one problem."""
    free = [key for key in keys if key not in data]
    found: dict[str, str] = {}
    for key in islice((key for key in data if free and key not in keys), _MANY):
        near = closest(key, free, alike=SURE)
        if near is not None and near not in found.values():
            found[key] = near
    return found


class Frozen(BaseModel):
    """The base of all models here: frozen, no unknown keys, YAML names as aliases of Python names."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, allow_inf_nan=False
    )
    short: ClassVar[str] = ""
    internal: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def yaml_keys(cls) -> dict[str, str]:
        """The keys of this mapping in the YAML, and the name of the field behind each."""
        return {
            str(info.validation_alias or name): name
            for name, info in cls.model_fields.items()
            if name not in cls.internal
        }

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any, info: ValidationInfo) -> Any:
        if cls.short and not isinstance(data, (Mapping, BaseModel)):
            return {cls.short: data}
        reading = reading_of(info)
        if reading is None or not isinstance(data, Marked):
            return data
        keys = cls.yaml_keys()
        unknown = dict.fromkeys(key for key in data if key in data.written and key not in keys)
        reading.unknown_keys += [(data.loc, key, tuple(keys)) for key in unknown]
        if not unknown:
            return data
        meant = {near: data[key] for key, near in meant_keys(data, keys).items()}
        return Marked(
            {key: value for key, value in data.items() if key not in unknown} | meant,
            where=data.where, loc=data.loc, written=data.written,
        )  # fmt: skip


def unfold(data: Any, kinds: Mapping[str, type[Frozen]], noun: str) -> Any:
    """Turn `{say: "Hello"}` into the fields of its model with the kind in `kind`; leave other forms alone.

    Args:
        data: what stands in the YAML, the model's own JSON form, or a model.
        kinds: the models by the key that names them.
        noun: "step" or "trigger", for the sentences.
    """
    if isinstance(data, BaseModel) or (isinstance(data, Mapping) and not isinstance(data, Marked) and "kind" in data):
        return data
    if isinstance(data, str):
        data = {data: None}
    if not isinstance(data, Mapping):
        raise bad("wrong-type", f"a {noun} is a mapping with one key, like {{{next(iter(kinds))}: …}}")
    kind = _kind_of(data, kinds, noun)
    place = {"where": data.where, "path": data.path} if isinstance(data, Marked) else {}
    added = {"kind": kind, **{key: text for key, text in place.items() if key in kinds[kind].model_fields}}
    inner = data if _is_whole(kind, kinds) else data[kind]
    if isinstance(inner, Marked):
        return inner.having(**added)
    if isinstance(inner, Mapping):
        return {**inner, **added}
    if inner is None:
        return added
    if not kinds[kind].short:
        raise bad("wrong-type", f'"{kind}" needs a mapping with keys: {", ".join(kinds[kind].yaml_keys())}')
    return {kinds[kind].short: inner, **added}


def _is_whole(kind: str, kinds: Mapping[str, type[Frozen]]) -> bool:
    """`if` stands beside `then` and `else`: its own key is one of its fields."""
    return kind in kinds[kind].yaml_keys()


def _kind_of(data: Mapping[str, Any], kinds: Mapping[str, type[Frozen]], noun: str) -> str:
    named = [key for key in data if key in kinds]
    if not named:
        key = next(iter(data), "")
        hint = did_you_mean(key, kinds) or f"; there are {', '.join(kinds)}"
        raise bad(f"unknown-{noun}", f'"{key}" is not a {noun}{hint}', key=key)
    kind = named[0]
    if not _is_whole(kind, kinds) and len(data) > 1:
        second = next(key for key in data if key != kind)
        raise bad(
            f"two-{noun}s" if second in kinds else "unknown-key",
            f'a {noun} has one key: put "{second}" '
            + ("in its own list item" if second in kinds else f'inside "{kind}: {{…}}"'),
            key=second,
        )
    return kind
