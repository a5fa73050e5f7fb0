"""The canonical layout of a playbook (`bots fmt`): keeps its meaning and every comment, and is the same for its result.

Rules: two blanks a level; keys in the order of the documentation; quotes where a text needs them, has braces, or is a
sentence; settings on one line in braces where they fit into 100 columns; what was written in one line stays so while
it fits; a step of a list of its own line is a line without braces; one blank line at most.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import dropwhile
from textwrap import wrap
from typing import Any

import yaml

from bots.errors import PlaybookError
from bots.playbook.layout.order import Shape, playbook_shape
from bots.playbook.layout.written import Alias, Collection, Entry, Scalar, Value, comments_of, read_written
from bots.playbook.problem import Problem
from bots.playbook.reading.source import MappingNode, Node, Place, ScalarNode, SequenceNode, parse, resolve
from bots.playbook.reading.uses import is_part

__all__ = ["format_text"]

WIDTH = 100  # columns
_SENTENCE_ENDS = (".", "!", "?", "…")
_SIGNS = frozenset("{}[]#&*!?|^$\\`")  # of YAML, placeholders, patterns: a text with one is quoted
_LOADERS = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # they differ about "?"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def format_text(data: bytes | str, *, file: str = "playbook.yaml") -> str:
    """The canonical form of a playbook's text.

    Raises:
        PlaybookError: it is not YAML of a playbook, or something in it cannot be kept (`cannot-format`).
    """
    document = parse(data, file)
    if document.problems:
        problems = sorted(document.problems, key=lambda problem: problem.order)
        raise PlaybookError(problems)
    is_known = is_part(document.root) or (
        isinstance(document.root, MappingNode) and "playbook" in document.root.entries
    )
    if not is_known:
        message = 'a playbook is a mapping that begins with "playbook: 1"'
        raise PlaybookError([Problem(file, 1, 1, "error", "not-a-playbook", message)])
    text = data if isinstance(data, str) else data.decode("utf-8-sig")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    root = read_written(text, file)
    formatted = _Printer(has_anchors="&" in text).print(root)
    _check(text, formatted, file)
    if "&" in text and "&" not in formatted:  # the anchor of a key is gone, and with it what kept the order
        return format_text(formatted, file=file)
    return formatted


def _check(before: str, after: str, file: str) -> None:
    """Refuse a layout that means something else or has lost a comment, rather than write it."""
    old, new = parse(before, file), parse(after, file)
    assert old.root is not None
    if new.problems or new.root is None or _meaning(old.root) != _meaning(new.root):
        message = "this file cannot be laid out anew without changing what it means; nothing was written"
        raise PlaybookError([Problem(file, 1, 1, "error", "cannot-format", message)])
    if lost := Counter(comments_of(before, file)) - Counter(comments_of(after, file)):
        comment = next(iter(lost))
        line = next((n for n, text in enumerate(before.split("\n"), 1) if comment in text), 1)
        source = before.split("\n")[line - 1]
        message = "this comment cannot be kept in its place; move it to a line of its own, then format"
        place = source.find(comment) + 1
        raise PlaybookError([Problem(file, line, place, "error", "cannot-format", message, source, len(comment))])


def _meaning(node: Node) -> Any:
    match node:
        case ScalarNode():
            value = resolve(node)
            return (type(value).__name__, value, node.text if node.is_plain and not isinstance(value, str) else "")
        case SequenceNode():
            return [_meaning(item) for item in node.items]
        case MappingNode():
            return {key: _meaning(value) for key, (_, value) in node.entries.items()}


class _Printer:
    """Makes lines; with anchors in the text no key changes its place, so that no `*name` comes before its `&name`."""

    def __init__(self, *, has_anchors: bool) -> None:
        self._has_anchors = has_anchors

    def print(self, root: Collection) -> str:
        head: list[str] = []
        if root.entries:  # what stands at the top of the file stays there, whichever key comes first
            head, root.entries[0].lead = root.entries[0].lead, []
        body = [*_flat(head), *self._block(root, playbook_shape(), 0)]
        lines = [line for n, line in enumerate(body) if line or (n > 0 and body[n - 1])]
        return "\n".join(lines).strip("\n") + "\n"

    def _block(self, node: Collection, shape: Shape, indent: int) -> list[str]:
        lines: list[str] = []
        for entry, inner in self._entries(node, shape):
            above = [f"{' ' * indent}{line}" if line else "" for line in _flat(entry.lead)]
            lines += above if lines else dropwhile(lambda line: not line, above)
            lines += self._entry(entry, inner, indent)
        return lines + [f"{' ' * indent}{line}" if line else "" for line in _flat(node.tail)]

    def _entries(self, node: Collection, shape: Shape) -> Iterator[tuple[Entry, Shape]]:
        if not node.is_mapping:
            for entry in node.entries:
                yield entry, shape.item()
            return
        keys = [entry.key.text for entry in node.entries if entry.key]
        by_key = dict(zip(keys, node.entries, strict=True))
        for key in keys if self._has_anchors else shape.sorted(keys):
            yield by_key[key], shape.below(keys, key)

    def _entry(self, entry: Entry, shape: Shape, indent: int) -> list[str]:
        value, margin = entry.value, " " * indent
        head = f"{_inline_scalar(entry.key, in_flow=False)}:" if entry.key else "-"
        if isinstance(value, Scalar) and (lines := _many_lines(value, indent + 2)):
            note = [f"{margin}{entry.note}"] if entry.note else []
            return [*note, f"{margin}{head} {_anchor(value)}{lines[0]}", *lines[1:]]
        one_line = self._one_line(value, shape, WIDTH - indent - len(head) - 1, is_item=not entry.key)
        if one_line is not None:
            return [_with_note(f"{margin}{head} {one_line}".rstrip(), entry)]
        assert isinstance(value, Collection)
        inner = self._block(value, shape, indent + 2)
        if entry.key or value.anchor:
            return [_with_note(f"{margin}{head} {_anchor(value)}".rstrip(), entry), *inner]
        if len(inner) == 1 and not _has_comments(value):
            return [_with_note(f"{margin}- {inner[0].lstrip()}", entry)]
        above = [f"{margin}{entry.note}"] if entry.note else []
        first = next(n for n, line in enumerate(inner) if line and not line.lstrip().startswith("#"))
        above += [line[2:] for line in inner[:first] if line]
        return [*above, f"{margin}- {inner[first][indent + 2 :]}", *inner[first + 1 :]]

    def _one_line(self, value: Value, shape: Shape, room: int, *, is_item: bool) -> str | None:
        """The value on its key's line; None if it is to be a block."""
        if not isinstance(value, Collection):
            return self._flow(value, shape, in_flow=False)
        if _has_comments(value) or _has_paragraphs(value):
            return None
        if not value.entries:
            return self._flow(value, shape, in_flow=False)
        is_step = is_item and "Step" in shape.names
        if is_step and value.is_mapping and len(value.entries) == 1:
            return None
        if not _was_one_line(value) and not self._is_settings(value, shape, is_item=is_item):
            return None
        text = self._flow(value, shape, in_flow=False)
        return text if len(text) <= room else None

    def _is_settings(self, value: Collection, shape: Shape, *, is_item: bool) -> bool:
        """A short leaf: names and numbers only; not a bot, a map of names, a list of steps or one key for itself."""
        if shape.is_step or "Bot" in shape.names or (value.is_mapping and is_item and len(value.entries) == 1):
            return False
        if value.is_mapping and shape.has_names([entry.key.text for entry in value.entries if entry.key]):
            return False
        return all(
            not isinstance(entry.value, Collection)
            or (
                not entry.value.is_mapping
                and not any(isinstance(inner.value, Collection) for inner in entry.value.entries)
            )
            for entry in value.entries
        )

    def _flow(self, value: Value, shape: Shape, *, in_flow: bool) -> str:
        if isinstance(value, Alias):
            return f"*{value.name}"
        if isinstance(value, Scalar):
            return _anchor(value) + _inline_scalar(value, in_flow=in_flow)
        parts = []
        for entry, inner in self._entries(value, shape):
            text = self._flow(entry.value, inner, in_flow=True)
            key = _inline_scalar(entry.key, in_flow=True) if entry.key else None
            space = " " if isinstance(entry.key, Scalar) and entry.key.text.startswith("*") else ""
            parts.append(text if key is None else f"{key}{space}: {text}" if text else key)
        opening, closing = "{}" if value.is_mapping else "[]"
        return f"{_anchor(value)}{opening}{', '.join(parts)}{closing}"


