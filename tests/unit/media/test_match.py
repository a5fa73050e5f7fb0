"""A clip is found by how its energy moves; what only sounds alike is not it. Made-up voices, no codec.

The real sounds, through the real codec: `tests/integration/media/test_match.py`.
"""

import numpy as np
import pytest

from bots.media.clip import Clip, Samples
from bots.media.match import match

RATE_HZ = 16_000
SYLLABLE = RATE_HZ // 8
PACKET = RATE_HZ // 50


def voice(seed: int, seconds: float) -> Samples:
    """Something like speech: syllables of harmonics under two moving formants, with pauses."""
    rng = np.random.default_rng(seed)
    pieces = []
    for number in range(int(np.ceil(seconds * RATE_HZ / SYLLABLE))):
        hz = np.arange(1, 50) * rng.uniform(100, 220)
        formants = rng.uniform(300, 900), rng.uniform(1000, 3500)
        weights = sum(np.exp(-(((hz - formant) / 250) ** 2)) for formant in formants) * (hz < 7500)
        time = np.arange(SYLLABLE) / RATE_HZ
        sound = np.sin(2 * np.pi * np.outer(time, hz)) @ np.asarray(weights)
        pieces.append(sound * np.hanning(SYLLABLE) * (number == 0 or rng.random() > 0.2))
    whole = np.concatenate(pieces)[: int(seconds * RATE_HZ)]
    scaled: Samples = (whole / np.abs(whole).max() * 20_000).astype(np.int16)
    return scaled


def clip_of(samples: Samples) -> Clip:
    return Clip("voice.wav", len(samples) / RATE_HZ, (), (), -20.0, samples)


def within(samples: Samples, *, before_s: float = 1.0, after_s: float = 1.0, gain: float = 1.0) -> Samples:
    """Samples with silence around them."""
    padded = np.pad(samples.astype(float) * gain, (int(before_s * RATE_HZ), int(after_s * RATE_HZ)))
    return padded.astype(np.int16)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 3.0, 11.0])
def test_a_clip_of_any_length_is_heard(seconds: float) -> None:
    samples = voice(1, seconds)
    assert match(clip_of(samples), within(samples)).is_heard


@pytest.mark.parametrize("gain", [1.0, 0.3, 0.1])
def test_gain_leaves_the_score_as_it_is(gain: float) -> None:
    samples = voice(1, 4.0)
    assert match(clip_of(samples), within(samples, gain=gain)).score > 0.9


@pytest.mark.parametrize("begins_s", [0.0, 0.333, 7.0])
def test_where_a_clip_began_is_told(begins_s: float) -> None:
    samples = voice(2, 3.0)
    heard = within(samples, before_s=begins_s, after_s=5.0)
    assert begins_s == pytest.approx(match(clip_of(samples), heard).offset_s, abs=0.02)


def test_a_clip_is_heard_with_one_packet_in_twenty_missing() -> None:
    samples = voice(3, 4.0)
    damaged = samples.copy()
    lost = np.random.default_rng(1).random(len(samples) // PACKET) < 0.05
    damaged[np.repeat(lost, PACKET)] = 0
    assert match(clip_of(samples), within(damaged)).is_heard


def test_a_clip_is_heard_under_another_voice_of_the_same_level() -> None:
    samples, other = voice(4, 4.0), voice(5, 4.0)
    mixed = (samples.astype(int) // 2 + other.astype(int) // 2).astype(np.int16)
    assert match(clip_of(samples), within(mixed)).is_heard


def test_a_clip_is_heard_between_other_voices() -> None:
    samples = voice(6, 3.0)
    heard = np.concatenate([voice(7, 6.0), samples, voice(8, 6.0)])
    found = match(clip_of(samples), heard)
    assert found.is_heard
    assert 6.0 == pytest.approx(found.offset_s, abs=0.02)


def test_a_clip_that_fades_out_is_heard() -> None:
    samples = voice(9, 4.0)
    faded = (samples * np.linspace(1.0, 0.1, len(samples))).astype(np.int16)
    assert match(clip_of(samples), within(faded)).is_heard


def test_other_voices_are_not_taken_for_a_clip() -> None:
    wanted = clip_of(voice(10, 4.0))
    found = {seed: match(wanted, voice(seed, 8.0)) for seed in range(20, 24)}
    assert {} == {seed: one.score for seed, one in found.items() if one.is_heard}


def test_a_clip_is_not_heard_when_only_its_beginning_came() -> None:
    samples = voice(11, 6.0)
    assert not match(clip_of(samples), within(samples[:RATE_HZ], after_s=6.0)).is_heard


def test_a_clip_is_found_when_less_came_than_it_is_long() -> None:
    samples = voice(12, 6.0)
    assert match(clip_of(samples), samples[: 5 * RATE_HZ]).is_heard


@pytest.mark.parametrize("seconds", [0.0, 0.01, 20.0])
def test_silence_is_not_taken_for_a_clip(seconds: float) -> None:
    found = match(clip_of(voice(13, 2.0)), np.zeros(int(seconds * RATE_HZ), np.int16))
    assert (0.0, False) == (found.score, found.is_heard)


def test_noise_is_not_taken_for_a_clip() -> None:
    noise = np.random.default_rng(3).normal(0, 3000, 20 * RATE_HZ).astype(np.int16)
    assert not match(clip_of(voice(14, 2.0)), noise).is_heard


@pytest.mark.parametrize("samples", [np.zeros(RATE_HZ, np.int16), voice(15, 0.1), np.zeros(0, np.int16)])
def test_a_silent_or_tiny_clip_is_never_heard(samples: Samples) -> None:
    assert not match(clip_of(samples), voice(16, 5.0)).is_heard


def test_of_a_long_clip_the_loudest_part_is_looked_for() -> None:
    soft, loud = (voice(17, 12.0) * 0.1).astype(np.int16), voice(18, 12.0)
    found = match(clip_of(np.concatenate([soft, loud])), within(loud, before_s=2.0))
    assert found.is_heard
