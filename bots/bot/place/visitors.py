"""Who came to the parent room, when first, when last, for how long. Pure: events and instants in, rows out."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from bots.bot.rules.facts import Person

__all__ = ["Visit", "Visitors"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's time in the room; instants are aware.

    Attributes:
        last_out: None for who is still there.
        seconds: in the room, all stays together.
    """

    person: Person
    first_in: datetime
    last_out: datetime | None
    seconds: float


@dataclass(slots=True)
class _Visitor:
    person: Person
    first_in: datetime
    since: datetime
    last_out: datetime | None = None
    seconds: float = 0.0
    connections: set[str] = field(default_factory=set)


class Visitors:
    """The guest book. One identity is one visitor, with however many connections, one after the other or at once."""

    def __init__(self) -> None:
        self._visitors: dict[str, _Visitor] = {}
        self._identity_of: dict[str, str] = {}

    def came(self, identity: str, person: Person, at: datetime) -> None:
        """Somebody is there; they may be known to be."""
        visitor = self._visitors.setdefault(identity, _Visitor(person, at, at))
        if not visitor.connections:
            visitor.since, visitor.last_out = at, None
        visitor.person = person
        visitor.connections.add(person.client_id)
        self._identity_of[person.client_id] = identity

    def went(self, client_id: str, at: datetime) -> None:
        """A connection has ended."""
        visitor = self._visitors.get(self._identity_of.pop(client_id, ""))
        if visitor is None:
            return
        visitor.connections.discard(client_id)
        if not visitor.connections:
            visitor.last_out = at
            visitor.seconds += (at - visitor.since).total_seconds()

    def only(self, client_ids: Collection[str], at: datetime) -> None:
        """These connections are there and no others: the bot looks again after it was away."""
        for client_id in set(self._identity_of) - set(client_ids):
            self.went(client_id, at)

    def visits(self, now: datetime) -> list[Visit]:
        """Everybody who came, in the order of coming."""
        return [
            Visit(
                one.person,
                one.first_in,
                one.last_out,
                one.seconds + ((now - one.since).total_seconds() if one.connections else 0.0),
            )
            for one in self._visitors.values()
        ]
