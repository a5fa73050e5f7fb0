"""One RTP stream of Opus, decoded: samples, and the instant to which they belong.

Source: RFC 3550 (timestamps), RFC 7587 (Opus in RTP).
"""

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

__all__ = ["OpusStream"]

RTP_HZ = 48_000
SHORTEST_SOUND = 4  # bytes; a shorter Opus packet is silence
EARLY_S = 0.25  # a packet may come so much before its time until the stream is placed anew
LATE_S = 1.0  # and so much after it: what a network or a busy process holds up comes all at once

Samples = npt.NDArray[np.int16]  # mono


class OpusStream:
    """Decodes the packets of one stream, in the order in which they come.

    Args:
        rate_hz: of the samples that it gives.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._decoder = _new_decoder()
        self._resampler = self._new_resampler()
        self._is_sounding = False
        self._shift_s: float | None = None

    def decode(self, payload: bytes) -> Samples:
        """The sound of one packet; nothing for one of silence, or for one that cannot be read.

        Returns:
            int16, shape (n,), mono; n is 20 ms of the rate, less the resampler's delay after a pause.
        """
        if len(payload) < SHORTEST_SOUND:
            self._is_sounding = False
            return np.zeros(0, np.int16)
        if not self._is_sounding:  # after a pause no sample of another's voice is mixed in
            self._resampler = self._new_resampler()
            self._is_sounding = True
        try:
            frames = self._decoder.decode(av.Packet(payload))
            pieces = [piece for frame in frames for piece in self._resampler.resample(frame)]
        except FFmpegError:
            self._decoder = _new_decoder()
            return np.zeros(0, np.int16)
        return np.concatenate([piece.to_ndarray()[0] for piece in pieces]) if pieces else np.zeros(0, np.int16)

    def media_time(self, timestamp: int, at_s: float) -> float:
        """When a packet belongs: by its timestamp as long as that agrees with the clock, so no jitter or stall shows.

        Args:
            timestamp: RTP, 48 000 ticks a second.
            at_s: when it came, monotonic seconds.
        """
        media_s = timestamp / RTP_HZ
        if self._shift_s is None or not -EARLY_S <= at_s - media_s - self._shift_s <= LATE_S:
            self._shift_s = at_s - media_s
        return media_s + self._shift_s

    def _new_resampler(self) -> av.AudioResampler:
        return av.AudioResampler(format="s16", layout="mono", rate=self._rate_hz)


def _new_decoder() -> av.AudioCodecContext:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = RTP_HZ, "mono"
    return decoder
