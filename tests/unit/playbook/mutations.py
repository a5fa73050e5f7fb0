"""Playbooks with something wrong in them: changes such as a hurried hand makes, drawn by hypothesis."""

from collections.abc import Callable, Iterator
from pathlib import Path

from hypothesis import strategies as st

from bots.playbook.reading.source import MappingNode, Node, Place, ScalarNode, SequenceNode, parse
from tests.unit.playbook.texts import EVERYTHING

__all__ = ["FOLDERS", "mutated"]

ROOT = Path(__file__).parents[3]
FOLDERS = {
    path.read_text(encoding="utf-8"): path.parent
    for folder in ("playbooks", "playbooks/cookbook", "bots/cli/templates")
    for path in sorted((ROOT / folder).glob("*.yaml"))
    if not path.name.endswith((".test.yaml", "shared.yaml"))
}
_ODD = st.sampled_from(
    ["\t", "\0", "\ufeff", "\u2028", "\x85", "{", "}", "[", "]", ":", "#", "&a", "*a", "!x", "'", '"', "|", ">", "%",
     "@", "`", "-", "?", ",", "🙂", "é", "\r", "\n", " ", "<<: *a"]
)  # fmt: skip
_VALUES = st.sampled_from(
    ["[1]", "{a: 1}", "77", "-5", "0", "1e400", "1.5", "true", "false", "null", "~", '""', "10:00", "25:00", "5m", "0s",
     "99999h", "start", "end", "start - 9h", "end + 1s", "150%", "0%", "2026-02-30", "0001-01-01", "9999-12-31", "[]",
     "everyone", "{}", "'{inputs.length}'", "'{person.name}'", "'{'", "x", "all", "person", "'${ROOM}'", '"\\0"', "Ana",
     "1..2", "9s..1s", "0001-01-01..9999-12-31", "9999-12-31 23:59", "* * * * *", "0 0 31 2 *", "Africa/Casablanca"]
)  # fmt: skip
Change = Callable[[str, st.DataObject], str]


def _places(node: Node) -> Iterator[tuple[bool, Place]]:
    """The scalars of a tree: is it a key, and where it stands."""
    match node:
        case MappingNode():
            for key, value in node.entries.values():
                yield True, key.place
                yield from _places(value)
        case SequenceNode():
            for item in node.items:
                yield from _places(item)
        case ScalarNode():
            yield False, node.place


def _scalars(text: str, *, keys: bool) -> list[tuple[int, int]]:
    """Begin and end, as indexes, of the keys or the values of a text."""
    document = parse(text, "t.yaml")
    if document.root is None or "\r" in text:
        return []
    starts = [0]
    for line in document.lines:
        starts.append(starts[-1] + len(line) + 1)
    found = [place for is_key, place in _places(document.root) if is_key is keys]
    return [(starts[at.line - 1] + at.column - 1, starts[at.line - 1] + at.column - 1 + at.width) for at in found]


def _replaced(text: str, data: st.DataObject, new: st.SearchStrategy[str], *, keys: bool) -> str:
    places = _scalars(text, keys=keys)
    if not places:
        return text
    begin, end = data.draw(st.sampled_from(places))
    return text[:begin] + data.draw(new) + text[end:]


def _delete_line(text: str, data: st.DataObject) -> str:
    lines = text.split("\n")
    del lines[data.draw(st.integers(0, len(lines) - 1))]
    return "\n".join(lines)


def _repeat_line(text: str, data: st.DataObject) -> str:
    lines = text.split("\n")
    at, to = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    return "\n".join([*lines[:to], lines[at], *lines[to:]])


def _indent(text: str, data: st.DataObject) -> str:
    lines = text.split("\n")
    at, by = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(-4, 4))
    lines[at] = " " * by + lines[at] if by > 0 else lines[at][-by:]
    return "\n".join(lines)


def _rename_key(text: str, data: st.DataObject) -> str:
    others = sorted({text[begin:end] for begin, end in _scalars(text, keys=True)})
    return _replaced(text, data, st.sampled_from([*others, "x", "''", "1", "true"]), keys=True)


def _swap_values(text: str, data: st.DataObject) -> str:
    others = sorted({text[begin:end] for begin, end in _scalars(text, keys=False)})
    return _replaced(text, data, st.sampled_from(others), keys=False) if others else text


def _change_type(text: str, data: st.DataObject) -> str:
    return _replaced(text, data, _VALUES, keys=False)


def _insert(text: str, data: st.DataObject) -> str:
    at = data.draw(st.integers(0, len(text)))
    return text[:at] + data.draw(_ODD) + text[at:]


def _truncate(text: str, data: st.DataObject) -> str:
    return text[: data.draw(st.integers(0, len(text)))]


_CHANGES: tuple[Change, ...] = (
    _delete_line, _repeat_line, _indent, _rename_key, _swap_values, _change_type, _insert, _truncate,
)  # fmt: skip


def mutated(data: st.DataObject) -> tuple[str, Path | None]:
    """A playbook of the product, or the one that has everything, changed in one to three places; and its folder."""
    text = data.draw(st.sampled_from([*FOLDERS, EVERYTHING]))
    folder = FOLDERS.get(text)
    for change in data.draw(st.lists(st.sampled_from(_CHANGES), min_size=1, max_size=3)):
        text = change(text, data)
    return text, folder
