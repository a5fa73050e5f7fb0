"""No clicks: beside a steady tone nothing is in the spectrum that the codec alone does not put there.

What a listener decodes is looked at in short windows, without the tone's own band: a click is in all the others.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bots.media import Clip
from bots.media.encoding import make_clip
from tests.unit.media.stage import RATE_HZ, Samples, Stage, saved, tone

WINDOW = 480  # 10 ms
FROM_HZ = 1500.0  # the tone's own band, its window and a fade's sidebands are far below
MARGIN_DB = 3.0
OVER = tone(1.0, 523.0, rise_s=0.04, fall_s=0.04)


def splatter_db(samples: Samples, since_s: float = 0.0) -> float:
    """The loudest window's energy outside of the tone's band, dB below full scale."""
    part = samples[round(since_s * RATE_HZ) :]
    frames = np.lib.stride_tricks.sliding_window_view(part, WINDOW)[:: WINDOW // 4] / 32_768.0
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1))) / WINDOW
    outside = power[:, np.fft.rfftfreq(WINDOW, 1 / RATE_HZ) >= FROM_HZ].sum(axis=1)
    return float(10 * np.log10(outside.max() + 1e-12))


def codec_alone_db(path: Path, rise_s: float = 0.04, *, is_mixed: bool = False) -> float:
    """The same of a tone that grows, goes on for long, and fades, all in the file itself; or of one below another."""
    whole = tone(3.0, rise_s=rise_s, fall_s=0.04)
    if is_mixed:
        down, up = ((1 + np.cos(np.pi * np.linspace(0, 1, round(s * RATE_HZ)))) / 2 * 0.8 for s in (0.2, 0.3))
        gain = np.full(len(whole), 1.0)
        gain[RATE_HZ : 2 * RATE_HZ] = 0.2
        gain[RATE_HZ : RATE_HZ + len(down)] += down
        gain[2 * RATE_HZ : 2 * RATE_HZ + len(up)] -= up
        whole = np.round(whole * gain).astype(np.int16)
        whole[RATE_HZ : 2 * RATE_HZ] += OVER
    stage = Stage()
    stage.audio.play(make_clip(saved(path, whole)))
    stage.run(151)
    return splatter_db(stage.ear.heard())


Act = Callable[[Stage, Clip, Path], None]


def looped(stage: Stage, clip: Clip, _path: Path) -> None:
    stage.audio.play(clip, loop=True)
    stage.run(400)


def stopped(stage: Stage, clip: Clip, _path: Path) -> None:
    stage.audio.play(clip, loop=True)
    for packets in (63, 71, 122):
        stage.run(packets)
        stage.audio.stop()
        stage.run(10)
        stage.audio.play(clip, loop=True)


def faded(stage: Stage, clip: Clip, path: Path) -> None:
    fading = make_clip(path, is_looped=True, fade_in_s=0.3, fade_out_s=0.5)
    stage.audio.play(fading, loop=True)
    stage.run(80)
    stage.audio.stop()
    stage.run(40)


def swapped(stage: Stage, clip: Clip, path: Path) -> None:
    other = make_clip(saved(path.with_name("other.wav"), tone(1.0, 523.0, rise_s=0.04)))
    for packets in (60, 33, 47):
        stage.audio.play(clip, loop=True)
        stage.run(packets)
        stage.audio.play(other)
        stage.run(30)


def ducked(stage: Stage, clip: Clip, _path: Path) -> None:
    playback = stage.audio.play(clip, loop=True)
    for gain in (0.25, 1.0, 0.25, 1.0):
        stage.run(40)
        playback.duck(gain, 0.2)
    stage.run(40)


def mixed(stage: Stage, clip: Clip, path: Path) -> None:
    other = make_clip(saved(path.with_name("other.wav"), OVER))
    below = stage.audio.play(clip, loop=True)
    for packets in (60, 33, 77):
        stage.run(packets)
        stage.audio.play(other, over=True)
        below.duck(0.2, 0.2)
        stage.run(51)
        below.duck(1.0, 0.3)
    stage.run(60)


def mixed_and_stopped(stage: Stage, clip: Clip, path: Path) -> None:
    other = make_clip(saved(path.with_name("other.wav"), OVER))
    for packets in (60, 33):
        below = stage.audio.play(clip, loop=True)
        stage.run(packets)
        over = stage.audio.play(other, over=True)
        below.duck(0.2, 0.2)
        stage.run(21)
        over.stop()
        stage.run(2)
        below.duck(1.0, 0.3)
        stage.run(25)
        stage.audio.play(other, over=True)
        stage.run(21)
        below.stop()
        stage.run(40)


@pytest.mark.parametrize(
    "act", [looped, stopped, faded, swapped, ducked, mixed, mixed_and_stopped], ids=lambda act: act.__name__
)
async def test_nothing_is_heard_beside_the_tone_but_what_the_codec_alone_gives(act: Act, tmp_path: Path) -> None:
    is_mixed = act in (mixed, mixed_and_stopped)
    alone = codec_alone_db(tmp_path / "alone.wav", rise_s=0.3 if act is faded else 0.04, is_mixed=is_mixed)
    path = saved(tmp_path / "tone.wav", tone(1.013))  # neither whole packets nor whole periods
    stage = Stage()
    act(stage, make_clip(path, is_looped=True, fade_in_s=0.04), path)
    assert splatter_db(stage.ear.heard()) < alone + MARGIN_DB, (splatter_db(stage.ear.heard()), alone)


async def test_a_sound_that_is_cut_would_be_seen(tmp_path: Path) -> None:
    alone = codec_alone_db(tmp_path / "alone.wav")
    stage = Stage()
    stage.audio.play(make_clip(saved(tmp_path / "tone.wav", tone(1.013, rise_s=0.04))), loop=True)
    stage.run(120)
    assert splatter_db(stage.ear.heard()) > alone + 2 * MARGIN_DB
