"""Sounds on one line of time."""

import numpy as np

from bots.media import Mix

RATE_HZ = 48_000


def tone(size: int, value: int = 1000) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.full(size, value, np.int16)


def test_sounds_are_added_where_they_belong_and_the_rest_is_silence() -> None:
    mix = Mix(100.0)
    mix.add(tone(960), 100.5)
    mix.add(tone(480, 500), 100.51)
    out = mix.take(101.0)
    assert (RATE_HZ, "int16") == (len(out), out.dtype.name)
    assert [0, 1000, 1500, 0] == [int(out[at]) for at in (23_999, 24_000, 24_480, 24_960)]


def test_it_is_given_out_piece_by_piece_without_a_gap() -> None:
    whole, pieces = Mix(0.0), Mix(0.0)
    for mix in (whole, pieces):
        for number in range(100):
            mix.add(tone(960, number), number * 0.02)
    taken = [pieces.take(until) for until in (0.013, 0.5, 0.5, 1.7, 2.0)]
    assert np.array_equal(whole.take(2.0), np.concatenate(taken))


def test_what_comes_late_is_cut_and_what_is_too_late_is_left_out() -> None:
    mix = Mix(0.0)
    mix.take(1.0)
    mix.add(tone(960), 0.99)
    mix.add(tone(960), 0.5)
    out = mix.take(1.1)
    assert ([1000] * 480, [0]) == (list(out[:480]), sorted(set(out[480:])))


def test_too_loud_a_sum_is_clipped() -> None:
    mix = Mix(0.0)
    for value in (30_000, 30_000):
        mix.add(tone(960, value), 0.0)
    mix.add(tone(960, -30_000), 0.02)
    mix.add(tone(960, -30_000), 0.02)
    out = mix.take(0.04)
    assert (32_767, -32_768) == (out.max(), out.min())


def test_an_instant_far_ahead_takes_no_memory() -> None:
    mix = Mix(0.0)
    mix.add(tone(960), 1e9)
    assert 0 == mix.take(0.1).max()
