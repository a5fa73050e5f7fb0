"""Pydantic's errors as our problems: stable ids, our sentences, the place in the YAML."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic_core import ErrorDetails

from bots.playbook.problem import MOST_PROBLEMS, Problem
from bots.playbook.reading.plain import Spot, locate, place_inside
from bots.playbook.reading.source import Document, MappingNode, Node, ScalarNode, SequenceNode
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import Loc, Reading, meant_keys

__all__ = ["mend_keys", "noun_of", "problems_of_keys", "translate"]

_LISTS = {
    "timeline": "a timeline entry", "rules": "a rule", "invites": "an invites entry", "schedule": "a schedule entry",
    "do": "a step", "then": "a step", "else": "a step", "parallel": "a list of steps",
    "if_fails": "a step", "choose": "a choice",
}  # fmt: skip
_MAPS = {
    "bots": "bot", "audio": "clip", "steps": "step list", "inputs": "input", "expect": "expectation",
    "people": "person",
}  # fmt: skip
_WANTED = {
    "string_type": "text", "bool_type": "true or false", "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number", "tuple_type": "a list", "list_type": "a list", "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys", "model_attributes_type": "a mapping of keys",
}  # fmt: skip
_LIMITS = {
    "greater_than": ("gt", "more than"), "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"), "less_than_equal": ("le", "at most"),
}  # fmt: skip


def translate(errors: Sequence[ErrorDetails], document: Document) -> list[Problem]:
    """The problems of a failed validation; those at nodes that have their problem already are left out."""
    found = []
    for error in islice(errors, MOST_PROBLEMS):
        owner = document.at(error["loc"])
        assert owner.root is not None, "a document that could be read"
        spot = locate(owner.root, error["loc"])
        if id(spot.node) not in owner.spoiled and not _follows(error, spot.node, owner):
            found.append(_problem(error, spot, owner))
    return found


def _follows(error: ErrorDetails, node: Node, document: Document) -> bool:
    """What an entry that has told already causes: a list is too short, a choice between two keys is not made."""
    if isinstance(node, MappingNode) and "key" not in error.get("ctx", {}):
        return any(id(value) in document.spoiled for _, value in node.entries.values())
    return error["type"] == "too_short" and isinstance(node, SequenceNode) and len(node.items) > 0


def mend_keys(reading: Reading, document: Document) -> None:
    """Let misspelt keys be found under the names that were meant, too, for the problems of what stands behind them."""
    for loc, _, keys in reading.unknown_keys[:MOST_PROBLEMS]:
        owner = document.at(loc)
        assert owner.root is not None, "a document that could be read"
        node = locate(owner.root, loc).node
        if isinstance(node, MappingNode):
            node.entries |= {meant: node.entries[key] for key, meant in meant_keys(node.entries, keys).items()}


def problems_of_keys(reading: Reading, document: Document) -> list[Problem]:
    """The unknown keys that were met."""
    found = []
    for loc, key, keys in reading.unknown_keys[:MOST_PROBLEMS]:
        owner = document.at(loc)
        assert owner.root is not None, "a document that could be read"
        spot = locate(owner.root, (*loc, key))
        message = f'"{key}" is not a key of {noun_of(loc, document.noun)}{did_you_mean(key, keys) or _keys(keys)}'
        found.append(owner.problem_at((spot.key or spot.node).place, "unknown-key", message))
    return found


def noun_of(trail: Loc, whole: str = "the playbook") -> str:
    """What stands at the end of a way: `bot "pupil"`, `a rule`, `"say"`, `the playbook`."""
    if not trail:
        return whole
    last, before = trail[-1], trail[-2] if len(trail) > 1 else None
    if isinstance(last, int):
        return _LISTS.get(str(before), f'entry {last + 1} of "{before}"')
    return f'{_MAPS[before]} "{last}"' if len(trail) == 2 and before in _MAPS else f'"{last}"'


def _keys(keys: Sequence[str]) -> str:
    return f"; it has {', '.join(keys)}" if len(keys) <= 12 else ""


def _problem(error: ErrorDetails, spot: Spot, document: Document) -> Problem:
    context: Mapping[str, Any] = error.get("ctx", {})
    if "sentence" not in context:
        node, problem_id, message = _in_our_words(error, spot, document.noun)
        return document.problem_at(node.place, problem_id, message)
    place = spot.node.place
    if "key" in context and isinstance(spot.node, MappingNode) and context["key"] in spot.node.entries:
        place = spot.node.entries[context["key"]][0].place
    elif "offset" in context:
        place = place_inside(document, spot.node, context["offset"], context.get("width", 1))
    return document.problem_at(place, error["type"], context["sentence"])


def _in_our_words(error: ErrorDetails, spot: Spot, whole: str) -> tuple[Node, str, str]:
    """The node to point at, the id and the sentence."""
    kind, last = error["type"], error["loc"][-1] if error["loc"] else ""
    context: Mapping[str, Any] = error.get("ctx", {})
    noun = noun_of(spot.trail, whole)
    if kind == "missing":
        return spot.node, "missing-key", f'"{last}" is missing in {noun}'
    if last == "[key]":
        return spot.key or spot.node, *_bad_key(error)
    if kind in _WANTED:
        return (
            spot.node,
            "wrong-type",
            f"{noun} is {_WANTED[kind]}, not {_shown(spot.node, error)}{_advice(kind, spot.node)}",
        )
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", str(context.get("expected", ""))) or [str(context.get("expected"))]
        word = str(error["input"])
        hint = (
            f"; write {word} without quotes"
            if word in options
            else did_you_mean(word, options)
            or f"; write {' or '.join(options) if len(options) < 3 else ', '.join(options)}"
        )
        return spot.node, "bad-value", f"{_shown(spot.node, error)} is no value of {noun}{hint}"
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return spot.node, "bad-value", f"{noun} is {words} {context[name]:g}, not {_shown(spot.node, error)}"
    if kind in ("too_short", "string_too_short"):
        return spot.node, "bad-value", f"{noun} is empty"
    if kind == "string_too_long":
        return spot.node, "bad-value", f"{noun} has more than {context['max_length']} characters"
    return spot.node, "bad-value", f"{noun}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _bad_key(error: ErrorDetails) -> tuple[str, str]:
    if error["type"] == "literal_error":
        options = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
        word = str(error["input"])
        if error["loc"][0] == "controls":
            hint = did_you_mean(word, options) or f"; there are {', '.join(options)}"
            return "unknown-key", f'"{word}" is not a control{hint}'
        return "unknown-counter", f'"{word}" is not a counter{did_you_mean(word, options)}'
    return "bad-key", f'"{error["input"]}" cannot be an id: small letters, digits, "-" and "_", beginning with a letter'


def _shown(node: Node, error: ErrorDetails) -> str:
    """What stands there; of an input, what it is now."""
    if isinstance(node, ScalarNode) and "{inputs." in node.text and isinstance(error["input"], str | int | float):
        return f'"{str(error["input"])[:60]}" ({node.text[:60]})'
    if isinstance(node, ScalarNode):
        return f'"{node.text[:60]}"'
    return "a list" if isinstance(node, SequenceNode) else "a mapping"


def _advice(kind: str, node: Node) -> str:
    if kind == "string_type" and isinstance(node, ScalarNode):
        return f': write "{node.text[:60]}" with its quotes'
    if kind == "tuple_type" and isinstance(node, MappingNode) and node.entries:
        return f": write - {next(iter(node.entries))}: …"
    return ""
