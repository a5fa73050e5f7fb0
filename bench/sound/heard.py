"""Was it heard? Trials of the matcher: real sounds through a real codec, with what a network and a room do to them.

In each trial a sound is played, and 0 to 10 % of its packets are lost, its gain is -12 to +12 dB, it begins at any time
within two seconds, and another speaker talks over it at equal level all along. The sound is to be found; and some that
were not played are looked for in the same mixture, and are not to be found. All is drawn from the trial's number.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bots.media import Clip, OpusStream, load_clip, match

__all__ = ["Found", "main", "trial"]

SOUNDS = sorted(Path("playbooks/audio").glob("*.ogg"))
TRIALS = 1000
ABSENT = 3  # sounds that are looked for in each trial though they were not played
RATE_HZ = 16_000
PACKET_SAMPLES = 320
MOST_LOSS, MOST_GAIN_DB, MOST_SHIFT_S, AFTER_S = 0.1, 12.0, 2.0, 1.0

Samples = npt.NDArray[np.int16]


@dataclass(slots=True)
class Found:
    """What the trials showed."""

    trials: int = 0
    right: int = 0
    absent: int = 0
    false: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    mistaken: Counter[str] = field(default_factory=Counter)
    lowest: float = 1.0
    """The score of the sound that was played, in the worst trial."""
    highest: float = -1.0
    """The score of a sound that was not, in the worst trial."""


def trial(number: int, clips: Sequence[Clip], found: Found, *, absent: int = ABSENT) -> None:
    """One trial, counted."""
    rng = np.random.default_rng(number)
    played, other, *rest = (clips[index] for index in rng.permutation(len(clips)))
    heard = mixture(played, other, rng)
    found.trials += 1
    result = match(played, heard)
    found.lowest = min(found.lowest, result.score)
    if result.is_heard:
        found.right += 1
    else:
        found.missed[played.name] += 1
    for clip in rest[:absent]:
        result = match(clip, heard)
        found.absent += 1
        found.highest = max(found.highest, result.score)
        if result.is_heard:
            found.false += 1
            found.mistaken[clip.name] += 1


def mixture(played: Clip, other: Clip, rng: np.random.Generator) -> Samples:
    """What a listener gets: int16, mono, 16 kHz."""
    sound = received(played, float(rng.uniform(0, MOST_LOSS)), rng).astype(np.float64)
    voice = received(other, float(rng.uniform(0, MOST_LOSS)), rng).astype(np.float64)
    start = int(rng.uniform(0, MOST_SHIFT_S) * RATE_HZ)
    size = start + len(sound) + int(AFTER_S * RATE_HZ)
    talk = np.roll(np.resize(voice, size), int(rng.integers(0, len(voice))))  # over and over, from anywhere on
    mixed = talk * np.std(sound) / np.std(talk[start : start + len(sound)])
    mixed[start : start + len(sound)] += sound
    gain = 10 ** (rng.uniform(-MOST_GAIN_DB, MOST_GAIN_DB) / 20)
    result: Samples = np.clip(mixed * gain, -32_768, 32_767).astype(np.int16)
    return result


def received(clip: Clip, loss: float, rng: np.random.Generator) -> Samples:
    """A clip's packets, some of them lost, decoded as a listening bot decodes them."""
    stream = OpusStream(RATE_HZ)
    out: Samples = np.zeros(len(clip.packets) * PACKET_SAMPLES, np.int16)
    for number, is_lost in enumerate(rng.random(len(clip.packets)) < loss):
        if not is_lost:
            samples = stream.decode(clip.packets[number])
            out[number * PACKET_SAMPLES :][: len(samples)] = samples[: len(out) - number * PACKET_SAMPLES]
    return out


async def main(trials: int = TRIALS) -> None:
    """Play the trials and print what they showed."""
    clips = [await load_clip(path) for path in SOUNDS]
    found = Found()
    for number in range(trials):
        trial(number, clips, found)
    print(f"heard: {found.trials} trials, loss to 10 %, gain to 12 dB either way, another speaker at equal level")
    print(f"  found what was played: {found.right / found.trials:.2%}, lowest score {found.lowest:.2f}")
    print(f"  found what was not: {found.false} of {found.absent} ({found.false / found.absent:.3%}), ", end="")
    print(f"highest score {found.highest:.2f}")
    if found.missed or found.mistaken:
        print(f"  missed: {dict(found.missed)}; mistaken for what was played: {dict(found.mistaken)}")


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
