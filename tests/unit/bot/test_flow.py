"""Steps made of steps: named lists, choices, repeats, and what follows a failure."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.bot import RunEnded
from bots.errors import RequestRefused
from bots.playbook import MOST_STEPS
from bots.room import BreakoutJoined, BreakoutLeft
from tests.fakes.clock import FakeClock
from tests.unit.bot.stage import ANA, Stage, on_stage, rule, spec_of, steps_of, timeline

STARTS_AT = FakeClock().now()


def said(stage: Stage) -> list[str]:
    return [text for text, _ in stage.room.asked("say")]


def ends(stage: Stage) -> list[str]:
    return [run.outcome for run in stage.told(RunEnded)]


def every(seconds: str, until: str, *steps: Any, **more: Any) -> dict[str, Any]:
    return {"repeat": {"every": seconds, "until": until, "do": list(steps), **more}}


async def test_run_does_the_steps_of_its_list_and_of_the_lists_that_this_runs() -> None:
    lists = {"a": steps_of([{"say": "1"}, {"run": "b"}, {"say": "3"}]), "b": steps_of([{"say": "2"}])}
    async with on_stage(spec_of(timeline=(timeline(1, {"run": "a"}, {"say": "4"}),), steps=lists)) as stage:
        await stage.pass_s(1)
        assert ["1", "2", "3", "4"] == said(stage)


async def test_a_list_knows_who_triggered_the_rule_that_runs_it() -> None:
    greet = rule("joined", {"run": "greet"})
    async with on_stage(spec_of(rules=(greet,), steps={"greet": steps_of([{"say": "Hi {person.name}"}])})) as stage:
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert ["Hi Ana"] == said(stage)


async def drawn(seed: str, *, times: int = 12, rule_id: str = "a", choices: Any = ()) -> list[str]:
    choice = {"choose": choices or [[{"say": "a"}], [{"say": "b"}], [{"say": "c"}]]}
    entry = timeline(1, {"repeat": {"times": times, "do": [choice]}}, label=rule_id)
    async with on_stage(spec_of(timeline=(entry,), seed=seed)) as stage:
        for _ in range(3):
            await stage.pass_s(1)
        return said(stage)


async def test_choose_draws_the_same_for_a_seed_and_rule_and_otherwise_not() -> None:
    first = await drawn("7/helper")
    assert {"a", "b", "c"} == set(first)
    assert first == await drawn("7/helper")
    assert first != await drawn("8/helper")
    assert first != await drawn("7/helper", rule_id="b")


async def test_choose_draws_by_weight() -> None:
    counts = Counter(await drawn("7", times=400, choices=[{"weight": 3, "do": [{"say": "a"}]}, [{"say": "b"}]]))
    assert 260 < counts["a"] < 340
    assert 400 == counts["a"] + counts["b"]


async def test_what_was_drawn_is_logged() -> None:
    with capture_logs() as lines:
        await drawn("7", times=1)
    assert ["choice"] == [str(line["branch"]).split()[0] for line in lines if line["event"] == "branch_taken"]


async def test_repeat_does_so_many_rounds_one_after_the_other() -> None:
    entry = timeline(1, {"repeat": {"times": 3, "do": [{"say": "x"}, {"wait": "2s"}]}}, {"say": "end"})
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        await stage.pass_s(3)
        assert ["x", "x"] == said(stage)
        await stage.pass_s(4)
        assert ["x", "x", "x", "end"] == said(stage)


async def test_rounds_begin_at_absolute_instants_and_none_after_the_moment() -> None:
    entry = timeline(1, every("10s", "start + 40s", {"say": "x"}, {"wait": "3s"}), {"say": "end"})
    moments = {"start + 40s": STARTS_AT + timedelta(seconds=40)}
    async with on_stage(spec_of(timeline=(entry,), moments=moments)) as stage:
        for at_s, count in ((1, 1), (10.9, 1), (11, 2), (21, 3), (31, 4)):
            await stage.pass_s(at_s - (stage.clock.now() - STARTS_AT).total_seconds())
            assert (at_s, count) == (at_s, len(said(stage)))
        await stage.pass_s(3)
        assert ["x", "x", "x", "x", "end"] == said(stage)


async def test_a_round_that_lasts_longer_is_followed_at_once() -> None:
    entry = timeline(0, {"repeat": {"times": 3, "every": "2s", "do": [{"say": "x"}, {"wait": "5s"}]}})
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        await stage.pass_s(10)
        assert 3 == len(said(stage))


async def test_a_condition_that_comes_true_ends_the_waiting_between_rounds() -> None:
    entry = timeline(1, every("10s", "count.away in [0]", {"say": "Come back"}), {"say": "All here"})
    async with on_stage(spec_of(timeline=(entry,)), ANA) as stage:
        stage.room.push(BreakoutJoined("c-ana", "br-1"))
        await stage.pass_s(12)
        assert ["Come back", "Come back"] == said(stage)
        stage.room.push(BreakoutLeft("c-ana", "br-1"))
        await stage.pass_s()
        assert ["Come back", "Come back", "All here"] == said(stage)


async def test_a_condition_that_holds_before_the_first_round_does_nothing() -> None:
    entry = timeline(1, every("10s", "count.away == 0", {"say": "Come back"}), {"say": "All here"})
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        await stage.pass_s(1)
        assert ["All here"] == said(stage)


async def test_wait_for_takes_lists_of_counts() -> None:
    wait = {"wait_for": {"until": "count.people in [1, 2]", "timeout": "1m"}}
    async with on_stage(spec_of(timeline=(timeline(1, wait, {"say": "here"}),))) as stage:
        await stage.pass_s(5)
        assert [] == said(stage)
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert ["here"] == said(stage)


async def test_a_run_with_too_many_steps_fails_and_says_how_many_are_allowed() -> None:
    twice = {"repeat": {"times": 200, "do": [{"repeat": {"times": 200, "do": [{"log": "x"}]}}]}}
    async with on_stage(spec_of(timeline=(timeline(1, twice),))) as stage:
        for _ in range(9):
            await stage.pass_s(1)
        [run] = stage.told(RunEnded)
        assert "failed" == run.outcome
        assert f"a run has at most {MOST_STEPS:,} steps" in str(run.reason)


async def test_rounds_without_a_wait_let_others_have_their_turn() -> None:
    busy = rule("joined", {"repeat": {"times": 500, "do": [{"log": "x"}]}}, {"say": "done"}, id="busy")
    async with on_stage(spec_of(rules=(busy, rule("joined", {"say": "me too"})))) as stage:
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert ["me too", "done"] == said(stage)


async def test_draining_stops_a_repeat_that_waits_for_its_next_round() -> None:
    entry = timeline(1, {"repeat": {"times": 100, "every": "100s", "do": [{"say": "x"}]}})
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        await stage.pass_s(600)
        assert (["stopped"], 6) == (ends(stage), len(said(stage)))


FAILING = {"say": {"text": "psst", "to": "Nobody"}}


async def test_if_fails_follows_a_failure_and_the_run_has_failed_all_the_same() -> None:
    entries = (
        timeline(1, FAILING, {"say": "never"}, label="bad", if_fails=[{"say": "sorry"}]),
        timeline(2, {"say": "fine"}, label="good", if_fails=[{"say": "not needed"}]),
    )
    async with on_stage(spec_of(timeline=entries)) as stage:
        await stage.pass_s(3)
        assert (["sorry", "fine"], ["failed", "finished"]) == (said(stage), ends(stage))
        assert "Nobody" in str(stage.told(RunEnded)[0].reason)


async def test_if_fails_of_a_rule_knows_who_triggered_it() -> None:
    bad = replace(rule("joined", FAILING), if_fails=steps_of([{"say": "Sorry, {person.name}"}]))
    async with on_stage(spec_of(rules=(bad,))) as stage:
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert ["Sorry, Ana"] == said(stage)


async def test_if_fails_that_fails_leaves_the_first_reason() -> None:
    entry = timeline(1, FAILING, label="bad", if_fails=[{"mute": "room"}])
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        stage.room.refuses["hard_mute"] = RequestRefused("hard_mute", 1000, "no")
        await stage.pass_s(1)
        [run] = stage.told(RunEnded)
        assert ("failed", True) == (run.outcome, "Nobody" in str(run.reason))


@pytest.mark.parametrize("times", [1, 5])
async def test_every_step_of_every_round_is_in_the_log_with_its_place(times: int) -> None:
    entry = timeline(1, {"repeat": {"times": times, "do": [{"log": "x"}]}})
    with capture_logs() as lines:
        async with on_stage(spec_of(timeline=(entry,))) as stage:
            await stage.pass_s(1)
    kinds = [line["kind"] for line in lines if line["event"] == "step_finished"]
    assert [*(["log"] * times), "repeat"] == kinds
