"""A clip's packets with another gain, made while it plays: for a fade at its end, and for ducking.

Packets are decoded, scaled and encoded again, for the one bot that needs it and only as long as it needs it; before
and after, the clip's own packets are sent. What is decoded is late by the encoder's lookahead, so the encoder is given
it earlier by as much, and both are run in over a few packets: a listener hears no seam
(`tests/unit/media/test_clicks.py`).
"""

from functools import lru_cache
from math import ceil, log10, pi

import numpy as np
import numpy.typing as npt

from bots.media.clip import PACKET_S, Clip
from bots.media.decoder import OpusStream
from bots.media.encoding import LOOKAHEAD, new_encoder, one_frame
from bots.media.rtp import SILENT_LEVEL

__all__ = ["FADE_S", "Prepared", "Regain", "short_fade"]

RATE_HZ, PACKET_SAMPLES = 48_000, 960
RUN_IN = 4  # packets
COMPLEXITY = 5  # of 10: a third of the time, for sound that is on its way out or below speech
FADE_S = 0.04  # a sound that is stopped fades over this time at least: a cut is a click
_KEPT_FADES = 64  # bots that play the same clip in step stop at the same packet

Payload = tuple[bytes, int]  # an Opus packet and its level


class Regain:
    """Gives the packets of a clip from one of them on, each with the gain that it is to have by then.

    Args:
        clip: what plays.
        position: the packet that is next.
        is_looped: it goes on after its end.
    """

    def __init__(self, clip: Clip, position: int, *, is_looped: bool) -> None:
        self._clip = clip
        self._is_looped = is_looped
        self._decoder = OpusStream(RATE_HZ)
        self._encoder = new_encoder(COMPLEXITY)
        self._gain, self._from, self._to = 1.0, 1.0, 1.0
        self._done, self._over = 0, 1  # of the packets of a change of gain
        first = max(0, position - RUN_IN)
        self._decoded = self._decode(first)
        self._next: int | None = first
        while self._next != position:
            self.take()

    @property
    def gain(self) -> float:
        return self._gain

    @property
    def is_settled(self) -> bool:
        """The gain is what it was to become."""
        return self._done >= self._over or self._from == self._to

    @property
    def has_more(self) -> bool:
        """The clip is not over."""
        return self._next is not None

    def aim(self, gain: float, over_s: float) -> None:
        """Go to this gain (a factor) smoothly, over so many seconds from the next packet on."""
        if gain != self._to:
            self._from, self._to = self._gain, gain
            self._done, self._over = 0, max(1, ceil(over_s / PACKET_S))

    def take(self) -> Payload:
        """The next packet."""
        position = self._next
        assert position is not None, "the clip is over"
        self._next = self._after(position)
        following = np.zeros(PACKET_SAMPLES, np.int16) if self._next is None else self._decode(self._next)
        frame = np.concatenate([self._decoded[LOOKAHEAD:], following[:LOOKAHEAD]])
        self._decoded = following
        if not self.is_settled or self._to != 1.0:
            frame = np.clip(np.round(frame * self._ramp()), -32_768, 32_767).astype(np.int16)
        (packet,) = self._encoder.encode(one_frame(frame))
        level = self._clip.levels[position]
        if self._gain <= 0:
            return bytes(packet), SILENT_LEVEL
        return bytes(packet), min(SILENT_LEVEL, max(0, round(level - 20 * log10(self._gain))))

    def _ramp(self) -> npt.NDArray[np.float64]:
        """The factors of one packet, and `gain` what it ends with."""
        if self.is_settled:
            self._gain = self._to
            return np.full(PACKET_SAMPLES, self._gain)
        length = self._over * PACKET_SAMPLES - LOOKAHEAD  # so that all of the change is in these packets
        share = np.minimum((self._done * PACKET_SAMPLES + np.arange(PACKET_SAMPLES) + 1) / length, 1.0)
        factors = self._to + (self._from - self._to) * (1 + np.cos(pi * share)) / 2
        self._done += 1
        self._gain = self._to if self._done == self._over else float(factors[-1])
        return np.asarray(factors)

    def _after(self, position: int) -> int | None:
        if position + 1 < len(self._clip.packets):
            return position + 1
        return self._clip.loop_from if self._is_looped else None

    def _decode(self, position: int) -> npt.NDArray[np.int16]:
        samples = self._decoder.decode(self._clip.packets[position])
        return np.pad(samples[:PACKET_SAMPLES], (0, max(0, PACKET_SAMPLES - len(samples))))


class Prepared:
    """Packets that were made before, one after the other."""

    def __init__(self, packets: tuple[Payload, ...]) -> None:
        self._packets = packets
        self._taken = 0

    @property
    def is_settled(self) -> bool:
        return self._taken >= len(self._packets)

    def take(self) -> Payload:
        """The next packet."""
        self._taken += 1
        return self._packets[self._taken - 1]


@lru_cache(maxsize=_KEPT_FADES)
def short_fade(clip: Clip, position: int, *, is_looped: bool) -> tuple[Payload, ...]:
    """The packets from `position` on that take the sound away within `FADE_S`."""
    fading = Regain(clip, position, is_looped=is_looped)
    fading.aim(0.0, FADE_S)
    packets: list[Payload] = []
    while not fading.is_settled and fading.has_more:
        packets.append(fading.take())
    return tuple(packets)
