"""What moderators do to others, bot to bot through the real server."""

import asyncio

import pytest

from bots.errors import JoinRefused, RequestRefused
from bots.room import ParticipantAwaited, RoomAllowed, RoomAwaited
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
    joining = asyncio.create_task(house.join("Ravi"), name="Ravi/waits")
    other = asyncio.create_task(house.join("Lena"), name="Lena/waits")
    async with asyncio.timeout(10):
        while len(house.server.rooms.get(house.room_id).members) < 2:  # type: ignore[union-attr]  # it is there
            await asyncio.sleep(0.01)
    teacher = await house.join("Asha", "moderator")
    for pupil in (await joining, await other):
        assert (1, 1) == (pupil.times(RoomAwaited), pupil.times(RoomAllowed))
        assert pupil.room.outgoing is not None
        await pupil.until(lambda pupil=pupil: 3 == len(pupil.room.participants))  # type: ignore[misc]  # bound now
    await teacher.until(lambda: 3 == len(teacher.room.participants))
