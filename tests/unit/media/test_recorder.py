"""A recording is the sum of the slots, instant by instant."""

import wave
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bots.errors import MediaError
from bots.media.receiver import IncomingAudio, Samples
from bots.media.recorder import Recorder

RATE_HZ = 16_000
STARTED_AT = 50.0  # monotonic seconds


class FakeSlot:
    """A slot that sounds with one constant value between two instants, and remembers the longest question."""

    def __init__(self, value: int, since_s: float, until_s: float) -> None:
        self._value, self._since_s, self._until_s = value, since_s, until_s
        self.longest_s = 0.0

    def samples(self, since_s: float, until_s: float) -> Samples:
        self.longest_s = max(self.longest_s, until_s - since_s)
        at = since_s + np.arange(round((until_s - since_s) * RATE_HZ)) / RATE_HZ
        return np.where((at >= self._since_s) & (at < self._until_s), self._value, 0).astype(np.int16)


def recorder(path: Path, *slots: FakeSlot) -> Recorder:
    return Recorder(path, cast("tuple[IncomingAudio, ...]", slots), since_s=STARTED_AT)


def recorded(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        assert (1, 2, RATE_HZ) == (file.getnchannels(), file.getsampwidth(), file.getframerate())
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def test_slots_are_summed_where_they_sound_together(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    first, second = FakeSlot(1000, STARTED_AT, STARTED_AT + 2), FakeSlot(200, STARTED_AT + 1, STARTED_AT + 3)
    recording = recorder(path, first, second)
    recording.advance(STARTED_AT + 4)
    recording.close()
    seconds = recorded(path).reshape(4, RATE_HZ)
    assert [1000, 1200, 200, 0] == [int(np.median(second)) for second in seconds]


def test_the_sum_is_limited_and_does_not_wrap(tmp_path: Path) -> None:
    for name, value, wanted in (("high", 30_000, 32_767), ("low", -30_000, -32_768)):
        path = tmp_path / f"{name}.wav"
        recording = recorder(path, *(FakeSlot(value, STARTED_AT, STARTED_AT + 1) for _ in range(3)))
        recording.advance(STARTED_AT + 1)
        recording.close()
        assert {wanted} == set(recorded(path).tolist())


def test_many_small_advances_write_what_one_large_one_does(tmp_path: Path) -> None:
    for name, step_s in (("small", 0.25), ("large", 3.0)):
        recording = recorder(tmp_path / f"{name}.wav", FakeSlot(700, STARTED_AT + 0.5, STARTED_AT + 2.5))
        for number in range(1, round(3.0 / step_s) + 1):
            recording.advance(STARTED_AT + number * step_s)
        recording.close()
    assert recorded(tmp_path / "large.wav").tolist() == recorded(tmp_path / "small.wav").tolist()


def test_only_what_is_new_is_asked_of_a_slot(tmp_path: Path) -> None:
    slot = FakeSlot(1, STARTED_AT, STARTED_AT + 1000)
    recording = recorder(tmp_path / "heard.wav", slot)
    for number in range(1, 301):
        recording.advance(STARTED_AT + number)
    recording.close()
    assert 1.0 == pytest.approx(slot.longest_s)
    assert 300 * RATE_HZ == len(recorded(tmp_path / "heard.wav"))


def test_time_does_not_go_backwards(tmp_path: Path) -> None:
    recording = recorder(tmp_path / "heard.wav", FakeSlot(5, STARTED_AT, STARTED_AT + 10))
    for until_s in (1.0, 0.5, 1.0, -3.0):
        recording.advance(STARTED_AT + until_s)
    recording.close()
    assert RATE_HZ == len(recorded(tmp_path / "heard.wav"))


def test_without_a_slot_silence_is_recorded(tmp_path: Path) -> None:
    recording = recorder(tmp_path / "heard.wav")
    recording.advance(STARTED_AT + 2)
    recording.close()
    assert [0] * 2 * RATE_HZ == recorded(tmp_path / "heard.wav").tolist()


def test_a_recording_closed_at_once_is_a_whole_file(tmp_path: Path) -> None:
    recording = recorder(tmp_path / "heard.wav")
    recording.close()
    recording.close()  # twice does no harm
    assert [] == recorded(tmp_path / "heard.wav").tolist()


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "heard.wav"
    with pytest.raises(MediaError, match=r"heard\.wav"):
        recorder(path)
