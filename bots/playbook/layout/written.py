"""A playbook as it is written: its tree with comments, blank lines, styles and anchors, for `bots fmt`.

`source` reads what a text means, this reads how it looks. A comment belongs to the entry whose line it ends, else to
the entry below it; what stands below the last entry of a block belongs to the block's end.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from bots.errors import PlaybookError
from bots.playbook.problem import Problem

__all__ = ["Alias", "Collection", "Entry", "Scalar", "Value", "comments_of", "comments_with_lines", "read_written"]


@dataclass(slots=True, eq=False)
class Scalar:
    """A text; style is None for a plain one, else its quote or `|` or `>`. Start and end are character indexes."""

    text: str
    style: str | None
    anchor: str | None
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Alias:
    """`*name`."""

    name: str
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Collection:
    """A mapping or a list; tail has the comments below its last entry, "" for a blank line."""

    is_mapping: bool
    is_flow: bool
    anchor: str | None
    start: int
    end: int = 0
    column: int = 0
    is_one_line: bool = True
    entries: list["Entry"] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


Value = Scalar | Alias | Collection


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value, or an item (no key): lead stands above it, note behind it on its line.

    Start is where its key or dash begins, head where that ends; note_column is from 0.
    """

    key: Scalar | None
    value: Value
    start: int
    head: int
    lead: list[str] = field(default_factory=list)
    note: str = ""
    note_column: int = 0


@dataclass(frozen=True, slots=True)
class _Comment:
    text: str
    start: int
    column: int
    is_alone: bool


def read_written(text: str, file: str) -> Collection:
    """The tree of a text that `source.parse` found nothing wrong with; its lines end in newlines only.

    Raises:
        PlaybookError: it has something that cannot be laid out anew (`cannot-format`).
    """
    reader = _Reader(text, file)
    root = reader.read()
    for comment in reader.comments():
        if comment.is_alone or not _put_behind(reader, root, comment):
            _put_above(reader, root, comment)
    for depth, entry, owner in _entries(root):
        is_open = depth == 0 or bool(entry.lead) or entry is not owner.entries[0]
        if is_open and not owner.is_flow and reader.has_blank_before(entry.start):
            entry.lead.append("")
    return root


def comments_of(text: str, file: str) -> list[str]:
    """All comments of a text, in its order."""
    reader = _Reader(text, file)
    reader.read()
    return [comment.text.lstrip("\n") for comment in reader.comments()]


