"""Seating many talkers costs one look, however many of them begin at once."""

import asyncio

from bots.server.member import Member
from bots.server.people import UPDATE_EVERY_S, Person, Publication, Seating
from bots.server.state import Room
from bots.server.talkers import Voice
from bots.server.tokens import Claim
from bots.wire import Notice, TalkersUpdated

VOICES = 60


class CountedSeating(Seating):
    """Counts how often a whole room is looked at."""

    looks = 0

    def update(self, room: Room) -> None:
        self.looks += 1
        super().update(room)


def full_house(told: list[tuple[str, Notice]]) -> tuple[CountedSeating, list[Person]]:
    room = Room("r", {"name": "r", "settings": {"max_active_talkers": 2}})
    seating = CountedSeating(lambda client_id, notice: told.append((client_id, notice)))
    people = []
    for number in range(VOICES):
        client_id = f"c{number:02}"
        claim = Claim(token_id=client_id, room_id=room.room_id, name=client_id, role="participant", expires_at=0.0)
        person = Person(client_id, room, Member(client_id, claim), Voice(client_id))
        person.publications[1] = Publication(1, person)
        people.append(person)
        seating.enter(person)
    return seating, people


async def test_many_who_begin_to_talk_in_one_instant_are_seated_in_two_looks() -> None:
    told: list[tuple[str, Notice]] = []
    seating, people = full_house(told)
    now = asyncio.get_running_loop().time()
    for person in people:
        assert person.voice.hear(20, now)
        seating.speech_began(person.room)
    async with asyncio.timeout(10):
        while seating.looks < 2:
            await asyncio.sleep(UPDATE_EVERY_S)
    await asyncio.sleep(3 * UPDATE_EVERY_S)
    assert 2 == seating.looks
    assert {"c00", "c01"} == set(people[-1].slots.values())
    last = {client_id: notice for client_id, notice in told if isinstance(notice, TalkersUpdated)}
    assert {"c00", "c01"} == {entry.client_id for entry in last["c59"].talkers}
    assert {"c01", "c02"} == {entry.client_id for entry in last["c00"].talkers}


async def test_who_begins_alone_is_seated_at_once() -> None:
    seating, people = full_house([])
    people[5].voice.hear(20, asyncio.get_running_loop().time())
    seating.speech_began(people[5].room)
    assert {1: "c05"} == people[0].slots


async def test_a_room_that_is_empty_rests_no_more() -> None:
    seating, people = full_house([])
    people[5].voice.hear(20, asyncio.get_running_loop().time())
    for _ in range(2):
        seating.speech_began(people[5].room)
    for person in people:
        seating.leave(person)
    looks = seating.looks
    await asyncio.sleep(3 * UPDATE_EVERY_S)
    assert looks == seating.looks


async def test_after_looks_that_change_nothing_each_change_is_seated_and_told() -> None:
    told: list[tuple[str, Notice]] = []
    seating, people = full_house(told)
    listener, room = people[0], people[0].room
    people[5].voice.hear(20, asyncio.get_running_loop().time())
    seating.update(room)
    told.clear()
    for _ in range(3):
        seating.update(room)
    assert ([], {1: "c05"}) == (told, listener.slots)
    room.pinned = ["c07"]
    seating.update(room)
    assert {"c05", "c07"} == set(listener.slots.values())
    room.in_spotlight = ["c07"]
    seating.update(room)
    shown = [notice for client_id, notice in told if client_id == "c00" and isinstance(notice, TalkersUpdated)]
    assert [True] == [entry.spotlight for entry in shown[-1].talkers if entry.client_id == "c07"]
    listener.member.audio_talkers = 1
    seating.update(room)
    assert ["c07"] == list(listener.slots.values())
    listener.member.is_paused = True
    seating.update(room)
    assert {} == listener.slots
    listener.member.is_paused = False
    room.pinned = []
    seating.update(room)
    assert ["c05"] == list(listener.slots.values())