def _flat(lead: list[str]) -> list[str]:
    """Lines of comments; a blank line before one is written in it."""
    return [line for comment in lead for line in comment.split("\n")]


def _with_note(line: str, entry: Entry) -> str:
    """With the comment behind it, where it stood if that is free."""
    return f"{line:{max(len(line) + 2, entry.note_column)}}{entry.note}" if entry.note else line


def _anchor(value: Scalar | Collection) -> str:
    return f"&{value.anchor} " if value.anchor else ""


def _has_comments(node: Value) -> bool:
    if not isinstance(node, Collection):
        return False
    return bool(node.tail) or any(entry.note or any(entry.lead) or _has_comments(entry.value) for entry in node.entries)


def _has_paragraphs(node: Value) -> bool:
    """Is a text with line breaks in it?"""
    if isinstance(node, Collection):
        return any(_has_paragraphs(entry.value) for entry in node.entries)
    return isinstance(node, Scalar) and node.style in ("|", ">")


def _was_one_line(value: Collection) -> bool:
    return value.is_flow and value.is_one_line


def _inline_scalar(scalar: Scalar, *, in_flow: bool) -> str:
    """The text with the quotes that it needs."""
    text = scalar.text
    if scalar.style is None and not isinstance(resolve(_node(text)), str):
        return text
    if _may_be_plain(text, in_flow=in_flow):
        return text
    if text.isprintable() and ('"' in text or "\\" in text) and "'" not in text:
        return f"'{text}'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _node(text: str) -> ScalarNode:
    return ScalarNode(Place(1, 1), text, is_plain=True)


