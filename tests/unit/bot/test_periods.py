"""Rules that fire every so often."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.bot import RunEnded
from tests.fakes.clock import FakeClock
from tests.unit.bot.stage import ANA, Stage, on_stage, rule, spec_of

NOW = FakeClock().now()


def said(stage: Stage) -> list[str]:
    return [text for text, _ in stage.room.asked("say")]


async def test_every_fires_one_period_after_the_start_and_then_again_until_the_end() -> None:
    tick = rule({"every": "4m"}, {"say": "{count.people}"})
    async with on_stage(spec_of(rules=(tick,)), ANA) as stage:
        for minutes, count in ((3.99, 0), (0.01, 1), (3.99, 1), (0.01, 2), (10, 2)):
            await stage.pass_s(minutes * 60)
            assert count == len(said(stage))
        assert {"1"} == set(said(stage))


async def test_nothing_fires_at_the_end_itself() -> None:
    async with on_stage(spec_of(rules=(rule({"every": "5m"}, {"say": "tick"}),))) as stage:
        await stage.pass_s(700)
        assert ["tick"] == said(stage)


@pytest.mark.parametrize("lasts", ["10s", "119s"])
async def test_instants_do_not_drift_with_what_the_rule_does(lasts: str) -> None:
    tick = rule({"every": "2m"}, {"say": "tick"}, {"wait": lasts})
    async with on_stage(spec_of(rules=(tick,))) as stage:
        for count in (1, 2, 3, 4):
            await stage.pass_s(120)
            assert count == len(said(stage))


async def test_a_bot_that_comes_later_keeps_the_instants_of_the_session() -> None:
    late = NOW + timedelta(seconds=130)
    async with on_stage(spec_of(rules=(rule({"every": "1m"}, {"say": "tick"}),), arrives_at=late)) as stage:
        await stage.pass_s(179)
        assert [] == said(stage)
        await stage.pass_s(1)
        assert ["tick"] == said(stage)
        assert [] == [run for run in stage.told(RunEnded) if run.outcome == "misfired"]


async def test_before_the_start_nothing_fires() -> None:
    spec = spec_of(rules=(rule({"every": "1m"}, {"say": "tick"}),))
    async with on_stage(replace(spec, starts_at=NOW + timedelta(minutes=3))) as stage:
        await stage.pass_s(239)
        assert [] == said(stage)
        await stage.pass_s(1)
        assert ["tick"] == said(stage)


async def test_a_condition_and_a_cooldown_hold_for_periods_too() -> None:
    tick = rule({"every": "1m"}, {"say": "tick"}, condition="count.people > 0", cooldown_s=90)
    async with on_stage(spec_of(rules=(tick,))) as stage:
        await stage.pass_s(60)
        stage.room.arrive(ANA)
        await stage.pass_s(180)
        outcomes = [run.outcome for run in stage.told(RunEnded)]
        assert ["condition_false", "finished", "already_running", "finished"] == outcomes
