"""One session on a fleet without bots: what it asks, counts, logs, and how it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from structlog.testing import capture_logs

from bots.bot import (
    BotEvent,
    BotFailed,
    BotIdle,
    BotJoined,
    BotLeft,
    BotSpec,
    BreakoutsClosed,
    BreakoutsGone,
    BreakoutsNamed,
    BreakoutsOpened,
    Command,
    Dismiss,
    Drain,
    Judge,
    Judged,
    RoundStands,
    SignalGiven,
    SignalSent,
)
from bots.fleet import Session, SessionResult, plan, session_label, session_times
from bots.fleet.expect import expectations_of
from bots.fleet.standing import Standing
from bots.journal import OpenSession
from tests.fakes.clock import FakeAlarms, FakeClock
from tests.fakes.fleet import FakeFleet
from tests.unit.fleet.lesson import PROVIDER, START, playbook_of
from tests.unit.fleet.test_tally import play

ALL = ("helper", "pupil-01", "pupil-02", "pupil-03")


class Stage:
    """A session under way."""

    def __init__(self, *, opened: OpenSession | None = None, **values: Any) -> None:
        playbook = playbook_of(**values)
        specs = plan(playbook, provider=PROVIDER, room_id="main", starts_at=START)
        expected = expectations_of(playbook, session_times(playbook, START))
        self.clock = FakeClock(START)
        self.alarms = FakeAlarms(self.clock)
        self.fleet = FakeFleet()
        self.stop = asyncio.Event()
        label = session_label(playbook, START)
        self.session = Session(
            label, specs, expected, fleet=self.fleet, clock=self.clock, alarms=self.alarms, opened=opened
        )
        self.life = asyncio.create_task(self.session.run(self.stop))

    async def tell(self, *events: BotEvent) -> None:
        self.fleet.tell(*events)
        await self.clock.advance(0)

    async def result(self) -> SessionResult:
        async with asyncio.timeout(5):
            await self.life
        return self.session.finish()


@asynccontextmanager
async def under_way(**values: Any) -> AsyncIterator[Stage]:
    stage = Stage(**values)
    await stage.clock.advance(0)
    try:
        yield stage
    finally:
        stage.life.cancel()
        await asyncio.gather(stage.life, return_exceptions=True)
        await stage.alarms.stop()


def joined(*bots: str) -> list[BotEvent]:
    return [BotJoined(bot_id=bot, room_id="main", client_id=f"c-{bot}") for bot in bots]


def left(*bots: str) -> list[BotEvent]:
    return [BotLeft(bot_id=bot, cause="session_end") for bot in bots]


def failed(*bots: str, stage: Any = "room", reason: str = "2002 lost") -> list[BotEvent]:
    return [BotFailed(bot_id=bot, stage=stage, reason=reason) for bot in bots]


async def test_every_bot_is_started_and_the_session_ends_with_the_last_of_them() -> None:
    async with under_way() as stage:
        assert list(ALL) == stage.fleet.started
        await stage.tell(*joined(*ALL), *left(*ALL[1:]))
        assert not stage.life.done()
        assert (4, 1, 3) == (
            stage.session.snapshot().bots, stage.session.snapshot().present, stage.session.snapshot().gone,
        )  # fmt: skip
        await stage.tell(*left("helper"))
        result = await stage.result()
        assert ("finished", 4, True, True) == (result.outcome, result.joined, result.joined_all, result.expect_met)


async def test_bots_that_are_started_after_the_session_was_asked_to_stop_are_asked_to_leave_too() -> None:
    stage = Stage()
    start, tell = stage.fleet.start, stage.fleet.command

    async def take_long(spec: BotSpec) -> None:
        await stage.clock.sleep_until(stage.clock.monotonic() + 1)  # as with a worker process that is busy
        await start(spec)

    def tell_who_is_there(bot_id: str, command: Command) -> None:
        if bot_id in stage.fleet.started:
            tell(bot_id, command)

    stage.fleet.start, stage.fleet.command = take_long, tell_who_is_there  # type: ignore[method-assign]
    try:
        await stage.clock.advance(1.5)
        stage.stop.set()
        await stage.clock.advance(5)
        assert list(ALL) == stage.fleet.started
        assert set(ALL) == {bot for bot, what in stage.fleet.commands if isinstance(what, Drain)}
    finally:
        stage.life.cancel()
        await asyncio.gather(stage.life, return_exceptions=True)
        await stage.alarms.stop()


async def test_who_watches_sees_the_round_that_runs_until_the_rotation_or_its_bot_is_gone() -> None:
    runs = RoundStands(bot_id="helper", rotation="talk", round=1, rounds=3, phase="running", until=START)
    async with under_way() as stage:
        await stage.tell(*joined(*ALL), runs)
        assert (runs,) == stage.session.snapshot().rounds
        await stage.tell(replace(runs, missing=("pupil-01",)))
        assert [("pupil-01",)] == [one.missing for one in stage.session.snapshot().rounds]
        await stage.tell(replace(runs, phase="over"))
        assert () == stage.session.snapshot().rounds
        await stage.tell(runs, *left("helper"))
        assert () == stage.session.snapshot().rounds


async def test_session_finished_is_the_last_line_with_outcome_counts_and_expectations() -> None:
    with capture_logs() as lines:
        async with under_way(expect={"joined": 4, "said": {"at_least": 1}}) as stage:
            await stage.tell(*joined(*ALL), *left(*ALL))
            result = await stage.result()
    assert not result.expect_met
    last = lines[-1]
    assert ("session_finished", "finished", 4) == (last["event"], last["outcome"], last["counts"]["joined"])
    assert [("joined", True), ("said", False)] == [(one["counter"], one["is_met"]) for one in last["expect"]]


async def test_an_expectation_is_judged_at_its_instant_and_not_later() -> None:
    expect = {"joined": {"equals": 4, "by": "start + 10s"}}
    async with under_way(expect=expect) as stage:
        await stage.tell(*joined("helper"))
        await stage.clock.advance(11)
        await stage.tell(*joined(*ALL[1:]), *left(*ALL))
        result = await stage.result()
        assert [(1, False)] == [(one.value, one.is_met) for one in result.expectations]


def cut_off(*events: BotEvent) -> OpenSession:
    """The session in the journal, as another process left it after these events."""
    standing = Standing()
    for event in events:
        standing.apply(event)
    record = SimpleNamespace(facts=json.loads(json.dumps(standing.to_json())))
    return cast("OpenSession", SimpleNamespace(record=record, pasts={}, is_resumed=True, remember=lambda facts: None))


async def test_a_session_that_was_cut_off_after_its_last_bot_had_left_is_over_at_once() -> None:
    async with under_way(opened=cut_off(*joined(*ALL), *left(*ALL))) as stage:
        assert [] == stage.fleet.started
        result = await stage.result()
        assert ("finished", 4, True) == (result.outcome, result.joined, result.joined_all)


async def test_of_a_session_that_was_cut_off_the_bots_that_had_left_stay_away() -> None:
    async with under_way(opened=cut_off(*joined(*ALL), *left("pupil-01"))) as stage:
        assert ["helper", "pupil-02", "pupil-03"] == stage.fleet.started
        await stage.tell(*left("helper", "pupil-02", "pupil-03"))
        assert "finished" == (await stage.result()).outcome


async def test_a_start_to_come_is_scheduled_first() -> None:
    with capture_logs() as lines:
        async with under_way() as stage:
            stage.life.cancel()
            specs = tuple(
                replace(spec, starts_at=START + timedelta(minutes=5)) for spec in plan(
                    playbook_of(), provider=PROVIDER, room_id="main", starts_at=START
                )
            )  # fmt: skip
            session = Session("demo", specs, (), fleet=stage.fleet, clock=stage.clock, alarms=stage.alarms)
            life = asyncio.create_task(session.run(asyncio.Event()))
            await stage.clock.advance(299)
            before = [line["event"] for line in lines if line["session"] == "demo"]
            await stage.clock.advance(1)
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)
    after = [line["event"] for line in lines if line["session"] == "demo"]
    assert (["session_scheduled"], ["session_scheduled", "session_started"]) == (before, after)


async def test_nobody_in_is_a_failed_session() -> None:
    async with under_way() as stage:
        await stage.tell(*failed(*ALL, stage="join", reason="room is full"))
        result = await stage.result()
        assert ("failed", "room is full", 0, False) == (result.outcome, result.reason, result.joined, result.joined_all)
        assert "helper: room is full" == result.errors[0]


async def test_a_bot_whose_time_never_came_is_no_failure() -> None:
    async with under_way() as stage:
        never = BotLeft(bot_id="pupil-03", cause="session_end", was_joined=False)
        await stage.tell(*joined(*ALL[:3]), *left(*ALL[:3]), never)
        result = await stage.result()
        assert ("finished", 3, True) == (result.outcome, result.joined, result.joined_all)


async def test_one_refused_bot_is_told_while_the_others_go_on() -> None:
    async with under_way() as stage:
        await stage.tell(*joined(*ALL[:3]), *failed("pupil-03", stage="join", reason="room is full"), *left(*ALL[:3]))
        result = await stage.result()
        assert ("finished", 1, False) == (result.outcome, result.refused, result.joined_all)


async def test_all_bots_out_of_their_room_is_an_early_end() -> None:
    async with under_way() as stage:
        await stage.tell(*joined(*ALL), *failed(*ALL))
        result = await stage.result()
        assert ("ended_early", "2002 lost", True) == (result.outcome, result.reason, result.joined_all)


async def test_one_lost_bot_does_not_end_the_session_for_the_others() -> None:
    async with under_way() as stage:
        await stage.tell(*joined(*ALL), *failed("pupil-01"))
        assert not stage.life.done()
        await stage.tell(*left("helper", "pupil-02", "pupil-03"))
        assert ("finished", 1) == ((await stage.result()).outcome, stage.session.snapshot().counts["errors"])


async def test_stopping_drains_every_bot() -> None:
    async with under_way() as stage:
        await stage.tell(*joined(*ALL))
        stage.stop.set()
        await stage.clock.advance(0)
        assert {(bot, Drain()) for bot in ALL} == set(stage.fleet.commands)
        await stage.tell(*[BotLeft(bot_id=bot, cause="stopped") for bot in ALL])
        assert "stopped" == (await stage.result()).outcome


async def test_a_rule_that_waits_for_it_hears_that_the_session_is_stopped_before_the_bots_go() -> None:
    async with under_way(bots={"helper": {"role": "moderator", **hearing("stopping")}, "pupil": {}}) as stage:
        await stage.tell(*joined("helper", "pupil"))
        stage.stop.set()
        await stage.clock.advance(0)
        told, *rest = stage.fleet.commands
        assert ("helper", "stopping") == (told[0], told[1].name if isinstance(told[1], SignalGiven) else "")
        assert [("helper", Drain()), ("pupil", Drain())] == rest


async def test_whoever_has_not_left_when_the_time_for_it_is_over_is_stopped_by_force_and_named() -> None:
    with capture_logs():
        async with under_way() as stage:
            await stage.tell(*joined(*ALL))
            stage.stop.set()
            await stage.clock.advance(19)
            await stage.tell(*[BotLeft(bot_id=bot, cause="stopped") for bot in ALL[2:]])
            assert [] == stage.fleet.stopped
            await stage.clock.advance(1)
            result = await stage.result()
            assert (["helper", "pupil-01"], "stopped") == (stage.fleet.stopped, result.outcome)
            assert ("helper", "pupil-01") == result.left_behind


async def test_names_of_breakouts_reach_every_other_bot() -> None:
    async with under_way() as stage:
        await stage.tell(*joined(*ALL), BreakoutsOpened(bot_id="helper", names={"red": "b1"}))
        named = BreakoutsNamed(names={"red": "b1"})
        assert sorted((bot, named) for bot in ALL[1:]) == sorted(stage.fleet.commands)
        stage.fleet.commands.clear()
        await stage.tell(BreakoutsClosed(bot_id="helper", room_ids=("b1",)))
        assert {BreakoutsGone(room_ids=("b1",))} == {command for _, command in stage.fleet.commands}


async def test_a_sound_is_judged_and_told_with_packets_delivered_and_heard() -> None:
    bots = {"helper": {"role": "moderator"}, "pupil": {"count": 3, "listens": True}}
    with capture_logs() as lines:
        async with under_way(bots=bots) as stage:
            await stage.tell(*joined(*ALL))
            await stage.clock.advance(5)
            sound = play(since=START + timedelta(seconds=2), until=START + timedelta(seconds=4))
            await stage.tell(sound)
            (asked, question), = stage.fleet.commands  # fmt: skip
            assert ("pupil-01", sound.play_id) == (asked, question.play_id if isinstance(question, Judge) else None)
            await stage.tell(Judged(bot_id="pupil-01", play_id=sound.play_id, is_heard=True, score=0.9))
            assert 1 == stage.session.snapshot().counts["heard_in_parent"]
    told = [line for line in lines if line["event"] == "audio_finished"]
    assert [("helper", 100, 100, True, "info")] == [
        (line["bot"], line["packets"], line["delivered"], line["heard"], line["log_level"]) for line in told
    ]


async def test_a_question_without_an_answer_is_given_up() -> None:
    bots = {"helper": {"role": "moderator"}, "pupil": {"count": 3, "listens": True}}
    with capture_logs() as lines:
        async with under_way(bots=bots) as stage:
            await stage.tell(*joined("helper", "pupil-01"))
            await stage.clock.advance(5)
            await stage.tell(play(since=START + timedelta(seconds=2), until=START + timedelta(seconds=4)))
            await stage.clock.advance(7)
    told = [line for line in lines if line["event"] == "audio_finished"]
    assert [(None, "pupil-01 did not answer")] == [(line["heard"], line["reason"]) for line in told]


async def test_bots_are_dismissed_when_all_are_idle_and_no_question_is_open() -> None:
    async with under_way() as stage:
        await stage.tell(*joined(*ALL), *[BotIdle(bot_id=bot) for bot in ALL[1:]])
        assert [] == stage.fleet.commands
        await stage.tell(BotIdle(bot_id="helper"))
        assert {(bot, Dismiss()) for bot in ALL} == set(stage.fleet.commands)


async def test_a_bot_that_does_not_go_is_stopped_by_force() -> None:
    with capture_logs():
        async with under_way() as stage:
            await stage.tell(*joined(*ALL), *left(*ALL[1:]))
            await stage.clock.advance(51 * 60 + 1)
            result = await stage.result()
            assert (["helper"], ("helper: it did not leave in time",)) == (stage.fleet.stopped, result.errors)


def hearing(name: str) -> dict[str, Any]:
    return {"rules": [{"when": {"signal": name}, "do": [{"log": "x"}]}]}


async def test_a_signal_goes_to_every_bot_that_can_wait_for_it_and_the_sender_too() -> None:
    bots = {"helper": {"role": "moderator", **hearing("tea")}, "pupil": {"count": 2, **hearing("tea")}, "deaf": {}}
    async with under_way(bots=bots) as stage:
        await stage.tell(*joined("helper", "pupil-01", "pupil-02", "deaf"))
        await stage.tell(SignalSent(bot_id="helper", name="tea"), SignalSent(bot_id="helper", name="cake"))
        given = SignalGiven(name="tea", sender="helper")
        heard = [bot_id for bot_id, command in stage.fleet.commands if command == given]
        assert ["helper", "pupil-01", "pupil-02"] == heard


async def test_bots_that_answer_each_others_signals_for_ever_are_cut_short() -> None:
    async with under_way(bots={"helper": hearing("tea")}) as stage:
        with capture_logs() as lines:
            await stage.tell(*[SignalSent(bot_id="helper", name="tea") for _ in range(1003)])
            await stage.clock.advance(1)
            await stage.tell(SignalSent(bot_id="helper", name="tea"))
        assert 3 == sum(line["event"] == "signal_dropped" for line in lines)
        assert 1001 == sum(isinstance(command, SignalGiven) for _, command in stage.fleet.commands)
