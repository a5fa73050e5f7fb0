"""Two bots moderate each other over real sockets: first the one, then, with the role in its hands, the other."""

import pytest

from bots.errors import RequestRefused
from bots.room import (
    Closed,
    FloorChanged,
    HardMuteChanged,
    LockChanged,
    RecordingOff,
    RecordingOn,
    RoleChanged,
    RoomEvent,
)
from tests.integration.room.conftest import House, Person


async def mutes(chair: Person, other: Person) -> None:
    client_id, events = other.room.client_id, len(other.events)
    for target, scope in ((client_id, "me"), (None, "room")):
        await chair.room.hard_mute(target)
        await other.until(lambda scope=scope: HardMuteChanged(True, scope) in other.events[events:])  # type: ignore[misc]
        assert other.room.is_muted
        with pytest.raises(RequestRefused, match="1201"):
            await other.room.unmute()
        await chair.room.hard_unmute(target)
        await other.until(lambda: not other.room.is_muted)


async def decides_about_the_floor(chair: Person, other: Person) -> None:
    client_id, events = other.room.client_id, len(other.events)
    await other.room.take_floor_step("requested")
    await chair.until(lambda: client_id in chair.room.floor.hands)
    await chair.room.decide_floor(client_id, "denied")
    await chair.room.offer_floor(client_id)
    await other.until(lambda: client_id in other.room.floor.offers)
    await other.room.take_floor_step("accepted")
    await chair.until(lambda: client_id in chair.room.floor.holders)
    await chair.room.decide_floor(client_id, "released")
    await other.until(lambda: not other.room.has_floor)
    steps = [one.step for one in other.events[events:] if isinstance(one, FloorChanged)]
    assert ["denied", "invited", "released"] == steps


async def locks_and_records(chair: Person, other: Person) -> None:
    events = len(other.events)
    await chair.room.lock()
    await chair.room.unlock()
    await chair.room.start_recording()
    await chair.room.stop_recording()
    me = chair.room.client_id
    told: list[RoomEvent] = [LockChanged(True), LockChanged(False), RecordingOn(me), RecordingOff(me)]
    kinds = (LockChanged, RecordingOn, RecordingOff)
    await other.until(lambda: told == [one for one in other.events[events:] if isinstance(one, kinds)])


async def test_what_the_one_does_to_the_other_the_other_does_to_the_one(house: House) -> None:
    await house.move(mode="lecture", moderators=1)
    one, two = await house.join("Asha", "moderator"), await house.join("Ravi")
    for chair, other in ((one, two), (two, one)):
        await mutes(chair, other)
        await decides_about_the_floor(chair, other)
        await locks_and_records(chair, other)
        with pytest.raises(RequestRefused, match="1168"):
            await other.room.drop([chair.room.client_id])
        if chair is one:
            await chair.room.hand_over(other.room.client_id)
            for person in (one, two):
                await person.until(lambda person=person: 2 == person.times(RoleChanged))  # type: ignore[misc]
    await two.room.drop([one.room.client_id])
    await one.until(lambda: one.room.is_closed)
    assert [2001] == [event.cause for event in one.events if isinstance(event, Closed)]
    await two.until(lambda: one.room.client_id not in two.room.participants)
