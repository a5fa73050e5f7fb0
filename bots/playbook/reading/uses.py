"""Files that a playbook uses: found, read once each, and their entries put beside the playbook's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from bots.playbook.reading.files import read_file
from bots.playbook.reading.inputs import Inputs
from bots.playbook.reading.plain import plain
from bots.playbook.reading.source import MAX_BYTES, MAX_NODES, Document, MappingNode, Node, Place, ScalarNode, parse
from bots.playbook.reading.source import SequenceNode as ListNode
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import Marked

__all__ = ["PART_KEYS", "is_part", "is_part_file", "merged", "read_uses"]

PART_KEYS = ("use", "audio", "steps", "bots")
_SECTIONS = PART_KEYS[1:]
_OF_PLAYBOOKS = frozenset(("playbook", "name", "room", "schedule", "expect", "inputs", "timezone", "seed"))
_SUFFIXES = (".yaml", ".yml")
_MOST_FILES = 20
_MOST_NAMES = 2000  # of files, offered to "did you mean"


def is_part(root: Node | None) -> bool:
    """Is this a file for playbooks to use, and not a playbook (perhaps with a mistake)?"""
    if not isinstance(root, MappingNode):
        return False
    return any(key in root.entries for key in PART_KEYS) and not _OF_PLAYBOOKS & set(root.entries)


def is_part_file(path: Path) -> bool:
    """Is this a file for playbooks to use? One that cannot be read is none."""
    data, problem = read_file(path)
    if problem is not None or re.search(rb"^playbook\s*:", data, re.MULTILINE):
        return False
    return is_part(parse(data, str(path)).root)


def read_uses(document: Document, folder: Path | None) -> None:
    """Read the files that a playbook uses, and those that they use, into `document.used`.

    What is wrong is told where the file is named, or in the file. Without a folder nothing is looked for.
    """
    if folder is None:
        document.is_whole = not any(_names(document))
        return
    _Reader(document, folder).read(document)


def merged(document: Document, inputs: Inputs) -> Any:
    """The values of a playbook with the entries of the files that it uses; a name that is in two is a problem."""
    values = plain(document, inputs)
    for part in document.used:
        if not isinstance(part.root, MappingNode) or "playbook" in part.root.entries:
            continue  # what is wrong with it is told
        found = plain(part, inputs)
        for section in _SECTIONS:
            if isinstance(found.get(section), Marked):
                values = values.having(**{section: _joined(document, part, section, values, found[section])})
    return values


def _joined(document: Document, part: Document, section: str, values: Marked, found: Any) -> Any:
    """One section with the entries of one more file."""
    here = values.get(section)
    if not isinstance(here, Marked | None):
        return here
    assert isinstance(part.root, MappingNode)
    node = part.root.entries[section][1]
    assert isinstance(node, MappingNode)
    for name in found:
        key = node.entries[name][0]
        if here is not None and name in here:
            other, line = _place_of(document, section, name)
            message = f'"{name}" is in {other.file}, line {line}, too; give one of them another name'
            part.report(key.place, "name-clash", message)
        else:
            document.owners[section, name] = part
    if here is None:
        return found
    both = here | {name: value for name, value in found.items() if name not in here}
    return Marked(both, where=here.where, loc=here.loc, written=both)


def _place_of(document: Document, section: str, name: str) -> tuple[Document, int]:
    owner = document.at((section, name))
    assert isinstance(owner.root, MappingNode)
    node = owner.root.entries[section][1]
    assert isinstance(node, MappingNode)
    return owner, node.entries[name][0].place.line


def _names(document: Document) -> Iterator[ScalarNode]:
    """What stands after `use`; other values than texts are told."""
    root = document.root
    node = root.entries.get("use", (None, None))[1] if isinstance(root, MappingNode) else None
    for item in node.items if isinstance(node, ListNode) else [node] if node is not None else []:
        if isinstance(item, ScalarNode) and item.text:
            yield item
        elif id(item) not in document.spoiled:
            document.spoiled.update((id(item), id(node)))
            document.report(item.place, "wrong-type", "the name of a file belongs here, like shared.yaml")


@dataclass(slots=True)
class _Reader:
    """Reads files depth first; the way from the playbook to the file at hand shows circles."""

    main: Document
    folder: Path
    known: dict[Path, Document] = field(default_factory=dict)
    way: list[tuple[Path, str]] = field(default_factory=list)
    size_bytes: int = 0
    nodes: int = 0

    def __post_init__(self) -> None:
        self.size_bytes = sum(len(line.encode()) + 1 for line in self.main.lines)
        self.nodes = 0 if self.main.root is None else self.main.root.size
        own = self.folder / Path(self.main.file).name
        self.way.append((own.resolve(), own.name))

    def read(self, document: Document) -> None:
        """Read what a document uses."""
        told = len(document.problems)
        for node in _names(document):
            problem = self._read_one(document, node)
            if problem is not None:
                document.report(node.place, *problem)
                document.spoiled.add(id(node))
        if len(document.problems) > told:
            self.main.is_whole = False

    def _read_one(self, document: Document, node: ScalarNode) -> tuple[str, str] | None:
        """Read a file; or the id and the sentence of why not."""
        name = str(PurePosixPath(document.folder) / node.text)
        path = self._inside(node.text, name)
        if isinstance(path, tuple):
            return path
        resolved = path.resolve()
        circle = [shown for known, shown in self.way]
        if resolved in [known for known, _ in self.way]:
            start = [known for known, _ in self.way].index(resolved)
            way = " -> ".join([*circle[start:], circle[start]])
            return "circular-use", f"these files use each other in a circle: {way}"
        if resolved in self.known:
            return None
        if len(self.known) >= _MOST_FILES:
            return "too-large", f"a playbook uses at most {_MOST_FILES} files"
        data, problem = read_file(path)
        self.size_bytes += len(data)
        if problem is not None:
            return problem.id, f'"{node.text}": {problem.message}'
        if self.size_bytes > MAX_BYTES:
            return "too-large", f"a playbook and the files that it uses have at most {MAX_BYTES:,} bytes together"
        return self._take(name, resolved, data)

    def _take(self, name: str, resolved: Path, data: bytes) -> tuple[str, str] | None:
        shown = str(Path(self.main.file).parent / name)
        part = parse(data, shown)
        part.noun, part.folder = "a file that is used", str(PurePosixPath(name).parent).removeprefix(".")
        self.known[resolved] = part
        self.nodes += 0 if part.root is None else part.root.size
        if self.nodes > MAX_NODES:
            return "too-large", f"a playbook and the files that it uses have at most {MAX_NODES:,} values together"
        if not isinstance(part.root, MappingNode):
            self.main.is_whole = False
            self.main.used.append(part)
            if not part.problems:
                part.report(Place(1, 1), "bad-use", f"a file that is used has keys: {', '.join(PART_KEYS)}")
            return None
        self._check_keys(part, part.root)
        self.way.append((resolved, name))
        self.read(part)
        self.way.pop()
        self.main.used.append(part)
        return None

    def _check_keys(self, part: Document, root: MappingNode) -> None:
        for key, (node, value) in root.entries.items():
            if key == "playbook":
                message = "this is a playbook of its own; move what both need to a file with steps, audio or bots"
                part.report(node.place, "bad-use", message)
                self.main.is_whole = False
                return
            if key not in PART_KEYS:
                hint = did_you_mean(key, PART_KEYS) or f"; it has {', '.join(PART_KEYS)}"
                part.report(node.place, "unknown-key", f'"{key}" is not a key of {part.noun}{hint}')
                self.main.is_whole = False
            elif key != "use" and not isinstance(value, MappingNode):
                part.report(value.place, "wrong-type", f'"{key}" is a mapping of names')
                self.main.is_whole = False

    def _inside(self, text: str, name: str) -> Path | tuple[str, str]:
        """The path of a file inside the folder, whatever links say."""
        pure = PurePosixPath(text)
        if pure.is_absolute() or ".." in pure.parts or any(sign in text for sign in "\\:\0"):
            return "outside-folder", f'"{text}" must be a path inside the folder of the playbook'
        if pure.suffix.lower() not in _SUFFIXES:
            return "bad-use", f'"{text}" is no file to use; it must end in .yaml'
        path = self.folder / name
        try:
            if not path.resolve().is_relative_to(self.folder.resolve()):
                return "outside-folder", f'"{text}" is a link that leads out of the folder of the playbook'
            if not path.exists() and not path.is_symlink():
                near = did_you_mean(name, self._files())
                return "missing-file", f'no file "{name}"{near}'
            path.stat()
        except (OSError, ValueError, RuntimeError) as cause:
            is_loop = isinstance(cause, RuntimeError) or getattr(cause, "errno", None) == 40  # ELOOP
            reason = "a link that leads to itself" if is_loop else "a link to nothing, or not to be read"
            return "missing-file", f'"{text}" is {reason}'
        return path

    def _files(self) -> list[str]:
        found: list[str] = []
        try:
            for path in (*self.folder.glob("*.y*ml"), *self.folder.glob("*/*.y*ml")):
                found.append(path.relative_to(self.folder).as_posix())
                if len(found) >= _MOST_NAMES:
                    break
        except OSError:
            return found
        return found
