"""A room whose connection fails comes back in place: real sockets and media, cut by a proxy."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from bench.reconnect.proxy import FaultProxy
from bots.errors import RequestRefused
from bots.room import (
    AudioMuted,
    BreakoutDefinition,
    BreakoutError,
    ChatReceived,
    Closed,
    ComeBack,
    ConnectionLost,
    ConnectionRestored,
    Joinee,
    ParticipantJoined,
    ParticipantLeft,
    RoomJoined,
    StreamInfo,
)
from bots.server import TokenMint, rooms
from tests.integration.room.conftest import House, Person


@pytest.fixture
async def proxy(house: House) -> AsyncIterator[FaultProxy]:
    async with FaultProxy(house.server.address) as proxy:
        yield proxy


async def join(house: House, proxy: FaultProxy, name: str, role: str = "participant", **settings: object) -> Person:
    """Somebody whose connection can be made to fail."""

    async def fetch() -> str:
        return proxy.token(await house.token(name, role))

    come_back = ComeBack(fetch, Random(name))
    return await house.join(name, role, token=await fetch(), come_back=come_back, **settings)


async def restored(person: Person, times: int = 1) -> ConnectionRestored:
    await person.until(lambda: person.times(ConnectionRestored) == times)
    return [event for event in person.events if isinstance(event, ConnectionRestored)][-1]


def cut(proxy: FaultProxy, name: str, room_id: str | None = None) -> None:
    links = list(proxy.links_of(name, room_id))
    assert links, "it has a connection"
    for link in links:
        link.cut()


async def test_a_cut_socket_comes_back_as_the_same_client_and_nobody_else_notices(
    house: House, proxy: FaultProxy
) -> None:
    teacher = await house.join("Asha", "moderator")
    pupil = await join(house, proxy, "Ravi")
    client_id, told = pupil.room.client_id, len(teacher.events)
    cut(proxy, "Ravi")
    back = await restored(pupil)
    assert (True, 1) == (back.is_resumed, back.tries)
    assert client_id == pupil.room.client_id
    assert [RoomJoined, ConnectionLost, ConnectionRestored] == [
        kind for kind in map(type, pupil.events) if kind in (RoomJoined, ConnectionLost, ConnectionRestored, Closed)
    ]
    await pupil.room.say("here I am")
    await teacher.saw(ChatReceived("here I am", client_id, "Ravi", False))
    assert [ChatReceived] == [type(event) for event in teacher.events[told:] if not event.name.startswith("active")]


async def test_what_is_said_meanwhile_is_said_and_heard_once(house: House, proxy: FaultProxy) -> None:
    teacher = await house.join("Asha", "moderator")
    pupil = await join(house, proxy, "Ravi")
    for number in range(3):
        lines = [asyncio.create_task(pupil.room.say(f"{number}.{part}")) for part in range(3)]
        await asyncio.sleep(0)
        cut(proxy, "Ravi")
        await teacher.room.say(f"answer {number}")
        lines.append(asyncio.create_task(pupil.room.say(f"{number}.3")))
        await restored(pupil, number + 1)
        await asyncio.gather(*lines)
    await teacher.until(lambda: teacher.times(ChatReceived) == 12)
    assert [f"{n}.{part}" for n in range(3) for part in range(4)] == [
        event.text for event in teacher.events if isinstance(event, ChatReceived)
    ]
    await pupil.until(lambda: pupil.times(ChatReceived) == 3)
    await asyncio.sleep(0.2)
    assert ["answer 0", "answer 1", "answer 2"] == [
        event.text for event in pupil.events if isinstance(event, ChatReceived)
    ]


async def test_who_came_and_went_meanwhile_is_told(house: House, proxy: FaultProxy) -> None:
    lena, pupil = await house.join("Lena"), await join(house, proxy, "Ravi")
    proxy.refuse(is_refusing=True)
    cut(proxy, "Ravi")
    await pupil.until(lambda: pupil.times(ConnectionLost) == 1)
    await lena.room.leave()
    omar = await house.join("Omar")
    await omar.room.mute()
    await pupil.until(lambda: proxy.refused > 0)
    proxy.refuse(is_refusing=False)
    assert (await restored(pupil)).tries > 1
    assert ["Lena"] == [event.participant.name for event in pupil.events if isinstance(event, ParticipantLeft)]
    assert ["Omar"] == [event.participant.name for event in pupil.events if isinstance(event, ParticipantJoined)]
    assert pupil.room.participants[omar.room.client_id].is_audio_muted
    assert 0 == pupil.times(AudioMuted)


async def test_a_room_that_is_left_while_it_is_lost_is_over_at_once(house: House, proxy: FaultProxy) -> None:
    pupil = await join(house, proxy, "Ravi")
    proxy.refuse(is_refusing=True)
    cut(proxy, "Ravi")
    await pupil.until(lambda: pupil.times(ConnectionLost) == 1)
    waiting = asyncio.create_task(pupil.room.say("too late"))
    await asyncio.wait_for(pupil.room.leave(), 3)
    assert (1, 0) == (pupil.times(Closed), pupil.times(ConnectionRestored))
    with pytest.raises(RequestRefused, match="1171"):
        await waiting


def lost_and_back(events: list[object]) -> list[type]:
    return [type(event) for event in events if isinstance(event, ConnectionLost | ConnectionRestored | Closed)]


@pytest.mark.parametrize("which", ["breakout", "parent", "both"])
async def test_parent_and_breakout_fail_independently(house: House, proxy: FaultProxy, which: str) -> None:
    pupil, other = await join(house, proxy, "Ravi"), await house.join("Lena")
    teacher, room_id = await house.move_to_breakout(pupil, other)
    breakout = pupil.room.breakout
    assert breakout is not None
    told = [len(person.events) for person in (teacher, other)]
    if which != "breakout":
        cut(proxy, "Ravi", house.room_id)
    if which != "parent":
        cut(proxy, "Ravi", room_id)
    for events, is_hit in ((pupil.events, which != "breakout"), (pupil.breakout_events, which != "parent")):
        await pupil.until(
            lambda events=events, is_hit=is_hit: ConnectionRestored in map(type, events) or not is_hit  # type: ignore[misc]
        )
        assert ([ConnectionLost, ConnectionRestored] if is_hit else []) == lost_and_back(list(events))
    assert (breakout, True) == (pupil.room.breakout, pupil.room.is_muted)
    await breakout.say("still here")
    await asyncio.sleep(0.3)
    assert ["still here"] == [event.text for event in other.breakout_events if isinstance(event, ChatReceived)]
    for person, before in zip((teacher, other), told, strict=True):
        assert [] == [event for event in person.events[before:] if not event.name.startswith("active")]
    await pupil.room.leave_breakout()
    assert not pupil.room.is_muted


async def test_who_loses_the_network_for_long_inside_a_breakout_comes_back_into_it(
    house: House, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "GRACE_S", 0.1)
    pupil, other = await join(house, proxy, "Ravi"), await house.join("Lena")
    teacher, room_id = await house.move_to_breakout(pupil, other)
    breakout, ids = pupil.room.breakout, (pupil.room.client_id, pupil.room.breakout and pupil.room.breakout.client_id)
    assert breakout is not None
    proxy.refuse(is_refusing=True)
    cut(proxy, "Ravi")
    said = asyncio.create_task(breakout.say("while away"))
    await teacher.until(lambda: teacher.times(ParticipantLeft) == 1)
    await other.until(lambda: ParticipantLeft in map(type, other.breakout_events))
    await teacher.room.say("to all who are here")
    proxy.refuse(is_refusing=False)
    await restored(pupil)
    await pupil.until(lambda: ConnectionRestored in map(type, pupil.breakout_events))
    await said
    await other.until(lambda: ChatReceived in map(type, other.breakout_events))
    assert ids == (pupil.room.client_id, breakout.client_id)
    assert (room_id, True) == (breakout.room_id, pupil.room.is_muted)
    assert [True, True] == [
        event.is_resumed for event in (*pupil.events, *pupil.breakout_events) if isinstance(event, ConnectionRestored)
    ]
    assert ["while away"] == [event.text for event in other.breakout_events if isinstance(event, ChatReceived)]
    await pupil.room.leave_breakout()
    assert not pupil.room.is_muted


async def test_who_was_dropped_while_away_learns_it_and_does_not_come_back(house: House, proxy: FaultProxy) -> None:
    teacher, pupil = await house.join("Asha", "moderator"), await join(house, proxy, "Ravi")
    proxy.refuse(is_refusing=True)
    cut(proxy, "Ravi")
    await pupil.until(lambda: pupil.times(ConnectionLost) == 1)
    await teacher.room.drop([pupil.room.client_id])
    proxy.refuse(is_refusing=False)
    await pupil.saw(Closed(2001, "disconnected-by-moderator"))
    assert [] == [one for one in teacher.room.participants.values() if one.name == "Ravi"]


async def test_a_new_token_goes_on_in_the_same_place_and_in_the_breakout(house: House, proxy: FaultProxy) -> None:
    pupil, other = await join(house, proxy, "Ravi"), await house.join("Lena")
    teacher, _ = await house.move_to_breakout(pupil, other)
    breakout, told = pupil.room.breakout, len(teacher.events)
    assert breakout is not None
    house.server.rooms.mint = TokenMint()  # no token from before is good any more
    cut(proxy, "Ravi")
    await restored(pupil)
    await pupil.until(lambda: ConnectionRestored in map(type, pupil.breakout_events))
    await breakout.say("still here")
    await other.until(lambda: ChatReceived in map(type, other.breakout_events))
    assert breakout is pupil.room.breakout
    assert [] == [event for event in teacher.events[told:] if not event.name.startswith("active")]


async def test_media_that_stop_without_a_word_are_made_anew_alone(house: House, proxy: FaultProxy) -> None:
    pupil = await join(house, proxy, "Ravi", listen=True)
    for link in proxy.links_of("Ravi"):
        link.drop_media()
    async with asyncio.timeout(30):
        while not pupil.times(ConnectionRestored):
            await asyncio.sleep(0.05)
    assert "media connection failed" in next(one.reason for one in pupil.events if isinstance(one, ConnectionLost))
    assert 1 == len(list(proxy.links_of("Ravi"))), "the socket stayed"


async def test_a_first_way_into_a_breakout_that_the_network_breaks_is_tried_again(
    house: House, proxy: FaultProxy
) -> None:
    pupil, teacher = await join(house, proxy, "Ravi"), await house.join("Asha", "moderator")
    [room_id] = await teacher.room.create_breakouts(BreakoutDefinition(participants=2))
    await teacher.room.invite(room_id, [pupil.room.client_id])
    await pupil.until(lambda: room_id in pupil.room.invites)
    proxy.refuse(is_refusing=True)
    joining = asyncio.create_task(pupil.room.join_breakout(Joinee(room_id=room_id), StreamInfo()))
    await pupil.until(lambda: proxy.refused > 1)
    proxy.refuse(is_refusing=False)
    breakout = await joining
    assert (room_id, True) == (breakout.room_id, breakout.is_connected)
    assert 0 == pupil.times(BreakoutError)
