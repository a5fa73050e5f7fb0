"""What one bot hears in one talker slot: decoded, and kept for a while by the time it came.

A slot is one RTP stream whoever talks in it; lost packets and pauses are silence, and so is the time between two media
connections. Source: RFC 3550, RFC 7587.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bots.media.decoder import SHORTEST_SOUND, OpusStream
from bots.media.peer import PeerConnection
from bots.media.rtp import SILENT_LEVEL, parse_rtp

__all__ = ["IncomingAudio"]

RATE_HZ = 16_000
PACKET_SAMPLES = 320  # 20 ms
KEPT, FIRST_KEPT = 120 * RATE_HZ, 5 * RATE_HZ  # samples: at most, and at first
SPEECH_LEVEL = 50  # RFC 6464: up to this one somebody talks

Samples = npt.NDArray[np.int16]  # mono, 16 kHz
Observer = Callable[[Samples, float], None]


class IncomingAudio:
    """The sound of one slot, over one subscription after the other."""

    def __init__(self) -> None:
        self.last_level = SILENT_LEVEL
        self._peer: PeerConnection | None = None
        self._ring: Samples = np.zeros(0, np.int16)
        self._origin_s: float | None = None
        self._end = 0  # samples since the origin that have been written, silence included
        self._loud_at = float("-inf")
        self._observers: list[Observer] = []
        self._stream = OpusStream(RATE_HZ)

    def attach(self, peer: PeerConnection) -> None:
        """Take the packets of this connection from now on, and of no other."""
        if self._peer is not None:
            self._peer.set_receivers(None, None)
        self._peer = peer
        self._stream = OpusStream(RATE_HZ)
        peer.set_receivers(self.take, None)

    def take(self, packet: bytes, at_s: float) -> None:
        """One RTP packet as it came; `at_s` in monotonic seconds."""
        lines = self._peer.lines if self._peer is not None else ()
        parsed = parse_rtp(packet, lines[0].level_id if lines else None)
        if parsed is None:
            return
        header, payload, level = parsed
        self.last_level = SILENT_LEVEL if level is None else level
        if len(payload) >= SHORTEST_SOUND and (level is None or level <= SPEECH_LEVEL):
            self._loud_at = at_s
        samples = self._stream.decode(payload)
        if samples.size:
            self._place(samples, self._stream.media_time(header.timestamp, at_s))
            for observer in tuple(self._observers):
                observer(samples, at_s)

    def samples(self, since_s: float, until_s: float) -> Samples:
        """What was heard between two instants of the monotonic clock; silence where nothing came.

        Returns:
            int16, shape (n,), mono, 16 kHz. At most the last 120 s are kept.
        """
        out: Samples = np.zeros(max(0, round((until_s - since_s) * RATE_HZ)), np.int16)
        if self._origin_s is None:
            return out
        start = round((since_s - self._origin_s) * RATE_HZ)
        first = max(start, self._end - len(self._ring), 0)
        last = min(start + len(out), self._end)
        if first < last:
            out[first - start : last - start] = self._ring[np.arange(first, last) % len(self._ring)]
        return out

    def is_talking(self, now_s: float) -> bool:
        """Whether somebody talks in this slot now."""
        return now_s - self._loud_at < 0.8

    def on_samples(self, observer: Observer) -> Callable[[], None]:
        """Be given what is decoded, with its arrival (monotonic seconds); the return value ends it."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer) if observer in self._observers else None

    def close(self) -> None:
        """No more packets; what was heard stays readable."""
        self._observers.clear()

    def _place(self, samples: Samples, at_s: float) -> None:
        if self._origin_s is None:
            self._origin_s = at_s
        start = max(0, round((at_s - self._origin_s) * RATE_HZ))
        if start > self._end:
            self._write(self._end, np.zeros(min(start - self._end, KEPT), np.int16), start)
        if start + len(samples) > self._end - len(self._ring):
            self._write(start, samples, start + len(samples))

    def _make_room(self, end: int) -> None:
        """Up to `KEPT` it grows with what comes: many slots hear little."""
        if len(self._ring) < min(end, KEPT):
            ring: Samples = np.zeros(min(KEPT, max(2 * len(self._ring), end, FIRST_KEPT)), np.int16)
            ring[: len(self._ring)] = self._ring  # nothing was written over yet: all lies where it lay
            self._ring = ring

    def _write(self, start: int, samples: Samples, end: int) -> None:
        self._make_room(end)
        first = end - len(samples) if end - start > len(samples) else start
        self._ring[np.arange(first, first + len(samples)) % len(self._ring)] = samples
        self._end = max(self._end, end)
