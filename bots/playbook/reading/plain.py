"""From nodes to the values that models are made of, and back from a value's way to its place in the text."""

import re
from dataclasses import dataclass
from typing import Any

from bots.playbook.reading.inputs import Inputs, UnfitInput
from bots.playbook.reading.source import Document, MappingNode, Node, Place, ScalarNode, SequenceNode
from bots.playbook.values.shape import Beside, Loc, Marked
from bots.playbook.values.sounds import SUFFIXES

__all__ = ["Spot", "locate", "place_inside", "plain"]

_UNQUOTED = re.compile(r"\$?(?:inputs|person|message|room|bot|count)\.\w+|[A-Z][A-Z0-9_]+|n")


@dataclass(slots=True)
class _Converter:
    document: Document
    inputs: Inputs

    def value(self, node: Node, loc: Loc) -> Any:
        match node:
            case ScalarNode():
                return self.scalar(node, loc)
            case SequenceNode():
                return [self.value(item, (*loc, index)) for index, item in enumerate(node.items)]
            case MappingNode():
                return self.mapping(node, loc)

    def mapping(self, node: MappingNode, loc: Loc) -> Marked:
        if self.is_unquoted_placeholder(node):
            name = next(iter(node.entries))
            self.report(node, node.place, "bad-placeholder", f'a text with braces needs quotes: "{{{name}}}"')
        values = {key: self.value(value, (*loc, key)) for key, (_, value) in node.entries.items()}
        where = f"{self.document.file}:{node.place.line}:{node.place.column}"
        return Marked(values, where=where, loc=loc, written=values)

    def scalar(self, node: ScalarNode, loc: Loc) -> Any:
        try:
            value = self.inputs.fill(node) if loc[:1] != ("inputs",) else node.text
        except UnfitInput as problem:
            if problem.problem_id:
                place = place_inside(self.document, node, problem.offset, 1)
                self.document.report(place, problem.problem_id, str(problem))
            self.document.spoiled.add(id(node))
            return node.text
        if self.document.folder and isinstance(value, str) and value.lower().endswith(SUFFIXES):
            value = Beside(value, self.document.folder)
        if value is None and id(node) not in self.document.spoiled:
            name = f'"{loc[-1]}"' if loc and isinstance(loc[-1], str) else "this entry"
            self.report(node, node.place, "missing-value", f"{name} has no value")
        return value

    def report(self, node: Node, place: Place, problem_id: str, message: str) -> None:
        self.document.report(place, problem_id, message)
        self.document.spoiled.add(id(node))
        if isinstance(node, MappingNode):
            self.document.spoiled.update(id(inner) for _, inner in node.entries.values())

    @staticmethod
    def is_unquoted_placeholder(node: MappingNode) -> bool:
        """`{inputs.length}` without quotes is a mapping with a key and nothing."""
        return len(node.entries) == 1 and all(
            _UNQUOTED.fullmatch(key) and isinstance(value, ScalarNode) and value.is_plain and not value.text
            for key, (_, value) in node.entries.items()
        )


def plain(document: Document, inputs: Inputs) -> Any:
    """The values of a document, its mappings marked; scalars without a value are told to the document."""
    assert document.root is not None, "a document that could be read"
    return _Converter(document, inputs).value(document.root, ())


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a way through the models leads in the text.

    Attributes:
        node: the value, or the innermost one that is there.
        key: its key, if it stands in a mapping.
        trail: the keys and indexes that were followed.
    """

    node: Node
    key: ScalarNode | None
    trail: Loc


def locate(root: Node, loc: Loc) -> Spot:
    """Follow a way; parts that stand in the models only (kinds, short forms) are passed over."""
    node, key = root, None
    trail: list[str | int] = []
    for index, part in enumerate(loc):
        if part == "if" and loc[index + 1 : index + 2] and loc[index + 1] in ("if", "then", "else"):
            continue
        if isinstance(node, MappingNode) and part in node.entries:
            key, node = node.entries[str(part)]
        elif isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.items):
            key, node = None, node.items[part]
        elif isinstance(node, SequenceNode) and part == "otherwise" and node.items:
            return locate(node.items[-1], (part,))
        else:
            continue
        trail.append(part)
    return Spot(node, key, tuple(trail))


def place_inside(document: Document, node: Node, offset: int, width: int) -> Place:
    """A place inside a scalar's text, where the text stands in the file as it is; else the scalar itself."""
    if not isinstance(node, ScalarNode) or not 0 < node.place.line <= len(document.lines):
        return node.place
    first = node.place.column - 1 + (0 if node.is_plain else 1)
    if not document.lines[node.place.line - 1].startswith(node.text, first) or "\n" in node.text:
        return node.place
    inside = min(max(offset, 0), max(len(node.text) - 1, 0))
    return Place(node.place.line, first + inside + 1, max(1, min(width, len(node.text) - inside)))
