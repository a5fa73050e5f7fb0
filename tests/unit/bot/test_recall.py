"""A bot that was killed lives again: what is done stays done, what was in between is settled, the rest comes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.bot import (
    BotFailed,
    BotJoined,
    BotLeft,
    BotSpec,
    Dismiss,
    Drain,
    InviteSettled,
    InviteWindow,
    LeaveRule,
    RunEnded,
    SignalGiven,
    StepUnknown,
)
from bots.errors import JoinRefused
from bots.journal import StepPast
from bots.room import BreakoutInvite, ChatReceived, Participant
from tests.fakes.clock import FakeClock
from tests.fakes.diary import FakeDiary
from tests.unit.bot.stage import ANA, LUIS, TEACHER, Stage, on_stage, rule, spec_of, steps_of, timeline


@asynccontextmanager
async def killed_after(
    spec: BotSpec, lives_s: float, gone_s: float, *others: Participant, before: Sequence[Participant] = ()
) -> AsyncIterator[tuple[Stage, Stage]]:
    """The first life, killed after so many seconds, and a second one that begins `gone_s` later."""
    first = Stage(spec, *(before or others))
    await first.pass_s(lives_s)
    diary = await first.kill()
    await first.clock.advance(gone_s)
    async with on_stage(spec, *others, clock=first.clock, diary=diary) as second:
        yield first, second


def pathed(*steps: Any) -> tuple[Any, ...]:
    """Steps that know their way, as the loader makes them."""
    return tuple(step.model_copy(update={"path": f"do[{number}]"}) for number, step in enumerate(steps_of(steps)))


async def test_what_a_stop_cut_off_goes_on_if_the_stop_itself_is_cut_off() -> None:
    """As with Ctrl-C twice: the first one stops the runs, the second one ends the process, and the session is open."""
    stopping = rule({"signal": "stopping"}, {"say": "We have to stop here."})
    spec = spec_of(timeline=(timeline(10, {"say": "one"}, {"wait": "30s"}, {"say": "two"}),), rules=(stopping,))
    first = Stage(spec)
    await first.pass_s(20)
    first.bot.command(SignalGiven(name="stopping", sender="", key="stopping/1"))
    first.bot.command(Drain())
    await first.pass_s(1)
    assert ["one", "We have to stop here."] == [text for text, _ in first.room.asked("say")]
    assert "stopped" in [one.outcome for one in first.told(RunEnded)]
    diary = await first.kill()
    await first.clock.advance(4)
    async with on_stage(spec, clock=first.clock, diary=diary) as second:
        await second.pass_s(14)
        assert [] == second.room.asked("say")
        await second.pass_s(2)  # 41 s after the start: the wait of 30 s began at 10
        assert [("two", ())] == second.room.asked("say")


async def test_what_was_done_is_not_done_again_and_the_rest_comes_at_its_time() -> None:
    spec = spec_of(
        timeline=(timeline(10, {"say": "one"}, {"wait": "30s"}, {"say": "two"}), timeline(60, {"say": "three"}))
    )
    async with killed_after(spec, 20, 5) as (first, second):
        assert [("one", ())] == first.room.asked("say")
        await second.pass_s(14)
        assert [] == second.room.asked("say")
        await second.pass_s(2)  # 41 s after the start: the wait of 30 s began at 10
        assert [("two", ())] == second.room.asked("say")
        await second.pass_s(19)
        assert [("two", ()), ("three", ())] == second.room.asked("say")


async def test_a_line_caught_between_intent_and_done_is_not_said_again_and_told_as_unknown() -> None:
    spec = spec_of(timeline=(timeline(10, {"say": "one"}, {"signal": "tea"}),))
    first = Stage(spec)
    await first.pass_s(11)
    first.diary.steps[1, "0"] = StepPast("intent", first.clock.now(), "")
    del first.diary.steps[1, "1"]
    first.diary.runs[1] = first.diary.past.runs[0] if first.diary.past.runs else first.diary.runs[1]
    diary = reopened(await first.kill())
    with capture_logs() as logs:
        async with on_stage(spec, clock=first.clock, diary=diary) as second:
            await second.pass_s(1)
            assert [] == second.room.asked("say")
            assert [StepUnknown(bot_id="helper", rule="at 10", step="say", kind="say")] == second.told(StepUnknown)
            assert {"0": "unknown", "1": "done"} == second.diary.states()
            assert ["finished"] == [one.outcome for one in second.told(RunEnded)]
    assert ["unknown"] == [one["outcome"] for one in logs if one["event"] == "step_passed_over"]


def reopened(diary: FakeDiary) -> FakeDiary:
    """As if the process had been killed before the last run's end was kept."""
    last = diary.runs[max(diary.runs)]
    diary.runs[last.number] = type(last)(last.number, last.rule, last.firing, last.planned_at, last.started_at, None)
    return diary.killed()