def comments_with_lines(text: str, file: str) -> list[tuple[int, int, str]]:
    """Line and column, from 1, of all comments of a text, in its order."""
    reader = _Reader(text, file)
    reader.read()
    return [(reader.line_of(one.start) + 1, one.column + 1, one.text.lstrip("\n")) for one in reader.comments()]


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.lines = [0, *(match.end() for match in re.finditer("\n|\x85|\u2028|\u2029", text))]
        self._spans: list[tuple[int, int]] = []
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)  # its marks have indexes

    def read(self) -> Collection:
        """The root."""
        try:
            return self._root()
        except yaml.MarkedYAMLError as cause:  # libyaml, which `source` reads with, takes a little more than PyYAML
            mark = cause.problem_mark or cause.context_mark
            return self.refuse(mark.index if mark else 0, "what not every reader of YAML takes")

    def _root(self) -> Collection:
        root: Value | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if event.version or event.tags:
                    self.refuse(0, "a %directive")
                root = self._value(next(self._events))
        assert isinstance(root, Collection), "a playbook is a mapping"
        return root

    def comments(self) -> Iterator[_Comment]:
        """Every `#` outside of the scalars begins one."""
        spans = iter([*self._spans, (len(self.text), len(self.text))])
        span, at = next(spans), 0
        while (at := self.text.find("#", at)) >= 0:
            while span[1] <= at < len(self.text):
                span = next(spans)
            if at >= span[0]:
                at = span[1]
                continue
            line = self.line_of(at)
            end = self.lines[line + 1] - 1 if line + 1 < len(self.lines) else len(self.text)
            before = self.text[self.lines[line] : at]
            blank = [""] if self.has_blank_before(at) else []
            text = self.text[at:end].rstrip()
            yield _Comment(
                "\n".join([*blank, text]) if not before.strip() else text, at, len(before), not before.strip()
            )
            at = end

    def line_of(self, index: int) -> int:
        """From 0."""
        return bisect_right(self.lines, index) - 1

    def has_blank_before(self, index: int) -> bool:
        """Is the line above blank?"""
        line = self.line_of(index)
        return line > 0 and not self.text[self.lines[line - 1] : self.lines[line]].strip()

    def refuse(self, index: int, what: str) -> NoReturn:
        """Raise that this cannot be kept."""
        line = self.line_of(index)
        source = self.text[self.lines[line] :].partition("\n")[0]
        message = f"{what} cannot be kept in its place; move it, then format"
        problem = Problem(self.file, line + 1, index - self.lines[line] + 1, "error", "cannot-format", message, source)
        raise PlaybookError([problem])

    def _value(self, event: yaml.Event) -> Value:
        start, end = _indexes(event)
        if isinstance(event, yaml.AliasEvent):
            return Alias(str(event.anchor), start, end)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, start, end)
        assert isinstance(event, yaml.CollectionStartEvent)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        found = Collection(is_mapping, bool(event.flow_style), event.anchor, start, start)
        if is_mapping:
            self._read_mapping(found)
        else:
            self._read_list(found)
        return found

    def _scalar(self, event: yaml.ScalarEvent, start: int, end: int) -> Scalar:
        style = event.style or None
        written = self.text[start:end]
        if event.anchor:  # the span of an anchored scalar begins at its anchor
            begin = re.match(r"&\S+\s*", written)
            start += begin.end() if begin else 0
            written = self.text[start:end]
        if style in ("|", ">") and "#" in written.partition("\n")[0]:
            self.refuse(start + written.index("#"), f"a comment behind {style}")
        if end > start:
            self._spans.append((start, end))
        return Scalar(event.value, style, event.anchor, start, start + len(written.rstrip()))

    def _read_mapping(self, found: Collection) -> None:
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event)
            if not isinstance(key, Scalar):
                self.refuse(key.start, "a key that is no text")
                return
            value = self._value(next(self._events))
            found.entries.append(Entry(key, value, key.start, key.end))
        self._close(found, event)

    def _read_list(self, found: Collection) -> None:
        anchor = re.compile(r"&\S+\s*").match(self.text, found.start)  # the dashes stand below it
        first = anchor.end() if anchor else found.start
        column = first - self.lines[self.line_of(first)]
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            value = self._value(event)
            start = value.start if found.is_flow else self._dash(_indexes(event)[0], column)
            found.entries.append(Entry(None, value, start, start if found.is_flow else start + 1))
        self._close(found, event)

    def _dash(self, index: int, column: int) -> int:
        """Where the dash of the item stands whose value begins at an index."""
        line = self.line_of(index)
        while line > 0 and not re.match(r"-(\s|$)", self.text[self.lines[line] + column :][:2]):
            line -= 1
        return self.lines[line] + column

    def _close(self, found: Collection, event: yaml.Event) -> None:
        if found.entries:
            found.start = found.start if found.is_flow else found.entries[0].start
            found.column = found.start - self.lines[self.line_of(found.start)]
        found.end = _indexes(event)[1] if found.is_flow else max(found.start, *(e.value.end for e in found.entries))
        found.is_one_line = self.line_of(found.start) == self.line_of(max(found.end - 1, 0))


def _indexes(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None, "the reader marks its events"
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def _entries(node: Value, depth: int = 0) -> Iterator[tuple[int, Entry, Collection]]:
    """All entries below a node with their depth and their collection."""
    if isinstance(node, Collection):
        for entry in node.entries:
            yield depth, entry, node
            yield from _entries(entry.value, depth + 1)


def _put_behind(reader: _Reader, root: Collection, comment: _Comment) -> bool:
    """Give a comment to the entry that ends last before it, on its line."""
    line, best, owner = reader.line_of(comment.start), (-1, -1), None
    for depth, entry, _ in _entries(root):
        for end in (entry.head, entry.value.end):
            if end <= comment.start and reader.line_of(max(end - 1, 0)) == line and (end, depth) > best:
                best, owner = (end, depth), entry
    if owner is None:
        return False
    if owner.note:
        owner.lead.append(comment.text)
    else:
        owner.note, owner.note_column = comment.text, comment.column
    return True


def _put_above(reader: _Reader, node: Collection, comment: _Comment) -> None:
    """Give a comment to the entry below it, or to the end of the block that it is indented like."""
    before: Value | None = None
    for entry in node.entries:
        inner = entry.value
        if comment.start < entry.start:
            if before is not None and (last := _block_at(before, node, comment)):
                _tail_of(last, comment).tail.append(comment.text)
            else:
                entry.lead.append(comment.text)
            return
        if comment.start < inner.end:
            if isinstance(inner, Collection) and (not inner.is_flow or comment.start >= inner.start):
                _put_above(reader, inner, comment)
            else:
                entry.lead.append(comment.text)
            return
        before = inner
    _tail_of(node, comment).tail.append(comment.text)


def _block_at(value: Value, owner: Collection, comment: _Comment) -> Collection | None:
    """The value, if it is a block that a comment below it is indented like, and not like the block around it."""
    if not isinstance(value, Collection) or value.is_flow or owner.is_flow:
        return None
    return value if owner.column < comment.column and value.column <= comment.column else None


def _tail_of(node: Collection, comment: _Comment) -> Collection:
    """The innermost block that a comment below it is indented like."""
    last = _block_at(node.entries[-1].value, node, comment) if node.entries else None
    return _tail_of(last, comment) if last else node
