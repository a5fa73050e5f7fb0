"""What the value of a text can be: its type, and how far it is known before anything happens.

The types are checked wherever a text is read. What a comparison can only ever say (`count.people < 0`,
`person.role == "teacher"`, `room.name in []`) is a mistake too, and told where the text stands in a playbook as it is.
Every node is looked at once, so the work is bounded by the length of the text.
"""

import ast
from collections.abc import Mapping
from dataclasses import replace
from math import inf

from bots.playbook.language.grammar import (
    CHOICES,
    CONSTANTS,
    FACTS,
    ORDERS,
    PLACES,
    SIGNS,
    ExpressionError,
    Type,
    fact_name,
    parse,
    place_of,
)
from bots.playbook.language.outcome import Kind, are_equal, narrowed, outcome_of
from bots.playbook.values.meant import did_you_mean

__all__ = ["check_outcomes", "type_of"]

_MAX_DEPTH = 25  # nesting of and/or/not, comparisons and calls
_MAX_NUMBER = 10**15
_TURNED: Mapping[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.Gt(), ast.LtE: ast.GtE(), ast.Gt: ast.Lt(), ast.GtE: ast.LtE(), ast.Eq: ast.Eq(),
}  # fmt: skip
_LITERALS: Mapping[type, Type] = {str: "text", int: "number", float: "number", bool: "flag"}


def type_of(text: str) -> Type:
    """Check a text and say what its value is.

    Raises:
        ExpressionError: it is no expression of the language.
    """
    return _Reader(text, tells=False).kind(parse(text), 0).type


def check_outcomes(text: str) -> None:
    """Refuse comparisons that are always true or never, in a text whose types are right.

    Raises:
        ExpressionError: it has one (`constant-condition`).
    """
    _Reader(text, tells=True).kind(parse(text), 0)


