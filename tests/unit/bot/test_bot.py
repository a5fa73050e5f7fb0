"""The life of a bot: arriving, its timeline, the end, and what goes wrong on the way."""

from datetime import timedelta

from structlog.testing import capture_logs

from bots.bot import (
    BotFailed,
    BotIdle,
    BotJoined,
    BotLeft,
    Dismiss,
    Drain,
    LeaveRule,
    Measured,
    PlayFinished,
    RunEnded,
    SignalGiven,
)
from bots.errors import JoinRefused
from bots.room import Participant, ParticipantJoined, SpeechChanged
from tests.fakes.clock import FakeClock
from tests.unit.bot.stage import ANA, Stage, on_stage, rule, spec_of, timeline

START = FakeClock().now()


async def test_a_bot_joins_at_its_arrival_and_leaves_at_the_end() -> None:
    spec = spec_of(arrives_at=START + timedelta(seconds=30))
    async with on_stage(spec) as stage:
        await stage.pass_s(29)
        assert [] == stage.door.knocked_at_s
        await stage.pass_s(1)
        assert [Measured, BotJoined] == [type(event) for event in stage.events]
        assert [BotJoined(bot_id="helper", room_id="main", client_id="me")] == stage.told(BotJoined)
        await stage.pass_s(570)
        assert [("leave",)] == stage.room.did
        assert BotLeft(bot_id="helper", cause="session_end") == stage.events[-1]
        assert stage.life.done()


async def test_the_timeline_runs_at_its_instants() -> None:
    spec = spec_of(timeline=(timeline(60, {"say": "one"}), timeline(120, {"say": "two"})))
    async with on_stage(spec) as stage:
        await stage.pass_s(60)
        assert [("one", ())] == stage.room.asked("say")
        await stage.pass_s(60)
        assert [("one", ()), ("two", ())] == stage.room.asked("say")


async def test_entries_at_the_end_run_before_the_bot_leaves() -> None:
    spec = spec_of(timeline=(timeline(600, {"say": "bye"}, {"wait": "2s"}, {"say": "bye!"}),))
    async with on_stage(spec) as stage:
        await stage.pass_s(605)
        assert [("say", "bye", ()), ("say", "bye!", ()), ("leave",)] == stage.room.did


async def test_an_entry_from_before_the_arrival_is_missed_and_one_on_the_way_in_is_made_up() -> None:
    spec = spec_of(
        arrives_at=START + timedelta(seconds=60),
        timeline=(timeline(10, {"say": "missed"}), timeline(60, {"say": "made up"})),
    )
    refused = JoinRefused("main", 0, "busy", retryable=True)
    async with on_stage(spec, refusals=[refused] * 3) as stage:
        await stage.pass_s(120)
        assert [("made up", ())] == stage.room.asked("say")
        assert ["misfired", "finished"] == [run.outcome for run in stage.told(RunEnded)]


async def test_a_refusal_that_may_pass_is_tried_again_with_growing_pauses() -> None:
    refused = JoinRefused("main", 0, "busy", retryable=True)
    async with on_stage(spec_of(), refusals=[refused] * 3) as stage:
        await stage.pass_s(60)
        first, second, third, fourth = stage.door.knocked_at_s
        assert 0.25 <= second - first <= 0.75
        assert 0.5 <= third - second <= 1.5
        assert 1.0 <= fourth - third <= 3.0
        assert [BotJoined(bot_id="helper", room_id="main", client_id="me")] == stage.told(BotJoined)


async def test_a_final_refusal_is_not_tried_again() -> None:
    refused = JoinRefused("main", 2102, "room is full")
    with capture_logs() as lines:
        async with on_stage(spec_of(), refusals=[refused]) as stage:
            await stage.pass_s(60)
            assert 1 == len(stage.door.knocked_at_s)
            assert [BotFailed(bot_id="helper", stage="join", reason=str(refused))] == stage.events
            assert stage.life.done()
    assert ["bot_failed"] == [line["event"] for line in lines]


async def test_asked_to_leave_each_of_parallel_branches_finishes_its_step() -> None:
    plays = [[{"play": "a.wav"}, {"say": "never"}], [{"play": "b.wav"}, {"say": "never"}], [{"play": "c.wav"}]]
    async with on_stage(spec_of(timeline=(timeline(10, {"parallel": [*plays, [{"wait": "1h"}]]}),))) as stage:
        await stage.pass_s(11)  # they are heard one after the other, two seconds each
        stage.bot.command(Drain())
        await stage.pass_s(5.1)
        assert ["stopped"] == [
            run.outcome for run in stage.told(RunEnded)
        ]  # the branch that only waits holds up nobody
        await stage.pass_s(2)
        assert ["finished"] * 3 == [play.outcome for play in stage.told(PlayFinished)]
        assert [] == stage.room.asked("say")
        assert stage.life.done()


async def test_what_happens_while_a_bot_goes_keeps_nothing_of_it_alive() -> None:
    quiet = rule({"silent": "20m"}, {"say": "So quiet!"})
    with capture_logs() as lines:
        async with on_stage(spec_of(listens=True, leave=LeaveRule(alone_s=3600.0), rules=(quiet,)), ANA) as stage:
            await stage.pass_s(601)  # it waits for questions about what it heard
            stage.room.push(SpeechChanged(()))
            stage.room.depart(ANA.client_id)
            await stage.pass_s(20)
            assert stage.life.done()
            await stage.pass_s(3600)
    assert "rule_fired" not in [line["event"] for line in lines]


