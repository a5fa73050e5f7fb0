"""Which rows of a timetable are due: only those are looked at, however many there are."""

import heapq
import itertools
from collections.abc import Iterable
from datetime import datetime

from bots.timetable.row import Row

__all__ = ["Agenda"]


class Agenda:
    """Rows by when their next start has to be decided; another one is made when rows come or go."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._numbers = itertools.count()
        self._heap: list[tuple[datetime, int, Row]] = []
        for row in rows:
            self.add(row)

    @property
    def next_at(self) -> datetime | None:
        """When a row has to be looked at; None if nothing is to come."""
        return self._heap[0][0] if self._heap else None

    def add(self, row: Row) -> None:
        """Look at it when it is time; never, if nothing of it is to come."""
        if row.begins_at is not None:
            heapq.heappush(self._heap, (row.begins_at, next(self._numbers), row))

    def take(self, now: datetime) -> list[Row]:
        """The rows that are due, the one that waits longest first; each is to be added again."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        return due
