"""The grammar of conditions: which texts are part of the language, and of what type their values are.

Facts (`person.is_bot`, `count.people`), literals, `and` / `or` / `not`, comparisons, `in`, `+`, `-`, `len()` and
`lower()`; a checked subset of Python's expression syntax, read with `ast` and never compiled.
"""

import ast
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, get_type_hints

from bots.playbook.language.scope import BotFacts, Counts, MessageFacts, PersonFacts, RoomFacts
from bots.playbook.values.shape import did_you_mean

__all__ = [
    "CONSTANTS",
    "FACTS",
    "MAX_LENGTH",
    "ORDERS",
    "SIGNS",
    "ExpressionError",
    "Type",
    "fact_name",
    "facts_of",
    "parse",
    "type_of",
]

Type = Literal["text", "number", "flag", "list"]
MAX_LENGTH = 500  # characters; bounds the work of one evaluation
_MAX_DEPTH = 25  # nesting of and/or/not, comparisons and calls
_PLACES: Mapping[str, type] = {
    "person": PersonFacts, "message": MessageFacts, "room": RoomFacts, "bot": BotFacts, "count": Counts,
}  # fmt: skip
_TYPES: Mapping[type, Type] = {str: "text", int: "number", bool: "flag"}
FACTS: Mapping[str, Type] = {
    f"{place}.{name}": _TYPES[hint] for place, facts in _PLACES.items() for name, hint in get_type_hints(facts).items()
} | {"n": "number"}
CONSTANTS = {"true": True, "false": False}
SIGNS = {"text": "text", "number": "a number", "flag": "true or false", "list": "a list"}
ORDERS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
}  # fmt: skip


class ExpressionError(ValueError):
    """A text that is no expression of the language; offset and width are characters in it."""

    def __init__(self, problem_id: str, message: str, offset: int = 0, width: int = 1) -> None:
        super().__init__(message)
        self.problem_id = problem_id
        self.offset = offset
        self.width = width


def type_of(text: str) -> Type:
    """Check a text and say what its value is.

    Raises:
        ExpressionError: it is no expression of the language.
    """
    return _check(parse(text), text, 0)


def facts_of(text: str) -> frozenset[str]:
    """The facts that a checked text asks for."""
    return frozenset(
        found for node in ast.walk(parse(text)) if (found := fact_name(node)) is not None and found in FACTS
    )


@lru_cache(maxsize=1024)
def parse(text: str) -> ast.expr:
    """The syntax tree of a text; not checked yet."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError("bad-expression", f"a condition has at most {MAX_LENGTH} characters")
    padded = text.replace("\n", " ").replace("\r", " ")
    start = len(padded) - len(padded.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own remarks on texts like "1if"; the check says more
            body = ast.parse(padded[start:], mode="eval").body
    except SyntaxError as cause:
        raise ExpressionError(
            "bad-expression", _syntax_message(text), min(start + max((cause.offset or 1) - 1, 0), max(len(text) - 1, 0))
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("bad-expression", "this cannot be read as a condition") from None
    return body


def fact_name(node: ast.AST) -> str | None:
    """`person.name` of the node that says it."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def _syntax_message(text: str) -> str:
    for wrong, right in (("&&", "and"), ("||", "or"), ("!", "not")):
        if wrong in text.replace("!=", ""):
            return f'this cannot be read as a condition; write "{right}" instead of "{wrong}"'
    if "=" in text and not any(sign in text for sign in ("==", "!=", "<=", ">=")):
        return 'this cannot be read as a condition; write "==" to compare'
    return "this cannot be read as a condition"


def _place(node: ast.AST, text: str) -> tuple[int, int]:
    """Offset and width in characters; ast counts UTF-8 bytes."""
    start = len(text) - len(text.lstrip())
    raw = text[start:].encode()
    first, last = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 1)
    return start + len(raw[:first].decode(errors="ignore")), max(1, len(raw[first:last].decode(errors="ignore")))


