"""Conditions: texts of the grammar that are true or false, from the facts of one moment.

Names and types are checked when a text is read; evaluation calls nothing, loops over nothing and is bounded by the
length of the text, so a chat message can be compared and can do nothing else.
"""

import ast
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from bots.playbook.language.grammar import (
    CONSTANTS,
    ORDERS,
    SIGNS,
    ExpressionError,
    fact_name,
    facts_of,
    parse,
)
from bots.playbook.language.kind import check_outcomes, type_of
from bots.playbook.language.scope import Scope
from bots.playbook.values.shape import Filled, bad, reading_of

__all__ = ["Expression", "check_facts", "value_of"]

Value = str | int | float | bool | tuple[Any, ...]


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
                "bad-expression", f"a condition is true or false, this is {SIGNS[kind]}", 0, len(self.text)
            )

    def evaluate(self, scope: Scope) -> bool:
        """Is it true now?

        Raises:
            LookupError: it asks for `person` or `message`, and nobody triggered this run.
        """
        return bool(value_of(self.text, scope))

    def facts_now(self, scope: Scope) -> dict[str, Any]:
        """The facts that it asks for, by name, as they are now; those that nobody knows are left out."""
        found = {}
        for fact in sorted(self.facts):
            with suppress(LookupError):
                found[fact] = value_of(fact, scope)
        return found

    def false_part(self, scope: Scope) -> str:
        """Of `a and b`, the first part that is not true now; the whole text where there are no such parts."""
        tree = parse(self.text)
        if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
            for part in tree.values:
                if not _value(part, scope):
                    return ast.unparse(part)
        return self.text

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
            if reading_of(info) is not None and not isinstance(value, Filled):  # with inputs, it is so in this run only
                check_outcomes(text)
        except ExpressionError as problem:
            raise bad(problem.problem_id, str(problem), offset=problem.offset, width=problem.width) from None
        return found


def check_facts(text: str, info: ValidationInfo) -> None:
    """Refuse facts that are not known where this text stands.

    Raises:
        ExpressionError: it asks for one.
    """
    reading = reading_of(info)
    if reading is None:
        return
    if reading.wanted is not None:
        reading.wanted.update(fact.partition(".")[0] for fact in facts_of(text))
    if reading.facts is None:
        return
    for fact in sorted(facts_of(text)):
        place = fact.partition(".")[0]
        if place in ("person", "message") and place not in reading.facts:
            when = "somebody triggers" if place == "person" else "a chat message triggers"
            raise ExpressionError(
                "unknown-name", f'"{place}" is known only in a rule that {when}', text.find(fact), len(fact)
            )


def value_of(text: str, scope: Scope) -> Value:
    """The value of a checked text.

    Raises:
        LookupError: it asks for `person` or `message`, and nobody triggered this run.
    """
    found: Value = _value(parse(text), scope)
    return found


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
    name = fact_name(node) or ""
    if name in CONSTANTS:
        return CONSTANTS[name]
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
                holds = ORDERS[type(operator)](left, right)
        if not holds:
            return False
        left = right
    return True
