"""A Room against the embedded server: real sockets, real media connections."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bots.errors import ApiError, BreakoutRefused, ConfigError, JoinRefused, RequestRefused
from bots.room import (
    AudioMuted,
    BreakoutConnected,
    BreakoutCreated,
    BreakoutDefinition,
    BreakoutDestroyed,
    BreakoutDisconnected,
    BreakoutError,
    BreakoutInvite,
    BreakoutInvited,
    BreakoutJoined,
    BreakoutLeft,
    ChatReceived,
    Closed,
    DataReceived,
    HardMuteChanged,
    InviteRejected,
    Joinee,
    ParticipantJoined,
    ParticipantLeft,
    RoomJoined,
    ServerApi,
    StreamInfo,
)
from bots.wire import BreakoutDestroyed as BreakoutEnded
from tests.integration.room.conftest import House, Person


async def teacher_and_pupils(house: House, *names: str) -> tuple[Person, list[Person]]:
    teacher = await house.join("Asha", "moderator")
    return teacher, list(await asyncio.gather(*(house.join(name) for name in names)))


async def breakout_with(teacher: Person, *people: Person, force: bool = False) -> str:
    """A new breakout room of the teacher's, with these people invited and their invites arrived."""
    [room_id] = await teacher.room.create_breakouts(BreakoutDefinition(participants=2))
    if people:
        await teacher.room.invite(room_id, [person.room.client_id for person in people], force=force)
        for person in people:
            await person.saw(BreakoutInvite(room_id, teacher.room.client_id, force))
    return room_id


