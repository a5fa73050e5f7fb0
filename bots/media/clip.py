"""Sounds: decoded once, encoded once to 20 ms Opus packets, shared by every bot that plays them.

wav, mp3, ogg, opus, flac and m4a are read through av (FFmpeg); source: RFC 7587 for Opus in RTP.
"""

import asyncio
import math
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from bots.errors import MediaError
from bots.media.level import level_dbov, loudness_db

__all__ = ["PACKET_S", "Clip", "ClipInfo", "load_clip", "probe_clip"]

RATE_HZ = 48_000
PACKET_S = 0.02
PACKET_SAMPLES = 960
BIT_RATE = 32_000
MATCH_RATE_HZ = 16_000
LONGEST_S = 3600.0
_KEPT = 64  # clips in memory: an hour of sound has 14 MB of packets, most clips have less than 50 kB

Samples = npt.NDArray[np.int16]  # mono


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What is known of a sound file without decoding it all; `duration_s` is None if the file does not say."""

    duration_s: float | None
    codec: str
    rate_hz: int


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A sound, ready to be sent.

    Attributes:
        name: the file's name.
        duration_s: seconds.
        packets: Opus payloads of 20 ms each, mono.
        levels: of each packet, RFC 6464: 0 is the loudest, 127 silence.
        loudness_db: mean without pauses, dB below full scale.
        samples: int16, mono, 16 kHz: what a listener is to hear, for comparison.
    """

    name: str
    duration_s: float
    packets: tuple[bytes, ...]
    levels: tuple[int, ...]
    loudness_db: float
    samples: Samples


def probe_clip(path: str | Path) -> ClipInfo:
    """Look at a sound file's header; blocks for some milliseconds.

    Raises:
        MediaError: missing, unreadable, or no sound in it.
    """
    _check_readable(Path(path))
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise MediaError(
                    str(path), "there is no sound in this file; it must be wav, mp3, ogg, opus, flac or m4a"
                )
            stream = container.streams.audio[0]
            duration_s = container.duration / av.time_base if container.duration is not None else None
            return ClipInfo(duration_s, stream.codec_context.name, stream.rate or 0)
    except (FFmpegError, OSError, ValueError) as error:
        raise _unreadable(path, error) from error


async def load_clip(path: str | Path, *, volume: float = 1.0, fade_in_s: float = 0.0, fade_out_s: float = 0.0) -> Clip:
    """The clip of a sound file; decoded and encoded in a thread, once for each file and setting.

    Args:
        path: of the file.
        volume: factor; above 1 it may clip.
        fade_in_s, fade_out_s: seconds.

    Raises:
        MediaError: missing, unreadable, empty, too long, or no sound file.
    """
    file = Path(path)
    key = _key(file, volume, fade_in_s, fade_out_s)
    if key in _clips:
        _clips.move_to_end(key)
        return _clips[key]
    task = _loading.get(key)
    if task is None or task.get_loop() is not asyncio.get_running_loop():
        work = partial(_make_clip, file, volume, fade_in_s, fade_out_s)
        task = asyncio.ensure_future(asyncio.to_thread(work))
        _loading[key] = task
        task.add_done_callback(lambda _: _loading.pop(key, None))
    clip = await asyncio.shield(task)
    _clips[key] = clip
    while len(_clips) > _KEPT:
        _clips.popitem(last=False)
    return clip


_Key = tuple[str, int, int, float, float, float]
_clips: OrderedDict[_Key, Clip] = OrderedDict()
_loading: dict[_Key, "asyncio.Future[Clip]"] = {}


def _key(file: Path, volume: float, fade_in_s: float, fade_out_s: float) -> _Key:
    """One key for one content: a file that was written anew is another clip."""
    _check_readable(file)
    status = file.stat()
    return (str(file.resolve()), status.st_mtime_ns, status.st_size, volume, fade_in_s, fade_out_s)


def _check_readable(file: Path) -> None:
    if not file.exists():
        raise MediaError(str(file), "there is no such file; check the name and the folder")
    if not file.is_file():
        raise MediaError(str(file), "this is no file")


def _unreadable(path: str | Path, error: Exception) -> MediaError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return MediaError(str(path), f"cannot be read as a sound ({reason}); it must be wav, mp3, ogg, opus, flac or m4a")


def _make_clip(file: Path, volume: float, fade_in_s: float, fade_out_s: float) -> Clip:
    samples = _shaped(_decode(file, RATE_HZ), volume, fade_in_s, fade_out_s)
    duration_s = len(samples) / RATE_HZ
    frames = np.zeros((math.ceil(len(samples) / PACKET_SAMPLES), PACKET_SAMPLES), np.int16)
    frames.reshape(-1)[: len(samples)] = samples
    return Clip(
        name=file.name, duration_s=duration_s, packets=_encode(frames), levels=tuple(level_dbov(frames)),
        loudness_db=loudness_db(frames), samples=_resampled(samples),
    )  # fmt: skip


def _decode(file: Path, rate_hz: int) -> Samples:
    """All of a file's sound: int16, mono, at `rate_hz`."""
    parts: list[Samples] = []
    total = 0
    try:
        with av.open(str(file)) as container:
            if not container.streams.audio:
                raise MediaError(str(file), "there is no sound in this file")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)
            for frame in container.decode(audio=0):
                frame.pts = None  # some files jump; the sound is taken as one piece
                for piece in resampler.resample(frame):
                    parts.append(piece.to_ndarray()[0])
                    total += piece.samples
                if total > LONGEST_S * rate_hz:
                    raise MediaError(str(file), f"it is longer than {LONGEST_S / 60:g} minutes; cut it")
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    except (FFmpegError, OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    if not total:
        raise MediaError(str(file), "it has no sound in it, not one sample")
    whole: Samples = np.concatenate(parts)
    return whole


def _shaped(samples: Samples, volume: float, fade_in_s: float, fade_out_s: float) -> Samples:
    """Volume and fades, baked in."""
    if volume == 1.0 and not fade_in_s and not fade_out_s:
        return samples
    gain = np.full(len(samples), volume)
    rise, fall = (min(len(samples), int(seconds * RATE_HZ)) for seconds in (fade_in_s, fade_out_s))
    if rise:
        gain[:rise] *= np.linspace(0, 1, rise)
    if fall:
        gain[-fall:] *= np.linspace(1, 0, fall)
    shaped: Samples = np.clip(samples * gain, -32_768, 32_767).astype(np.int16)
    return shaped


def _resampled(samples: Samples) -> Samples:
    """48 kHz to 16 kHz."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=MATCH_RATE_HZ)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = RATE_HZ
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    out: Samples = np.concatenate([piece.to_ndarray()[0] for piece in pieces])
    return out


def _encode(frames: Samples) -> tuple[bytes, ...]:
    """Opus packets, one for each frame of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "mono", av.AudioFormat("s16")
    encoder.bit_rate = BIT_RATE
    encoder.options = {"application": "audio", "frame_duration": "20"}
    packets: list[bytes] = []
    for frame in frames:
        piece = av.AudioFrame.from_ndarray(frame.reshape(1, -1), format="s16", layout="mono")
        piece.sample_rate = RATE_HZ
        packets += [bytes(packet) for packet in encoder.encode(piece)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    return tuple(packets[: len(frames)])
