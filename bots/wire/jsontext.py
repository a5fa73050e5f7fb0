"""JSON as the wire allows it: no NaN or Infinity, bounded nesting, text that UTF-8 can carry."""

import json
import math
from typing import Any, NoReturn

from bots.errors import WireError

__all__ = ["MAX_DEPTH", "fits_within", "read_json", "write_json"]

MAX_DEPTH = 100  # levels of lists and objects; EnableX needs about six, Python's limit depends on the stack


def read_json(text: str) -> Any:
    """Decode one JSON value.

    Raises:
        WireError: not JSON, a number that JSON or a float does not have, or nested deeper than `MAX_DEPTH`.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise WireError(f"not JSON ({error.msg})", text, error.pos) from None
    except RecursionError:
        raise WireError("JSON nested too deeply", text) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise WireError(f"a number that cannot be read ({error})", text) from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deeper_than(value, MAX_DEPTH):
        raise WireError("JSON nested too deeply", text)
    return value


def fits_within(value: object, around: int) -> bool:
    """Can `read_json` still read this value with so many lists and objects around it?"""
    return not _is_deeper_than(value, MAX_DEPTH - around)


def write_json(value: object) -> str:
    """Encode a value compactly, as JavaScript's `JSON.stringify` does.

    Raises:
        WireError: the value is no JSON: bytes, NaN, Infinity, an unknown type, or circular.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        if not text.isascii():
            text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: only the escaped form can travel in UTF-8
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"cannot be sent as JSON ({error})") from None
    return text


def _refuse_constant(name: str) -> NoReturn:
    raise WireError("JSON has no such number", name)


def _finite(digits: str) -> float:
    """1e999 is JSON, and Python reads it as infinity, which could not be written again."""
    number = float(digits)
    return number if math.isfinite(number) else _refuse_constant(digits)


def _is_deeper_than(value: object, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [inner for outer in level for inner in _children(outer)]
        if not level:
            return False
    return any(isinstance(one, list | dict) for one in level)


def _children(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
