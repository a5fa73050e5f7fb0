"""Typed values that are JSON objects on the wire: read tolerantly, written strictly.

A field's wire key is its name unless `wire_key` says otherwise. Unknown keys are ignored, `null` in an
optional field means "not given", numbers may come as numeric strings (the SDK mixes both). A missing required
field, or a value that its field cannot mean, is a `WireError`. Written values have the declared types, and
fields that are None are left out.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

from bots.errors import WireError

__all__ = ["Record", "wire_key"]


def wire_key(key: str, default: Any = MISSING) -> Any:
    """A dataclass field whose key on the wire is not its Python name."""
    if default is MISSING:
        return field(metadata={"key": key})
    return field(default=default, metadata={"key": key})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A frozen value with a JSON object form."""

    @classmethod
    def read(cls, data: object) -> Self:
        """Make the value from decoded JSON.

        Raises:
            WireError: not an object, or a required field is missing or of an impossible type.
        """
        if not isinstance(data, Mapping):
            raise WireError(f"{cls.__name__} must be an object", repr(data))
        values: dict[str, Any] = {}
        for item, key, hint in _layout(cls):
            raw = data.get(key)
            if raw is None:
                if _is_required(item):
                    raise WireError(f"{cls.__name__} lacks {key!r}", repr(data))
                continue
            values[item.name] = _read_value(hint, raw, f"{cls.__name__}.{key}")
        return cls(**values)

    def write(self) -> dict[str, Any]:
        """The JSON object form.

        Raises:
            WireError: a field has a value of another type than it declares.
        """
        out: dict[str, Any] = {}
        for item, key, hint in _layout(type(self)):
            value = getattr(self, item.name)
            if value is not None:
                out[key] = _write_value(hint, value, f"{type(self).__name__}.{item.name}")
        return out


_LAYOUTS: dict[type[Record], tuple[tuple[Field[Any], str, Any], ...]] = {}  # reading type hints is slow


def _layout(cls: type[Record]) -> tuple[tuple[Field[Any], str, Any], ...]:
    if cls in _LAYOUTS:
        return _LAYOUTS[cls]
    hints = get_type_hints(cls)
    layout = tuple((item, item.metadata.get("key", item.name), hints[item.name]) for item in fields(cls))
    return _LAYOUTS.setdefault(cls, layout)


def _is_required(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _read_value(hint: Any, raw: object, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _read_value(next(a for a in arguments if a is not NoneType), raw, where)
    if origin is tuple:
        # the SDK takes lists as maps in places
        items = list(raw.values()) if isinstance(raw, Mapping) else raw
        if not isinstance(items, list | tuple):
            raise WireError(f"{where} must be a list", repr(raw))
        return tuple(_read_value(arguments[0], one, f"{where}[{n}]") for n, one in enumerate(items))
    if origin is dict:
        if not isinstance(raw, Mapping):
            raise WireError(f"{where} must be an object", repr(raw))
        return dict(raw)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.read(raw)
    return raw if hint is Any else _read_scalar(hint, raw, where)


def _read_scalar(hint: type, raw: object, where: str) -> Any:
    if hint is bool and isinstance(raw, bool):
        return raw
    if hint is str and isinstance(raw, str | int) and not isinstance(raw, bool):
        return str(raw)
    if hint is int and type(raw) is int:
        return raw  # not through float, which loses digits above 2**53
    if hint in (int, float) and isinstance(raw, int | float | str) and not isinstance(raw, bool):
        try:
            number = float(raw)
            if math.isfinite(number) and (hint is float or number.is_integer()):
                return hint(number)
        except (ValueError, OverflowError):
            pass
    raise WireError(f"{where} must be {_NAMES[hint]}", repr(raw))


_NAMES = {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}


def _write_value(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _write_value(next(a for a in arguments if a is not NoneType), value, where)
    if origin is tuple and isinstance(value, tuple):
        return [_write_value(arguments[0], one, where) for one in value]
    if origin is dict and isinstance(value, dict):
        return value
    if isinstance(value, Record) and isinstance(hint, type) and isinstance(value, hint):
        return value.write()
    if hint is Any or (type(value) is hint) or (hint is float and type(value) is int):
        return value
    raise WireError(f"{where} must not be sent as {type(value).__name__}", repr(value))
