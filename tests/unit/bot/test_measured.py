"""What a bot measures of itself."""

from collections import defaultdict

from bots.bot import Measured
from bots.errors import JoinRefused
from bots.room import BreakoutInvite
from tests.unit.bot.stage import ANA, Stage, on_stage, rule, spec_of, timeline


def measured(stage: Stage) -> dict[str, list[float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for one in stage.told(Measured):
        found[one.what].append(one.took_s)
    return dict(found)


async def test_the_time_to_join_counts_all_tries() -> None:
    refusal = JoinRefused("main", 0, "busy", retryable=True)
    async with on_stage(spec_of(), refusals=[refusal]) as stage:
        await stage.pass_s(2)
        [took_s] = measured(stage)["join_time"]
        assert 0.2 < took_s < 0.8


async def test_moments_that_come_in_time_have_no_lateness() -> None:
    spec = spec_of(timeline=(timeline(5, {"log": "x"}),), rules=(rule({"every": "4m"}, {"log": "x"}),))
    async with on_stage(spec) as stage:
        await stage.pass_s(300)
        assert [0.0, 0.0] == measured(stage)["lateness"]


async def test_a_sound_begins_with_its_first_packet_and_waits_for_no_other() -> None:
    entries = (timeline(1, {"play": "a.wav"}), timeline(2, {"play": "b.wav"}, label="b"))
    async with on_stage(spec_of(timeline=entries)) as stage:
        await stage.pass_s(10)
        assert [0.0, 0.0] == measured(stage)["audio_start"]


async def test_the_time_into_a_breakout_is_measured_without_the_wait_for_the_answer() -> None:
    late = rule("invited", {"wait": "7s"}, "accept")
    async with on_stage(spec_of(rules=(late,)), ANA) as stage:
        stage.room.push(BreakoutInvite("br-1", "c-ana"))
        await stage.pass_s(8)
        assert [0.0] == measured(stage)["breakout_time"]