async def test_the_first_event_says_who_is_here_and_the_last_that_it_is_over(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    joined = pupil.events[0]
    assert isinstance(joined, RoomJoined)
    assert ("9B", {"Asha", "Ravi"}) == (joined.room_name, {person.name for person in joined.participants})
    assert ("Ravi", "participant", "ref-Ravi") == (joined.me.name, joined.me.role, joined.me.user_ref)
    assert {"join_s", "publish_s"} == {step for step, took_s in pupil.room.took_s.items() if took_s > 0}
    await pupil.room.leave()
    assert Closed(2006, "normal-disconnect") == pupil.events[-1]
    assert 2006 == (await pupil.room.wait_closed()).cause
    await teacher.until(lambda: teacher.times(ParticipantLeft) == 1)
    assert 1 == teacher.times(ParticipantJoined)


async def test_leaving_twice_does_no_harm(house: House) -> None:
    pupil = await house.join()
    await asyncio.gather(pupil.room.leave(), pupil.room.leave())
    await pupil.room.leave()
    assert 1 == pupil.times(Closed)
    with pytest.raises(RequestRefused, match="1163"):
        await pupil.room.say("too late")


async def test_chat_reaches_everybody_or_only_those_it_is_for(house: House) -> None:
    teacher, [ravi, lena] = await teacher_and_pupils(house, "Ravi", "Lena")
    await ravi.room.say("to you ¡ñ 🎈", to=[teacher.room.client_id])
    await ravi.room.send_data({"n": [1, None]})
    await ravi.room.say("to all")
    ravi_id = ravi.room.client_id
    await lena.saw(ChatReceived("to all", ravi_id, "Ravi", False))
    await teacher.saw(ChatReceived("to all", ravi_id, "Ravi", False))
    assert ChatReceived("to you ¡ñ 🎈", ravi_id, "Ravi", True) in teacher.events
    assert DataReceived({"n": [1, None]}, ravi_id, False) in lena.events
    assert 1 == lena.times(ChatReceived)
    assert 0 == ravi.times(ChatReceived)


async def test_a_hard_mute_stops_the_sound_and_cannot_be_lifted_locally(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    await teacher.room.hard_mute(pupil.room.client_id)
    await pupil.saw(HardMuteChanged(True, "me"))
    assert pupil.room.outgoing is not None
    assert pupil.room.outgoing.is_muted
    with pytest.raises(RequestRefused, match="1201"):
        await pupil.room.unmute()
    await teacher.until(lambda: teacher.times(AudioMuted) == 1)
    assert teacher.room.participants[pupil.room.client_id].is_audio_muted
    await teacher.room.hard_unmute(pupil.room.client_id)
    await pupil.saw(HardMuteChanged(False, "me"))
    assert not pupil.room.outgoing.is_muted


async def test_a_muted_room_mutes_those_who_come_later_too(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    await teacher.room.hard_mute()
    await pupil.saw(HardMuteChanged(True, "room"))
    assert not teacher.room.is_muted
    late = await house.join("Lena")
    assert late.room.is_hard_muted
    assert late.room.outgoing is not None
    assert late.room.outgoing.is_muted
    await teacher.room.hard_unmute()
    await late.until(lambda: not late.room.is_muted)


async def test_own_mutes_are_told_to_the_others(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    await pupil.room.mute()
    await teacher.until(lambda: teacher.room.participants[pupil.room.client_id].is_audio_muted)
    await pupil.room.unmute()
    await teacher.until(lambda: not teacher.room.participants[pupil.room.client_id].is_audio_muted)


async def test_only_a_moderator_moderates(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    for attempt in (pupil.room.hard_mute(), pupil.room.drop([teacher.room.client_id])):
        with pytest.raises(RequestRefused, match="only a moderator"):
            await attempt
    with pytest.raises(RequestRefused, match="nobody is named"):
        await teacher.room.drop([])


async def test_a_dropped_bot_is_told_why(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    await teacher.room.drop([pupil.room.client_id])
    closed = await asyncio.wait_for(pupil.room.wait_closed(), 5)
    assert (2001, "disconnected-by-moderator") == (closed.cause, closed.reason)
    assert pupil.room.is_closed


async def test_a_bot_that_does_not_listen_subscribes_to_nothing(house: House) -> None:
    silent, listening = await house.join("Ravi"), await house.join("Lena", publish=False, listen=True)
    assert {} == silent.room.incoming
    assert {1, 2, 3} == set(listening.room.incoming)
    assert listening.room.outgoing is None


async def test_a_breakout_is_joined_and_left_as_the_contract_says(house: House) -> None:
    teacher, [ravi, lena] = await teacher_and_pupils(house, "Ravi", "Lena")
    room_id = await breakout_with(teacher, ravi, lena)
    first = await ravi.room.join_breakout(Joinee(room_id=room_id), StreamInfo())
    second = await lena.room.join_breakout(Joinee(room_id=room_id), StreamInfo(audio=False))
    assert (first, ravi.room) == (ravi.room.breakout, first.parent)
    assert first.outgoing is not None
    assert second.outgoing is None
    assert ravi.room.is_muted
    await ravi.saw(BreakoutJoined(lena.room.client_id, room_id, "participant"))
    assert {"Ravi", "Lena"} == {person.name for person in second.participants.values()}
    assert 1 == ravi.times(BreakoutConnected)
    await lena.room.leave_breakout()
    assert lena.room.breakout is None
    assert not lena.room.is_muted
    assert BreakoutDisconnected(room_id) == next(e for e in lena.events if isinstance(e, BreakoutDisconnected))
    assert isinstance(lena.breakout_events[0], RoomJoined)
    assert Closed(2006, "normal-disconnect") == lena.breakout_events[-1]
    await ravi.saw(BreakoutLeft(lena.room.client_id, room_id))
    await ravi.room.leave_breakout()
    await teacher.saw(BreakoutDestroyed(room_id))
    assert 1 == teacher.times(BreakoutDestroyed)


async def test_moderators_hear_of_rooms_invites_and_rejections(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    room_id = await breakout_with(teacher, pupil)
    await pupil.room.reject_invite(room_id)
    assert {} == pupil.room.invites
    await teacher.saw(InviteRejected(room_id, pupil.room.client_id))
    assert BreakoutCreated((room_id,)) in teacher.events
    assert BreakoutInvited(room_id, (pupil.room.client_id,)) in teacher.events


async def test_the_creator_joins_without_an_invite(house: House) -> None:
    teacher, _ = await teacher_and_pupils(house)
    room_id = await breakout_with(teacher)
    breakout = await teacher.room.join_breakout(Joinee(room_id=room_id, role="moderator"), StreamInfo())
    assert breakout.is_moderator


@pytest.mark.parametrize(
    ("role", "room_id", "result"), [("teacher", "x", 1155), ("participant", "", 1155), ("participant", "x", 1729)]
)
async def test_an_impossible_join_is_refused_before_anything_is_sent(
    house: House, role: str, room_id: str, result: int
) -> None:
    pupil = await house.join()
    with pytest.raises(BreakoutRefused):
        await pupil.room.join_breakout(Joinee(room_id=room_id, role=role), StreamInfo())
    error = pupil.events[-1]
    assert isinstance(error, BreakoutError)
    assert (room_id, result) == (error.room_id, error.result)
    assert not pupil.room.is_muted


async def test_the_servers_refusal_arrives_unchanged_and_the_parent_is_resumed(house: House) -> None:
    teacher, [ravi, lena, omar] = await teacher_and_pupils(house, "Ravi", "Lena", "Omar")
    room_id = await breakout_with(teacher, ravi, lena, omar)
    for person in (ravi, lena):
        await person.room.join_breakout(Joinee(room_id=room_id), StreamInfo(audio=False))
    with pytest.raises(BreakoutRefused) as caught:
        await omar.room.join_breakout(Joinee(room_id=room_id), StreamInfo())
    assert 1729 == caught.value.result
    assert BreakoutError(room_id, 1729, caught.value.reason) in omar.events
    assert 0 == omar.times(BreakoutConnected)
    assert not omar.room.is_muted
    assert omar.room.breakout is None


async def test_a_second_breakout_needs_the_way_back_first(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    red, blue = await breakout_with(teacher, pupil), await breakout_with(teacher, pupil)
    breakout = await pupil.room.join_breakout(Joinee(room_id=red), StreamInfo(audio=False))
    for room, told in ((pupil.room, pupil.events), (breakout, pupil.breakout_events)):
        with pytest.raises(BreakoutRefused, match="1729"):
            await room.join_breakout(Joinee(room_id=blue), StreamInfo())
        assert [1729] == [event.result for event in told if isinstance(event, BreakoutError)]
    with pytest.raises(RequestRefused, match="parent"):
        await breakout.create_breakouts(BreakoutDefinition(participants=2))
    await pupil.room.leave_breakout()
    assert blue == (await pupil.room.join_breakout(Joinee(room_id=blue), StreamInfo(audio=False))).room_id


async def test_who_is_on_the_way_back_says_so_and_leaving_again_waits_for_it(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    red, blue = await breakout_with(teacher, pupil), await breakout_with(teacher, pupil)
    breakout = await pupil.room.join_breakout(Joinee(room_id=red), StreamInfo(audio=False))
    assert not pupil.room.is_returning
    leaving = asyncio.create_task(breakout.leave())
    await pupil.until(lambda: pupil.room.is_returning)
    await pupil.room.leave_breakout()
    assert not pupil.room.is_returning
    assert blue == (await pupil.room.join_breakout(Joinee(room_id=blue), StreamInfo(audio=False))).room_id
    await leaving


async def test_who_is_invited_while_their_breakout_ends_comes_back_first_and_follows(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    red, blue = await breakout_with(teacher, pupil), await breakout_with(teacher, pupil)
    breakout = await pupil.room.join_breakout(Joinee(room_id=red), StreamInfo())
    await teacher.room.destroy_breakouts([red])
    await pupil.until(lambda: breakout.is_closed)
    assert BreakoutDisconnected(red) not in pupil.events
    assert blue == (await pupil.room.join_breakout(Joinee(room_id=blue), StreamInfo())).room_id
    ways = [type(event) for event in pupil.events if isinstance(event, BreakoutDisconnected | BreakoutConnected)]
    assert [BreakoutConnected, BreakoutDisconnected, BreakoutConnected] == ways
    assert 0 == pupil.times(BreakoutError)


async def test_a_forced_invite_is_followed_without_asking_once(house: House) -> None:
    teacher, [ravi, lena] = await teacher_and_pupils(house, "Ravi", "Lena")
    [room_id] = await teacher.room.create_and_invite(BreakoutDefinition(participants=2))
    for person in (ravi, lena):
        await person.until(lambda person=person: person.times(BreakoutConnected) == 1)  # type: ignore[misc]
        assert person.room.breakout is not None
        assert room_id == person.room.breakout.room_id
    await teacher.room.destroy_breakouts()
    for person in (ravi, lena):
        await person.saw(BreakoutDisconnected(room_id))
        await person.until(lambda person=person: not person.room.is_muted)  # type: ignore[misc]
        assert person.room.breakout is None


async def test_of_forced_invites_that_come_one_upon_the_other_the_latest_is_followed(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    first, second, third = await teacher.room.create_breakouts(BreakoutDefinition(participants=2, max_rooms=3))
    for batch in ([first, second], [third]):
        for room_id in batch:
            await teacher.room.invite(room_id, [pupil.room.client_id], force=True)
        await pupil.until(lambda last=batch[-1]: last in places(pupil))  # type: ignore[misc]
    assert third == places(pupil)[-1]
    assert 0 == pupil.times(BreakoutError)


async def test_a_forced_invite_while_another_breakout_is_being_joined_is_followed_after_it(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    red, blue = await breakout_with(teacher, pupil), await breakout_with(teacher)
    joined, _ = await asyncio.gather(
        pupil.room.join_breakout(Joinee(room_id=red), StreamInfo(audio=False)),
        teacher.room.invite(blue, [pupil.room.client_id], force=True),
    )
    assert red == joined.room_id
    await pupil.until(lambda: [red, "", blue] == places(pupil))
    assert 0 == pupil.times(BreakoutError)


def places(person: Person) -> list[str]:
    """The breakouts that somebody went into, in order; empty for each way back."""
    ways = [event for event in person.events if isinstance(event, BreakoutConnected | BreakoutDisconnected)]
    return [event.room_id if isinstance(event, BreakoutConnected) else "" for event in ways]


async def test_a_breakout_whose_end_only_the_parent_tells_is_left(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    room_id = await breakout_with(teacher, pupil)
    await pupil.room.join_breakout(Joinee(room_id=room_id), StreamInfo(audio=False))
    house.server._reception.tell(pupil.room.client_id, BreakoutEnded(room_id=room_id))
    await pupil.saw(BreakoutDisconnected(room_id))
    await pupil.until(lambda: not pupil.room.is_muted)
    assert pupil.room.breakout is None


async def test_leaving_the_parent_leaves_the_breakout_too(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    room_id = await breakout_with(teacher, pupil)
    breakout = await pupil.room.join_breakout(Joinee(room_id=room_id), StreamInfo(audio=False))
    await pupil.room.leave()
    assert breakout.is_closed
    assert pupil.room.is_closed


async def test_a_server_that_stops_closes_every_room(house: House) -> None:
    teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
    await house.server.stop()
    for person in (teacher, pupil):
        assert 2002 == (await asyncio.wait_for(person.room.wait_closed(), 5)).cause


async def test_a_used_token_is_refused_with_advice(house: House) -> None:
    token = await house.token()
    await house.join(token=token)
    with pytest.raises(JoinRefused, match="fetch a new one") as caught:
        await house.join(token=token)
    assert token not in str(caught.value)
    assert not caught.value.retryable


async def test_a_wrong_key_and_an_unknown_room_say_what_to_check(house: House) -> None:
    async with ServerApi(house.server.api_url, house.server.app_id, "wrong-key") as api:
        with pytest.raises(ConfigError, match="BOTS_APP_KEY"):
            await api.list_rooms()
    with pytest.raises(ApiError, match="no such room"):
        await house.api.fetch_token("0" * 24, name="x", role="participant", user_ref="x")


async def test_a_full_disk_ends_the_capture_of_the_bots_and_no_conversation(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTS_CAPTURE", "/dev/full")
    with capture_logs() as logs:
        teacher, [pupil] = await teacher_and_pupils(house, "Ravi")
        await pupil.room.say("still here")
    await teacher.until(lambda: teacher.times(ChatReceived) == 1)
    assert ["No space left on device"] == [one["reason"] for one in logs if one["event"] == "capture_ended"]


async def test_the_server_api_lists_rooms_and_who_is_in_them(house: House) -> None:
    await house.join()
    assert [house.room_id] == [room.room_id for room in await house.api.list_rooms()]
    assert "9B" == (await house.api.get_room(house.room_id)).name
    assert ["Ravi"] == [user.name for user in await house.api.users(house.room_id)]