class _Reader:
    """Goes through one text.

    Args:
        tells: refuse what is always true or never, too.
    """

    def __init__(self, text: str, *, tells: bool) -> None:
        self.text = text
        self.tells = tells

    def refuse(
        self, node: ast.AST, message: str, problem_id: str = "bad-expression", *, until: ast.AST | None = None
    ) -> ExpressionError:
        return ExpressionError(problem_id, message, *place_of(node, until or node, self.text))

    def said(self, node: ast.AST) -> str:
        offset, width = place_of(node, node, self.text)
        return self.text[offset : offset + width]

    def kind(self, node: ast.expr, depth: int) -> Kind:
        if depth > _MAX_DEPTH:
            raise self.refuse(node, "the condition is nested too deeply")
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name() | ast.Attribute():
                return self.fact(node)
            case ast.BoolOp():
                kinds = [self.wanted(part, depth, "flag") for part in node.values]
                if self.tells:
                    self.tell_constants(node)
                    self.tell_contradictions(node)
                return Kind("flag", is_fixed=all(kind.is_fixed for kind in kinds))
            case ast.UnaryOp(op=ast.Not()):
                return self.wanted(node.operand, depth, "flag")
            case ast.UnaryOp(op=ast.USub()):
                found = self.wanted(node.operand, depth, "number")
                return replace(found, low=-found.high, high=-found.low)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self.sum(node, depth)
            case ast.Compare():
                return self.comparison(node, depth)
            case ast.List() | ast.Tuple():
                items = tuple(self.item(part, depth) for part in node.elts)
                return Kind("list", items=items, is_fixed=all(item.is_fixed for item in items))
            case ast.Call():
                return self.call(node, depth)
            case _:
                message = "this is not part of the language: use facts, and/or/not, comparisons, in, + and -"
                raise self.refuse(node, message)

    def wanted(self, node: ast.expr, depth: int, wanted: Type) -> Kind:
        found = self.kind(node, depth + 1)
        self.want(node, found, wanted)
        return found

    def want(self, node: ast.expr, found: Kind, wanted: Type) -> None:
        if found.type != wanted:
            raise self.refuse(node, f"{SIGNS[wanted]} belongs here, this is {SIGNS[found.type]}")

    def constant(self, node: ast.Constant) -> Kind:
        value = node.value
        if type(value) not in _LITERALS:
            raise self.refuse(node, "only texts, numbers, true and false can be written here")
        if isinstance(value, str):
            return Kind("text", words=frozenset({value}), is_fixed=True)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if value > _MAX_NUMBER:
                raise self.refuse(node, "this number is too large")
            return Kind("number", low=value, high=value, is_whole=value == int(value), is_fixed=True)
        return Kind("flag", is_fixed=True)

    def fact(self, node: ast.expr) -> Kind:
        name = fact_name(node)
        if name in CONSTANTS:
            return Kind("flag", is_fixed=True)
        if name is not None and name in FACTS:
            if FACTS[name] == "list":
                return Kind("list", items=(Kind("text"),))
            words = frozenset(CHOICES[name]) if name in CHOICES else None
            return Kind(FACTS[name], words=words, low=1 if name == "n" else 0, is_whole=True)
        shown = name or self.said(node)
        if shown in PLACES:
            parts = ", ".join(fact for fact in FACTS if fact.startswith(f"{shown}."))
            raise self.refuse(node, f'"{shown}" needs a part: {parts}', "unknown-name")
        raise self.refuse(node, f'"{shown}" is not a known name{did_you_mean(shown, FACTS)}', "unknown-name")

    def sum(self, node: ast.BinOp, depth: int) -> Kind:
        left = self.kind(node.left, depth + 1)
        if left.type == "text" and isinstance(node.op, ast.Add):
            right = self.wanted(node.right, depth, "text")
            return Kind("text", is_fixed=left.is_fixed and right.is_fixed)
        self.want(node.left, left, "number")
        right = self.wanted(node.right, depth, "number")
        low, high = (right.low, right.high) if isinstance(node.op, ast.Add) else (-right.high, -right.low)
        return Kind(
            "number", low=left.low + low, high=left.high + high, is_whole=left.is_whole and right.is_whole,
            is_fixed=left.is_fixed and right.is_fixed,
        )  # fmt: skip

    def item(self, node: ast.expr, depth: int) -> Kind:
        found = self.kind(node, depth + 1)
        if found.type == "list":
            raise self.refuse(node, "a list cannot stand in a list")
        return found

    def call(self, node: ast.Call, depth: int) -> Kind:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in ("len", "lower") or len(node.args) != 1 or node.keywords:
            raise self.refuse(node.func, "only len(text) and lower(text) can be called")
        text = self.wanted(node.args[0], depth, "text")
        if name == "len":
            return Kind("number", low=0, is_whole=True, is_fixed=text.is_fixed)
        words = frozenset(word.lower() for word in text.words) if text.words is not None else None
        return Kind("text", words=words, is_lower=True, is_fixed=text.is_fixed)

    def comparison(self, node: ast.Compare, depth: int) -> Kind:
        nodes = [node.left, *node.comparators]
        kinds = [self.kind(part, depth + 1) for part in nodes]
        for at, sign in enumerate(node.ops):
            self.check_types(sign, (nodes[at], kinds[at]), (nodes[at + 1], kinds[at + 1]))
            if self.tells:
                self.tell_outcome(sign, (nodes[at], kinds[at]), (nodes[at + 1], kinds[at + 1]))
        return Kind("flag", is_fixed=all(kind.is_fixed for kind in kinds))

    def check_types(self, sign: ast.cmpop, left: tuple[ast.expr, Kind], right: tuple[ast.expr, Kind]) -> None:
        (left_node, one), (right_node, other) = left, right
        if isinstance(sign, (ast.In, ast.NotIn)):
            if other.type == "list" and one.type != "list":
                for node, item in zip(_items(right_node), other.items, strict=True):
                    self.same_type(node, one, item)
            elif (one.type, other.type) != ("text", "text"):
                raise self.refuse(right_node, '"in" looks into a list, or for a text in a text')
        elif isinstance(sign, (ast.Eq, ast.NotEq)):
            self.same_type(right_node, one, other)
            if one.type == "list":
                raise self.refuse(right_node, 'a list stands only after "in"')
        elif type(sign) in ORDERS:
            self.want(left_node, one, "number")
            self.want(right_node, other, "number")
        else:
            raise self.refuse(right_node, 'write == or != instead of "is"')

    def same_type(self, node: ast.expr, one: Kind, other: Kind) -> None:
        if one.type != other.type:
            raise self.refuse(node, f"{SIGNS[one.type]} and {SIGNS[other.type]} are never equal")

    def tell_constants(self, node: ast.BoolOp) -> None:
        for part in node.values:
            is_constant = fact_name(part) in CONSTANTS or isinstance(part, ast.Constant)
            if is_constant:
                word = "and" if isinstance(node.op, ast.And) else "or"
                message = f'{self.said(part)} beside "{word}" decides nothing, or all; remove it'
                raise self.refuse(part, message, "constant-condition")

    def tell_contradictions(self, node: ast.BoolOp) -> None:
        """Comparisons of one fact that cannot hold together: `n > 3 and n < 2`."""
        known: dict[str, Kind] = {}
        for part in node.values if isinstance(node.op, ast.And) else []:
            if not isinstance(part, ast.Compare) or len(part.ops) > 1:
                continue
            sign, left, right = part.ops[0], part.left, part.comparators[0]
            if fact_name(right) in FACTS and type(sign) in _TURNED:
                sign, left, right = _TURNED[type(sign)], right, left
            name = fact_name(left) or ""
            if FACTS.get(name, "flag") == "flag":  # flags may be compared with whole conditions
                continue
            fixed = self.kind(right, 0)
            if not fixed.is_fixed:
                continue
            found = narrowed(known.get(name) or self.fact(left), sign, fixed)
            if found is None:
                message = f"this never holds beside what is said of {name} before it"
                raise self.refuse(part, message, "constant-condition")
            known[name] = found

    def tell_outcome(self, sign: ast.cmpop, left: tuple[ast.expr, Kind], right: tuple[ast.expr, Kind]) -> None:
        (left_node, one), (right_node, other) = left, right
        if isinstance(sign, (ast.In, ast.NotIn)) and other.type == "list":
            for node, item in zip(_items(right_node), other.items, strict=True):
                if not one.is_fixed and are_equal(one, item) is False:
                    raise self.never(left, (node, item), node, node)
        outcome = outcome_of(sign, one, other)
        if outcome is None and ast.dump(left_node) == ast.dump(right_node):
            outcome = isinstance(sign, (ast.Eq, ast.LtE, ast.GtE, ast.In))
        if outcome is None:
            return
        if are_equal(one, other) is False and isinstance(sign, (ast.Eq, ast.NotEq)):
            told, fact = (right_node, left_node) if other.is_fixed else (left_node, right_node)
            if fact_name(fact) in CHOICES:
                raise self.never(left, right, told, told)
        raise self.always(left, right, outcome=outcome)

    def never(
        self, left: tuple[ast.expr, Kind], right: tuple[ast.expr, Kind], first: ast.AST, last: ast.AST
    ) -> ExpressionError:
        """Two values that are never equal, told where the fixed one of them stands."""
        fact, word = (left[0], right) if right[1].is_fixed else (right[0], left)
        words = CHOICES.get(fact_name(fact) or "", ())
        message = f"{self.said(fact)} is never {self.said(word[0])}"
        if words and word[1].words:
            message += did_you_mean(next(iter(word[1].words)), words) or f"; it is {' or '.join(words)}"
        else:
            message += self.why(left, right)
        return self.refuse(first, message, "constant-condition", until=last)

    def always(self, left: tuple[ast.expr, Kind], right: tuple[ast.expr, Kind], *, outcome: bool) -> ExpressionError:
        message = f"this {'always' if outcome else 'never'} holds{self.why(left, right)}"
        return self.refuse(left[0], message, "constant-condition", until=right[0])

    def why(self, left: tuple[ast.expr, Kind], right: tuple[ast.expr, Kind]) -> str:
        (left_node, one), (right_node, other) = left, right
        if one.is_fixed and other.is_fixed:
            return ": no fact is in it"
        if other.type == "list" and not other.items:
            return ": the list is empty"
        if ast.dump(left_node) == ast.dump(right_node):
            return ": both sides are the same"
        if one.is_lower or other.is_lower:
            return ": lower() leaves no capitals"
        node, kind = left if not one.is_fixed else right
        if kind.type != "number":
            return ""
        if kind.is_whole and (one.low != int(one.low) if one.is_fixed else other.is_fixed and other.low % 1):
            return f": {self.said(node)} is a whole number"
        bounds = [f"at least {kind.low:g}"] if kind.low > -inf else []
        bounds += [f"at most {kind.high:g}"] if kind.high < inf else []
        return f": {self.said(node)} is {' and '.join(bounds)}"


def _items(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
