"""From a sound file to 20 ms Opus packets, a piece at a time: an hour of sound is never in memory at 48 kHz.

Source: RFC 7587 for Opus in RTP.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from bots.errors import MediaError
from bots.media.clip import Clip, Samples, unreadable
from bots.media.level import frame_power, level_dbov, loudness_db
from bots.media.loudness import Meter, gain_to

__all__ = ["LOOKAHEAD", "VERSION", "make_clip", "new_encoder", "one_frame"]

VERSION = 3  # of what is made of a file; a higher one makes every clip on disk anew
RATE_HZ = 48_000
PACKET_SAMPLES = 960
BIT_RATE = 32_000
MATCH_RATE_HZ = 16_000
LONGEST_S = 3600.0
LOOKAHEAD = 312  # samples by which libopus is late, 6.5 ms
SEAM, SEAM_MOST = 480, 960  # samples over which a loop's end goes over into its beginning
SHORTEST_LOOP = 24_000  # samples; a shorter sound is repeated until it is that long
SETTLING = 20  # packets after which an encoder has forgotten how it began


@dataclass(frozen=True, slots=True)
class _Survey:
    """What must be known of a sound before it is shaped: samples, the factor, and its end."""

    total: int
    gain: float
    tail: Samples


def make_clip(
    file: Path, *, volume: float = 1.0, fade_in_s: float = 0.0, fade_out_s: float = 0.0,
    loudness_lufs: float | None = None, is_looped: bool = False,
) -> Clip:  # fmt: skip
    """Decode and encode a file; blocks for about a second a minute of sound.

    Args:
        file: of any kind that FFmpeg reads.
        volume, fade_in_s, fade_out_s, loudness_lufs, is_looped: see `Shape`.

    Raises:
        MediaError: unreadable, empty, too long, or no sound file.
    """
    rise, fall = int(fade_in_s * RATE_HZ), int(fade_out_s * RATE_HZ)
    survey = _Survey(0, volume, np.zeros(0, np.int16))
    if rise or fall or is_looped or loudness_lufs is not None:
        survey = _surveyed(file, volume, loudness_lufs)
    if is_looped and survey.total:
        return _looped(file, survey, rise=rise, fade_out_s=fade_out_s)
    making, position, total = _Making(), 0, survey.total
    for piece in _decode(file):
        shaped = _shaped(piece, position, total, gain=survey.gain, rise=min(rise, total), fall=min(fall, total))
        making.add(shaped)
        position += len(piece)
    if not position:
        raise MediaError(str(file), "it has no sound in it, not one sample")
    return making.finish(file.name)


def _surveyed(file: Path, volume: float, loudness_lufs: float | None) -> _Survey:
    total, meter = 0, Meter()
    tail: Samples = np.zeros(0, np.int16)
    for piece in _decode(file):
        total += len(piece)
        tail = np.concatenate([tail, piece])[-SETTLING * PACKET_SAMPLES - SEAM - SEAM_MOST :]
        if loudness_lufs is not None:
            meter.add(piece)
    return _Survey(total, volume * (1.0 if loudness_lufs is None else gain_to(loudness_lufs, meter)), tail)


def _looped(file: Path, survey: _Survey, *, rise: int, fade_out_s: float) -> Clip:
    """A clip whose rounds follow each other without a gap: whole packets, a seam, an encoder that comes from its end.

    What a listener decodes at the seam is so what it would decode in the middle of a sound. Only the first round begins
    from silence; its packets stand before those that are repeated.
    """
    length, pieces = _cycle(_decode(file), survey)
    last = survey.tail[: len(survey.tail) - max(0, survey.total - length)]
    if length < SHORTEST_LOOP:
        whole = np.tile(np.concatenate(list(pieces)), ceil(SHORTEST_LOOP / length))
        length, pieces, last = len(whole), iter([whole]), whole
    before = _shaped(last[-SETTLING * PACKET_SAMPLES :], 0, 0, gain=survey.gain, rise=0, fall=0)
    opening = min(length // PACKET_SAMPLES, ceil(rise / PACKET_SAMPLES) + SETTLING)
    making, first, position = _Making(before=before), _Making(), 0
    for piece in pieces:
        making.add(_shaped(piece, position, length, gain=survey.gain, rise=0, fall=0))
        wanted = piece[: max(0, opening * PACKET_SAMPLES - position)]
        first.add(_shaped(wanted, position, length, gain=survey.gain, rise=min(rise, length), fall=0))
        position += len(piece)
    steady, begun = making.finish(file.name, goes_on=True), first.finish(file.name, goes_on=True)
    return replace(
        steady,
        packets=begun.packets + steady.packets[opening:] + steady.packets[:opening],
        levels=begun.levels + steady.levels[opening:] + steady.levels[:opening],
        loop_from=opening,
        fade_out_s=fade_out_s,
    )


def _cycle(pieces: Iterable[Samples], survey: _Survey) -> tuple[int, Iterator[Samples]]:
    """One round of a loop: its length, a multiple of a packet, and its sound; its end is mixed into its beginning."""
    total = survey.total
    length = (total - SEAM) // PACKET_SAMPLES * PACKET_SAMPLES
    if length < PACKET_SAMPLES:  # so short that there is nothing to mix: silence fills the packet
        length = ceil(total / PACKET_SAMPLES) * PACKET_SAMPLES
        padded = np.pad(np.concatenate(list(pieces)), (0, length - total))
        return length, iter([padded])
    seam = min(total - length, SEAM_MOST)
    left = total - length  # samples after the round's end
    over = survey.tail[len(survey.tail) - left :][:seam].astype(np.float64)
    rising = (1 - np.cos(np.pi * (np.arange(seam) + 0.5) / seam)) / 2

    def mixed() -> Iterator[Samples]:
        position = 0
        for whole in pieces:
            piece = whole[: max(0, length - position)]
            if (here := min(len(piece), seam - position)) > 0:
                up = rising[position : position + here]
                sound = piece[:here] * up + over[position : position + here] * (1 - up)
                piece = np.concatenate([np.round(sound).astype(np.int16), piece[here:]])
            position += len(piece)
            yield piece

    return length, mixed()


class _Making:
    """A clip that grows.

    Args:
        before: what the encoder is given first, whole packets, as if the sound went on from there; it is no part of it.
    """

    def __init__(self, before: Samples | None = None) -> None:
        self._encoder = new_encoder()
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=MATCH_RATE_HZ)
        self._rest: Samples = np.zeros(0, np.int16)
        self._length = 0
        self._packets: list[bytes] = []
        self._power: list[npt.NDArray[np.float64]] = []
        self._heard: list[Samples] = []
        for frame in (before if before is not None else self._rest).reshape(-1, PACKET_SAMPLES):
            self._encoder.encode(one_frame(frame))

    def add(self, samples: Samples) -> None:
        """The next piece of sound, 48 kHz."""
        if not len(samples):
            return
        self._length += len(samples)
        self._heard += [piece.to_ndarray()[0] for piece in self._resampler.resample(one_frame(samples))]
        whole = np.concatenate([self._rest, samples])
        cut = len(whole) // PACKET_SAMPLES * PACKET_SAMPLES
        self._encode(whole[:cut].reshape(-1, PACKET_SAMPLES))
        self._rest = whole[cut:]

    def finish(self, name: str, *, goes_on: bool = False) -> Clip:
        """No more; the last packet is filled up with silence, for as long at least as the encoder is late.

        Args:
            goes_on: whole packets that are followed by others, so there is nothing to wait for.
        """
        late = 0 if goes_on else LOOKAHEAD
        end = -(len(self._rest) + late) % PACKET_SAMPLES + late
        if end:
            self._encode(np.pad(self._rest, (0, end)).reshape(-1, PACKET_SAMPLES))
        power = np.concatenate(self._power)
        self._packets += [bytes(packet) for packet in self._encoder.encode(None)]
        self._heard += [piece.to_ndarray()[0] for piece in self._resampler.resample(None)]
        return Clip(
            name=name,
            duration_s=self._length / RATE_HZ,
            packets=tuple(self._packets[: len(power)]),
            levels=tuple(level_dbov(power)),
            loudness_db=loudness_db(power),
            samples=np.concatenate([self._rest[:0], *self._heard]),  # of a few samples the resampler gives none
        )

    def _encode(self, frames: Samples) -> None:
        self._power.append(frame_power(frames))
        for frame in frames:
            self._packets += [bytes(packet) for packet in self._encoder.encode(one_frame(frame))]


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


def _shaped(samples: Samples, position: int, total: int, *, gain: float, rise: int, fall: int) -> Samples:
    """Gain and fades, baked in; the piece begins at `position` of `total` samples."""
    if gain == 1.0 and not rise and not fall:
        return samples
    factor = np.full(len(samples), gain)
    at = np.arange(position, position + len(samples))
    if rise:
        factor *= np.clip(at / max(1, rise - 1), 0, 1)
    if fall:
        factor *= np.clip((total - 1 - at) / max(1, fall - 1), 0, 1)
    shaped: Samples = np.clip(samples * factor, -32_768, 32_767).astype(np.int16)
    return shaped


def one_frame(samples: Samples) -> av.AudioFrame:
    """Samples as av takes them: int16, mono, 48 kHz."""
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = RATE_HZ
    return frame


def new_encoder(complexity: int = 10) -> av.AudioCodecContext:
    """An Opus encoder that gives one packet for each 20 ms; a lower complexity takes less time."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "mono", av.AudioFormat("s16")
    encoder.bit_rate = BIT_RATE
    encoder.options = {"application": "audio", "frame_duration": "20", "compression_level": str(complexity)}
    return encoder