async def test_what_came_due_while_nobody_ran_it_is_done_late_but_for_what_is_heard_at_its_instant() -> None:
    spec = spec_of(
        timeline=(
            timeline(30, {"say": "half past"}, {"play": "bell.wav"}, {"mute": "room"}, {"wait": "1s"}, {"say": "on"}),
        ),
        role="moderator",
    )
    async with killed_after(spec, 20, 40) as (_, second):
        assert [(None,)] == second.room.asked("hard_mute")
        await second.pass_s(1)
        assert [("on", ())] == second.room.asked("say")
        assert ["skipped", "skipped", "done", "done", "done"] == list(second.diary.states().values())


async def test_what_came_due_a_moment_ago_is_done_whole() -> None:
    spec = spec_of(timeline=(timeline(30, {"say": "half past"}),))
    async with killed_after(spec, 28, 4) as (_, second):
        assert [("half past", ())] == second.room.asked("say")


async def test_a_branch_that_was_taken_stays_taken() -> None:
    steps = ({"if": "count.people > 1", "then": [{"wait": "20s"}, {"say": "many"}], "else": [{"say": "few"}]},)
    spec = spec_of(timeline=(timeline(10, *steps),))
    async with killed_after(spec, 15, 5, before=(ANA, LUIS)) as (_, second):
        await second.pass_s(11)
        assert [("many", ())] == second.room.asked("say")


async def test_a_choice_that_was_drawn_stays_drawn() -> None:
    choices = [[{"wait": "20s"}, {"say": str(number)}] for number in range(20)]
    spec = spec_of(timeline=(timeline(10, {"choose": choices}),))
    async with on_stage(spec) as undisturbed:
        await undisturbed.pass_s(40)
        drawn = undisturbed.room.asked("say")
    async with killed_after(spec, 15, 5) as (_, second):
        assert second.diary.past.runs[0].steps["0"].detail == {"choice": int(drawn[0][0])}
        await second.pass_s(11)
        assert drawn == second.room.asked("say")


async def test_a_repeat_goes_on_with_its_round_and_keeps_its_instants() -> None:
    spec = spec_of(
        timeline=(timeline(0, {"repeat": {"times": 4, "every": "10s", "do": [{"log": "round"}, {"say": "r"}]}}),)
    )
    async with killed_after(spec, 12, 5) as (first, second):
        assert 2 == len(first.room.asked("say"))
        assert [] == second.room.asked("say")
        await second.pass_s(3)  # 20 s after the start
        assert 1 == len(second.room.asked("say"))
        await second.pass_s(30)
        assert 2 == len(second.room.asked("say"))


async def test_parallel_lists_and_named_lists_go_on_each_where_it_was() -> None:
    spec = spec_of(
        timeline=(timeline(0, {"parallel": [[{"say": "a"}, {"wait": "20s"}, {"say": "b"}], [{"run": "later"}]]}),),
        steps={"later": steps_of([{"say": "c"}, {"wait": "30s"}, {"say": "d"}])},
    )
    async with killed_after(spec, 10, 5) as (first, second):
        assert [("a", ()), ("c", ())] == first.room.asked("say")
        await second.pass_s(6)
        assert [("b", ())] == second.room.asked("say")
        await second.pass_s(10)
        assert [("b", ()), ("d", ())] == second.room.asked("say")


async def test_a_wait_for_whose_time_was_over_meanwhile_fails_at_once() -> None:
    spec = spec_of(timeline=(timeline(0, {"wait_for": {"when": {"chat": "!ok"}, "timeout": "60s"}}),))
    async with killed_after(spec, 10, 51) as (_, second):
        await second.pass_s(0.1)
        assert ["failed"] == [one.outcome for one in second.told(RunEnded)]


async def test_a_failed_step_stays_failed_and_its_rescue_goes_on() -> None:
    entry = timeline(10, {"drop": "Nobody"}, {"say": "never"}, if_fails=steps_of([{"wait": "20s"}, {"say": "rescued"}]))
    async with killed_after(spec_of(timeline=(entry,)), 15, 5) as (_, second):
        await second.pass_s(11)
        assert [("rescued", ())] == second.room.asked("say")
        assert ["failed"] == [one.outcome for one in second.told(RunEnded)]


