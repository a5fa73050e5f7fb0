"""Inputs: values given when a playbook is run (`--set length=20s`), put into its scalars as `{inputs.length}`.

The text is put in before anything is parsed. A scalar that is nothing but one input gets its type too, so that
`count: "{inputs.pupils}"` is a number.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.playbook.reading.source import Document, MappingNode, Node, Place, ScalarNode, SequenceNode, resolve
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.scalars import parse_clock, parse_duration, parse_share
from bots.playbook.values.shape import Filled, StandIn, meant_keys

__all__ = ["Inputs", "UnfitInput", "read_inputs"]

_USE = re.compile(r"\{\s*inputs\.([^{}]*?)\s*\}")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?", re.ASCII)
_MOST_ADDED = 20_000  # characters that inputs may add to one text
_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "text": lambda text: text is not None,
    "number": lambda text: _NUMBER.fullmatch(text) is not None,
    "duration": lambda text: parse_duration(text) is not None,
    "clock": lambda text: parse_clock(text) is not None,
    "share": lambda text: parse_share(text) is not None,
    "boolean": lambda text: text in ("true", "false"),
}
_LIKE = {
    "text": "any text", "number": "like 12", "duration": "like 50m", "clock": "like 10:00", "share": "like 30%",
    "boolean": "true or false",
}  # fmt: skip
_STAND_INS = {
    "text": "text", "number": "2", "duration": "1m", "clock": "10:00", "share": "50%", "boolean": "true",
}  # fmt: skip


class UnfitInput(ValueError):
    """An input cannot be put into a text; offset is where, in characters. Without an id, it is told already."""

    def __init__(self, problem_id: str, message: str, offset: int) -> None:
        super().__init__(message)
        self.problem_id = problem_id
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Inputs:
    """The values of all inputs: text and type by name.

    Attributes:
        values: of all of them.
        guessed: those that something stands in for.
        spoiled: those that have a problem, so that nobody knows their value.
    """

    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    spoiled: frozenset[str] = frozenset()

    def fill(self, node: ScalarNode) -> str | int | float | bool | None:
        """The value of a scalar with its inputs put in.

        Raises:
            UnfitInput: nobody knows one of them, or the text becomes too long.
        """
        uses = list(_USE.finditer(node.text))
        if not uses:
            return resolve(node)
        for use in uses:
            if use[1] not in self.values:
                message = f'"inputs.{use[1]}" is not an input{did_you_mean(use[1], self.values)}'
                raise UnfitInput("unknown-input", message, use.start(1) - len("inputs."))
        if sum(len(self.values[use[1]][0]) for use in uses) > _MOST_ADDED:
            raise UnfitInput("too-large", f"inputs add more than {_MOST_ADDED:,} characters to this text", 0)
        if any(use[1] in self.spoiled for use in uses):
            raise UnfitInput("", "its input has a problem that is told already", 0)
        text = _USE.sub(lambda use: self.values[use[1]][0], node.text)
        is_typed = uses[0][0] == node.text.strip() and self.values[uses[0][1]][1] in ("number", "boolean")
        if not is_typed:
            return Filled(text)
        value = resolve(ScalarNode(node.place, text, is_plain=True))
        return StandIn(value) if type(value) is int and uses[0][1] in self.guessed else value


def read_inputs(document: Document, given: Mapping[str, str], *, must_be_given: bool) -> Inputs:
    """Read the `inputs` section; what is wrong with it goes into the document's problems.

    Args:
        given: values by name, from the command line.
        must_be_given: an input without default and value is a problem; otherwise something stands in for it.
    """
    root = document.root
    key, section = _entry(root, "inputs")
    entries = section.entries if isinstance(section, MappingNode) else {}
    place = key.place if key else Place(1, 1)
    for name in sorted(set(given) - set(entries)):
        document.report(place, "unknown-input", f'the playbook has no input "{name}"{did_you_mean(name, entries)}')
    values: dict[str, tuple[str, str]] = {}
    guessed, spoiled = set(), set()
    for name, (at, node) in entries.items():
        kind = _scalar(node, "type", "text")
        text = given.get(name, _scalar(node, "default"))
        if kind not in _CHECKS or isinstance(_entry(node, "default")[1], (MappingNode, SequenceNode)):
            spoiled.add(name)  # the model says what is wrong with it
        elif text is None and must_be_given:
            document.report(at.place, "missing-input", f'the input "{name}" must be given: --set {name}=…')
            spoiled.add(name)
        elif text is None:
            guessed.add(name)
        elif not _CHECKS[kind](text):
            spoiled.add(name)
            document.report(
                at.place,
                "bad-input",
                f'"{text[:60]}" is no value for the input "{name}": its type is {kind}, {_LIKE[kind]}',
            )
        values[name] = (_STAND_INS.get(kind, "text") if text is None else text, kind)
    return Inputs(values, frozenset(guessed), frozenset(spoiled))


def _entry(node: Node | None, key: str) -> tuple[ScalarNode, Node] | tuple[None, None]:
    """An entry of a mapping, under its key or one that is surely meant to be it."""
    if not isinstance(node, MappingNode):
        return None, None
    misspelt = next(iter(meant_keys(node.entries, [key])), key)
    return node.entries.get(misspelt, (None, None))


def _scalar(node: Node, key: str, default: str | None = None) -> Any:
    _, found = _entry(node, key)
    return default if found is None else found.text if isinstance(found, ScalarNode) else None
