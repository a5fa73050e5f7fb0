"""From a sound file to 20 ms Opus packets, a piece at a time: an hour of sound is never in memory at 48 kHz.

Source: RFC 7587 for Opus in RTP.
"""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from bots.errors import MediaError
from bots.media.clip import Clip, Samples, unreadable
from bots.media.level import frame_power, level_dbov, loudness_db

__all__ = ["VERSION", "make_clip"]

VERSION = 1  # of what is made of a file; a higher one makes every clip on disk anew
RATE_HZ = 48_000
PACKET_SAMPLES = 960
BIT_RATE = 32_000
MATCH_RATE_HZ = 16_000
LONGEST_S = 3600.0


def make_clip(file: Path, *, volume: float, fade_in_s: float, fade_out_s: float) -> Clip:
    """Decode and encode a file; blocks for about a second a minute of sound.

    Args:
        file: of any kind that FFmpeg reads.
        volume: factor; above 1 it may clip.
        fade_in_s, fade_out_s: seconds.

    Raises:
        MediaError: unreadable, empty, too long, or no sound file.
    """
    rise, fall = int(fade_in_s * RATE_HZ), int(fade_out_s * RATE_HZ)
    total = sum(len(piece) for piece in _decode(file)) if rise or fall else 0
    making, position = _Making(), 0
    for piece in _decode(file):
        making.add(_shaped(piece, position, total, volume=volume, rise=min(rise, total), fall=min(fall, total)))
        position += len(piece)
    if not position:
        raise MediaError(str(file), "it has no sound in it, not one sample")
    return making.finish(file.name)


class _Making:
    """A clip that grows."""

    def __init__(self) -> None:
        self._encoder = _new_encoder()
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=MATCH_RATE_HZ)
        self._rest: Samples = np.zeros(0, np.int16)
        self._length = 0
        self._packets: list[bytes] = []
        self._power: list[npt.NDArray[np.float64]] = []
        self._heard: list[Samples] = []

    def add(self, samples: Samples) -> None:
        """The next piece of sound, 48 kHz."""
        self._length += len(samples)
        self._heard += [piece.to_ndarray()[0] for piece in self._resampler.resample(_frame(samples))]
        whole = np.concatenate([self._rest, samples])
        cut = len(whole) // PACKET_SAMPLES * PACKET_SAMPLES
        self._encode(whole[:cut].reshape(-1, PACKET_SAMPLES))
        self._rest = whole[cut:]

    def finish(self, name: str) -> Clip:
        """No more; the last packet is filled up with silence."""
        if len(self._rest):
            self._encode(np.pad(self._rest, (0, PACKET_SAMPLES - len(self._rest))).reshape(1, -1))
        power = np.concatenate(self._power)
        self._packets += [bytes(packet) for packet in self._encoder.encode(None)]
        self._heard += [piece.to_ndarray()[0] for piece in self._resampler.resample(None)]
        return Clip(
            name=name,
            duration_s=self._length / RATE_HZ,
            packets=tuple(self._packets[: len(power)]),
            levels=tuple(level_dbov(power)),
            loudness_db=loudness_db(power),
            samples=np.concatenate(self._heard),
        )

    def _encode(self, frames: Samples) -> None:
        self._power.append(frame_power(frames))
        for frame in frames:
            self._packets += [bytes(packet) for packet in self._encoder.encode(_frame(frame))]


def _decode(file: Path) -> Iterator[Samples]:
    """A file's sound, piece by piece: int16, mono, 48 kHz."""
    total = 0
    try:
        with av.open(str(file)) as container:
            if not container.streams.audio:
                raise MediaError(str(file), "there is no sound in this file")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ, frame_size=RATE_HZ)
            for frame in container.decode(audio=0):
                frame.pts = None  # some files jump; the sound is taken as one piece
                for piece in resampler.resample(frame):
                    total += piece.samples
                    yield piece.to_ndarray()[0]
                if total > LONGEST_S * RATE_HZ:
                    raise MediaError(str(file), f"it is longer than {LONGEST_S / 60:g} minutes; cut it")
            for piece in resampler.resample(None):
                yield piece.to_ndarray()[0]
    except (FFmpegError, OSError, ValueError) as error:
        raise unreadable(file, error) from error


def _shaped(samples: Samples, position: int, total: int, *, volume: float, rise: int, fall: int) -> Samples:
    """Volume and fades, baked in; the piece begins at `position` of `total` samples."""
    if volume == 1.0 and not rise and not fall:
        return samples
    gain = np.full(len(samples), volume)
    at = np.arange(position, position + len(samples))
    if rise:
        gain *= np.clip(at / max(1, rise - 1), 0, 1)
    if fall:
        gain *= np.clip((total - 1 - at) / max(1, fall - 1), 0, 1)
    shaped: Samples = np.clip(samples * gain, -32_768, 32_767).astype(np.int16)
    return shaped


def _frame(samples: Samples) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = RATE_HZ
    return frame


def _new_encoder() -> av.AudioCodecContext:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "mono", av.AudioFormat("s16")
    encoder.bit_rate = BIT_RATE
    encoder.options = {"application": "audio", "frame_duration": "20"}
    return encoder
