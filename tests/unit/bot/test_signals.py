"""Signals: sent by a step, heard by every bot's rules and waits, wherever the bot is."""

from dataclasses import replace
from datetime import timedelta

from bots.bot import BotSpec, SignalGiven, SignalSent
from bots.room import BreakoutInvite
from tests.unit.bot.stage import ANA, Stage, on_stage, rule, spec_of, steps_of, timeline

TEA = SignalGiven(name="tea", sender="pupil-01")


def said(stage: Stage) -> list[str]:
    return [text for text, _ in stage.room.asked("say")]


async def test_a_step_sends_a_signal_to_the_fleet() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, {"signal": "tea"}),))) as stage:
        await stage.pass_s(1)
        assert [SignalSent(bot_id="helper", name="tea", key="helper/1/0")] == stage.told(SignalSent)


async def test_a_rule_hears_its_signal_and_no_other() -> None:
    rules = (rule({"signal": "tea"}, {"say": "tea"}, id="t"), rule({"signal": "cake"}, {"say": "cake"}, id="c"))
    async with on_stage(spec_of(rules=rules)) as stage:
        stage.bot.command(TEA)
        await stage.pass_s()
        assert ["tea"] == said(stage)


async def test_a_bot_in_a_breakout_hears_it_there() -> None:
    spec = spec_of(rules=(rule({"signal": "tea"}, {"say": "{room.name}"}), rule("invited", "accept", id="go")))
    async with on_stage(spec, ANA) as stage:
        stage.room.push(BreakoutInvite("br-1", "c-ana"))
        await stage.pass_s(1)
        stage.bot.command(TEA)
        await stage.pass_s()
        assert stage.room.breakout is not None
        assert ([], 1) == (said(stage), len(stage.room.breakout.asked("say")))


async def test_a_step_waits_for_a_signal() -> None:
    wait = {"wait_for": {"when": {"signal": "tea"}, "count": 2, "timeout": "1m"}}
    async with on_stage(spec_of(timeline=(timeline(1, wait, {"say": "tea"}),))) as stage:
        await stage.pass_s(2)
        stage.bot.command(TEA)
        await stage.pass_s()
        assert [] == said(stage)
        stage.bot.command(TEA)
        await stage.pass_s()
        assert ["tea"] == said(stage)


async def test_a_bot_that_is_not_there_yet_hears_nothing() -> None:
    spec = spec_of(rules=(rule({"signal": "tea"}, {"say": "tea"}),))
    async with on_stage(replace(spec, arrives_at=spec.starts_at + timedelta(seconds=60))) as stage:
        stage.bot.command(TEA)
        await stage.pass_s(61)
        assert [] == said(stage)


def test_a_spec_knows_what_its_named_lists_wait_for() -> None:
    waits = steps_of([{"wait_for": {"when": {"signal": "tea"}, "timeout": "1m"}}])
    spec = spec_of(timeline=(timeline(1, {"run": "a"}),), steps={"a": waits})
    assert ["signal"] == [trigger.kind for trigger in spec.triggers]
    assert spec == BotSpec.from_json(spec.to_json())