def _refuse(node: ast.AST, text: str, message: str, problem_id: str = "bad-expression") -> ExpressionError:
    return ExpressionError(problem_id, message, *_place(node, text))


def _check(node: ast.expr, text: str, depth: int) -> Type:
    if depth > _MAX_DEPTH:
        raise _refuse(node, text, "the condition is nested too deeply")
    match node:
        case ast.Constant():
            return _check_constant(node, text)
        case ast.Name() | ast.Attribute():
            return _check_fact(node, text)
        case ast.BoolOp():
            for part in node.values:
                _want(part, text, depth, "flag")
            return "flag"
        case ast.UnaryOp(op=ast.Not()):
            return _want(node.operand, text, depth, "flag")
        case ast.UnaryOp(op=ast.USub()):
            return _want(node.operand, text, depth, "number")
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            left = _check(node.left, text, depth + 1)
            if left == "text" and isinstance(node.op, ast.Add):
                return _want(node.right, text, depth, "text")
            _want(node.left, text, depth, "number")
            return _want(node.right, text, depth, "number")
        case ast.Compare():
            return _check_comparison(node, text, depth)
        case ast.List() | ast.Tuple():
            for part in node.elts:
                if _check(part, text, depth + 1) == "list":
                    raise _refuse(part, text, "a list cannot stand in a list")
            return "list"
        case ast.Call():
            return _check_call(node, text, depth)
        case _:
            raise _refuse(
                node, text, "this is not part of the language: use facts, and/or/not, comparisons, in, + and -"
            )


def _want(node: ast.expr, text: str, depth: int, wanted: Type) -> Type:
    found = _check(node, text, depth + 1)
    if found != wanted:
        raise _refuse(node, text, f"{SIGNS[wanted]} belongs here, this is {SIGNS[found]}")
    return wanted


def _check_constant(node: ast.Constant, text: str) -> Type:
    if type(node.value) in (str, int, float, bool):
        return {str: "text", int: "number", float: "number", bool: "flag"}[type(node.value)]  # type: ignore[return-value]  # a dict of literals widens to str
    raise _refuse(node, text, "only texts, numbers, true and false can be written here")


def _check_fact(node: ast.expr, text: str) -> Type:
    name = fact_name(node)
    if name in CONSTANTS:
        return "flag"
    if name is not None and name in FACTS:
        return FACTS[name]
    offset, width = _place(node, text)
    shown = name or text[offset : offset + width]
    if shown in _PLACES:
        raise _refuse(
            node,
            text,
            f'"{shown}" needs a part: {", ".join(f for f in FACTS if f.startswith(shown + "."))}',
            "unknown-name",
        )
    raise _refuse(node, text, f'"{shown}" is not a known name{did_you_mean(shown, FACTS)}', "unknown-name")


def _check_comparison(node: ast.Compare, text: str, depth: int) -> Type:
    left: ast.expr = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        kinds = _check(left, text, depth + 1), _check(right, text, depth + 1)
        if isinstance(operator, (ast.In, ast.NotIn)):
            if kinds[1] != "list" and kinds != ("text", "text"):
                raise _refuse(right, text, '"in" looks into a list, or for a text in a text')
        elif isinstance(operator, (ast.Eq, ast.NotEq)):
            if kinds[0] != kinds[1]:
                raise _refuse(right, text, f"{SIGNS[kinds[0]]} and {SIGNS[kinds[1]]} are never equal")
        elif type(operator) in ORDERS:
            _want(left, text, depth, "number")
            _want(right, text, depth, "number")
        else:
            raise _refuse(right, text, 'write == or != instead of "is"')
        left = right
    return "flag"


def _check_call(node: ast.Call, text: str, depth: int) -> Type:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in ("len", "lower") or len(node.args) != 1 or node.keywords:
        raise _refuse(node.func, text, "only len(text) and lower(text) can be called")
    _want(node.args[0], text, depth, "text")
    return "number" if name == "len" else "text"
