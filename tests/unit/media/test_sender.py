"""What a sender sends: a clip's own packets, and others only while two sounds are heard, or one makes way."""

import weakref

import numpy as np
import pytest

from bots.media import Clip
from bots.media.encoding import LOOKAHEAD, make_clip
from tests.unit.media.stage import RATE_HZ, Stage, saved, tone


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A second of 440 Hz, looped."""
    return make_clip(saved(tmp_path_factory.mktemp("sounds") / "music.wav", tone(1.0)), is_looped=True)


@pytest.fixture(scope="module")
def bell(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A second of 2 000 Hz, less what the codec is late by: fifty packets."""
    sound = tone(1.0, 2000.0, rise_s=0.02, fall_s=0.02)[:-LOOKAHEAD]
    return make_clip(saved(tmp_path_factory.mktemp("sounds") / "bell.wav", sound))


def strength(stage: Stage, hz: float, since: int, until: int) -> float:
    """How strong a frequency is in what was heard between two packets; a tone at its own loudness has 6 000."""
    part = stage.ear.heard()[since * 960 : until * 960].astype(np.float64)
    return float(abs(np.exp(-2j * np.pi * hz * np.arange(len(part)) / RATE_HZ) @ part) / len(part))


def own(stage: Stage, *clips: Clip) -> list[bool]:
    """Of each packet that was sent: is it a clip's own?"""
    packets = {packet for clip in clips for packet in clip.packets}
    return [payload in packets for payload in stage.ear.payloads]


async def test_a_sound_over_another_is_heard_in_the_same_stream_and_the_one_below_goes_on(
    music: Clip, bell: Clip
) -> None:
    stage = Stage()
    below = stage.audio.play(music, loop=True)
    stage.run(100)
    over = stage.audio.play(bell, over=True)
    below.duck(0.2, 0.2)
    stage.run(50)
    below.duck(1.0, 1.0)
    stage.run(100)
    assert (50, "finished") == ((await over.wait()).packets, (await over.wait()).outcome)
    assert strength(stage, 440, 50, 100) == pytest.approx(6000, rel=0.1)
    assert strength(stage, 440, 115, 145) == pytest.approx(1200, rel=0.15)
    assert strength(stage, 2000, 115, 145) == pytest.approx(6000, rel=0.1)
    assert strength(stage, 440, 205, 245) == pytest.approx(6000, rel=0.1)
    assert strength(stage, 2000, 205, 245) < 50
    below.stop()
    stage.run(3)
    assert (252, "stopped") == ((await below.wait()).packets, (await below.wait()).outcome)


async def test_packets_are_made_anew_only_while_two_are_heard_or_one_comes_up(music: Clip, bell: Clip) -> None:
    stage = Stage()
    below = stage.audio.play(music, loop=True)
    stage.run(100)
    stage.audio.play(bell, over=True)
    below.duck(0.2, 0.2)
    stage.run(50)
    below.duck(1.0, 0.5)
    stage.run(100)
    assert [True] * 100 + [False] * 75 + [True] * 75 == own(stage, music, bell)


async def test_numbers_and_times_go_on_as_if_it_were_one_sound(music: Clip, bell: Clip) -> None:
    stage = Stage()
    stage.audio.play(music, loop=True)
    stage.run(20)
    stage.audio.play(bell, over=True)
    stage.run(70)
    headers, first = stage.ear.headers, stage.ear.headers[0]
    assert [True] + [False] * 89 == [header.marker for header in headers]
    assert [(first.sequence + n) & 0xFFFF for n in range(90)] == [header.sequence for header in headers]
    assert [(first.timestamp + 960 * n) & 0xFFFFFFFF for n in range(90)] == [header.timestamp for header in headers]


async def test_over_nothing_it_is_a_plain_sound(bell: Clip) -> None:
    stage = Stage()
    playback = stage.audio.play(bell, over=True)
    stage.run(60)
    assert (50, "finished") == ((await playback.wait()).packets, (await playback.wait()).outcome)
    assert list(bell.packets) == stage.ear.payloads[:50]
    assert stage.ear.headers[0].marker


