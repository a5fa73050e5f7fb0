"""The real room against the server's real rules, over the network in memory: the conversation is the live one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from bots.errors import ApiError, BreakoutRefused, JoinRefused, RequestRefused
from bots.media import Clip
from bots.room import BreakoutDefinition, Joinee, Room, RoomEvent, SpeechChanged, StreamInfo
from bots.simulation import SimulatedRooms, VirtualClock, run_virtually
from bots.simulation.network import MemoryNetwork

START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
BELL = Clip("bell.ogg", 2.0, (), (), 0.0, np.zeros(0, np.int16))


class Scene:
    """One room, and who joins it; `told` has each one's events by name."""

    def __init__(self, **settings: int) -> None:
        self.clock = VirtualClock(START)
        self.rooms = SimulatedRooms(self.clock, "seed")
        self.room_id = self.rooms.make_room(
            {"owner_ref": "world", "name": "Class", "settings": {"moderators": 1, "participants": 3, **settings}}
        )
        self.told: dict[str, list[RoomEvent]] = {}
        self.networks: dict[str, MemoryNetwork] = {}

    async def join(self, name: str, role: str = "participant", *, watch_talk: bool = False) -> Room:
        token = self.rooms.token(self.room_id, name=name, role=role, user_ref=name)
        self.told[name] = []
        network = self.networks[name] = self.rooms.network()
        take = self.told[name].append
        return await Room.join_over(
            network, token, clock=self.clock, watch_talk=watch_talk, on_event=take, on_breakout_event=take
        )

    def names(self, who: str) -> list[str]:
        return [event.name for event in self.told[who]]


def play(act: Callable[[Scene], Awaitable[None]], **settings: int) -> Scene:
    scene = Scene(**settings)

    async def main() -> None:
        await act(scene)

    run_virtually(main, scene.clock)
    return scene


def test_who_joins_sees_who_is_here_and_is_seen() -> None:
    async def act(scene: Scene) -> None:
        teacher = await scene.join("teacher", "moderator")
        pupil = await scene.join("pupil")
        await asyncio.sleep(1)
        assert {"teacher", "pupil"} == {one.name for one in pupil.participants.values()}
        await pupil.say("hello")
        await asyncio.sleep(1)
        await pupil.leave()
        await asyncio.sleep(1)
        await teacher.leave()

    scene = play(act)
    expected = ["room-connected", "user-connected", "message-received", "user-disconnected", "room-disconnected"]
    assert expected == scene.names("teacher")


def test_a_room_without_a_place_refuses_with_the_servers_own_code() -> None:
    async def act(scene: Scene) -> None:
        await scene.join("teacher", "moderator")
        with pytest.raises(JoinRefused, match="2101"):
            await scene.join("second", "moderator")

    play(act)


def test_a_room_that_is_not_there_gives_no_token() -> None:
    scene = Scene()
    with pytest.raises(ApiError, match="no room"):
        scene.rooms.token("nowhere", name="a", role="participant", user_ref="a")


def test_a_breakout_is_joined_on_invitation_and_left_when_it_is_closed() -> None:
    async def act(scene: Scene) -> None:
        teacher = await scene.join("teacher", "moderator")
        pupil = await scene.join("pupil")
        [breakout_id] = await teacher.create_breakouts(BreakoutDefinition(participants=3))
        with pytest.raises(BreakoutRefused):
            await pupil.join_breakout(Joinee(room_id=breakout_id), StreamInfo())
        await teacher.invite(breakout_id, [pupil.client_id])
        await asyncio.sleep(1)
        await pupil.join_breakout(Joinee(room_id=breakout_id), StreamInfo())
        assert pupil.breakout is not None
        await asyncio.sleep(1)
        await teacher.destroy_breakouts()
        await asyncio.sleep(3)
        assert pupil.breakout is None
        assert not pupil.is_muted  # the parent is resumed

    scene = play(act)
    pupils = scene.names("pupil")
    order = ["join-breakout-room", "breakout-room-connected", "breakout-room-disconnected"]
    assert order == [name for name in pupils if name in order]
    assert "user-joined-breakout-room" in scene.names("teacher")


def test_a_cut_network_is_a_lost_room_here_and_a_leaver_there() -> None:
    async def act(scene: Scene) -> None:
        await scene.join("teacher", "moderator")
        pupil = await scene.join("pupil")
        await asyncio.sleep(1)
        scene.networks["pupil"].cut()
        closed = await pupil.wait_closed()
        assert (2002, True) == (closed.cause, closed.retryable)
        await asyncio.sleep(4)
        assert "user-disconnected" not in scene.names("teacher")
        await asyncio.sleep(2)

    assert "user-disconnected" in play(act).names("teacher")


def test_a_sound_takes_its_length_is_delivered_and_was_heard() -> None:
    async def act(scene: Scene) -> None:
        teacher = await scene.join("teacher", "moderator")
        assert teacher.outgoing is not None
        since, began_s = scene.clock.now(), scene.clock.monotonic()
        played = await teacher.outgoing.play(BELL).wait()
        assert ("finished", 100) == (played.outcome, played.packets)
        assert 2.0 == pytest.approx(scene.clock.monotonic() - began_s)
        assert (100, 0, True) == _delivery(teacher)
        assert scene.rooms.voices.was_heard("teacher", scene.room_id, since)

    play(act)


