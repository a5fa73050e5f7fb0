"""YAML text as a tree of nodes with places: our own safe reader on PyYAML's events.

Scalars are those of YAML 1.2 (only `true` and `false` are booleans; `yes`, `no`, `on` and `10:00` are texts).
A duplicate key is a problem, anchors are allowed and bounded, tags and further documents are refused, and so is
what is too large, too deep, no text at all, or no YAML. Nothing is ever constructed but the nodes below.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from bots.playbook.problem import Problem

__all__ = [
    "MAX_BYTES",
    "MAX_NODES",
    "Document",
    "MappingNode",
    "Node",
    "Place",
    "ScalarNode",
    "SequenceNode",
    "parse",
    "resolve",
    "too_large",
]

MAX_BYTES = 1_000_000
MAX_NODES = 50_000  # with all aliases written out
_MAX_DEPTH = 40
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # events of libyaml where PyYAML has it
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,2})?", re.ASCII)
_NULLS = ("", "~", "null", "Null", "NULL")
_HINTS = (
    ("mapping values are not allowed", 'a ":" in a text needs quotes around the text, or the indentation is wrong'),
    ("found character '\\t'", "a tab cannot stand here; indent with blanks"),
    ("cannot start any token", "this character cannot begin a text; put the text in quotes"),
    ("did not find expected key", "the indentation does not fit the lines above"),
    ("could not find expected ':'", 'a ":" is missing after this key, or the indentation is wrong'),
    ("expected ',' or '}'", 'a "," or "}" is missing; a text with "{" or "," needs quotes here'),
    ("expected ',' or ']'", 'a "," or "]" is missing'),
    ("unexpected end of stream", "a quote or bracket is never closed"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: line and column from 1, width in characters on that line."""

    line: int
    column: int
    width: int = 1


@dataclass(slots=True, eq=False)
class ScalarNode:
    """A text; plain means without quotes, and only a plain one can be a number, true, false or nothing.

    In every node, size counts its nodes with all aliases written out, and height its levels.
    """

    place: Place
    text: str
    is_plain: bool
    size: int = 1
    height: int = 0


@dataclass(slots=True, eq=False)
class SequenceNode:
    """A list."""

    place: Place
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    height: int = 0


@dataclass(slots=True, eq=False)
class MappingNode:
    """A mapping; a key that stands twice is here once."""

    place: Place
    entries: dict[str, tuple[ScalarNode, "Node"]] = field(default_factory=dict)
    size: int = 1
    height: int = 0


Node = ScalarNode | SequenceNode | MappingNode


@dataclass(slots=True)
class Document:
    """What was read: root is None where nothing could be read at all.

    `spoiled` has the ids of nodes whose problem is told already, so that nothing more is said of them; `noun` is what
    sentences call the whole. A playbook knows the files that it uses (`used`), which of them has an entry of a section
    (`owners`), and whether all of them could be read (`is_whole`); a used file knows the folder that it is in, relative
    to the playbook's.
    """

    file: str
    noun: str = "the playbook"
    lines: list[str] = field(default_factory=list)
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)
    used: list["Document"] = field(default_factory=list)
    owners: dict[tuple[str, str], "Document"] = field(default_factory=dict)
    is_whole: bool = True
    folder: str = ""

    def at(self, loc: Sequence[str | int]) -> "Document":
        """The document in which a way through the playbook ends: this one, or one that it uses."""
        return self.owners.get((str(loc[0]), str(loc[1])), self) if len(loc) > 1 else self

    def all_problems(self) -> list[Problem]:
        """Its own, and those of the files that it uses."""
        return [*self.problems, *(problem for part in self.used for problem in part.problems)]

    def report(self, place: Place, problem_id: str, message: str) -> None:
        """Add an error at a place."""
        self.problems.append(self.problem_at(place, problem_id, message))

    def problem_at(self, place: Place, problem_id: str, message: str) -> Problem:
        """An error at a place, with its line."""
        line = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        return Problem(self.file, place.line, place.column, "error", problem_id, message, line, place.width)


def resolve(node: ScalarNode) -> str | int | float | bool | None:
    """The value of a scalar by YAML 1.2; numbers too long to mean anything stay texts."""
    text = node.text
    if not node.is_plain:
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in _NULLS:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def parse(data: bytes | str, file: str) -> Document:
    """Read YAML; what is wrong with it is in the document's problems. Raises nothing."""
    document = Document(file)
    text = _decode(data, document)
    if text is None:
        return document
    document.lines = _BREAK.split(text)
    strange = _UNPRINTABLE.search(text)
    if strange:
        before = _BREAK.split(text[: strange.start()])
        place = Place(len(before), len(before[-1]) + 1)
        hint = "; if the file was saved as UTF-16, save it as UTF-8" if strange[0] == "\0" else ""
        document.report(place, "bad-encoding", f"the character U+{ord(strange[0]):04X} cannot stand in YAML{hint}")
        return document
    try:
        document.root = _Builder(document, text).build()
    except _StopReading:
        document.root = None
    except yaml.YAMLError as cause:
        _report_syntax(document, cause)
    return document