async def test_it_goes_on_alone_when_the_one_below_is_over(bell: Clip, music: Clip) -> None:
    stage = Stage()
    below = stage.audio.play(bell)
    stage.run(30)
    over = stage.audio.play(music, loop=True, over=True)
    stage.run(50)
    over.stop()
    stage.run(3)
    assert (50, 52) == ((await below.wait()).packets, (await over.wait()).packets)
    assert [True] * 30 + [False] * 20 + [True] * 30 == own(stage, music, bell)[:80]


async def test_a_sound_that_is_played_later_begins_below_it(music: Clip, bell: Clip) -> None:
    stage = Stage()
    over = stage.audio.play(bell, over=True)
    stage.run(10)
    below = stage.audio.play(music, loop=True)
    below.duck(0.2, 0.0)
    stage.run(40)
    assert (50, "finished") == ((await over.wait()).packets, (await over.wait()).outcome)
    assert strength(stage, 440, 15, 45) == pytest.approx(1200, rel=0.15)
    assert strength(stage, 2000, 15, 45) == pytest.approx(6000, rel=0.1)
    stage.audio.stop()
    stage.run(3)
    assert (42, "stopped") == ((await below.wait()).packets, (await below.wait()).outcome)


async def test_one_that_takes_the_place_of_the_one_below_leaves_it_alone(music: Clip, bell: Clip) -> None:
    stage = Stage()
    first = stage.audio.play(music, loop=True)
    stage.run(20)
    over = stage.audio.play(bell, over=True)
    stage.run(10)
    second = stage.audio.play(music, loop=True)
    stage.run(40)
    assert [("stopped", 32), ("finished", 50)] == [
        (played.outcome, played.packets) for played in (await first.wait(), await over.wait())
    ]
    second.stop()
    stage.run(3)
    assert (40, "stopped") == ((await second.wait()).packets, (await second.wait()).outcome)


async def test_while_one_fades_by_itself_the_one_over_it_waits_and_loses_nothing(music: Clip, bell: Clip) -> None:
    stage = Stage()
    first = stage.audio.play(music, loop=True)
    stage.run(20)
    first.stop()
    over = stage.audio.play(bell, over=True)
    stage.run(60)
    assert (22, 50) == ((await first.wait()).packets, (await over.wait()).packets)
    assert list(bell.packets) == stage.ear.payloads[22:72]


@pytest.mark.parametrize("is_muted", [True, False], ids=["muted", "no-connection"])
async def test_what_nobody_can_hear_goes_on_in_time_and_both_are_heard_afterwards(
    music: Clip, bell: Clip, is_muted: bool
) -> None:
    stage = Stage()
    below = stage.audio.play(music, loop=True)
    stage.run(20)
    over = stage.audio.play(bell, over=True)
    below.duck(0.2, 0.2)
    stage.run(15)
    outlet = stage.peer.outlet
    stage.audio.is_muted, stage.peer.outlet = is_muted, outlet if is_muted else None
    stage.run(10)
    stage.audio.is_muted, stage.peer.outlet = False, outlet
    stage.run(25)
    assert (40, 1.0) == ((await over.wait()).packets, (await over.wait()).duration_s)
    assert stage.ear.headers[35].marker
    assert strength(stage, 440, 37, 57) == pytest.approx(1200, rel=0.2)
    assert strength(stage, 2000, 37, 57) == pytest.approx(6000, rel=0.15)


async def test_the_end_of_the_publication_ends_both(music: Clip, bell: Clip) -> None:
    stage = Stage()
    both = [stage.audio.play(music, loop=True), stage.audio.play(bell, over=True)]
    stage.run(5)
    stage.audio.close()
    assert [("closed", 5)] * 2 == [((await one.wait()).outcome, (await one.wait()).packets) for one in both]
    assert "closed" == (await stage.audio.play(bell, over=True).wait()).outcome


async def test_nothing_is_kept_of_a_connection_that_is_over(music: Clip) -> None:
    stage = Stage()
    stage.audio.play(music)
    stage.run(3)
    way_out = weakref.ref(stage.ear)
    stage.audio.detach(stage.peer)
    del stage.ear, stage.peer
    assert way_out() is None
