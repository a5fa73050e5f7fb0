"""What moderators do to others, bot to bot through the real server."""

import asyncio

import pytest

from bots.errors import JoinRefused, RequestRefused
from bots.room import (
    CustomDataChanged,
    FloorChanged,
    ModeChanged,
    ParticipantAwaited,
    PinsChanged,
    RecordingOff,
    RecordingOn,
    RoleChanged,
    RoomAllowed,
    RoomAwaited,
    SpotlightChanged,
    TimeLeft,
)
from tests.integration.room.conftest import House, Person


async def knocking(house: House, moderator: Person, name: str) -> tuple[asyncio.Task[Person], str]:
    """Somebody knocks; the join, and the client id that waits."""
    joining = asyncio.create_task(house.join(name), name=f"{name}/knocks")
    await moderator.until(lambda: any(one.name == name for one in moderator.room.awaited.values()))
    return joining, next(one.client_id for one in moderator.room.awaited.values() if one.name == name)


async def test_who_knocks_is_let_in_with_sound_by_a_moderator(house: House) -> None:
    await house.move(knock=True)
    teacher = await house.join("Asha", "moderator")
    joining, client_id = await knocking(house, teacher, "Ravi")
    assert [client_id] == [one.participant.client_id for one in teacher.events if isinstance(one, ParticipantAwaited)]
    assert not joining.done()
    await teacher.room.admit(client_id)
    pupil = await joining
    assert (client_id, 1) == (pupil.room.client_id, pupil.times(RoomAwaited))
    assert pupil.room.outgoing is not None
    await teacher.until(lambda: client_id in teacher.room.participants and not teacher.room.awaited)


async def test_who_is_turned_away_learns_it_and_does_not_try_again(house: House) -> None:
    await house.move(knock=True)
    teacher = await house.join("Asha", "moderator")
    joining, client_id = await knocking(house, teacher, "Ravi")
    await teacher.room.deny(client_id)
    with pytest.raises(JoinRefused, match="user-denied") as refused:
        await joining
    assert (2001, False) == (refused.value.result, refused.value.retryable)


async def test_a_moderator_who_ends_the_knocking_lets_everybody_in_who_waits(house: House) -> None:
    await house.move(knock=True)
    teacher = await house.join("Asha", "moderator")
    joining, client_id = await knocking(house, teacher, "Ravi")
    await teacher.room.set_knock(is_on=False)
    assert client_id == (await joining).room.client_id
    later = await house.join("Lena")
    assert 0 == later.times(RoomAwaited)
    with pytest.raises(RequestRefused, match="1168"):
        await later.room.set_knock(is_on=True)


async def test_a_lesson_begins_with_its_moderator(house: House) -> None:
    await house.move(wait_for_moderator=True)
    ravi, lena = Person(), Person()
    joining = asyncio.create_task(house.join("Ravi", person=ravi), name="Ravi/waits")
    other = asyncio.create_task(house.join("Lena", person=lena), name="Lena/waits")
    for waiting in (ravi, lena):
        await waiting.until(lambda waiting=waiting: 1 == waiting.times(RoomAwaited))  # type: ignore[misc]  # bound now
    teacher = await house.join("Asha", "moderator")
    for pupil in (await joining, await other):
        assert (1, 1) == (pupil.times(RoomAwaited), pupil.times(RoomAllowed))
        assert pupil.room.outgoing is not None
        await pupil.until(lambda pupil=pupil: 3 == len(pupil.room.participants))  # type: ignore[misc]  # bound now
    await teacher.until(lambda: 3 == len(teacher.room.participants))


def steps_of(person: Person) -> list[str]:
    return [event.step for event in person.events if isinstance(event, FloorChanged)]


def is_publishing(house: House, person: Person) -> bool:
    room = house.server.rooms.get(house.room_id)
    assert room is not None
    return bool(room.members[person.room.client_id].publication_ids)


async def test_a_lecture_gives_and_takes_the_sound_with_the_floor(house: House) -> None:
    await house.move(mode="lecture")
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    client_id = pupil.room.client_id
    assert (True, False) == (is_publishing(house, teacher), is_publishing(house, pupil))
    assert pupil.room.outgoing is not None  # what it plays goes on unheard
    await pupil.room.take_floor_step("requested")
    await teacher.until(lambda: client_id in teacher.room.floor.hands)
    await teacher.room.decide_floor(client_id, "granted")
    await pupil.until(lambda: is_publishing(house, pupil))
    await teacher.room.decide_floor(client_id, "released")
    await pupil.until(lambda: not is_publishing(house, pupil) and not pupil.room.has_floor)
    assert ["granted", "released"] == steps_of(pupil)
    await teacher.room.offer_floor(client_id)
    await pupil.until(lambda: "invited" in steps_of(pupil))
    await pupil.room.take_floor_step("accepted")
    assert is_publishing(house, pupil)
    await pupil.room.take_floor_step("finished")
    await pupil.until(lambda: not is_publishing(house, pupil))
    await teacher.until(lambda: ["requested", "accepted", "finished"] == steps_of(teacher))
    with pytest.raises(RequestRefused, match="1707"):
        await pupil.room.take_floor_step("finished")
    assert (teacher.room.is_closed, pupil.room.is_closed) == (False, False)


