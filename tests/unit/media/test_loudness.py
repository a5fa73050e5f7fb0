"""Loudness as ITU-R BS.1770 has it: known signals with known values."""

import numpy as np
import numpy.typing as npt
import pytest

from bots.media.loudness import HIGHEST_PEAK, Meter, gain_to

RATE_HZ = 48_000


def sine(peak_db: float, seconds: float, hz: float = 997.0) -> npt.NDArray[np.int16]:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave: npt.NDArray[np.int16] = np.round(32_767 * 10 ** (peak_db / 20) * np.sin(2 * np.pi * hz * at)).astype(np.int16)
    return wave


def metered(*pieces: npt.NDArray[np.int16]) -> Meter:
    meter = Meter()
    for piece in pieces:
        meter.add(piece)
    return meter


def test_a_full_scale_sine_of_997_hz_in_one_channel_is_at_minus_3_01_lufs() -> None:
    assert metered(sine(0, 5)).lufs() == pytest.approx(-3.01, abs=0.05)


def test_20_db_less_is_20_lu_less_and_low_tones_count_less() -> None:
    assert metered(sine(-20, 5)).lufs() == pytest.approx(-23.01, abs=0.05)
    assert metered(sine(-20, 5, hz=50)).lufs() < -25


def test_pauses_do_not_count() -> None:
    silence = np.zeros(10 * RATE_HZ, np.int16)
    assert metered(sine(-20, 5), silence, sine(-20, 5)).lufs() == pytest.approx(-23.0, abs=0.3)


def test_what_is_far_below_the_rest_does_not_count() -> None:
    assert metered(sine(-36, 10), sine(-20, 20), sine(-36, 10)).lufs() == pytest.approx(-23.0, abs=0.3)


def test_it_does_not_matter_in_which_pieces_a_sound_comes() -> None:
    whole = sine(-12, 3)
    pieces = np.array_split(whole, 37)
    assert metered(*pieces).lufs() == pytest.approx(metered(whole).lufs(), abs=1e-6)


def test_a_sound_shorter_than_a_block_has_a_loudness_and_silence_has_none() -> None:
    assert metered(sine(-20, 0.1)).lufs() == pytest.approx(-23.0, abs=0.5)
    assert metered(np.zeros(RATE_HZ, np.int16)).lufs() == float("-inf")
    assert Meter().lufs() == float("-inf")


def test_the_gain_brings_a_sound_to_the_target_but_no_peak_above_minus_one_db() -> None:
    assert gain_to(-23.0, metered(sine(-40, 5))) == pytest.approx(10 ** (20.0 / 20), rel=0.02)
    assert gain_to(-3.0, metered(sine(-20, 5))) == pytest.approx(HIGHEST_PEAK / 0.1, rel=0.01)
    assert gain_to(-23.0, metered(np.zeros(RATE_HZ, np.int16))) == 1.0
