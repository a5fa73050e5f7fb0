"""A roster that stands in a CSV file: its rows as if they stood in the playbook, its problems told in the file.

Source: RFC 4180; `;` between columns, as spreadsheets write in some languages, is understood, too.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bots.playbook.reading.source import MAX_BYTES, Document, MappingNode, Node, Place, ScalarNode, SequenceNode
from bots.playbook.values.meant import did_you_mean

__all__ = ["read_roster"]

COLUMNS = ("id", "name", "aliases", "role", "tags")
_LISTS = ("aliases", "tags")
_MOST_ROWS = 2000


def read_roster(document: Document, folder: Path | None) -> Document | None:
    """The CSV file that the playbook names, with its rows under `roster`; None if it names none.

    What is wrong is told where the file is named, or in the file. Without a folder nothing is looked for, and the
    roster is empty.
    """
    root = document.root
    node = root.entries.get("roster", (None, None))[1] if isinstance(root, MappingNode) else None
    if not isinstance(node, ScalarNode) or not node.text:
        return None
    part = Document(str(Path(document.file).parent / node.text), noun="a roster")
    part.root = _whole(SequenceNode(Place(1, 1)))
    if folder is None:
        return part
    data = _data_of(node.text, folder)
    if isinstance(data, tuple):
        document.report(node.place, *data)
        document.spoiled.add(id(node))
        return part
    rows = _rows(part, data)
    part.root = _whole(rows)
    document.used.append(part)
    for number in range(len(rows.items)):
        document.owners["roster", str(number)] = part
    return part


def _whole(rows: SequenceNode) -> MappingNode:
    return MappingNode(Place(1, 1), {"roster": (ScalarNode(Place(1, 1), "roster", is_plain=True), rows)})


def _data_of(name: str, folder: Path) -> bytes | tuple[str, str]:
    """What is in the file; or the id and the sentence of why not."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or any(sign in name for sign in "\\:\0"):
        return "outside-folder", f'"{name}" must be a path inside the folder of the playbook'
    if pure.suffix.lower() != ".csv":
        return "bad-roster", f'"{name}" is no roster; it must end in .csv, or be a list of people'
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return "outside-folder", f'"{name}" is a link that leads out of the folder of the playbook'
        if not path.is_file():
            known = [one.relative_to(folder).as_posix() for one in folder.glob("*.csv")]
            return "missing-roster", f'no file "{name}"{did_you_mean(name, known)}'
        if path.stat().st_size > MAX_BYTES:
            return "too-large", f"a roster has at most {MAX_BYTES:,} bytes, this has {path.stat().st_size:,}"
        return path.read_bytes()
    except (OSError, ValueError, RuntimeError) as cause:
        return "missing-roster", f'"{name}" cannot be read: {getattr(cause, "strerror", None) or cause}'


def _rows(part: Document, data: bytes) -> SequenceNode:
    rows = SequenceNode(Place(1, 1))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = data[: cause.start].count(b"\n") + 1
        part.lines = data.decode("utf-8", errors="replace").splitlines()
        part.report(Place(line, 1), "bad-encoding", "this is not UTF-8; save the file as CSV in UTF-8")
        return rows
    part.lines = text.splitlines()
    sign = ";" if part.lines and part.lines[0].count(";") > part.lines[0].count(",") else ","
    table = _cells(part, text, sign)
    header = next(table, None)
    if header is None:
        said = f"the file is empty; its first line names the columns: {sign.join(COLUMNS)}"
        part.report(Place(1, 1), "bad-roster", said)
        return rows
    names = _columns(part, header)
    for row in table:
        if len(rows.items) >= _MOST_ROWS:
            part.report(row[0].place, "too-large", f"a roster has at most {_MOST_ROWS:,} people")
            break
        rows.items.append(_person(part, names, row))
    return rows


def _columns(part: Document, header: list[ScalarNode]) -> list[str]:
    """The names of the columns; an unknown one is told, and skipped."""
    names: list[str] = []
    for cell in header:
        name = cell.text.strip().casefold()
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS) or f"; a roster has {', '.join(COLUMNS)}"
            part.report(cell.place, "unknown-key", f'"{cell.text.strip()}" is not a column of a roster{hint}')
        elif name in names:
            part.report(cell.place, "duplicate-key", f'the column "{name}" is there twice')
            name = ""
        names.append(name)
    for needed in ("id", "name"):
        if needed not in names and not part.problems:
            part.report(header[0].place, "missing-key", f'the roster has no column "{needed}"')
    return names


def _person(part: Document, names: list[str], row: list[ScalarNode]) -> MappingNode:
    person = MappingNode(row[0].place)
    if part.problems:
        part.spoiled.add(id(person))
    if len(row) > len(names):
        part.report(
            row[len(names)].place, "bad-roster", f"this line has {len(row)} columns, the first has {len(names)}"
        )
    for name, cell in zip(names, row, strict=False):
        if name not in COLUMNS or not cell.text:
            continue
        value: Node = cell
        if name in _LISTS:
            parts = [text.strip() for text in re.split(r"[;,|]", cell.text) if text.strip()]
            value = SequenceNode(cell.place, [ScalarNode(cell.place, text, is_plain=False) for text in parts])
        elif name == "role":
            value = ScalarNode(cell.place, cell.text.casefold(), is_plain=False)
        person.entries[name] = (cell, value)
    return person


def _cells(part: Document, text: str, sign: str) -> Iterator[list[ScalarNode]]:
    """The cells of each line that is not empty, with their places."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, skipinitialspace=True)
    line = 1
    try:
        for values in reader:
            if any(value.strip() for value in values):
                source = part.lines[line - 1] if line <= len(part.lines) else ""
                starts = _starts(source, sign)
                starts += [(1, 1)] * (len(values) - len(starts))  # a cell of several lines
                yield [
                    ScalarNode(Place(line, column, max(1, width)), value.strip(), is_plain=False)
                    for value, (column, width) in zip(values, starts, strict=False)
                ]
            line = reader.line_num + 1
    except csv.Error as cause:
        part.report(Place(max(1, line), 1), "bad-roster", f"this line is not CSV: {cause}")


def _starts(source: str, sign: str) -> list[tuple[int, int]]:
    """Column (from 1) and width of each cell of a line."""
    found, at = [], 0
    cell = re.compile(rf'\s*"(?:[^"]|"")*"|[^{sign}]*')
    while at <= len(source):
        match = cell.match(source, at)
        assert match is not None, "it matches nothing, too"
        indent = len(match[0]) - len(match[0].lstrip())
        found.append((at + indent + 1, len(match[0].strip())))
        end = source.find(sign, match.end())
        if end < 0:
            break
        at = end + 1
    return found
