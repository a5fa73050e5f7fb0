"""The last good version of each playbook file, so that one that is broken goes on with it after a restart, too."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select

from bots.journal.instants import instant_of, us_of
from bots.journal.statements import upsert
from bots.journal.store import Store
from bots.journal.tables import books

__all__ = ["Books"]


class Books:
    """The playbook files in one store, by their paths."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = upsert(store.kind, books, columns=("version", "since", "text"))

    async def versions(self) -> Mapping[str, tuple[str, datetime]]:
        """Which version of each is kept, and since when it has been the last good one.

        Raises:
            JournalError: the journal cannot be read.
        """
        wanted = select(books.c.file, books.c.version, books.c.since)
        rows = await self._store.ask(lambda connection: connection.execute(wanted).all())
        return {row.file: (row.version, instant_of(row.since)) for row in rows}

    async def text_of(self, file: str) -> str | None:
        """What was kept of this file.

        Raises:
            JournalError: the journal cannot be read.
        """
        wanted = select(books.c.text).where(books.c.file == file)
        found = await self._store.ask(lambda connection: connection.execute(wanted).first())
        return None if found is None else str(found.text)

    def keep(self, file: str, version: str, since: datetime, text: str) -> None:
        """This version is the last good one from then on."""
        row = {"file": file, "version": version, "since": us_of(since), "text": text}
        self._store.put((self._kept, row), slot=f"book/{file}")

    def forget(self, files: Iterable[str]) -> None:
        """These are there no more."""
        gone = list(files)
        if gone:
            self._store.put((delete(books).where(books.c.file.in_(gone)), {}))