async def test_a_wait_for_counts_on_and_keeps_its_limit() -> None:
    steps = ({"wait_for": {"when": {"chat": "!ok"}, "count": 2, "timeout": "60s"}}, {"say": "both"})
    spec = spec_of(timeline=(timeline(0, *steps),))
    first = Stage(spec, ANA)
    await first.pass_s(1)
    chat(first, "!ok")
    await first.pass_s(1)
    diary = await first.kill()
    async with on_stage(spec, ANA, clock=first.clock, diary=diary) as second:
        chat(second, "!ok")
        await second.pass_s(1)
        assert [("both", ())] == second.room.asked("say")


async def test_what_follows_something_that_lasted_until_now_is_not_late() -> None:
    spec = spec_of(timeline=(timeline(0, {"wait_for": {"when": {"chat": "!ok"}, "timeout": "60s"}}, {"say": "go on"}),))
    async with killed_after(spec, 30, 5, ANA) as (_, second):
        chat(second, "!ok")
        await second.pass_s(0.1)
        assert [("go on", ())] == second.room.asked("say")


def chat(stage: Stage, text: str) -> None:
    stage.room.push(ChatReceived(text=text, sender_id=ANA.client_id, sender_name=ANA.name, is_private=False))


async def test_people_who_were_greeted_are_not_greeted_again_and_who_came_meanwhile_is() -> None:
    greet = rule({"joined": "first_time"}, {"say": "Hello {person.name}"}, mode="parallel")
    spec = spec_of(rules=(greet,))
    first = Stage(spec)
    await first.pass_s(1)
    first.room.arrive(ANA)
    await first.pass_s(1)
    assert [("Hello Ana", ())] == first.room.asked("say")
    diary = await first.kill()
    async with on_stage(spec, ANA, LUIS, clock=first.clock, diary=diary) as second:
        assert [("Hello Luis", ())] == second.room.asked("say")
        second.room.arrive(TEACHER)
        await second.pass_s(1)
        assert [("Hello Luis", ()), ("Hello Ms Vega", ())] == second.room.asked("say")


async def test_max_and_cooldown_count_over_both_lives() -> None:
    limited = rule({"chat": "!help"}, {"say": "limited"}, id="limited", max=2)
    cool = rule({"chat": "!help"}, {"say": "cool"}, id="cool", cooldown_s=100)
    spec = spec_of(rules=(limited, cool))
    first = Stage(spec, ANA)
    await first.pass_s(1)
    chat(first, "!help")
    await first.pass_s(1)
    diary = await first.kill()
    async with on_stage(spec, ANA, clock=first.clock, diary=diary) as second:
        for _ in range(2):
            chat(second, "!help")
            await second.pass_s(1)
        assert [("limited", ())] == second.room.asked("say")
        await second.pass_s(100)
        chat(second, "!help")
        await second.pass_s(1)
        assert [("limited", ()), ("cool", ())] == second.room.asked("say")


async def test_firings_that_waited_their_turn_have_it_once_in_order() -> None:
    spec = spec_of(rules=(rule({"chat": "!help"}, {"wait": "10s"}, {"say": "{message.text}"}, mode="queued"),))
    first = Stage(spec, ANA)
    await first.pass_s(1)
    for text in ("!help one", "!help two", "!help three"):
        chat(first, text)
    await first.pass_s(15)  # the second one runs, the third one waits
    diary = await first.kill()
    async with on_stage(spec, ANA, clock=first.clock, diary=diary) as second:
        chat(second, "!help four")
        await second.pass_s(60)
        said = [text for text, _ in (*first.room.asked("say"), *second.room.asked("say"))]
        assert ["!help one", "!help two", "!help three", "!help four"] == said
        assert [1, 2, 3, 4] == sorted(second.diary.runs)


async def test_an_invite_that_waits_for_its_window_is_accepted_in_it_by_the_next_process() -> None:
    opens_at, closes_at = (FakeClock().now() + timedelta(seconds=after_s) for after_s in (30, 60))
    spec = spec_of(invites=(InviteWindow(opens_at=opens_at, closes_at=closes_at, after_s=(2.0, 9.0)),))
    first = Stage(spec, TEACHER)
    await first.pass_s(10)
    first.room.push(BreakoutInvite("br-7", "c-teacher", is_forced=False))
    await first.pass_s(1)
    diary = await first.kill()
    [kept] = diary.past.invites
    assert kept.due_at is not None
    async with on_stage(spec, TEACHER, clock=first.clock, diary=diary) as second:
        await second.pass_s((kept.due_at - second.clock.now()).total_seconds() - 0.1)
        assert [] == second.told(InviteSettled)
        await second.pass_s(0.2)
        assert ["accepted"] == [one.end for one in second.told(InviteSettled)]
        assert {} == second.diary.invites


