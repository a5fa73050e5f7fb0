"""How far the starts of each schedule entry have been decided, so that a restart loses none and repeats none."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select

from bots.journal.instants import instant_of, us_of
from bots.journal.statements import upsert
from bots.journal.store import Store
from bots.journal.tables import schedules

__all__ = ["Schedules"]


class Schedules:
    """The schedule entries in one store, by their ids."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._decided = upsert(store.kind, schedules, columns=("version", "decided_until"))

    async def all(self) -> Mapping[str, tuple[str, datetime]]:
        """Version and last decided start of each.

        Raises:
            JournalError: the journal cannot be read.
        """
        rows = await self._store.ask(lambda connection: connection.execute(select(schedules)).all())
        return {row.id: (row.version, instant_of(row.decided_until)) for row in rows}

    def decided(self, schedule: str, version: str, until: datetime) -> None:
        """Every start up to this instant has been decided; kept after what was handed in before."""
        row = {"id": schedule, "version": version, "decided_until": us_of(until)}
        self._store.put((self._decided, row), slot=f"schedule/{schedule}")

    def forget(self, ids: Iterable[str]) -> None:
        """These are there no more."""
        gone = list(ids)
        if gone:
            self._store.put((delete(schedules).where(schedules.c.id.in_(gone)), {}))