async def test_an_open_floor_and_a_switch_to_a_group_give_everybody_the_sound(house: House) -> None:
    await house.move(mode="lecture")
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    await teacher.room.open_floor(is_open=True)
    await pupil.until(lambda: is_publishing(house, pupil))
    await teacher.room.open_floor(is_open=False)
    await pupil.until(lambda: not is_publishing(house, pupil))
    await teacher.room.switch_mode("group")
    await pupil.until(lambda: is_publishing(house, pupil))
    assert 1 == pupil.times(ModeChanged)


async def test_the_moderators_role_is_handed_over(house: House) -> None:
    await house.move(mode="lecture", moderators=1)
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    await teacher.room.hand_over(pupil.room.client_id)
    await pupil.until(lambda: pupil.room.is_moderator and is_publishing(house, pupil))
    await teacher.until(lambda: not teacher.room.is_moderator and not is_publishing(house, teacher))
    assert 2 == pupil.times(RoleChanged)
    with pytest.raises(RequestRefused, match="1168"):
        await teacher.room.lock()
    await pupil.room.lock()


async def test_roles_are_asked_for_and_changed_one_by_one(house: House) -> None:
    await house.move(moderators=2)
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    await pupil.room.wish_role("moderator")
    await teacher.room.answer_role_wish(pupil.room.client_id, "moderator", is_granted=True)
    await pupil.until(lambda: pupil.room.is_moderator)
    await pupil.room.change_roles({teacher.room.client_id: "participant"})
    await teacher.until(lambda: not teacher.room.is_moderator)


async def test_a_session_is_made_longer(house: House) -> None:
    await house.move(duration=30)
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    assert 10 == await teacher.room.extend()
    for person in (teacher, pupil):
        await person.until(lambda person=person: 1 == person.times(TimeLeft))  # type: ignore[misc]  # bound now
    with pytest.raises(RequestRefused, match="1168"):
        await pupil.room.extend()


async def test_a_recording_is_told_to_everybody_and_to_who_comes_late(house: House) -> None:
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    with pytest.raises(RequestRefused, match="1168"):
        await pupil.room.start_recording()
    await teacher.room.start_recording()
    await pupil.until(lambda: pupil.room.is_recorded and 1 == pupil.times(RecordingOn))
    late = await house.join("Luis")
    await late.until(lambda: late.room.is_recorded and 1 == late.times(RecordingOn))
    await teacher.room.stop_recording()
    for person in (teacher, pupil, late):
        await person.until(lambda person=person: 1 == person.times(RecordingOff))  # type: ignore[misc]  # bound now
    with pytest.raises(RequestRefused, match="1177"):
        await teacher.room.stop_recording()


async def test_who_is_pinned_and_in_the_spotlight_is_told_to_all_and_to_who_comes_late(house: House) -> None:
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    me, other = teacher.room.client_id, pupil.room.client_id
    await teacher.room.pin([me, other])
    await teacher.room.spotlight([other])
    for person in (teacher, pupil, await house.join("Luis")):
        await person.until(
            lambda person=person: ((me, other), (other,)) == (person.room.pinned, person.room.in_spotlight)  # type: ignore[misc]
        )
        assert [PinsChanged((me, other)), SpotlightChanged((other,))] == [
            one for one in person.events if isinstance(one, PinsChanged | SpotlightChanged)
        ]
    with pytest.raises(RequestRefused, match="At most 2"):
        await teacher.room.pin([house.people[-1].room.client_id])
    await teacher.room.pin([me], is_on=False)
    await pupil.room.leave()
    late = await house.join("Lena")
    assert ((), ()) == (late.room.pinned, late.room.in_spotlight)
    with pytest.raises(RequestRefused, match="1168"):
        await late.room.spotlight([me])
    with pytest.raises(RequestRefused, match="1155"):
        await teacher.room.spotlight(["c-nobody"])


async def test_a_bot_says_how_many_talkers_it_wants_to_be_sent(house: House) -> None:
    await house.move(max_active_talkers=6)
    bot = await house.join("Ravi", listen=True)
    assert 6 == await bot.room.talker_count()
    assert (3, 1) == (await bot.room.set_talker_count(1), await bot.room.talker_count())
    assert 6 == await bot.room.set_talker_count(9)
    with pytest.raises(RequestRefused, match="1155"):
        await bot.room.set_talker_count(-1)


async def test_data_is_kept_for_the_session_and_for_good(house: House) -> None:
    teacher, pupil = await house.join("Asha", "moderator"), await house.join("Ravi")
    await teacher.room.set_data("room", {"board": {"page": 3}})
    await teacher.room.set_data("room", {"mood": "good"})
    await pupil.until(lambda: 2 == pupil.times(CustomDataChanged))
    whole = {"board": {"page": 3}, "mood": "good"}
    [_, last] = [one for one in pupil.events if isinstance(one, CustomDataChanged)]
    assert CustomDataChanged("room", whole, teacher.room.client_id) == last
    assert whole == await pupil.room.kept_data("room")
    assert 3 == await pupil.room.kept_data("room", path="board.page")
    await pupil.room.save_data("user", {"level": "B1"}, path="spanish")
    assert {"spanish": {"level": "B1"}} == await pupil.room.kept_data("user")
    late = await house.join("Luis")
    assert whole == late.room.meta["customRoomData"]
    with pytest.raises(RequestRefused, match="Nothing is kept there"):
        await late.room.kept_data("session", path="nothing")
