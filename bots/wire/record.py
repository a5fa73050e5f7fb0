"""Typed values that are JSON objects on the wire: read tolerantly, written strictly.

A field's wire key is its name unless `wire_key` says otherwise. Unknown keys are ignored, `null` in an
optional field means "not given", numbers may come as numeric strings (the SDK mixes both). A missing required
field, or a value that its field cannot mean, is a `WireError`; but what a server says is lenient: there an optional
field with an impossible value is "not given", so that one odd detail does not lose the message. Written values have
the declared types, and fields that are None are left out.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import partial
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from bots.errors import WireError

__all__ = ["Record", "whole_number", "wire_key"]


def wire_key(key: str, default: Any = MISSING) -> Any:
    """A dataclass field whose key on the wire is not its Python name."""
    if default is MISSING:
        return field(metadata={"key": key})
    return field(default=default, metadata={"key": key})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A frozen value with a JSON object form."""

    is_lenient: ClassVar[bool] = False

    @classmethod
    def read(cls, data: object) -> Self:
        """Make the value from decoded JSON.

        Raises:
            WireError: not an object, or a required field is missing or of an impossible type.
        """
        if not isinstance(data, Mapping):
            raise WireError(f"{cls.__name__} must be an object", repr(data))
        values: dict[str, Any] = {}
        for item in _layout(cls):
            raw = data.get(item.key)
            if type(raw) is item.read_as:
                values[item.name] = raw
            elif raw is not None:
                try:
                    values[item.name] = item.read(raw, item.where)
                except WireError:
                    if item.is_required or not cls.is_lenient:
                        raise
            elif item.is_required:
                raise WireError(f"{cls.__name__} lacks {item.key!r}", repr(data))
        return cls(**values)

    def write(self) -> dict[str, Any]:
        """The JSON object form.

        Raises:
            WireError: a field has a value of another type than it declares.
        """
        out: dict[str, Any] = {}
        for item in _layout(type(self)):
            value = getattr(self, item.name)
            if type(value) is item.write_as:
                out[item.key] = value
            elif value is not None:
                out[item.key] = item.write(value, item.where)
        return out


Convert = Callable[[Any, str], Any]  # a value and where it stands; raises WireError


@dataclass(frozen=True, slots=True)
class _Item:
    """One field of a record, with what reads and writes it; made once per type, because type hints are slow.

    A value that is a `read_as` or `write_as` stays as it is: most are.
    """

    name: str
    key: str
    where: str
    is_required: bool
    read: Convert
    write: Convert
    read_as: type | None
    write_as: type | None


_LAYOUTS: dict[type[Record], tuple[_Item, ...]] = {}


def _layout(cls: type[Record]) -> tuple[_Item, ...]:
    found = _LAYOUTS.get(cls)
    return found if found is not None else _LAYOUTS.setdefault(cls, tuple(_items(cls)))


def _items(cls: type[Record]) -> Iterator[_Item]:
    hints = get_type_hints(cls)
    for item in fields(cls):
        key = item.metadata.get("key", item.name)
        is_required = item.default is MISSING and item.default_factory is MISSING
        hint = _without_none(hints[item.name])
        where = f"{cls.__name__}.{key}"
        read_as = hint if hint in (str, int, bool) else None  # a float may be infinite, a dict is copied
        write_as = hint if hint in _NAMES else None
        yield _Item(item.name, key, where, is_required, _reader(hint), _writer(hint), read_as, write_as)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return next(one for one in get_args(hint) if one is not NoneType)
    return hint


def _reader(hint: Any) -> Convert:
    if hint is Any:
        return lambda raw, _where: raw
    if get_origin(hint) is tuple:
        return partial(_read_list, _reader(get_args(hint)[0]))
    if get_origin(hint) is dict:
        return _read_object
    if issubclass(hint, Record):
        return lambda raw, _where: hint.read(raw)
    return partial(_read_scalar, hint)


def _read_list(read: Convert, raw: object, where: str) -> tuple[Any, ...]:
    items = list(raw.values()) if isinstance(raw, Mapping) else raw  # the SDK takes lists as maps in places
    if not isinstance(items, list | tuple):
        raise WireError(f"{where} must be a list", repr(raw))
    return tuple([read(one, where) for one in items])


def _read_object(raw: object, where: str) -> dict[Any, Any]:
    if not isinstance(raw, Mapping):
        raise WireError(f"{where} must be an object", repr(raw))
    return dict(raw)


def _read_scalar(hint: type, raw: Any, where: str) -> Any:
    if type(raw) is hint and hint is not float:  # a whole number not through float, which loses digits above 2**53
        return raw
    if hint is str and isinstance(raw, str | int) and not isinstance(raw, bool):
        return str(raw)
    if hint in (int, float) and isinstance(raw, int | float | str) and not isinstance(raw, bool):
        try:
            number = float(raw)
            if math.isfinite(number) and (hint is float or number.is_integer()):
                return hint(number)
        except (ValueError, OverflowError):
            pass
    raise WireError(f"{where} must be {_NAMES[hint]}", repr(raw))


def whole_number(raw: object) -> int | None:
    """A whole number, also as a numeric text; None if it is something else."""
    try:
        number: int = _read_scalar(int, raw, "")
    except WireError:
        return None
    return number


_NAMES = {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}


def _writer(hint: Any) -> Convert:
    if hint is Any:
        return lambda value, _where: value
    if get_origin(hint) is tuple:
        return partial(_write_list, _writer(get_args(hint)[0]))
    if get_origin(hint) is dict:
        return partial(_write_scalar, dict)
    if issubclass(hint, Record):
        return partial(_write_record, hint)
    return partial(_write_scalar, hint)


def _write_list(write: Convert, value: object, where: str) -> list[Any]:
    if not isinstance(value, tuple):
        raise _unsendable(value, where)
    return [write(one, where) for one in value]


def _write_record(kind: type[Record], value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, kind):
        raise _unsendable(value, where)
    return value.write()


def _write_scalar(kind: type, value: object, where: str) -> object:
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    raise _unsendable(value, where)


def _unsendable(value: object, where: str) -> WireError:
    return WireError(f"{where} must not be sent as {type(value).__name__}", repr(value))