def too_large(file: str, size_bytes: int) -> Problem | None:
    """The problem of a file of this size, if it is one."""
    if size_bytes <= MAX_BYTES:
        return None
    message = f"a playbook has at most {MAX_BYTES:,} bytes, this has {size_bytes:,}"
    return Problem(file, 1, 1, "error", "too-large", message)


def _decode(data: bytes | str, document: Document) -> str | None:
    if problem := too_large(document.file, len(data)):
        document.problems.append(problem)
        return None
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        good = data[: cause.start].decode("utf-8-sig", errors="replace")
        document.lines = _BREAK.split(good)
        place = Place(len(document.lines), len(document.lines[-1]) + 1)
        document.report(place, "bad-encoding", "this is not UTF-8; save the file as UTF-8")
        return None


def _report_syntax(document: Document, cause: yaml.YAMLError) -> None:
    said = str(getattr(cause, "problem", None) or cause).splitlines()[0]
    marks = [getattr(cause, name, None) for name in ("problem_mark", "context_mark")]
    is_never_closed = "unexpected end of stream" in said  # show where it begins, not the end of the file
    mark = (marks[1] if is_never_closed else None) or marks[0] or marks[1]
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    if place.line > len(document.lines):
        place = Place(len(document.lines), len(document.lines[-1]) + 1)
    line = document.lines[place.line - 1]
    hint = next((hint for part, hint in _HINTS if part in said), said)
    if "\t" in line[: len(line) - len(line.lstrip())]:
        hint = "a tab cannot stand here; indent with blanks"
    document.report(place, "yaml-syntax", f"this is not YAML: {hint}")


class _StopReading(Exception):  # not an error: the problem is in the document already
    """Nothing more can be read."""


class _Builder:
    """Makes nodes of events; depth and number of nodes are bounded."""

    def __init__(self, document: Document, text: str) -> None:
        self._document = document
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def build(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._stop(event, "many-documents", "a file has one playbook; this begins a second document")
                root = self._node(next(self._events), 0)
        return root

    def _stop(self, event: yaml.Event, problem_id: str, message: str) -> None:
        self._document.report(_place(event), problem_id, message)
        raise _StopReading

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(event, depth)
        if depth > _MAX_DEPTH:
            self._stop(event, "too-deep", f"this is nested more than {_MAX_DEPTH} levels deep")
        assert isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent))
        if event.tag is not None:
            self._document.report(_place(event), "custom-tag", "tags (!name) are not part of the language; remove it")
        node = self._made(event, depth)
        self._add(1, event, "too-large", f"a playbook has at most {MAX_NODES:,} values")
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _made(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return ScalarNode(_place(event), event.value, event.style in (None, ""))
        if isinstance(event, yaml.SequenceStartEvent):
            sequence = SequenceNode(_place(event))
            while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
                sequence.items.append(self._node(inner, depth + 1))
            sequence.size = 1 + sum(item.size for item in sequence.items)
            sequence.height = 1 + max((item.height for item in sequence.items), default=0)
            return sequence
        mapping = MappingNode(_place(event))
        while not isinstance(inner := next(self._events), yaml.MappingEndEvent):
            key = self._node(inner, depth + 1)
            value = self._node(next(self._events), depth + 1)
            self._put(mapping, key, value)
        return mapping

    def _put(self, mapping: MappingNode, key: Node, value: Node) -> None:
        mapping.size += key.size + value.size
        mapping.height = max(mapping.height, 1 + key.height, 1 + value.height)
        if not isinstance(key, ScalarNode):
            self._document.report(key.place, "bad-key", 'a key is a text; a text with "{" or "[" needs quotes')
        elif key.text in mapping.entries:
            first = mapping.entries[key.text][0].place.line
            self._document.report(key.place, "duplicate-key", f'"{key.text}" stands here twice; first in line {first}')
        else:
            mapping.entries[key.text] = (key, value)

    def _aliased(self, event: yaml.AliasEvent, depth: int) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            self._document.report(
                _place(event), "unknown-anchor", f"no anchor &{event.anchor} before this, or it is inside itself"
            )
            nobody = ScalarNode(_place(event), "", is_plain=False)
            self._document.spoiled.add(id(nobody))
            return nobody
        if depth + node.height > _MAX_DEPTH:
            self._stop(event, "too-deep", f"anchors nest this more than {_MAX_DEPTH} levels deep")
        self._add(node.size, event, "alias-bomb", f"anchors make this playbook grow to more than {MAX_NODES:,} values")
        return node

    def _add(self, size: int, event: yaml.Event, problem_id: str, message: str) -> None:
        self._count += size
        if self._count > MAX_NODES:
            self._stop(event, problem_id, message)


def _place(event: yaml.Event) -> Place:
    start, end = event.start_mark, event.end_mark
    assert start is not None, "both readers mark their events"
    assert end is not None
    width = end.column - start.column if isinstance(event, yaml.ScalarEvent) and end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(1, width))