def test_what_is_played_while_muted_is_neither_sent_nor_heard() -> None:
    async def act(scene: Scene) -> None:
        teacher = await scene.join("teacher", "moderator")
        assert teacher.outgoing is not None
        await teacher.mute()
        since = scene.clock.now()
        played = await teacher.outgoing.play(BELL).wait()
        assert ("finished", 0) == (played.outcome, played.packets)
        assert not scene.rooms.voices.was_heard("teacher", scene.room_id, since)

    play(act)


def test_one_voice_more_than_the_room_has_slots_is_not_heard() -> None:
    async def act(scene: Scene) -> None:
        rooms = [await scene.join(name) for name in ("ana", "ben", "eva")]
        since = scene.clock.now()
        for room in rooms:
            assert room.outgoing is not None
            room.outgoing.play(BELL)
        heard = [scene.rooms.voices.was_heard(name, scene.room_id, since) for name in ("ana", "ben", "eva")]
        assert [True, True, False] == heard

    play(act, max_active_talkers=2)


def test_a_loop_goes_on_until_it_is_stopped_and_a_closed_room_ends_it() -> None:
    async def act(scene: Scene) -> None:
        teacher = await scene.join("teacher", "moderator")
        assert teacher.outgoing is not None
        first = teacher.outgoing.play(BELL, loop=True)
        await asyncio.sleep(60)
        first.stop()
        assert ("stopped", 3000) == _end(await first.wait())
        second = teacher.outgoing.play(BELL, loop=True)
        await asyncio.sleep(1)
        await teacher.leave()
        assert "closed" == (await second.wait()).outcome

    play(act)


def test_a_sound_over_another_ends_none_and_both_were_heard() -> None:
    async def act(scene: Scene) -> None:
        teacher = await scene.join("teacher", "moderator", watch_talk=False)
        assert teacher.outgoing is not None
        music_since, music = scene.clock.now(), teacher.outgoing.play(BELL, loop=True)
        await asyncio.sleep(3)
        bell_since, bell = scene.clock.now(), teacher.outgoing.play(BELL, over=True)
        assert ("finished", 100) == _end(await bell.wait())
        last = teacher.outgoing.play(BELL, over=True)
        await asyncio.sleep(1)
        music.stop()
        assert [("stopped", 300), ("finished", 100)] == [_end(await one.wait()) for one in (music, last)]
        for since in (music_since, bell_since):
            assert scene.rooms.voices.was_heard("teacher", scene.room_id, since)

    play(act)


def test_two_worlds_of_one_seed_have_the_same_ids() -> None:
    async def act(scene: Scene) -> None:
        await scene.join("teacher", "moderator")

    def client_ids(scene: Scene) -> list[str]:
        return [repr(event) for event in scene.told["teacher"]]

    first, second = play(act), play(act)
    assert first.room_id == second.room_id
    assert client_ids(first) == client_ids(second)


def _delivery(room: Room) -> tuple[int, int, bool]:
    assert room.outgoing is not None
    delivery = room.outgoing.delivery()
    return delivery.packets_sent, delivery.packets_lost, delivery.has_report


def _end(played: Any) -> tuple[str, int]:
    return played.outcome, played.packets


def test_who_asks_is_told_who_talks_until_they_are_silent_muted_or_gone() -> None:
    async def act(scene: Scene) -> None:
        teacher = await scene.join("teacher", "moderator", watch_talk=True)
        ana, ben = await scene.join("ana"), await scene.join("ben")
        names = {ana.client_id: "ana", ben.client_id: "ben", teacher.client_id: "teacher"}
        assert ana.outgoing is not None
        assert ben.outgoing is not None
        ana.outgoing.play(BELL)
        await asyncio.sleep(1)
        ben.outgoing.play(BELL)
        await asyncio.sleep(0.5)
        await ben.mute()
        await asyncio.sleep(5)
        ana.outgoing.play(BELL)
        await asyncio.sleep(0.1)
        await ana.leave()
        await asyncio.sleep(1)
        said = [event.client_ids for event in scene.told["teacher"] if isinstance(event, SpeechChanged)]
        told = [sorted(names[one] for one in client_ids) for client_ids in said]
        assert [["ana"], ["ana", "ben"], ["ana"], [], ["ana"], []] == told
        assert [] == [event for event in scene.told["ben"] if isinstance(event, SpeechChanged)]

    play(act)


def test_a_moderator_locks_the_room_and_removes_somebody() -> None:
    async def act(scene: Scene) -> None:
        teacher, ana = await scene.join("teacher", "moderator"), await scene.join("ana")
        with pytest.raises(RequestRefused, match="only a moderator"):
            await ana.lock()
        await teacher.lock()
        with pytest.raises(JoinRefused, match="4121"):
            await scene.join("late")
        await teacher.unlock()
        await scene.join("late")
        await teacher.drop([ana.client_id])
        await asyncio.sleep(1)
        assert ana.is_closed

    assert "user-disconnected" in play(act).names("teacher")
