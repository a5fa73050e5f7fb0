"""Was this clip heard? By comparing how its energy moves through frequency bands, not sample by sample.

Codec loss, gain and a shift in time leave that pattern; a second voice on top hides part of it. What is compared is
normalised (mean and size taken out), so the score is a correlation.

Measured with the nine sounds of `playbooks/audio` (speech of one voice, chimes, music), after an Opus round trip with
5 % of the packets lost and a gain of 0.3: alone 0.95 and more; another sound instead, at most 0.42; noise below 0.1.
Under another of the sounds at equal level clips of 2.5 s and more scored 0.55 and more. A short clip resembles others
sooner (pieces of one second, cut from the sounds: up to 0.63 for another), so its threshold is higher, and under a loud
second voice it may be missed by the correlation alone. `tests/integration/media/test_match.py` holds that.

So there is a second look at what nearly fits, if it is not all too short: a voice on top only ever adds energy, and
where the clip is strong most of it is still the clip. Of the strongest third of the clip's pattern, the share is
counted that lies within 5 dB of one common gain. Clips that were played under another sound of equal level had 0.45
and more of it, others 0.30 and less (steady sounds up to 0.50, with a correlation too low for the second look).
`python -m bench.sound.heard` tries both on a thousand mixtures.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bots.media.clip import Clip

__all__ = ["Match", "match", "threshold"]

RATE_HZ = 16_000
HOP = 160
WINDOW = 1024
BANDS = 48
LOWEST_HZ, HIGHEST_HZ = 150.0, 7000.0
LONGEST_S = 10.0  # of a long clip the loudest part is looked for
FLOOR_DB = 35.0  # below the loudest band: what is quieter than that is noise, in the clip and in what was heard
THRESHOLDS = {0.5: 0.75, 0.75: 0.70, 1.0: 0.65, 1.5: 0.60, 2.0: 0.58, 2.5: 0.50, 3.0: 0.47}  # clip seconds: score
NEARLY = 0.12  # below the threshold by this much, a clip is looked at a second time
SECOND_LOOK_S = 1.6  # a shorter one is not: by chance it may have the same strong parts as another
STRONG_PERCENT = 70.0
SAME_GAIN_DB = 5.0
EXPOSED = 0.42  # of the clip's strong parts, that stand out as they should
SHORTEST = 20  # frames: what is shorter than 0.2 s cannot be told from chance

Samples = npt.NDArray[np.int16]
Features = npt.NDArray[np.float64]  # shape (BANDS, frames)


@dataclass(frozen=True, slots=True)
class Match:
    """How well a clip fits what was heard: `score` -1 to 1 at `offset_s` seconds into it."""

    score: float
    offset_s: float
    is_heard: bool


def match(clip: Clip, heard: Samples) -> Match:
    """Look for a clip in what was heard; takes tens of milliseconds, so not on the event loop.

    Args:
        clip: what was played.
        heard: int16, mono, 16 kHz, of any length; the clip may begin anywhere in it.
    """
    looked_for = _loudest(clip.samples)
    wanted, present = _features(looked_for), _features(heard)
    n = wanted.shape[1]
    if n < SHORTEST or not looked_for.any() or not heard.any():
        return Match(0.0, 0.0, is_heard=False)
    if present.shape[1] < n:
        present = np.pad(present, ((0, 0), (0, n - present.shape[1])))
    score = _correlation(wanted - wanted.mean(), present)
    best = int(np.argmax(score))
    length_s = len(looked_for) / RATE_HZ
    needed = threshold(length_s)
    is_near = length_s >= SECOND_LOOK_S and score[best] >= needed - NEARLY
    is_heard = score[best] >= needed or (is_near and _exposed(wanted, present[:, best : best + n]) >= EXPOSED)
    return Match(float(score[best]), best * HOP / RATE_HZ, bool(is_heard))


def threshold(clip_s: float) -> float:
    """The score from which a clip of this length, in seconds, counts as heard."""
    return float(np.interp(clip_s, list(THRESHOLDS), list(THRESHOLDS.values())))


def _correlation(wanted: Features, present: Features) -> npt.NDArray[np.float64]:
    """The normalised correlation of `wanted` (mean 0) with each stretch of `present`, by FFT."""
    n = wanted.shape[1]
    size = 1 << int(np.ceil(np.log2(present.shape[1] + n)))
    spectrum = np.fft.rfft(present, size) * np.conj(np.fft.rfft(wanted, size))
    dot = np.fft.irfft(spectrum.sum(axis=0), size)[: present.shape[1] - n + 1]
    total = np.concatenate([[0.0], np.cumsum(present.sum(axis=0))])
    square = np.concatenate([[0.0], np.cumsum(np.square(present).sum(axis=0))])
    count = n * BANDS
    mean = (total[n:] - total[:-n]) / count
    variance = np.maximum((square[n:] - square[:-n]) - count * mean**2, 1e-9)
    score: npt.NDArray[np.float64] = dot / np.sqrt(variance * np.square(wanted).sum())
    return score


def _exposed(wanted: Features, present: Features) -> float:
    """Of the clip's strongest parts, the share that is there with one and the same gain."""
    gains = np.sort((present - wanted)[wanted > np.percentile(wanted, STRONG_PERCENT)])
    if not len(gains):
        return 0.0
    within = np.searchsorted(gains, gains + SAME_GAIN_DB) - np.arange(len(gains))
    return float(within.max() / len(gains))


def _features(samples: Samples) -> Features:
    """Decibels in each band, every 10 ms, above the floor."""
    if len(samples) < WINDOW:
        return np.zeros((BANDS, 0))
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP] / 32768.0
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)))
    bands = power @ _filters()
    db = 10 * np.log10(bands.T + 1e-9)
    db = np.maximum(db, db.max() - FLOOR_DB)
    return np.asarray(db - db.min())


@lru_cache(maxsize=1)
def _filters() -> npt.NDArray[np.float64]:
    edges_mel = np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), BANDS + 2)
    edges = 700 * (10 ** (edges_mel / 2595) - 1)
    hz = np.arange(WINDOW // 2 + 1) * RATE_HZ / WINDOW
    filters = np.zeros((len(hz), BANDS))
    for band in range(BANDS):
        low, middle, high = edges[band : band + 3]
        filters[:, band] = np.clip(np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle)), 0, None)
    return filters


def _mel(hz: float) -> float:
    return float(2595 * np.log10(1 + hz / 700))


def _loudest(clip: Samples) -> Samples:
    """The loudest ten seconds of a long clip; a short one whole."""
    length = int(LONGEST_S * RATE_HZ)
    if len(clip) <= length:
        return clip
    energy = np.concatenate([[0.0], np.cumsum(np.square(clip.astype(np.float64)))])
    start = int(np.argmax(energy[length:] - energy[:-length]))
    return clip[start : start + length]
