"""Texts with placeholders: `Welcome, {person.name}!`. Substituted once; what was put in is never read again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from bots.playbook.language.expression import check_facts, value_of
from bots.playbook.language.grammar import ExpressionError, facts_of
from bots.playbook.language.kind import type_of
from bots.playbook.language.scope import Scope
from bots.playbook.values.shape import bad

__all__ = ["MAX_TEXT", "Template"]

MAX_TEXT = 10_000  # characters
_MAX_FACT = 2_000  # characters of a fact that is put in; a chat message may be as long as somebody likes

_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\{|\}")
_WIDTH = re.compile(r"0?[1-9]", re.ASCII)
_TOO_WIDE = re.compile(r"[\w. ]+: *\d+ *", re.ASCII)


@dataclass(frozen=True)
class Template:
    """A text whose `{…}` are filled with facts; `{{` and `}}` are braces, `{n:02}` pads a number.

    Raises:
        ExpressionError: a placeholder is not a known fact.
    """

    text: str

    def __post_init__(self) -> None:
        if len(self.text) > MAX_TEXT:
            raise ExpressionError("bad-value", f"a text has at most {MAX_TEXT:,} characters")
        for offset, inner, width in self._places():
            if not inner.strip():
                raise ExpressionError(
                    "bad-placeholder", "a placeholder needs a name; write {{ and }} for braces", offset, 2
                )
            if not width and _TOO_WIDE.fullmatch(inner):
                message = "a number is shown with 1 to 9 digits, like {n:02}"
                raise ExpressionError("bad-placeholder", message, offset, len(inner) + 2)
            try:
                kind = type_of(inner)
            except ExpressionError as problem:
                known_id = "unknown-name" if problem.problem_id == "unknown-name" else "bad-placeholder"
                raise ExpressionError(known_id, str(problem), offset + 1 + problem.offset, problem.width) from None
            if kind not in ("text", "number") or (width and kind != "number"):
                raise ExpressionError("bad-placeholder", "a placeholder is a text or a number", offset, len(inner) + 2)

    def fill(self, scope: Scope) -> str:
        """The text with its placeholders filled, once.

        Raises:
            LookupError: it asks for `person` or `message`, and nobody triggered this run.
        """
        return _PARTS.sub(lambda match: _filled(match, scope), self.text)

    @property
    def facts(self) -> frozenset[str]:
        """The facts that it asks for."""
        return frozenset(fact for _, inner, _ in self._places() for fact in facts_of(inner))

    def _places(self) -> Iterator[tuple[int, str, str]]:
        """Offset, expression and width of each placeholder."""
        for match in _PARTS.finditer(self.text):
            if match[0] in ("{{", "}}"):
                continue
            if match[1] is None:
                raise ExpressionError("bad-placeholder", "a brace alone; write {{ and }} for braces", match.start(), 1)
            if self.text[: match.start()].endswith("$"):
                raise ExpressionError(
                    "bad-placeholder",
                    "the environment is read in ids only, not in texts",
                    match.start() - 1,
                    len(match[0]) + 1,
                )
            yield match.start(), *_split(match[1])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.text)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": ["Welcome, {person.name}!"]}

    @classmethod
    def _validate(cls, value: Any, info: ValidationInfo) -> "Template":
        if isinstance(value, Template):
            return value
        if not isinstance(value, str):
            raise bad("wrong-type", "text belongs here; put it in quotes")
        try:
            found = cls(value)
            for offset, inner, _ in found._places():
                try:
                    check_facts(inner, info)
                except ExpressionError as problem:
                    problem.offset += offset + 1
                    raise
        except ExpressionError as problem:
            raise bad(problem.problem_id, str(problem), offset=problem.offset, width=problem.width) from None
        return found


def _split(inner: str) -> tuple[str, str]:
    """`n:02` as the expression and its width; a colon inside quotes belongs to the expression."""
    name, colon, width = inner.rpartition(":")
    return (name, width) if colon and _WIDTH.fullmatch(width) else (inner, "")


def _filled(match: re.Match[str], scope: Scope) -> str:
    if match[0] in ("{{", "}}"):
        return match[0][0]
    inner, width = _split(match[1])
    value = value_of(inner, scope)
    return f"{value:{width}}" if width and isinstance(value, (int, float)) else str(value)[:_MAX_FACT]