def _may_be_plain(text: str, *, in_flow: bool) -> bool:
    if not isinstance(resolve(_node(text)), str) or text.endswith(_SENTENCE_ENDS):
        return False
    if not text.isprintable() or text != text.strip() or _SIGNS & set(text.replace("!=", "")):
        return False
    if text.isascii() and text.replace("-", "").replace("_", "").isalnum() and not text.startswith("-"):
        return True
    return all(_reads_back(text, f"[{text}]" if in_flow else f"k: {text}", loader) for loader in _LOADERS)


def _reads_back(text: str, line: str, loader: Any) -> bool:
    """Is the text, without quotes, the last and whole value of this line?"""
    try:
        events = list(yaml.parse(line, Loader=loader))
    except yaml.YAMLError:
        return False
    values = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    is_alone = len(events) == (8 if line.startswith("k: ") else 7)
    return is_alone and values[-1].value == text and values[-1].style in (None, "")


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _many_lines(scalar: Scalar, indent: int) -> list[str]:
    """A text that was written as a block, as one: its mark, then its lines; empty for any other."""
    text = scalar.text
    body = text.removesuffix("\n")
    lines = body.split("\n")
    is_simple = (
        body == body.strip()
        and "\n\n\n" not in body
        and all(line == line.strip() and line.isprintable() for line in lines)
    )
    if scalar.style not in ("|", ">") or not is_simple:
        return []
    ends = "" if text.endswith("\n") else "-"
    margin = " " * indent
    if scalar.style == ">" and len(lines) == 1 and "  " not in body:
        folded = wrap(body, max(40, WIDTH - indent), break_long_words=False, break_on_hyphens=False)
        return [f">{ends}", *(margin + line for line in folded)]
    return [f"|{ends}", *((margin + line).rstrip() for line in lines)]
