"""What is sent in place of a clip's own packets: with another gain, or with a second sound in it; made while it plays.

For a fade at its end, for ducking, and for a sound over another one. Packets are decoded, scaled, added up and encoded
again, for the one bot that needs it and only as long as it needs it; before and after, the clip's own packets are
sent. What is decoded is late by the encoder's lookahead, so the encoder is given it earlier by as much, and both are
run in over a few packets: a listener hears no seam (`tests/unit/media/test_clicks.py`).
"""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, log10, pi

import numpy as np
import numpy.typing as npt

from bots.media.clip import PACKET_S, Clip
from bots.media.decoder import OpusStream
from bots.media.encoding import LOOKAHEAD, new_encoder, one_frame
from bots.media.rtp import SILENT_LEVEL

__all__ = ["FADE_S", "Layer", "Prepared", "Regain", "short_fade"]

RATE_HZ, PACKET_SAMPLES = 48_000, 960
RUN_IN = 4  # packets
COMPLEXITY = 5  # of 10: a third of the time, for sound that is on its way out or below speech
FADE_S = 0.04  # a sound that is stopped fades over this time at least: a cut is a click
_LAST = (1 + np.cos(np.pi * np.arange(1, 241) / 240)) / 2  # 5 ms, in which the end of a clip leaves the sum
_KEPT_FADES = 64  # bots that play the same clip in step stop at the same packet

Payload = tuple[bytes, int]  # an Opus packet and its level


class Layer:
    """The sound of one clip from one of its packets on, each sample with the gain that it is to have by then.

    Args:
        clip: what plays.
        position: the packet that is next.
        is_looped: it goes on after its end.
        gain: that it has, a factor of the clip's own.

    Attributes:
        lead: packets before `position` that are given out first, for the encoder to run in.
    """

    def __init__(self, clip: Clip, position: int, *, is_looped: bool, gain: float = 1.0) -> None:
        self._clip = clip
        self._is_looped = is_looped
        self._decoder = OpusStream(RATE_HZ)
        self._gain = self._from = self._to = gain
        self._done, self._over = 0, 1  # of the packets of a change of gain
        self.lead = min(position, RUN_IN)
        self._next: int | None = position - self.lead
        self._decoded = self._decode(self._next)

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

    def take(self) -> tuple[npt.NDArray[np.float64], float]:
        """The next packet: its samples, of int16's range, mono, 48 kHz; and its power, 1.0 is full scale."""
        position = self._next
        assert position is not None, "the clip is over"
        self._next = self._after(position)
        if self._next is None:
            following = np.zeros(PACKET_SAMPLES, np.int16)
            self._decoded[-len(_LAST) :] = self._decoded[-len(_LAST) :] * _LAST
        else:
            following = self._decode(self._next)
        frame = np.concatenate([self._decoded[LOOKAHEAD:], following[:LOOKAHEAD]]).astype(np.float64)
        self._decoded = following
        if not self.is_settled or self._to != 1.0:
            frame *= self._ramp()
        return frame, self._gain**2 * 10 ** (-self._clip.levels[position] / 10)

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


class Regain:
    """Gives the packets of one clip or of several in one, each with its own gain.

    Args:
        layers: the first is heard already, or is the only one.
    """

    def __init__(self, *layers: Layer) -> None:
        self._encoder = new_encoder(COMPLEXITY)
        self._layers = layers
        for left in range(max(layer.lead for layer in layers), 0, -1):
            self._encode([layer for layer in layers if layer.lead >= left])

    def add(self, layer: Layer) -> None:
        """This is in it too, from the next packet on."""
        for _ in range(layer.lead):
            layer.take()
        self._layers = (*self._layers, layer)

    def remove(self, layer: Layer) -> None:
        """This is over."""
        self._layers = tuple(one for one in self._layers if one is not layer)

    def take(self) -> Payload:
        """The next packet."""
        return self._encode(self._layers)

    def _encode(self, layers: Sequence[Layer]) -> Payload:
        """Too loud a sum is clipped; the level is that of the sum."""
        total, power = np.zeros(PACKET_SAMPLES), 0.0
        for layer in layers:
            samples, one = layer.take()
            total += samples
            power += one
        frame = np.clip(np.round(total), -32_768, 32_767).astype(np.int16)
        (packet,) = self._encoder.encode(one_frame(frame))
        level = SILENT_LEVEL if power <= 0 else round(-10 * log10(power))
        return bytes(packet), min(SILENT_LEVEL, max(0, level))


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
    layer = Layer(clip, position, is_looped=is_looped)
    fading = Regain(layer)
    layer.aim(0.0, FADE_S)
    packets: list[Payload] = []
    while not layer.is_settled and layer.has_more:
        packets.append(fading.take())
    return tuple(packets)
