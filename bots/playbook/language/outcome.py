"""How far values are known before anything happens, and what a comparison of them can then say. Pure."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor, inf
from typing import Any

from bots.playbook.language.grammar import ORDERS, Type

__all__ = ["Kind", "are_equal", "narrowed", "outcome_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value can be.

    Attributes:
        type: of it.
        words: of a text: all that it can be; None for any.
        low, high: of a number: it lies between them, both included.
        is_whole: a number without a fraction.
        is_lower: a text without capitals.
        is_fixed: no fact is in it.
        items: of a list.
    """

    type: Type
    words: frozenset[str] | None = None
    low: float = -inf
    high: float = inf
    is_whole: bool = False
    is_lower: bool = False
    is_fixed: bool = False
    items: tuple["Kind", ...] = ()


def narrowed(kind: Kind, sign: ast.cmpop, fixed: Kind) -> Kind | None:
    """What a fact can be where a comparison with something fixed holds; None where it can be nothing."""
    words, low, high = kind.words, kind.low, kind.high
    match sign:
        case ast.Eq() if kind.type == "text" and fixed.words is not None:
            words = fixed.words if words is None else words & fixed.words
        case ast.In() if kind.type == "text" and fixed.type == "list" and all(item.words for item in fixed.items):
            listed = frozenset(word for item in fixed.items for word in item.words or ())
            words = listed if words is None else words & listed
        case ast.Eq() if kind.type == "number":
            low, high = max(low, fixed.low), min(high, fixed.high)
        case ast.Lt():
            high = min(high, ceil(fixed.high) - 1)  # facts are whole numbers
        case ast.LtE():
            high = min(high, fixed.high)
        case ast.Gt():
            low = max(low, floor(fixed.low) + 1)
        case ast.GtE():
            low = max(low, fixed.low)
        case _:
            pass
    return None if low > high or (words is not None and not words) else replace(kind, words=words, low=low, high=high)


def outcome_of(sign: ast.cmpop, one: Kind, other: Kind) -> bool | None:
    """What a comparison says whatever happens; None where that depends."""
    match sign:
        case ast.Eq():
            return are_equal(one, other)
        case ast.NotEq():
            return _not(are_equal(one, other))
        case ast.In():
            return _contained(one, other)
        case ast.NotIn():
            return _not(_contained(one, other))
        case _:
            return _ordered(ORDERS[type(sign)], one, other)


def _not(outcome: bool | None) -> bool | None:
    return None if outcome is None else not outcome


def are_equal(one: Kind, other: Kind) -> bool | None:
    """Are two values of one type equal, whatever happens? None where that depends."""
    if one.type == "number":
        fractions = [kind for kind in (one, other) if kind.low == kind.high and kind.low % 1]
        if one.low > other.high or other.low > one.high or (fractions and (one.is_whole or other.is_whole)):
            return False
        return True if one.low == one.high == other.low == other.high else None
    if one.type != "text":
        return None
    for lower, word in ((one, other), (other, one)):
        if lower.is_lower and word.words is not None and all(text != text.lower() for text in word.words):
            return False
    if one.words is None or other.words is None:
        return None
    if not one.words & other.words:
        return False
    return True if len(one.words | other.words) == 1 else None


def _contained(one: Kind, other: Kind) -> bool | None:
    if other.type == "list":
        outcomes = {are_equal(one, item) for item in other.items}
        return True if True in outcomes else None if None in outcomes else False
    if one.words is None or other.words is None:
        return True if one.words == frozenset({""}) else None
    outcomes = {inner in outer for inner in one.words for outer in other.words}
    return outcomes.pop() if len(outcomes) == 1 else None


def _ordered(holds: Callable[[Any, Any], bool], one: Kind, other: Kind) -> bool | None:
    outcomes = {holds(a, b) for a in (one.low, one.high) for b in (other.low, other.high)}
    return outcomes.pop() if len(outcomes) == 1 else None
