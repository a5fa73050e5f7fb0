"""What one bot hears in one talker slot: decoded, and kept for a while by the time it came.

A slot is one RTP stream whoever talks in it; lost packets and pauses are silence, and so is the time between two media
connections. Source: RFC 3550, RFC 7587.
"""

from collections.abc import Callable

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from bots.media.peer import PeerConnection
from bots.media.rtp import SILENT_LEVEL, parse_rtp

__all__ = ["IncomingAudio"]

RATE_HZ = 16_000
PACKET_SAMPLES = 320  # 20 ms
RTP_HZ = 48_000
KEPT_S = 120
SPEECH_LEVEL = 50  # RFC 6464: up to this one somebody talks
SHORTEST_SOUND = 4  # bytes; a shorter Opus packet is silence
RESYNC_S = 0.25  # media time and arrival may drift apart by this much before the stream is placed anew

Samples = npt.NDArray[np.int16]  # mono, 16 kHz
Observer = Callable[[Samples, float], None]


class IncomingAudio:
    """The sound of one slot, over one subscription after the other."""

    def __init__(self) -> None:
        self.last_level = SILENT_LEVEL
        self._peer: PeerConnection | None = None
        self._ring: Samples = np.zeros(KEPT_S * RATE_HZ, np.int16)
        self._origin_s: float | None = None
        self._end = 0  # samples since the origin that have been written, silence included
        self._loud_at = float("-inf")
        self._shift_s: float | None = None
        self._observers: list[Observer] = []
        self._decoder = _new_decoder()
        self._resampler = _new_resampler()
        self._is_sounding = False

    def attach(self, peer: PeerConnection) -> None:
        """Take the packets of this connection from now on, and of no other."""
        if self._peer is not None:
            self._peer.set_receivers(None, None)
        self._peer = peer
        self._decoder = _new_decoder()
        self._shift_s = None
        self._is_sounding = False
        peer.set_receivers(self.take, None)

    def take(self, packet: bytes, at_s: float) -> None:
        """One RTP packet as it came; `at_s` in monotonic seconds."""
        lines = self._peer.lines if self._peer is not None else ()
        parsed = parse_rtp(packet, lines[0].level_id if lines else None)
        if parsed is None:
            return
        header, payload, level = parsed
        self.last_level = SILENT_LEVEL if level is None else level
        if len(payload) < SHORTEST_SOUND:
            self._is_sounding = False
            return
        if level is None or level <= SPEECH_LEVEL:
            self._loud_at = at_s
        if not self._is_sounding:  # after a pause no sample of another's voice is mixed in
            self._resampler = _new_resampler()
            self._is_sounding = True
        samples = self._decoded(payload)
        if samples.size:
            self._place(samples, self._media_time(header.timestamp, at_s))
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

    def _decoded(self, payload: bytes) -> Samples:
        try:
            frames = self._decoder.decode(av.Packet(payload))
            pieces = [piece for frame in frames for piece in self._resampler.resample(frame)]
        except FFmpegError:
            self._decoder = _new_decoder()
            return np.zeros(0, np.int16)
        return np.concatenate([piece.to_ndarray()[0] for piece in pieces]) if pieces else np.zeros(0, np.int16)

    def _media_time(self, timestamp: int, at_s: float) -> float:
        """When a packet belongs, by its timestamp as long as that agrees with the clock: jitter is taken out."""
        media_s = timestamp / RTP_HZ
        if self._shift_s is None or abs(at_s - media_s - self._shift_s) > RESYNC_S:
            self._shift_s = at_s - media_s
        return media_s + self._shift_s

    def _place(self, samples: Samples, at_s: float) -> None:
        if self._origin_s is None:
            self._origin_s = at_s
        start = max(0, round((at_s - self._origin_s) * RATE_HZ))
        if start > self._end:
            self._write(self._end, np.zeros(min(start - self._end, len(self._ring)), np.int16), start)
        if start + len(samples) > self._end - len(self._ring):
            self._write(start, samples, start + len(samples))

    def _write(self, start: int, samples: Samples, end: int) -> None:
        first = end - len(samples) if end - start > len(samples) else start
        self._ring[np.arange(first, first + len(samples)) % len(self._ring)] = samples
        self._end = max(self._end, end)


def _new_decoder() -> av.AudioCodecContext:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = RTP_HZ, "mono"
    return decoder


def _new_resampler() -> av.AudioResampler:
    return av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
