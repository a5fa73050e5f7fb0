"""Where a bot is and who is with it: the parent room, the breakout, the people, the names of breakouts.

Kept up to date by the room's events; what others decide on is read from here as plain facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bots.bot.contract.ports import RoomPort
from bots.bot.contract.spec import bot_of_herald
from bots.bot.place.keys import Keys
from bots.bot.place.register import Found, Register
from bots.bot.rules.facts import Person
from bots.playbook import Counts, RosterEntry
from bots.room import BreakoutJoined, BreakoutLeft, Participant, ParticipantJoined, ParticipantLeft, RoomEvent

__all__ = ["Presence"]


class Presence:
    """The bot's view of its rooms.

    Args:
        bot_id: of the copy, `pupil-03`; also the `user_ref` of its token.
        bot_ids: of every bot of the playbook: whoever has one of them as `user_ref` is a bot.
        roster: who is expected.
    """

    def __init__(self, bot_id: str, bot_ids: Iterable[str], roster: Sequence[RosterEntry] = ()) -> None:
        self._bot_id = bot_id
        self._bot_ids = frozenset(bot_ids)
        self._parent: RoomPort | None = None
        self._breakout: RoomPort | None = None
        self._seen: set[str] = set()
        self._heralds: set[str] = set()
        self.register = Register(roster)
        self.keys = Keys(self.register)
        self._found: dict[str, Found] = {}
        self._persons: dict[str, tuple[Participant, RosterEntry | None, Person]] = {}
        self._gone: set[tuple[str, str]] = set()
        self.breakout_names: dict[str, str] = {}
        self._names_known: dict[str, str] = {}
        self.open_breakouts: set[str] = set()
        self.own_breakouts: set[str] = set()
        self.away: dict[str, str] = {}
        self._last_breakout: dict[str, str] = {}
        self.standing: dict[str, tuple[str, ...]] | None = None

    # what outlives the process

    def kept(self, *, seen: bool, keys: bool) -> dict[str, Any]:
        """What must be known to go on in another process; JSON.

        Args:
            seen: also who was here before.
            keys: also who is who.
        """
        return {
            "names": dict(self._names_known),
            "open": sorted(self.open_breakouts),
            "own": sorted(self.own_breakouts),
            "last": dict(self._last_breakout),
            "seen": sorted(self._seen) if seen else [],
            "claims": dict(self.register.claims),
            "keys": self.keys.kept() if keys else None,
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Know what an earlier life has kept."""
        self._names_known = dict(kept["names"])
        self.open_breakouts = set(kept["open"])
        self.breakout_names = {name: room for room, name in self._names_known.items() if room in self.open_breakouts}
        self.own_breakouts = set(kept["own"])
        self._last_breakout = dict(kept["last"])
        self._seen = set(kept["seen"])
        self.register.claims.update(kept["claims"])
        if kept["keys"] is not None:
            self.keys.restore(kept["keys"])

    def unseen(self, participants: Iterable[Participant]) -> list[Participant]:
        """Those of them who have not been here before."""
        return [one for one in participants if not one.is_me and self.identity_of(one) not in self._seen]

    def forget(self, participant: Participant) -> None:
        """Whoever this is, they were not here first."""
        self._seen.discard(self.identity_of(participant))

    # rooms

    @property
    def parent(self) -> RoomPort:
        assert self._parent is not None, "asked for the room before the bot was in"
        return self._parent

    @property
    def is_joined(self) -> bool:
        return self._parent is not None and not self._parent.is_closed

    @property
    def is_connected(self) -> bool:
        """Is the connection to the parent there, and not lost for a while?"""
        return self.is_joined and self.parent.is_connected

    @property
    def here(self) -> RoomPort:
        """The breakout if the bot is in one, else the parent."""
        breakout = self.breakout
        return self.parent if breakout is None else breakout

    @property
    def breakout(self) -> RoomPort | None:
        """The breakout that the bot is wholly in; None on the way in or out."""
        return None if self._breakout is None or self._breakout.is_closed else self._breakout

    def enter(self, parent: RoomPort) -> None:
        self._parent = parent

    def enter_breakout(self) -> None:
        """The bot is in the breakout that its parent room has now."""
        self._breakout = self.parent.breakout

    def leave_breakout(self) -> None:
        self._breakout = None

    def saw(self, participants: Iterable[Participant]) -> None:
        """These people were here first: they do not join for the first time any more."""
        self._seen.update(self.identity_of(participant) for participant in participants)

    def room_with(self, room_id: str) -> RoomPort | None:
        """The room of this id if the bot is in it."""
        rooms = [room for room in (self._parent, self.breakout) if room is not None]
        return next((room for room in rooms if room.room_id == room_id), None)

    # people

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody in the parent, with the bot itself, without the heralds of bots."""
        return tuple(self.person_of(one) for one in self.parent.participants.values() if not self.is_herald(one))

    @property
    def waiting(self) -> tuple[Person, ...]:
        """Who waits to be let into the parent."""
        return tuple(self.person_waiting(one) for one in self.parent.awaited.values())

    def person_waiting(self, participant: Participant) -> Person:
        """Somebody who waits: of their token only the name is known, so nothing of it is kept for later."""
        person = self.person_of(participant)
        self._found.pop(participant.client_id, None)
        return person

    @property
    def me(self) -> Person:
        """The bot itself, as the parent knows it."""
        mine = self.parent.participants.get(self.parent.client_id)
        return Person(id=self._bot_id, is_bot=True, is_me=True) if mine is None else self.person_of(mine)

    def person_of(self, participant: Participant) -> Person:
        entry = None if self.register.is_empty else self.found(participant).entry
        known = self._persons.get(participant.client_id)
        if known is not None and known[0] is participant and known[1] is entry:
            return known[2]
        person = Person(
            client_id=participant.client_id,
            id=participant.user_ref if entry is None else entry.id,
            name=participant.name,
            role=participant.role,
            is_bot=participant.user_ref in self._bot_ids,
            is_me=participant.is_me or participant.user_ref == self._bot_id,
            is_known=entry is not None,
            tags=() if entry is None else entry.tags,
        )
        self._persons[participant.client_id] = (participant, entry, person)
        return person

    def key_of(self, person: Person) -> str:
        """What stays the same of this person when they come back under another connection."""
        return self.keys.of(person, self.parent.participants)

    def connections(self) -> dict[str, list[Person]]:
        """Everybody by their key, once for each connection that they have now."""
        here, found = self.parent.participants, dict[str, list[Person]]()
        for one in self.people:
            found.setdefault(self.keys.of(one, here), []).append(one)
        return found

    def found(self, participant: Participant) -> Found:
        """What the roster says of somebody. Who has the name of somebody who is here already, is not taken for them."""
        if self.register.is_empty or participant.user_ref in self._bot_ids:
            return Found()
        client_id = participant.client_id
        if client_id not in self._found:
            found = self.register.find(client_id, participant.user_ref, participant.name)
            holder = None if found.entry is None else self._holder(found.entry.id)
            is_here = self._parent is not None and client_id in self._parent.participants  # not in a breakout
            if is_here and found.entry is not None and holder not in (None, client_id) and found.how != "user_ref":
                found = Found(candidates=(found.entry.id,))
            self._found[client_id] = found
        return self._found[client_id]

    def claim(self, participant: Participant, who: str) -> Found:
        """Somebody says who they are."""
        here = self.parent.participants
        others = [one for one in here.values() if one.client_id != participant.client_id]
        taken = [entry.id for one in others if (entry := self.found(one).entry) is not None]
        found = self.register.claim(participant.client_id, participant.user_ref, who, taken)
        if found.entry is not None:
            self._found[participant.client_id] = found
            self.key_of(self.person_of(participant))
        return found

    def believe(self, client_id: str, entry_id: str) -> None:
        """Another bot was told who this is."""
        participant = self.parent.participants.get(client_id) if self.is_joined else None
        if participant is not None:
            self.register.believe(client_id, participant.user_ref, entry_id)
            self._found.pop(client_id, None)
            self.key_of(self.person_of(participant))

    def seen_of_roster(self) -> tuple[list[str], int]:
        """Ids of the roster that were here, and how many connections were found to be nobody of it."""
        ids = {found.entry.id for found in self._found.values() if found.entry is not None}
        return sorted(ids), sum(found.entry is None for found in self._found.values())

    def _holder(self, entry_id: str) -> str | None:
        """Whose connection has been taken for this person of the roster, and is here still."""
        here = self.parent.participants if self._parent is not None else {}
        held = (one for one, found in self._found.items() if found.entry is not None and found.entry.id == entry_id)
        return next((one for one in held if one in here), None)

    def is_herald(self, participant: Participant) -> bool:
        """Is this a light client of one of our bots?"""
        is_herald = bot_of_herald(participant.user_ref) in self._bot_ids
        if is_herald:
            self._heralds.add(participant.client_id)
        return is_herald

    def is_of_herald(self, event: RoomEvent) -> bool:
        """Is this about a herald, so that no rule and no count is to see it?"""
        match event:
            case ParticipantJoined(participant=participant) | ParticipantLeft(participant=participant):
                return self.is_herald(participant)
            case BreakoutJoined(client_id=client_id) | BreakoutLeft(client_id=client_id):
                return client_id in self._heralds
            case _:
                return False

    def person(self, client_id: str, room: RoomPort | None = None) -> Person | None:
        """Who has this id in the room (the parent unless given)."""
        participant = (room or self.parent).participants.get(client_id)
        return None if participant is None else self.person_of(participant)

    def is_first_time(self, participant: Participant) -> bool:
        """Has nobody with this identity been here before? Asking makes it known."""
        identity = self.identity_of(participant)
        is_new = identity not in self._seen
        self._seen.add(identity)
        return is_new

    def went(self, participant: Participant, room_id: str) -> None:
        """They have left this room; should they come back, that is known."""
        self._gone.add((room_id, self.identity_of(participant)))

    def came_back(self, participant: Participant, room_id: str) -> bool:
        """Had somebody with this identity left this room? Asking makes them be there again."""
        key = (room_id, self.identity_of(participant))
        is_back = key in self._gone
        self._gone.discard(key)
        return is_back

    # breakouts

    def went_away(self, client_id: str, room_id: str) -> None:
        """Somebody of the parent has gone into this breakout."""
        self.away[client_id] = room_id
        participant = self.parent.participants.get(client_id)
        if participant is not None:
            self._last_breakout[self.identity_of(participant)] = room_id

    def stands(self, rooms: Iterable[tuple[str, tuple[str, ...]]]) -> list[str]:
        """The room has told which breakouts are open and who is in them; ids of those that were open and are not.

        Until it has (EnableX does not), `standing` is None.
        """
        self.standing = dict(rooms)
        gone = sorted(self.open_breakouts - set(self.standing))
        self.open_breakouts = set(self.standing)
        self.away.clear()
        for room_id, client_ids in self.standing.items():
            for client_id in client_ids:
                self.went_away(client_id, room_id)
        return gone

    def last_breakout(self, person: Person) -> str | None:
        """The breakout in which they were last, if it is still open; also under another connection."""
        participant = self.parent.participants.get(person.client_id)
        room_id = None if participant is None else self._last_breakout.get(self.identity_of(participant))
        return room_id if room_id in self.open_breakouts else None

    def name_breakouts(self, names: Mapping[str, str]) -> None:
        """Remember the names under which breakouts were opened: name -> room id."""
        self.breakout_names.update(names)
        self._names_known.update({room_id: name for name, room_id in names.items()})
        self.open_breakouts.update(names.values())

    def forget_breakout(self, room_id: str) -> None:
        """It is closed: its name is free, and nobody is in it."""
        self.open_breakouts.discard(room_id)
        self.own_breakouts.discard(room_id)
        self.breakout_names = {name: known for name, known in self.breakout_names.items() if known != room_id}
        self.away = {client: known for client, known in self.away.items() if known != room_id}

    def breakout_name(self, room_id: str) -> str | None:
        """What the breakout is or was called, None if nobody has said so."""
        return self._names_known.get(room_id)

    def counts(self) -> Counts:
        """How many are in the parent now; the bot counts itself."""
        people = self.people
        here = {person.client_id for person in people}
        return Counts(
            participants=sum(person.role == "participant" for person in people),
            people=sum(not person.is_bot for person in people),
            bots=sum(person.is_bot for person in people),
            moderators=sum(person.role == "moderator" for person in people),
            breakouts=len(self.open_breakouts),
            away=sum(client in here for client in self.away),
        )

    def identity_of(self, participant: Participant) -> str:
        """What stays the same when somebody comes back; without roster and `user_ref` the name is the best there is."""
        entry = self.found(participant).entry
        if entry is not None:
            return f"id:{entry.id}"
        ref = participant.user_ref
        return f"ref:{ref}" if ref else f"name:{participant.name.casefold()}"
