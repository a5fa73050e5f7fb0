"""What happened in a lesson, as one bot saw it: people in the room, rounds of rotations, invites. Facts in; pure.

Everything is kept by connection, and connections are put together to people only when somebody asks: who says at the
end who they are, was that person from the beginning.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from bots.bot.place.keys import Keys
from bots.bot.record.stays import Span, Stay, Stays, merged
from bots.bot.rotation.acts import Answer
from bots.bot.rules.facts import Person

__all__ = ["Answered", "Record", "Round"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an invite to a group; `waited_s` since it was sent."""

    client_id: str
    group: str
    at: datetime
    answer: Answer
    waited_s: float


@dataclass(slots=True)
class Round:
    """One round of a rotation.

    Attributes:
        planned: the connections of each group, as the round began.
        rooms: breakout id -> the group that met in it; a room that has ended may have a second one.
        until: None while it runs.
    """

    rotation: str
    number: int
    since: datetime
    planned: Mapping[str, tuple[str, ...]]
    rooms: dict[str, str] = field(default_factory=dict)
    answers: list[Answered] = field(default_factory=list)
    until: datetime | None = None


class Record:
    """The record of one bot.

    Args:
        keys: put connections together to people.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._people: dict[str, Person] = {}  # by connection, as seen last
        self._parent = Stays()
        self._breakouts = Stays()
        self.rounds: list[Round] = []

    # what outlives the process

    def kept(self) -> dict[str, Any]:
        """What must be known to go on in another process; JSON."""
        found = _Kept(list(self._people.values()), self._parent.kept(), self._breakouts.kept(), self.rounds)
        return _KEPT.dump_python(found, mode="json")  # type: ignore[no-any-return]  # pydantic says Any

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Know what an earlier life has kept."""
        found = _KEPT.validate_python(kept)
        self._people = {person.client_id: person for person in found.people}
        self._parent.restore(found.parent)
        self._breakouts.restore(found.breakouts)
        self.rounds = found.rounds

    # facts

    def came(self, person: Person, at: datetime) -> None:
        """Somebody is in the parent room; they may be known to be."""
        self._people[person.client_id] = person
        self._parent.began(person.client_id, "", at)

    def went(self, client_id: str, at: datetime) -> None:
        """A connection has ended."""
        self._parent.ended(client_id, at)
        self._breakouts.ended(client_id, at)

    def only(self, client_ids: Collection[str], at: datetime) -> None:
        """These connections are in the parent room and no others: the bot looks again after it was away."""
        self._parent.only(client_ids, at)
        self._breakouts.only(client_ids, at)

    def entered(self, client_id: str, room_id: str, at: datetime) -> None:
        """Somebody of the parent room is in a breakout."""
        self._breakouts.began(client_id, room_id, at)

    def came_out(self, client_id: str, at: datetime) -> None:
        """They are in none any more."""
        self._breakouts.ended(client_id, at)

    def closed(self, room_id: str, at: datetime) -> None:
        """A breakout is over."""
        self._breakouts.closed(room_id, at)

    def round_began(self, begun: Round) -> None:
        """A round of a rotation begins; its rooms, its answers and its end follow."""
        self.rounds.append(begun)

    # questions

    def people(self) -> list[Person]:
        """Everybody who came, in the order of coming; each once, as seen last, with their key as id."""
        found: dict[str, Person] = {}
        for client_id, person in self._people.items():
            key = self._keys.now(client_id)
            found[key] = replace(person, id=key)
        return list(found.values())

    def key_of(self, client_id: str) -> str | None:
        """Whose connection this is or was; None for the heralds of bots."""
        return self._keys.now(client_id) if client_id in self._people else None

    def is_here(self, key: str) -> bool:
        """Is this person in the parent room now?"""
        return any(stay.until is None and self._keys.now(stay.client_id) == key for stay in self._parent)

    def spans(self, key: str, now: datetime) -> list[Span]:
        """When this person was in the parent room, with however many connections."""
        return merged(stay.span(now) for stay in self._parent if self._keys.now(stay.client_id) == key)

    def in_groups(self, one: Round, now: datetime) -> dict[str, dict[str, list[Span]]]:
        """Person -> breakout -> when they were in it, for the breakouts of a round."""
        found: dict[str, dict[str, list[Span]]] = {}
        for stay in self._breakouts:
            key = self.key_of(stay.client_id)
            if stay.room_id in one.rooms and key is not None:
                found.setdefault(key, {}).setdefault(stay.room_id, []).append(stay.span(now))
        return {key: {room: merged(spans) for room, spans in rooms.items()} for key, rooms in found.items()}

    def planned(self, one: Round) -> dict[str, str]:
        """Person -> the group of the plan."""
        return {key: group for group, client_ids in one.planned.items() for key in self.keys_of(client_ids)}

    def keys_of(self, client_ids: Iterable[str]) -> Sequence[str]:
        """The people of these connections."""
        return [key for client_id in client_ids if (key := self.key_of(client_id)) is not None]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A record as it is kept."""

    people: list[Person]
    parent: list[Stay]
    breakouts: list[Stay]
    rounds: list[Round]


_KEPT = TypeAdapter(_Kept)
