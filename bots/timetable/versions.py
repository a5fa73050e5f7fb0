"""The last good version of each playbook file, kept in the journal: of a file that is broken when a process begins,
it is what the process goes on with."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog
from pydantic import TypeAdapter

from bots.clock import Clock
from bots.journal import Journal
from bots.playbook import Playbook

__all__ = ["Versions", "packed", "unpacked"]

_ADAPTER = TypeAdapter(Playbook)

log = structlog.get_logger()


def packed(playbook: Playbook) -> str:
    """A playbook as JSON, with all that it uses but sounds and calendars; `unpacked` takes it back.

    What it does not say is left out: that may mean something else than the same value, written down.
    """
    return _ADAPTER.dump_json(playbook, exclude_unset=True).decode()


def unpacked(text: str) -> Playbook:
    """The playbook.

    Raises:
        ValueError: another version of bots, with other keys, has packed it.
    """
    return _ADAPTER.validate_json(text)


class Versions:
    """Those of one folder's files; others may be in the same journal.

    Args:
        folder: of the playbooks.
    """

    def __init__(self, folder: Path, journal: Journal, clock: Clock) -> None:
        self._folder = folder
        self._books = journal.books
        self._clock = clock
        self._known: dict[str, tuple[str, datetime]] = {}

    async def open(self) -> None:
        """Know which are kept.

        Raises:
            JournalError: the journal cannot be read.
        """
        kept = await self._books.versions()
        self._known = {file: one for file, one in kept.items() if Path(file).is_relative_to(self._folder)}

    def since(self, file: str) -> datetime | None:
        """Since when the last good version of a file has been that; None if it never had one."""
        return self._known[file][1] if file in self._known else None

    def good(self, file: str, playbook: Playbook) -> None:
        """This is the last good version now; written if it is another one than before."""
        plain = packed(playbook)
        version = sha256(plain.encode()).hexdigest()[:16]
        if file in self._known and self._known[file][0] == version:
            return
        self._known[file] = version, self._clock.now()
        self._books.keep(file, *self._known[file], plain)

    async def last(self, file: str) -> Playbook | None:
        """The last good version of a file, whichever process read it; None if there is none that can be used.

        Raises:
            JournalError: the journal cannot be read.
        """
        text = await self._books.text_of(file) if file in self._known else None
        if text is None:
            return None
        try:
            return unpacked(text)
        except ValueError:  # its text has values of the playbook, names perhaps
            log.warning(
                "playbook_not_recalled", file=file, reason="another version of bots has kept it, in another form"
            )
            return None

    def forget(self, files: Iterable[str]) -> None:
        """These are there no more."""
        gone = [file for file in files if self._known.pop(file, None) is not None]
        self._books.forget(gone)

    def forget_all_but(self, files: Iterable[str]) -> None:
        """Whatever else was in the folder is there no more."""
        self.forget(set(self._known) - set(files))