async def test_an_invite_whose_window_closed_while_nobody_looked_has_expired() -> None:
    opens_at, closes_at = (FakeClock().now() + timedelta(seconds=after_s) for after_s in (30, 60))
    spec = spec_of(invites=(InviteWindow(opens_at=opens_at, closes_at=closes_at),))
    first = Stage(spec, TEACHER)
    await first.pass_s(10)
    first.room.push(BreakoutInvite("br-7", "c-teacher", is_forced=False))
    await first.pass_s(1)
    diary = await first.kill()
    await first.clock.advance(50)
    async with on_stage(spec, TEACHER, clock=first.clock, diary=diary) as second:
        await second.pass_s(1)
        assert ["expired"] == [one.end for one in second.told(InviteSettled)]
        assert [] == second.room.asked("join_breakout")


async def test_an_invite_that_a_rule_answers_is_known_to_the_next_process() -> None:
    answer = rule("invited", {"wait": "20s"}, {"accept": "invite"})
    spec = spec_of(rules=(answer,))
    first = Stage(spec, TEACHER)
    await first.pass_s(10)
    first.room.push(BreakoutInvite("br-7", "c-teacher", is_forced=False))
    await first.pass_s(1)
    diary = await first.kill()
    async with on_stage(spec, TEACHER, clock=first.clock, diary=diary) as second:
        await second.pass_s(25)
        assert ["accepted"] == [one.end for one in second.told(InviteSettled)]


async def test_a_signal_that_comes_again_is_heard_once() -> None:
    spec = spec_of(rules=(rule({"signal": "tea"}, {"say": "tea!"}),))
    given = SignalGiven(name="tea", sender="pupil-01", key="pupil-01/1/0")
    first = Stage(spec)
    await first.pass_s(1)
    first.bot.command(given)
    await first.pass_s(1)
    diary = await first.kill()
    async with on_stage(spec, clock=first.clock, diary=diary) as second:
        second.bot.command(given)
        second.bot.command(SignalGiven(name="tea", sender="pupil-01", key="pupil-01/2/0"))
        await second.pass_s(1)
        assert [("tea!", ())] == second.room.asked("say")


async def test_music_plays_on_and_a_muted_bot_stays_muted() -> None:
    music, mute, stop = pathed({"play": {"file": "lobby.ogg", "loop": True}}, {"mute": "me"}, {"stop": "audio"})
    spec = spec_of(
        timeline=(
            replace(timeline(1, label="music"), steps=(music, mute)),
            replace(timeline(60, label="quiet"), steps=(stop,)),
        )
    )
    async with killed_after(spec, 10, 5) as (_, second):
        assert second.room.outgoing is not None
        assert [("lobby.ogg", True)] == [played[1:] for played in second.room.outgoing.played]
        assert [()] == second.room.asked("mute")
    async with killed_after(spec, 61, 5) as (_, second):
        assert second.room.outgoing is not None
        assert [] == second.room.outgoing.played


@pytest.mark.parametrize(("name", "plays_on"), [("lobby.ogg", False), ("other.ogg", True)])
async def test_music_plays_on_if_another_sound_was_stopped(name: str, plays_on: bool) -> None:
    music, stop = pathed({"play": {"file": "lobby.ogg", "loop": True}}, {"stop": name})
    async with killed_after(spec_of(timeline=(replace(timeline(1), steps=(music, stop)),)), 10, 5) as (_, second):
        assert second.room.outgoing is not None
        assert plays_on == bool(second.room.outgoing.played)


@pytest.mark.parametrize(("step", "plays_on"), [
    ({"play": {"file": "bell.wav", "if_playing": "mix"}}, True),
    ({"say": {"text": "Hi", "aloud": True, "if_playing": "mix"}}, True),
    ({"say": "Hi"}, True),
    ({"say": {"text": "Hi", "aloud": True}}, False),
])  # fmt: skip
async def test_music_plays_on_if_nothing_but_a_sound_over_it_came_after_it(step: Any, plays_on: bool) -> None:
    steps = pathed({"play": {"file": "lobby.ogg", "loop": True}}, step)
    async with killed_after(spec_of(timeline=(replace(timeline(1), steps=steps),)), 10, 5) as (_, second):
        assert second.room.outgoing is not None
        assert plays_on == bool(second.room.outgoing.played)


