"""Conditions: one small pure language, a checked subset of Python's expression syntax.

Facts (`person.is_bot`, `count.people`), literals, `and` / `or` / `not`, comparisons, `in`, `+`, `-`, `len()` and
`lower()`. Names and types are checked when a text is read; evaluation calls nothing, loops over nothing and is
bounded by the length of the text, so a chat message can be compared and can do nothing else.
"""

import ast
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_type_hints

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from bots.playbook.scope import BotFacts, Counts, MessageFacts, PersonFacts, RoomFacts, Scope
from bots.playbook.shape import bad, did_you_mean, reading_of

__all__ = ["FACTS", "MAX_LENGTH", "Expression", "ExpressionError", "Type", "type_of"]

Type = Literal["text", "number", "flag", "list"]
Value = str | int | float | bool | tuple[Any, ...]
MAX_LENGTH = 500  # characters; bounds the work of one evaluation
_MAX_DEPTH = 25  # nesting of and/or/not, comparisons and calls
_PLACES: Mapping[str, type] = {
    "person": PersonFacts, "message": MessageFacts, "room": RoomFacts, "bot": BotFacts, "count": Counts,
}  # fmt: skip
_TYPES: Mapping[type, Type] = {str: "text", int: "number", bool: "flag"}
FACTS: Mapping[str, Type] = {
    f"{place}.{name}": _TYPES[hint] for place, facts in _PLACES.items() for name, hint in get_type_hints(facts).items()
} | {"n": "number"}
_CONSTANTS = {"true": True, "false": False}
_SIGNS = {"text": "text", "number": "a number", "flag": "true or false", "list": "a list"}
_ORDERS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
}  # fmt: skip


class ExpressionError(ValueError):
    """A text that is no expression of the language; offset and width are characters in it."""

    def __init__(self, problem_id: str, message: str, offset: int = 0, width: int = 1) -> None:
        super().__init__(message)
        self.problem_id = problem_id
        self.offset = offset
        self.width = width


@dataclass(frozen=True)
class Expression:
    """A condition: true or false, from the facts of one moment.

    Raises:
        ExpressionError: the text is none, or its value is neither true nor false.
    """

    text: str

    def __post_init__(self) -> None:
        kind = type_of(self.text)
        if kind != "flag":
            raise ExpressionError(
                "bad-expression", f"a condition is true or false, this is {_SIGNS[kind]}", 0, len(self.text)
            )

    def evaluate(self, scope: Scope) -> bool:
        """Is it true now?

        Raises:
            LookupError: it asks for `person` or `message`, and nobody triggered this run.
        """
        return bool(value_of(self.text, scope))

    @property
    def facts(self) -> frozenset[str]:
        """The facts that it asks for."""
        return facts_of(self.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.text)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": ["string", "boolean"], "examples": ["not person.is_bot", "count.people >= 2"]}

    @classmethod
    def _validate(cls, value: Any, info: ValidationInfo) -> "Expression":
        if isinstance(value, Expression):
            return value
        text = str(value).lower() if isinstance(value, bool) else value
        if not isinstance(text, str):
            raise bad("wrong-type", "a condition is text, like: not person.is_bot")
        try:
            found = cls(text)
            check_facts(text, info)
        except ExpressionError as problem:
            raise bad(problem.problem_id, str(problem), offset=problem.offset, width=problem.width) from None
        return found


def check_facts(text: str, info: ValidationInfo) -> None:
    """Refuse facts that are not known where this text stands.

    Raises:
        ExpressionError: it asks for one.
    """
    reading = reading_of(info)
    if reading is None or reading.facts is None:
        return
    for fact in sorted(facts_of(text)):
        place = fact.partition(".")[0]
        if place in ("person", "message") and place not in reading.facts:
            when = "somebody triggers" if place == "person" else "a chat message triggers"
            raise ExpressionError(
                "unknown-name", f'"{place}" is known only in a rule that {when}', text.find(fact), len(fact)
            )


def type_of(text: str) -> Type:
    """Check a text and say what its value is.

    Raises:
        ExpressionError: it is no expression of the language.
    """
    return _check(_parse(text), text, 0)


def facts_of(text: str) -> frozenset[str]:
    """The facts that a checked text asks for."""
    return frozenset(
        found for node in ast.walk(_parse(text)) if (found := _fact_name(node)) is not None and found in FACTS
    )


def value_of(text: str, scope: Scope) -> Value:
    """The value of a checked text.

    Raises:
        LookupError: it asks for `person` or `message`, and nobody triggered this run.
    """
    found: Value = _value(_parse(text), scope)
    return found


@lru_cache(maxsize=1024)
def _parse(text: str) -> ast.expr:
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


def _fact_name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


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
        raise _refuse(node, text, f"{_SIGNS[wanted]} belongs here, this is {_SIGNS[found]}")
    return wanted


def _check_constant(node: ast.Constant, text: str) -> Type:
    if type(node.value) in (str, int, float, bool):
        return {str: "text", int: "number", float: "number", bool: "flag"}[type(node.value)]  # type: ignore[return-value]  # a dict of literals widens to str
    raise _refuse(node, text, "only texts, numbers, true and false can be written here")


def _check_fact(node: ast.expr, text: str) -> Type:
    name = _fact_name(node)
    if name in _CONSTANTS:
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
                raise _refuse(right, text, f"{_SIGNS[kinds[0]]} and {_SIGNS[kinds[1]]} are never equal")
        elif type(operator) in _ORDERS:
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


def _value(node: ast.expr, scope: Scope) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name() | ast.Attribute():
            return _fact(node, scope)
        case ast.BoolOp(op=ast.And()):
            return all(_value(part, scope) for part in node.values)
        case ast.BoolOp():
            return any(_value(part, scope) for part in node.values)
        case ast.UnaryOp(op=ast.Not()):
            return not _value(node.operand, scope)
        case ast.UnaryOp():
            return -_value(node.operand, scope)
        case ast.BinOp(op=ast.Add()):
            return _value(node.left, scope) + _value(node.right, scope)
        case ast.BinOp():
            return _value(node.left, scope) - _value(node.right, scope)
        case ast.Compare():
            return _compare(node, scope)
        case ast.List() | ast.Tuple():
            return tuple(_value(part, scope) for part in node.elts)
        case ast.Call(func=ast.Name(id="len")):
            return len(_value(node.args[0], scope))
        case ast.Call():
            return _value(node.args[0], scope).lower()
        case _:
            raise AssertionError(f"unchecked expression: {ast.dump(node)}")


def _fact(node: ast.expr, scope: Scope) -> Any:
    name = _fact_name(node) or ""
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    place, _, part = name.partition(".")
    found = getattr(scope, place)
    if found is None:
        raise LookupError(f'"{place}" is not known here: nobody triggered this run')
    return getattr(found, part) if part else found


def _compare(node: ast.Compare, scope: Scope) -> bool:
    left = _value(node.left, scope)
    for operator, comparator in zip(node.ops, node.comparators, strict=True):
        right = _value(comparator, scope)
        match operator:
            case ast.In():
                holds = left in right
            case ast.NotIn():
                holds = left not in right
            case ast.Eq():
                holds = left == right
            case ast.NotEq():
                holds = left != right
            case _:
                holds = _ORDERS[type(operator)](left, right)
        if not holds:
            return False
        left = right
    return True
