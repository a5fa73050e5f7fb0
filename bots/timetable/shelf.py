"""The playbooks of a folder as they are now, and what has changed since the last look.

A file that changes is read anew once it has been left alone from one look to the next, so that nobody reads half of it.
One that cannot be read keeps its last good version, and says why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bots.errors import BotsError
from bots.playbook import SOUND_SUFFIXES, Playbook

__all__ = ["Book", "Change", "Shelf"]

USED = (".yaml", ".yml", ".csv", ".ics", *SOUND_SUFFIXES)  # a log that grows in the folder changes no playbook
Print = tuple[int, int, int]  # of a file: when it was written, its size, which one it is


@dataclass(frozen=True, slots=True)
class Book:
    """One playbook file.

    Attributes:
        playbook: its last good version; None if it never had one.
        problem: why the file as it is now cannot be used.
    """

    file: str
    playbook: Playbook | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a look has found: books that are new or different, and files that are not there any more."""

    books: tuple[Book, ...] = ()
    gone: tuple[str, ...] = ()


class Shelf:
    """The playbooks of one folder. For a thread: it waits for the disk.

    Args:
        folder: where to look, with the folders in it, for files that a playbook can be or use; what begins with a dot
            is passed over.
        find: the playbooks among the files there.
        read: one of them, ready to be played; what it raises is the book's problem.
    """

    def __init__(self, folder: Path, *, find: Callable[[], Sequence[Path]], read: Callable[[Path], Playbook]) -> None:
        self._folder = folder
        self._find = find
        self._read = read
        self._books: Mapping[str, Book] = {}
        self._seen: Mapping[str, Print] = {}
        self._last: Mapping[str, Print] = {}

    @property
    def books(self) -> Mapping[str, Book]:
        """By file."""
        return self._books

    def open(self) -> Change:
        """Read everything, as it is."""
        self._seen = self._last = self._prints()
        return self._renew(changed=set(self._seen))

    def has(self, name: str) -> bool:
        """Does a playbook of the folder have this name?"""
        return any(book.playbook is not None and book.playbook.name == name for book in self._books.values())

    def recall(self, file: str, playbook: Playbook) -> Book:
        """A file that is broken goes on with this version, which an earlier process has read."""
        book = replace(self._books[file], playbook=playbook)
        self._books = {**self._books, file: book}
        return book

    def look(self) -> Change:
        """Has something changed, and been left alone since the look before?"""
        prints, before = self._prints(), self._last
        self._last = prints
        changed = {
            file
            for file in {*prints, *self._seen}
            if prints.get(file) != self._seen.get(file) and prints.get(file) == before.get(file)
        }
        if not changed:
            return Change()
        still = {file: one for file, one in self._seen.items() if file not in changed}
        self._seen = {**still, **{file: prints[file] for file in changed if file in prints}}
        return self._renew(changed)

    def _renew(self, changed: set[str]) -> Change:
        files = [
            file for file in map(str, self._find()) if file in self._seen
        ]  # what is being written is not there yet
        is_shared = bool(changed - set(files) - set(self._books))  # a roster, a sound, a part: whoever uses it
        before, gone = self._books, tuple(file for file in self._books if file in changed and file not in files)
        books = {file: book for file, book in before.items() if file not in gone}
        for file in files:
            is_waiting = bool(gone) and file in before and before[file].problem is not None  # for its name, perhaps
            if is_shared or is_waiting or file in changed or file not in before:
                books[file] = self._book(file, books)
        self._books = books  # all at once: others read it meanwhile
        return Change(tuple(book for file, book in books.items() if book != before.get(file)), gone)

    def _book(self, file: str, books: Mapping[str, Book]) -> Book:
        kept = books[file].playbook if file in books else None
        try:
            playbook = self._read(Path(file))
        except (BotsError, OSError) as problem:
            return Book(file, kept, str(problem))
        for other in books.values():
            if other.file != file and other.playbook is not None and other.playbook.name == playbook.name:
                reason = f"its name, {playbook.name!r}, is that of {other.file}: sessions are told apart by it"
                return Book(file, kept, reason)
        return Book(file, playbook)

    def _prints(self) -> dict[str, Print]:
        found = {}
        for path in self._folder.rglob("*"):
            if path.suffix.lower() not in USED or any(
                one.startswith(".") for one in path.relative_to(self._folder).parts
            ):
                continue
            try:
                status = path.stat()
            except OSError:
                continue  # it went meanwhile
            if path.is_file():
                found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found