async def test_music_that_waited_while_the_bot_came_back_from_a_breakout_plays_on() -> None:
    bell, music = pathed({"play": "bell.wav"}, {"play": {"file": "lobby.ogg", "loop": True}})
    entries = (
        replace(timeline(3, label="bell"), steps=(bell,)),
        replace(timeline(4, label="music"), steps=(music,)),
    )
    first = Stage(spec := spec_of(timeline=entries, invites=(InviteWindow(),)))
    await first.pass_s()
    first.room.push(BreakoutInvite("br-7", "c-teacher"))
    await first.pass_s(4.5)
    await first.room.leave_breakout()
    await first.pass_s(3)
    async with on_stage(spec, clock=first.clock, diary=await first.kill()) as second:
        await second.pass_s(1)
        assert second.room.outgoing is not None
        assert [("lobby.ogg", True)] == [played[1:] for played in second.room.outgoing.played]


async def test_who_left_for_good_and_who_was_to_stay_for_a_while() -> None:
    spec = spec_of(leave=LeaveRule(after_s=100))
    async with killed_after(spec, 30, 20) as (_, second):
        await second.pass_s(49)
        assert [] == second.told(BotLeft)
        await second.pass_s(2)
        second.bot.command(Dismiss())
        await second.pass_s(5)
        assert [BotLeft(bot_id="helper", cause="leave_when")] == second.told(BotLeft)
        assert "left" == second.diary.state


async def test_who_takes_over_from_a_process_that_stands_still_waits_for_its_seat() -> None:
    taken = JoinRefused("main", 2101, "The room has places for 1 moderators, all taken.")
    first = Stage(spec_of())
    await first.pass_s(1)
    diary = await first.kill()
    async with on_stage(spec_of(), clock=first.clock, diary=diary, refusals=[taken] * 7) as second:
        await second.pass_s(60)
        assert ["main"] == [one.room_id for one in second.told(BotJoined)]
    async with on_stage(spec_of(), refusals=[taken]) as newcomer:
        assert ["join"] == [one.stage for one in newcomer.told(BotFailed)]


async def test_an_end_in_order_is_an_end_of_the_runs() -> None:
    spec = spec_of(timeline=(timeline(1, {"wait": "100s"}),))
    async with on_stage(spec) as stage:
        await stage.pass_s(5)
        stage.bot.command(Drain(cause="session_end"))
        await stage.pass_s(5)
        assert ["stopped"] == [run.outcome for run in stage.diary.runs.values()]


@pytest.mark.parametrize("kind", ["say", "drop", "mute", "play"])
async def test_what_others_notice_is_kept_before_it_is_done(kind: str) -> None:
    step = {"say": {"say": "x"}, "drop": {"drop": "Ana"}, "mute": {"mute": "room"}, "play": {"play": "bell.wav"}}[kind]
    spec = spec_of(timeline=(timeline(1, step),), role="moderator")

    class Stuck(FakeDiary):
        async def intend(self, *args: Any, **values: Any) -> None:
            await super().intend(*args, **values)
            await FakeClock().sleep_until(float("inf"))

    first = Stage(spec, ANA, diary=Stuck())
    await first.pass_s(5)
    assert [] == [one for one in first.room.did if one[0] in ("say", "drop", "hard_mute")]
    assert first.room.outgoing is None or [] == first.room.outgoing.played
    assert {"0": "intent"} == first.diary.states()
    await first.kill()


async def test_a_line_that_waits_for_a_teacher_outlives_a_crash_in_a_quiet_room_and_is_told_once() -> None:
    spec = spec_of(role="moderator", timeline=(timeline(10, {"tell_teacher": "Please come."}),))
    async with killed_after(spec, 11, 1, ANA) as (_, second):
        second.room.arrive(TEACHER)
        await second.pass_s(1)
        assert [("Please come.", (TEACHER.client_id,))] == second.room.asked("say")
        diary = await second.kill()
        async with on_stage(spec, ANA, clock=second.clock, diary=diary) as third:
            third.room.arrive(replace(TEACHER, client_id="c-other", name="Mr Gil"))
            await third.pass_s(1)
            assert [] == third.room.asked("say")