async def test_a_lost_room_is_the_end_of_the_bot_with_its_reason() -> None:
    async with on_stage(spec_of()) as stage:
        stage.room.close(2002, "connection lost")
        await stage.pass_s()
        assert BotFailed(bot_id="helper", stage="room", reason="2002 connection lost") == stage.events[-1]
        assert stage.life.done()


async def test_draining_finishes_the_step_and_leaves_properly() -> None:
    spec = spec_of(timeline=(timeline(0, {"play": "a.wav"}, {"say": "never"}),))
    async with on_stage(spec) as stage:
        await stage.pass_s(1)
        stage.bot.command(Drain(within_s=10))
        await stage.pass_s(0.5)
        assert not stage.life.done()
        await stage.pass_s(4)
        assert [("leave",)] == stage.room.did
        assert BotLeft(bot_id="helper", cause="stopped") == stage.events[-1]


async def test_a_rule_about_being_stopped_does_all_its_steps_before_the_bot_leaves() -> None:
    told = {"say": "We have to stop."}, {"play": "a.wav"}, {"say": "Good-bye"}
    stopping = rule({"signal": "stopping"}, *told)
    async with on_stage(spec_of(rules=(stopping,), timeline=(timeline(0, {"play": "a.wav"}, {"say": "no"}),))) as stage:
        await stage.pass_s(1)
        stage.bot.command(SignalGiven(name="stopping", sender="", key="stopping/1"))
        stage.bot.command(Drain(within_s=20))
        await stage.pass_s(15)
        assert ["We have to stop.", "Good-bye"] == [said[0] for said in stage.room.asked("say")]
        assert BotLeft(bot_id="helper", cause="stopped") == stage.events[-1]


async def test_draining_does_not_wait_for_a_wait_but_for_a_sound_beside_it() -> None:
    beside = {"parallel": [[{"wait": "1h"}], [{"play": "a.wav"}, {"say": "never"}]]}
    for steps, seconds in (({"wait": "1h"}, 0.0), (beside, 1.0)):
        async with on_stage(spec_of(timeline=(timeline(0, steps),))) as stage:
            await stage.pass_s(1)
            stage.bot.command(Drain(within_s=10))
            await stage.pass_s(seconds - 0.1 if seconds else 0.0)
            assert (seconds == 0.0) == bool(stage.told(RunEnded))
            await stage.pass_s(0.2)
            assert ["stopped"] == [run.outcome for run in stage.told(RunEnded)]
            assert [] == stage.room.asked("say")


async def test_a_bot_drained_before_its_arrival_never_joins() -> None:
    async with on_stage(spec_of(arrives_at=START + timedelta(minutes=5))) as stage:
        stage.bot.command(Drain())
        await stage.pass_s(1)
        assert [BotLeft(bot_id="helper", cause="stopped", was_joined=False)] == stage.events


async def test_a_listening_bot_stays_for_the_last_questions_until_it_is_dismissed() -> None:
    async with on_stage(spec_of(listens=True)) as stage:
        await stage.pass_s(602)
        assert ([BotIdle(bot_id="helper")], []) == (stage.told(BotIdle), stage.room.did)
        stage.bot.command(Dismiss())
        await stage.pass_s()
        assert [("leave",)] == stage.room.did


async def test_nobody_waits_for_ever_to_be_dismissed() -> None:
    async with on_stage(spec_of(listens=True)) as stage:
        await stage.pass_s(611)
        assert stage.life.done()


async def test_leave_is_a_step_too() -> None:
    spec = spec_of(timeline=(timeline(5, {"say": "bye"}, {"leave": "room"}),))
    async with on_stage(spec) as stage:
        await stage.pass_s(6)
        assert BotLeft(bot_id="helper", cause="leave_step") == stage.events[-1]
        assert ["finished"] == [run.outcome for run in stage.told(RunEnded)]


async def alone_for(stage: Stage, seconds: float) -> bool:
    await stage.pass_s(seconds)
    return stage.life.done()


async def test_a_bot_that_is_alone_too_long_leaves() -> None:
    async with on_stage(spec_of(leave=LeaveRule(alone_s=30)), ANA) as stage:
        assert not await alone_for(stage, 60)
        stage.room.depart("c-ana")
        assert not await alone_for(stage, 29)
        stage.room.arrive(ANA)
        assert not await alone_for(stage, 60)
        stage.room.depart("c-ana")
        assert not await alone_for(stage, 29)
        assert await alone_for(stage, 1)
        assert BotLeft(bot_id="helper", cause="leave_when") == stage.events[-1]


async def test_a_failed_step_ends_its_run_and_not_the_bot() -> None:
    broken, other = rule("joined", {"say": {"text": "hi", "to": "Nobody"}}, id="broken"), rule("joined", {"say": "hi"})
    async with on_stage(spec_of(rules=(broken, other))) as stage:
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert ["failed", "finished"] == [run.outcome for run in stage.told(RunEnded)]
        assert not stage.life.done()


async def test_a_fault_of_ours_ends_this_bot_with_a_traceback_and_it_leaves_its_room() -> None:
    with capture_logs() as lines:
        async with on_stage(spec_of(rules=(rule("joined", {"say": "hi"}),))) as stage:
            nobody: Participant = None  # type: ignore[assignment]  # the fault
            stage.room.push(ParticipantJoined(nobody))
            await stage.pass_s()
            assert stage.life.done()
            assert [("leave",)] == stage.room.did
            assert ["bug"] == [event.stage for event in stage.told(BotFailed)]
    assert [True] == [line["exc_info"] for line in lines if line["event"] == "bot_failed"]
