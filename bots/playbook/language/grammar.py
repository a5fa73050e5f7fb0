"""The grammar of conditions: how texts are read, and which facts they can name; `kind` says what their values can be.

Facts (`person.is_bot`, `count.people`), literals, `and` / `or` / `not`, comparisons, `in`, `+`, `-`, `len()` and
`lower()`; a checked subset of Python's expression syntax, read with `ast` and never compiled.
"""

import ast
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, get_args, get_type_hints

from bots.playbook.language.scope import BotFacts, Counts, MessageFacts, OneOf, PersonFacts, RoomFacts

__all__ = [
    "CHOICES",
    "CONSTANTS",
    "FACTS",
    "MAX_LENGTH",
    "ORDERS",
    "PLACES",
    "SIGNS",
    "ExpressionError",
    "Type",
    "fact_name",
    "facts_of",
    "parse",
    "place_of",
]

Type = Literal["text", "number", "flag", "list"]
MAX_LENGTH = 500  # characters; bounds the work of one evaluation
PLACES: Mapping[str, type] = {
    "person": PersonFacts, "message": MessageFacts, "room": RoomFacts, "bot": BotFacts, "count": Counts,
}  # fmt: skip
_TYPES: Mapping[Any, Type] = {str: "text", int: "number", bool: "flag", tuple[str, ...]: "list"}
FACTS: Mapping[str, Type] = {
    f"{place}.{name}": _TYPES[hint] for place, facts in PLACES.items() for name, hint in get_type_hints(facts).items()
} | {"n": "number"}
CONSTANTS = {"true": True, "false": False}
CHOICES: Mapping[str, tuple[str, ...]] = {
    f"{place}.{name}": one_of.words
    for place, facts in PLACES.items()
    for name, hint in get_type_hints(facts, include_extras=True).items()
    for one_of in get_args(hint)
    if isinstance(one_of, OneOf)
}
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


def place_of(first: ast.AST, last: ast.AST, text: str) -> tuple[int, int]:
    """Offset and width in characters of what reaches from one node to another; ast counts UTF-8 bytes."""
    start = len(text) - len(text.lstrip())
    raw = text[start:].encode()
    begin, end = getattr(first, "col_offset", 0), getattr(last, "end_col_offset", 1)
    return start + len(raw[:begin].decode(errors="ignore")), max(1, len(raw[begin:end].decode(errors="ignore")))
