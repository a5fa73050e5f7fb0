"""Which part of a sound is looked for where; and what a bot says that cannot tell."""

from dataclasses import replace
from datetime import timedelta
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pytest

from bots.bot import ClipPlay, Judge, Judged
from bots.bot.sound.hearing import Hearing, part_of
from bots.media import Clip, Shape
from tests.fakes.clock import FakeClock
from tests.fakes.room import FakeIncoming, FakeRoom, clip_of

CLOCK = FakeClock()
NOW = CLOCK.now()


def question(*, is_looped: bool = False, seconds: float = 2.0, room_id: str = "main") -> Judge:
    clip = ClipPlay(name="a", path="a.wav", is_looped=is_looped)
    return Judge(play_id="x/1", clip=clip, room_id=room_id, since=NOW - timedelta(seconds=seconds), until=NOW)


def noise(duration_s: float, seed: int = 1) -> npt.NDArray[np.int16]:
    """Bursts of tones: no two seeds sound alike."""
    rng = np.random.default_rng(seed)
    at = np.arange(1600) / 16_000
    bursts = [np.sin(2 * np.pi * rng.uniform(200, 2500) * at) * 8000 for _ in range(round(duration_s * 10))]
    return np.concatenate(bursts).astype(np.int16)


CLIP = replace(clip_of("a.wav"), samples=noise(2.0))


@pytest.mark.parametrize(
    ("is_looped", "clip_s", "played_s", "samples", "since_s", "until_s"),
    [
        pytest.param(False, 2.0, 2.0, 32_000, 100.0, 102.0, id="a whole clip"),
        pytest.param(False, 2.0, 0.5, 8_000, 100.0, 100.5, id="a clip that was stopped"),
        pytest.param(False, 200.0, 200.0, 960_000, 240.0, 300.0, id="of a long clip, its last minute"),
        pytest.param(True, 2.0, 0.5, 8_000, 100.0, 100.5, id="a loop stopped in its first round"),
        pytest.param(True, 2.0, 60.0, 32_000, 156.0, 160.0, id="of a loop, two rounds"),
        pytest.param(True, 90.0, 600.0, 1_440_000, 580.0, 700.0, id="of a long loop, two minutes"),
    ],
)
def test_what_was_sent_is_looked_for_where_it_was_sent(
    is_looped: bool, clip_s: float, played_s: float, samples: int, since_s: float, until_s: float
) -> None:
    part = part_of(clip_of("a.wav", clip_s), question(is_looped=is_looped), 100.0, 100.0 + played_s)
    assert (samples, since_s, until_s) == (len(part.clip.samples), part.since_s, part.until_s)


class Slot(FakeIncoming):
    def __init__(self, samples: npt.NDArray[np.int16]) -> None:
        self._samples = samples

    def samples(self, since_s: float, until_s: float) -> npt.NDArray[np.int16]:
        return self._samples


async def load(path: str, **shape: Unpack[Shape]) -> Clip:
    return CLIP


def ears(*slots: FakeIncoming, listens: bool = True) -> Hearing:
    hearing = Hearing(bot_id="pupil", listens=listens, load=load, clock=CLOCK)
    hearing.enter(FakeRoom(CLOCK, incoming=dict(enumerate(slots, 1))))
    return hearing


async def test_a_clip_is_heard_in_whichever_slot_it_came() -> None:
    silence = Slot(np.zeros(48_000, np.int16))
    judged = await ears(silence, Slot(np.concatenate([np.zeros(8000, np.int16), CLIP.samples]))).judge(question())
    assert (True, "x/1", "pupil") == (judged.is_heard, judged.play_id, judged.bot_id)


async def test_silence_and_another_sound_are_not_this_clip() -> None:
    silence, other = Slot(np.zeros(48_000, np.int16)), Slot(noise(3.0, seed=2))
    assert (await ears(silence).judge(question())).is_heard is False
    assert (await ears(silence, other).judge(question())).is_heard is False


async def test_a_loop_under_other_voices_cannot_be_denied() -> None:
    judged = await ears(Slot(noise(3.0, seed=2))).judge(question(is_looped=True, seconds=9.0))
    assert (None, "others were heard over this loop") == (judged.is_heard, judged.reason)


async def test_a_bot_without_ears_or_in_another_room_cannot_say() -> None:
    reason = "the bot does not listen in this room"
    unable = Judged(bot_id="pupil", play_id="x/1", is_heard=None, reason=reason)
    assert unable == await ears(Slot(CLIP.samples), listens=False).judge(question())
    assert unable == await ears(Slot(CLIP.samples)).judge(question(room_id="elsewhere"))


async def test_a_room_that_was_left_a_moment_ago_can_still_be_judged() -> None:
    hearing = ears(Slot(np.zeros(10, np.int16)))
    breakout = FakeRoom(CLOCK, room_id="b1", incoming={1: Slot(CLIP.samples)})
    hearing.enter(breakout)
    breakout.incoming = {}
    hearing.enter(FakeRoom(CLOCK, room_id="b2", incoming={1: Slot(CLIP.samples)}))
    assert (await hearing.judge(question(room_id="b1"))).is_heard
    hearing.enter(FakeRoom(CLOCK, room_id="b3"))
    assert (await hearing.judge(question(room_id="b1"))).is_heard is None
    assert (await hearing.judge(question(room_id="main"))).is_heard is False
