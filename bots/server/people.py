"""Who is where on the media side, and who plays in which slot of whom.

A publication is what one member sends; a subscription is one receiving connection of a member, with one slot (SDK
2.3.16, our bots) or all of them (SDK 3.1.8). Source: signalling.md sections 5 and 14.1.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bots.media import PeerConnection
from bots.server.forward import Reception, SlotStream
from bots.server.member import Member
from bots.server.state import Room
from bots.server.talkers import Voice, assign_slots, rank
from bots.wire import GenericEvent, Notice, TalkerEntry, TalkersUpdated

__all__ = ["Listening", "Person", "Publication", "Seating", "Subscription"]

_Shown = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int]  # talkers, pinned, in the spotlight, slots

UPDATE_EVERY_S = 0.05  # at most: after a stall all who talk begin anew at once, and one look seats all of them


@dataclass(slots=True, eq=False)
class Publication:
    """What one member sends."""

    stream_id: int
    owner: "Person"
    peer: PeerConnection | None = None
    level_id: int | None = None
    is_share: bool = False
    """A screen or canvas: its signalling goes on, its media end here."""
    reception: Reception = field(default_factory=Reception)
    listeners: list["Listening"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Listening:
    """One slot of one listener's connection."""

    peer: PeerConnection
    stream: SlotStream
    is_busy: bool = False
    """A talker is in it."""


@dataclass(slots=True, eq=False)
class Subscription:
    """One receiving connection of a member, under the stream id that its offer came with."""

    peer: PeerConnection
    slots: dict[int, Listening] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Person:
    """The media side of one member."""

    client_id: str
    room: Room
    member: Member
    voice: Voice
    publications: dict[int, Publication] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    slots: dict[int, str] = field(default_factory=dict)
    was_told: TalkersUpdated | None = None
    was_seated: object = None
    """What its last seating came from."""
    was_talking: bool = False
    was_told_speech: tuple[str, ...] = ()
    waiting: dict[int, list[str | None]] = field(default_factory=dict)
    """Candidates that came before their offer was answered."""

    def return_as(self, member: Member) -> None:
        """It is back over a new connection; its slots go on, and it is told of them anew."""
        self.member = member
        self.was_told = None
        self.was_told_speech = ()
        member.publication_ids = set(self.publications)

    def publication(self) -> Publication | None:
        """The microphone, if this member has one."""
        return next((one for one in self.publications.values() if not one.is_share), None)


