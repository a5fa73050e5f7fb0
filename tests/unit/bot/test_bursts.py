"""A microphone that talks in bursts: the right share of the time, nothing in between, one report."""

from random import Random

import pytest
from structlog.testing import capture_logs

from bots.bot import ClipPlay, PlayFinished
from bots.bot.sound.bursts import bursts_of
from tests.unit.bot.stage import ANA, on_stage, rule, spec_of, timeline

CHATTER = ClipPlay(name="chatter", path="chatter.ogg", is_looped=True, talks=0.2)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.7])
def test_bursts_are_their_share_of_an_hour(share: float) -> None:
    pattern, at_s, talked_s = bursts_of(share, Random(7)), 0.0, 0.0
    while at_s < 36_000:
        pause_s, burst_s = next(pattern)
        at_s, talked_s = at_s + pause_s + burst_s, talked_s + burst_s
    assert share == pytest.approx(talked_s / at_s, rel=0.05)


def test_the_pattern_comes_from_the_seed() -> None:
    first, same, other = (bursts_of(0.2, Random(seed)) for seed in ("a", "a", "b"))
    assert [next(first) for _ in range(5)] == [next(same) for _ in range(5)]
    assert next(first) != next(other)


async def test_the_microphone_sounds_in_bursts_and_is_reported_once() -> None:
    with capture_logs() as logs:
        async with on_stage(spec_of(microphone=CHATTER)) as stage:
            for _ in range(1190):
                await stage.pass_s(0.5)
            outgoing = stage.room.outgoing
            assert outgoing is not None
            packets = sum(one.packets for one in outgoing.playbacks)
            assert len(outgoing.played) > 20
            assert 0.12 < packets * 0.02 / 595 < 0.3
    assert 1 == sum(line["event"] == "audio_started" for line in logs)
    [played] = stage.told(PlayFinished)
    assert (sum(one.packets for one in outgoing.playbacks), "stopped") == (played.packets, played.outcome)
    assert 1 < (played.until - played.since).total_seconds() <= 7.5


async def test_the_last_burst_that_was_sent_is_the_one_to_judge() -> None:
    async with on_stage(spec_of(microphone=CHATTER)) as stage:
        outgoing = stage.room.outgoing
        assert outgoing is not None
        while not outgoing.playbacks or not outgoing.playbacks[0].packets:
            await stage.pass_s(0.5)
        outgoing.is_muted = True
        await stage.pass_s(100)
    [played] = stage.told(PlayFinished)
    first = outgoing.playbacks[0].packets
    assert len(outgoing.playbacks) > 1
    assert (first, round((played.until - played.since).total_seconds() / 0.02)) == (played.packets, first)


async def test_a_clip_stops_the_talk_and_it_goes_on_afterwards() -> None:
    async with on_stage(spec_of(microphone=CHATTER, timeline=(timeline(100, {"play": "bell.wav"}),))) as stage:
        for _ in range(400):
            await stage.pass_s(0.5)
        outgoing = stage.room.outgoing
        assert outgoing is not None
        names = [name for _, name, _ in outgoing.played]
        at = names.index("bell.wav")
        assert ({"chatter.ogg"}, {"chatter.ogg"}) == (set(names[:at]), set(names[at + 1 :]))


async def test_a_microphone_that_never_came_to_talk_reports_nothing() -> None:
    quick = rule("joined", {"leave": "room"})
    async with on_stage(spec_of(microphone=ClipPlay(name="c", path="c.ogg", talks=0.001), rules=(quick,))) as stage:
        stage.room.arrive(ANA)
        await stage.pass_s(2)
        assert [] == stage.told(PlayFinished)
