"""Light clients: one sound in every breakout at once, seen by nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from bots.bot import BotSpec, PlayFinished, RunEnded
from bots.errors import JoinRefused
from bots.room import BreakoutInvite, BreakoutJoined, BreakoutLeft, Participant, ParticipantJoined, RoomEvent
from tests.fakes.room import FakeDoor, FakeRoom
from tests.unit.bot.stage import ANA, TEACHER, Stage, on_stage, rule, spec_of, timeline

OPEN = {"breakouts": {"open": ["red", "blue"]}}
BELL = {"play": {"file": "bell.wav", "in": "breakouts"}}


class Doors:
    """Each herald comes in by a door of its own; the first `refusals` are refused."""

    def __init__(self, stage: Stage) -> None:
        self._clock = stage.clock
        self.rooms: list[FakeRoom] = []
        self.specs: list[BotSpec] = []
        self.refusals = 0
        stage.room.on_invite = self._invite

    def _invite(self, room_id: str, client_ids: Sequence[str]) -> None:
        for room in self.rooms:
            if room.client_id in client_ids:
                room.push(BreakoutInvite(room_id, "me"))

    async def __call__(
        self,
        spec: BotSpec,
        *,
        on_event: Callable[[RoomEvent], None],
        on_breakout_event: Callable[[RoomEvent], None],
    ) -> FakeRoom:
        if self.refusals:
            self.refusals -= 1
            raise JoinRefused("main", 2102, "full")
        await asyncio.sleep(0)  # a real one takes its time
        door = FakeDoor(self._clock)
        room = await door(spec, on_event=on_event, on_breakout_event=on_breakout_event)
        room.client_id = f"c-{spec.id}"
        room.participants = {room.client_id: room.participants["me"]}
        self.rooms.append(room)
        self.specs.append(spec)
        return room


@asynccontextmanager
async def stage_with_doors(*steps: object) -> AsyncIterator[tuple[Stage, Doors]]:
    async with on_stage(spec_of(role="moderator", timeline=(timeline(5, *steps),))) as stage:
        doors = Doors(stage)
        stage.bot._parts.kit.heralds._join = doors
        yield stage, doors


async def test_a_sound_is_begun_in_every_breakout_in_one_instant() -> None:
    with capture_logs() as lines:
        async with stage_with_doors(OPEN, BELL) as (stage, doors):
            await stage.pass_s(8)
            assert ["br-1", "br-2"] == sorted(one.breakout.room_id for one in doors.rooms if one.breakout)
            for herald in doors.rooms:
                assert herald.breakout is not None
                assert herald.breakout.outgoing is not None
                assert [("bell.wav", False)] == [one[1:] for one in herald.breakout.outgoing.played]
            await stage.pass_s(3)
            finished = stage.told(PlayFinished)
            assert {"br-1", "br-2"} == {event.room_id for event in finished}
            assert [True, True] == [event.is_breakout for event in finished]
    together = [line for line in lines if line["event"] == "audio_together"]
    assert [(2, 0.0)] == [(line["rooms"], line["skew_ms"]) for line in together]


async def test_heralds_are_participants_that_hear_nothing_and_are_invited_like_everybody() -> None:
    async with stage_with_doors(OPEN, BELL) as (stage, doors):
        await stage.pass_s(6)
        assert {("helper/1", "participant", False), ("helper/2", "participant", False)} == {
            (spec.id, spec.role, spec.listens) for spec in doors.specs
        }
        invited = [(room_id, clients) for room_id, clients, _ in stage.room.asked("invite")]
        assert {"br-1", "br-2"} == {room_id for room_id, _ in invited}
        assert {"c-helper/1", "c-helper/2"} == {client for _, clients in invited for client in clients}


async def test_a_second_sound_needs_no_second_way_in_and_all_leave_at_the_end() -> None:
    async with stage_with_doors(OPEN, BELL, BELL) as (stage, doors):
        await stage.pass_s(20)
        assert [1, 1] == [len(herald.asked("join_breakout")) for herald in doors.rooms]
        assert 4 == len(stage.told(PlayFinished))
        await stage.pass_s(600)
        assert [True, True] == [herald.is_closed for herald in doors.rooms]


async def test_a_breakout_without_a_herald_is_told_and_the_others_hear_the_sound() -> None:
    with capture_logs() as lines:
        async with stage_with_doors(OPEN, BELL) as (stage, doors):
            doors.refusals = 1
            await stage.pass_s(8)
            assert ["finished"] == [event.outcome for event in stage.told(RunEnded)]
    assert 1 == len([line for line in lines if line["event"] == "herald_failed"])
    assert [1] == [line["rooms"] for line in lines if line["event"] == "audio_together"]


async def test_without_a_breakout_the_step_fails_and_says_why() -> None:
    async with stage_with_doors(BELL) as (stage, _):
        await stage.pass_s(6)
        assert ["failed"] == [event.outcome for event in stage.told(RunEnded)]
        assert "no breakout room is open" in str(stage.told(RunEnded)[0].reason)


async def test_no_rule_and_no_count_sees_a_herald() -> None:
    rules = (rule("joined", {"say": "hello"}), rule("breakout_joined", {"say": "there"}, id="inside"))
    async with on_stage(spec_of(rules=rules), TEACHER, ANA) as stage:
        herald = Participant(client_id="c-9", name="Class helper", user_ref="helper/1")
        stage.room.participants = {**stage.room.participants, "c-9": herald}
        stage.room.push(ParticipantJoined(herald))
        stage.room.push(BreakoutJoined("c-9", "br-1"))
        stage.room.push(BreakoutLeft("c-9", "br-1"))
        await stage.pass_s(1)
        assert [] == stage.room.asked("say")
        assert 3 == len(stage.bot._parts.presence.people)
        stage.room.arrive(Participant(client_id="c-10", name="Eve", user_ref="someone/1"))
        await stage.pass_s(1)
        assert [("hello", ())] == stage.room.asked("say"), "a person whose id looks like one is a person"


def test_a_loop_in_all_breakouts_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot loop"):
        timeline(5, {"play": {"file": "bell.wav", "in": "breakouts", "loop": True}})