class Seating:
    """Seats the talkers of each room in the slots of its listeners.

    Args:
        tell: says something to one client.
    """

    def __init__(self, tell: Callable[[str, Notice], None]) -> None:
        self._tell = tell
        self._in_room: dict[str, dict[str, Person]] = {}
        self._resting: dict[str, asyncio.TimerHandle] = {}
        self._began: set[str] = set()  # rooms in which speech has begun while they rested

    def enter(self, person: Person) -> None:
        """Somebody is here: the first talker list."""
        self._in_room.setdefault(person.room.room_id, {})[person.client_id] = person
        self.seat(person)

    def leave(self, person: Person) -> None:
        """Somebody has gone: the slots are seated anew."""
        here = self._in_room[person.room.room_id]
        del here[person.client_id]
        if here:
            self.update(person.room)
        else:
            del self._in_room[person.room.room_id]
            if (rest := self._resting.pop(person.room.room_id, None)) is not None:
                rest.cancel()
            self._began.discard(person.room.room_id)

    def speech_began(self, room: Room) -> None:
        """Somebody begins to talk: seats the talkers now, or a little later together with others who begin."""
        if room.room_id in self._resting:
            self._began.add(room.room_id)
            return
        self.update(room)
        rested = asyncio.get_running_loop().call_later(UPDATE_EVERY_S, self._rested, room)
        self._resting[room.room_id] = rested

    def _rested(self, room: Room) -> None:
        del self._resting[room.room_id]
        if room.room_id in self._began:
            self._began.discard(room.room_id)
            self.speech_began(room)

    def update(self, room: Room) -> None:
        """Seat the talkers of a room anew, and connect the slots."""
        self._began.discard(room.room_id)
        shown = self._shown(room)
        for person in self._in_room.get(room.room_id, {}).values():
            self._seat(person, shown)
        self.connect(room)
        self._tell_speech(room)

    def seat(self, person: Person) -> None:
        """Seat the talkers for one listener."""
        self._seat(person, self._shown(person.room))

    def notice_ends(self, now: float) -> None:
        """Where somebody has stopped talking since the last look, somebody else may have waited for the slot."""
        for people in self._in_room.values():
            has_ended = False
            for person in people.values():
                is_talking = person.voice.is_talking(now)
                has_ended |= person.was_talking and not is_talking
                person.was_talking = is_talking
            if has_ended:
                self.update(next(iter(people.values())).room)

    def connect(self, room: Room) -> None:
        """From who sits where to which packets go where."""
        people = self._in_room.get(room.room_id, {})
        for person in people.values():
            for publication in person.publications.values():
                publication.listeners = []
        for person in people.values():
            for subscription in person.subscriptions.values():
                for slot, listening in subscription.slots.items():
                    talker = people.get(person.slots.get(slot, ""))
                    source = talker.publication() if talker is not None else None
                    listening.is_busy = source is not None
                    if source is not None:
                        source.listeners.append(listening)

    def _tell_speech(self, room: Room) -> None:
        """Who asked for it is told who talks now, if that has changed; one is told of oneself too."""
        here = self._in_room.get(room.room_id, {})
        now = asyncio.get_running_loop().time()
        talking = tuple(sorted(one.client_id for one in here.values() if one.voice.is_talking(now)))
        for person in here.values():
            if person.member.watches_talk and talking != person.was_told_speech:
                person.was_told_speech = talking
                self._tell(person.client_id, GenericEvent.speech(talking))

    def _ranking(self, room: Room) -> list[str]:
        voices = []
        for person in self._in_room.get(room.room_id, {}).values():
            if not person.member.is_audible or person.publication() is None:
                person.voice.forget()
            voices.append(person.voice)
        # nobody hears itself, so one more than there are slots is all that a seat can go to
        return rank(voices, asyncio.get_running_loop().time())[: room.slots + 1]

    def _shown(self, room: Room) -> _Shown:
        here = self._in_room.get(room.room_id, {})
        pinned = tuple(one for one in room.pinned if one in here)
        return tuple(self._ranking(room)), pinned, tuple(room.in_spotlight), room.slots

    def _seat(self, person: Person, shown: _Shown) -> None:
        comes_from = (shown, person.member.is_paused, person.member.audio_talkers)
        if person.was_told is not None and comes_from == person.was_seated:
            return  # most looks change nothing for most people: in a room that fills there is one for each who comes
        person.was_seated = comes_from
        ranking, pinned, spotlight, most = shown
        here = self._in_room[person.room.room_id]
        everybody = list(dict.fromkeys([*pinned, *ranking]))
        wanted = [] if person.member.is_paused else everybody
        asked = person.member.audio_talkers
        slots = most if asked is None else min(asked, most)
        person.slots = assign_slots(person.slots, wanted, slots, listener=person.client_id)
        slot_of = {who: slot for slot, who in person.slots.items()}
        entries = tuple(
            TalkerEntry(
                stream_id=slot_of[who],
                client_id=who,
                name=here[who].member.claim.name,
                spotlight=who in spotlight or None,
            )
            for who in dict.fromkeys([*ranking, *pinned])
            if who in slot_of
        )
        notice = TalkersUpdated(active=person.client_id in ranking[:most], talkers=entries)
        if notice != person.was_told:
            person.was_told = notice
            self._tell(person.client_id, notice)
