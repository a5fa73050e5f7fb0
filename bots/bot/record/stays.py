"""Who was in which room from when to when, connection by connection. Pure: facts and instants in."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Span", "Stay", "Stays", "merged", "seconds_of", "shared_s"]

Span = tuple[datetime, datetime]


@dataclass(slots=True)
class Stay:
    """One connection in one room; `until` is None while it goes on."""

    client_id: str
    room_id: str
    since: datetime
    until: datetime | None = None

    def span(self, now: datetime) -> Span:
        """From and to; what goes on goes on until now."""
        return self.since, now if self.until is None else self.until


class Stays:
    """All stays of one kind: in the parent room, or in breakout rooms. A connection is in one room at a time."""

    def __init__(self) -> None:
        self._all: list[Stay] = []
        self._open: dict[str, Stay] = {}

    def kept(self) -> list[Stay]:
        """Everything, to be kept."""
        return list(self._all)

    def restore(self, stays: Iterable[Stay]) -> None:
        """Know what an earlier life has kept."""
        self._all = list(stays)
        self._open = {stay.client_id: stay for stay in self._all if stay.until is None}

    def began(self, client_id: str, room_id: str, at: datetime) -> None:
        """A connection is in this room; it may be known to be."""
        known = self._open.get(client_id)
        if known is not None and known.room_id == room_id:
            return
        self.ended(client_id, at)
        self._open[client_id] = Stay(client_id, room_id, at)
        self._all.append(self._open[client_id])

    def ended(self, client_id: str, at: datetime) -> None:
        """A connection is in none of these rooms any more."""
        stay = self._open.pop(client_id, None)
        if stay is not None:
            stay.until = at

    def only(self, client_ids: Collection[str], at: datetime) -> None:
        """These connections are there and no others: the bot looks again after it was away."""
        for client_id in set(self._open) - set(client_ids):
            self.ended(client_id, at)

    def closed(self, room_id: str, at: datetime) -> None:
        """This room is over."""
        for client_id in [one.client_id for one in self._open.values() if one.room_id == room_id]:
            self.ended(client_id, at)

    def __iter__(self) -> Iterator[Stay]:
        return iter(self._all)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The times in which at least one of the spans goes on."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found


def seconds_of(spans: Iterable[Span]) -> float:
    """How long they are together; they do not overlap."""
    return sum((until - since).total_seconds() for since, until in spans)


def shared_s(some: Sequence[Span], others: Sequence[Span]) -> float:
    """How long spans of both go on at once; those of each do not overlap."""
    return sum(
        max(0.0, (min(mine[1], theirs[1]) - max(mine[0], theirs[0])).total_seconds())
        for mine in some
        for theirs in others
    )
