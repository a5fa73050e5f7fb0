"""What is heard in a slot lies where it belongs in time."""

from collections.abc import Callable
from typing import cast

import av
import numpy as np
import pytest

from bots.media.description import Line
from bots.media.peer import PeerConnection
from bots.media.receiver import IncomingAudio, Samples
from bots.media.rtp import SILENT_LEVEL, build_rtp

RATE_HZ = 16_000
PACKET_S = 0.02
LEVEL_ID = 1
STARTED_AT = 100.0  # monotonic seconds


class FakePeer:
    """A connection with one line; the test hands over the packets itself."""

    lines = (Line("audio", "0", "recvonly", level_id=LEVEL_ID),)

    def set_receivers(self, on_rtp: Callable[[bytes, float], None], on_rtcp: None) -> None:
        self.on_rtp = on_rtp


def slot() -> IncomingAudio:
    audio = IncomingAudio()
    audio.attach(cast("PeerConnection", FakePeer()))
    return audio


def opus_tone(packets: int) -> list[bytes]:
    """Opus payloads of 20 ms each: 440 Hz, mono."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", av.AudioFormat("s16")
    tone = (8000 * np.sin(np.arange(packets * 960) * 2 * np.pi * 440 / 48_000)).astype(np.int16)
    payloads: list[bytes] = []
    for part in tone.reshape(packets, 1, 960):
        frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
        frame.sample_rate = 48_000
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    return payloads + [bytes(packet) for packet in encoder.encode(None)]


TONE = opus_tone(100)


def packet(number: int, *, payload: bytes | None = None, timestamp: int | None = None, level: int = 20) -> bytes:
    """The packet `number` of the tone."""
    return build_rtp(
        payload_type=111, sequence=number & 0xFFFF,
        timestamp=(number * 960 if timestamp is None else timestamp) & 0xFFFFFFFF, ssrc=7,
        payload=TONE[number % len(TONE)] if payload is None else payload, level_id=LEVEL_ID, level=level,
    )  # fmt: skip


def at(number: int) -> float:
    """When packet `number` comes if nothing delays it."""
    return STARTED_AT + number * PACKET_S


def is_sound(samples: Samples) -> bool:
    return bool(np.abs(samples.astype(float)).mean() > 500)


def test_before_the_first_packet_there_is_silence_of_the_length_asked_for() -> None:
    heard = slot().samples(3.0, 4.5)
    assert ("int16", (24_000,)) == (str(heard.dtype), heard.shape)
    assert not heard.any()


def test_what_is_asked_for_backwards_is_empty() -> None:
    assert 0 == slot().samples(4.0, 3.0).size


def test_a_tone_is_heard_from_when_it_came_and_not_before_or_after() -> None:
    audio = slot()
    for number in range(50):
        audio.take(packet(number), at(number))
    assert not audio.samples(STARTED_AT - 1.0, STARTED_AT).any()
    assert is_sound(audio.samples(STARTED_AT + 0.1, STARTED_AT + 0.9))
    assert not audio.samples(STARTED_AT + 1.05, STARTED_AT + 2.0).any()


def test_a_tone_keeps_its_pitch() -> None:
    audio = slot()
    for number in range(100):
        audio.take(packet(number), at(number))
    spectrum = np.abs(np.fft.rfft(audio.samples(STARTED_AT + 0.5, STARTED_AT + 1.5)))
    assert 440 == int(np.argmax(spectrum))


def test_lost_packets_are_silence_of_their_length() -> None:
    audio = slot()
    for number in [*range(25), *range(50, 75)]:
        audio.take(packet(number), at(number))
    assert is_sound(audio.samples(STARTED_AT + 0.1, STARTED_AT + 0.45))
    assert not audio.samples(STARTED_AT + 0.55, STARTED_AT + 0.95).any()
    assert is_sound(audio.samples(STARTED_AT + 1.1, STARTED_AT + 1.45))


def test_jitter_of_arrival_is_taken_out_by_the_timestamps() -> None:
    steady, shaken = slot(), slot()
    for number in range(50):
        steady.take(packet(number), at(number))
        shaken.take(packet(number), at(number) + (0.015 if number % 3 else 0.0))
    wanted = steady.samples(STARTED_AT, STARTED_AT + 1.0)
    assert wanted.tolist() == shaken.samples(STARTED_AT, STARTED_AT + 1.0).tolist()


def test_packets_that_were_held_up_and_come_at_once_lie_where_they_belong() -> None:
    steady, stalled = slot(), slot()
    for number in range(75):
        steady.take(packet(number), at(number))
        stalled.take(packet(number), max(at(number), at(60)) if number > 20 else at(number))  # 0.8 s of stall
    wanted = steady.samples(STARTED_AT, STARTED_AT + 1.5)
    assert wanted.tolist() == stalled.samples(STARTED_AT, STARTED_AT + 1.5).tolist()


def test_a_stream_whose_first_packet_came_late_is_placed_by_the_next() -> None:
    audio = slot()
    for number in range(50):
        audio.take(packet(number), at(30) if number == 0 else at(number))
    assert is_sound(audio.samples(at(2), at(48)))
    assert not audio.samples(at(52), at(99)).any()


def test_the_stream_is_placed_anew_when_the_timestamps_jump() -> None:
    audio = slot()
    for number in range(25):
        audio.take(packet(number), at(number))
    for number in range(100, 125):  # another talker's timestamps, two seconds of the clock later
        audio.take(packet(number, timestamp=3_000_000_000 + number * 960), at(number))
    assert not audio.samples(at(30), at(99)).any()
    assert is_sound(audio.samples(at(105), at(120)))


def test_timestamps_and_sequence_numbers_may_start_over() -> None:
    audio = slot()
    for number in range(50):
        audio.take(packet(65_511 + number, timestamp=(number - 25) * 960), at(number))
    assert is_sound(audio.samples(at(5), at(24)))
    assert is_sound(audio.samples(at(27), at(49)))


def test_a_packet_overtaken_by_the_next_lies_before_it() -> None:
    audio = slot()
    for number in [*range(10), 11, 10, *range(12, 20)]:
        audio.take(packet(number), STARTED_AT + number * PACKET_S)
    middle = audio.samples(at(8), at(14))
    assert all(is_sound(part) for part in np.array_split(middle, 6))


@pytest.mark.parametrize("payload", [b"", b"\xf8", b"\xf8\xff\xfe"])
def test_comfort_packets_are_silence_and_are_not_decoded(payload: bytes) -> None:
    audio, seen = slot(), list[float]()
    audio.on_samples(lambda _, at_s: seen.append(at_s))
    audio.take(packet(0, payload=payload), STARTED_AT)
    assert [] == seen
    assert not audio.samples(STARTED_AT, STARTED_AT + 1.0).any()


def test_after_a_pause_the_sound_is_placed_at_its_new_time() -> None:
    audio = slot()
    for number in [*range(10), *range(250, 275)]:
        audio.take(packet(number), at(number))
    assert not audio.samples(at(15), at(249)).any()
    assert is_sound(audio.samples(at(252), at(274)))


@pytest.mark.parametrize("data", [b"", b"\x80", bytes(40), b"\x80\x6f" + bytes(10) + b"not opus at all"])
def test_what_is_no_sound_is_passed_over(data: bytes) -> None:
    audio = slot()
    audio.take(data, STARTED_AT)
    for number in range(25):
        audio.take(packet(number), at(number))
    assert is_sound(audio.samples(STARTED_AT + 0.1, STARTED_AT + 0.45))


@pytest.mark.parametrize("pause_s", [121, 124, 126, 200])
def test_the_last_two_minutes_are_kept_and_no_more(pause_s: int) -> None:
    audio, again = slot(), pause_s * 50
    for number in [*range(50), *range(again, again + 50)]:
        audio.take(packet(number), at(number))
    assert not audio.samples(STARTED_AT, at(again - 1)).any()
    assert is_sound(audio.samples(at(again + 5), at(again + 45)))


def test_what_was_heard_stays_where_it_was_as_more_comes() -> None:
    audio, tones = slot(), (0, 150, 260, 700, 2_000, 5_900)
    for first in tones:
        for number in range(first, first + 50):
            audio.take(packet(number), at(number))
    for first, following in zip(tones, (*tones[1:], 6_000), strict=True):
        assert is_sound(audio.samples(at(first + 5), at(first + 45)))
        assert not audio.samples(at(first + 55), at(following - 1)).any()


def test_a_day_of_silence_between_two_sounds_leaves_none_of_the_old_one() -> None:
    audio = slot()
    for number in range(50):
        audio.take(packet(number), at(number))
    for number in range(4_320_000, 4_320_050):
        audio.take(packet(number), at(number))
    assert not audio.samples(at(4_319_000), at(4_319_990)).any()
    assert is_sound(audio.samples(at(4_320_005), at(4_320_045)))


def test_the_level_is_the_one_of_the_last_packet() -> None:
    audio = slot()
    assert SILENT_LEVEL == audio.last_level
    audio.take(packet(0, level=23), STARTED_AT)
    assert 23 == audio.last_level


def test_a_loud_packet_means_that_somebody_talks_for_a_moment() -> None:
    audio = slot()
    assert not audio.is_talking(STARTED_AT)
    audio.take(packet(0, level=30), STARTED_AT)
    assert audio.is_talking(STARTED_AT + 0.5)
    assert not audio.is_talking(STARTED_AT + 1.0)


def test_quiet_and_comfort_packets_do_not_count_as_talk() -> None:
    audio = slot()
    audio.take(packet(0, level=90), STARTED_AT)
    audio.take(packet(1, payload=b"\xf8", level=30), at(1))
    assert not audio.is_talking(at(1))


def test_observers_are_given_sound_and_arrival_until_they_detach() -> None:
    audio, seen = slot(), list[tuple[float, bool]]()
    detach = audio.on_samples(lambda samples, at_s: seen.append((at_s, samples.dtype == np.int16)))
    audio.take(packet(0), STARTED_AT)
    detach()
    detach()  # twice does no harm
    audio.take(packet(1), at(1))
    assert [(STARTED_AT, True)] == seen


def test_what_was_heard_can_be_read_after_closing() -> None:
    audio = slot()
    for number in range(50):
        audio.take(packet(number), at(number))
    audio.close()
    assert is_sound(audio.samples(STARTED_AT + 0.1, STARTED_AT + 0.9))
