"""Real sounds after a real codec: what was played is found, what was not is not."""

import dataclasses
import itertools
from pathlib import Path

import av
import numpy as np
import pytest

from bench.sound.heard import Found, trial
from bots.media import Clip, load_clip, match
from bots.media.clip import Samples

FOLDER = Path(__file__).parents[3] / "playbooks" / "audio"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ogg"))
GAIN = 0.3
LOSS = 0.05
RATE_HZ = 16_000


def after_the_network(clip: Clip, *, seed: int = 1) -> Samples:
    """A clip's packets, some of them lost, decoded: int16, mono, 16 kHz."""
    rng = np.random.default_rng(seed)
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = 48_000, "mono"
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    parts: list[Samples] = []
    for packet in clip.packets:
        if rng.random() < LOSS:
            parts.append(np.zeros(RATE_HZ // 50, np.int16))
            continue
        parts += [p.to_ndarray()[0] for f in decoder.decode(av.Packet(packet)) for p in resampler.resample(f)]
    return np.concatenate(parts)


def placed(
    samples: Samples, *, at_s: float = 1.0, onto: Samples | None = None, equal_to: Samples | None = None
) -> Samples:
    """Samples at a lower gain within silence, or on top of another sound at the level of `equal_to`."""
    gain = GAIN if equal_to is None else GAIN * np.std(equal_to.astype(float)) / np.std(samples.astype(float))
    start = int(at_s * RATE_HZ)
    base = np.zeros(start + len(samples) + RATE_HZ) if onto is None else onto.astype(float)
    end = min(len(base), start + len(samples))
    base[start:end] += samples[: end - start] * gain
    return base.astype(np.int16)


def cut(clip: Clip, seconds: float) -> Clip:
    """A piece of a clip, from its loudest stretch."""
    length = int(seconds * RATE_HZ)
    energy = np.convolve(np.square(clip.samples.astype(float)), np.ones(length), "valid")
    start = int(np.argmax(energy))
    return dataclasses.replace(clip, samples=clip.samples[start : start + length], duration_s=seconds)


@pytest.mark.parametrize("name", NAMES)
async def test_a_clip_is_heard_after_codec_loss_and_a_lower_gain(name: str) -> None:
    clip = await load_clip(FOLDER / f"{name}.ogg")
    found = match(clip, placed(after_the_network(clip)))
    assert found.is_heard
    assert found.score > 0.9


async def test_where_it_began_is_told() -> None:
    clip = await load_clip(FOLDER / "goodbye.ogg")
    assert 2.5 == pytest.approx(match(clip, placed(after_the_network(clip), at_s=2.5)).offset_s, abs=0.05)


@pytest.mark.parametrize("name", NAMES)
async def test_a_clip_is_heard_under_another_sound_of_the_same_level(name: str) -> None:
    clip = await load_clip(FOLDER / f"{name}.ogg")
    own = after_the_network(clip)
    for other in NAMES:
        if other != name:
            voice = after_the_network(await load_clip(FOLDER / f"{other}.ogg"))
            mixed = placed(voice, at_s=0.5, onto=placed(own), equal_to=own)
            assert match(clip, mixed).is_heard, f"{name} under {other}"


async def test_no_other_sound_is_taken_for_a_clip() -> None:
    clips = {name: await load_clip(FOLDER / f"{name}.ogg") for name in NAMES}
    heard = {name: placed(after_the_network(clip)) for name, clip in clips.items()}
    found = {(a, b): match(clips[a], heard[b]) for a, b in itertools.permutations(NAMES, 2)}
    assert {} == {pair: one.score for pair, one in found.items() if one.is_heard}


@pytest.mark.parametrize("seconds", [0.5, 2.0])
async def test_no_other_sound_is_taken_for_a_short_clip(seconds: float) -> None:
    clips = {name: await load_clip(FOLDER / f"{name}.ogg") for name in NAMES}
    heard = {name: placed(after_the_network(clip)) for name, clip in clips.items()}
    pieces = {name: cut(clip, seconds) for name, clip in clips.items()}
    found = {(a, b): match(pieces[a], heard[b]) for a, b in itertools.permutations(NAMES, 2)}
    assert {} == {pair: one.score for pair, one in found.items() if one.is_heard}
    assert all(match(piece, heard[name]).is_heard for name, piece in pieces.items())


async def test_trials_with_loss_gain_shift_and_a_second_speaker_are_judged_right() -> None:
    clips = [await load_clip(FOLDER / f"{name}.ogg") for name in NAMES]
    found = Found()
    for number in range(24):
        trial(number, clips, found, absent=1)
    assert (24, 24, 24, 0) == (found.trials, found.right, found.absent, found.false), (found.missed, found.mistaken)


async def test_noise_and_silence_are_not_taken_for_a_clip() -> None:
    clip = await load_clip(FOLDER / "bell.ogg")
    noise = np.random.default_rng(3).normal(0, 3000, 20 * RATE_HZ).astype(np.int16)
    assert not match(clip, noise).is_heard
    assert not match(clip, np.zeros(5 * RATE_HZ, np.int16)).is_heard
    assert not match(clip, np.zeros(0, np.int16)).is_heard
