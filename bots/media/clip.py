"""A sound, ready to be sent by every bot that plays it; and what can be told of a file without decoding it.

wav, mp3, ogg, opus, flac and m4a are read through av (FFmpeg).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from bots.errors import MediaError

__all__ = ["PACKET_S", "Clip", "ClipInfo", "Samples", "Shape", "check_readable", "probe_clip", "unreadable"]

PACKET_S = 0.02

Samples = npt.NDArray[np.int16]  # mono


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What is known of a sound file without decoding it all; `duration_s` is None if the file does not say."""

    duration_s: float | None
    codec: str
    rate_hz: int


class Shape(TypedDict, total=False):
    """What is made of a sound, beside its encoding; a key that is left out changes nothing.

    Keys:
        volume: factor; above 1 it may clip.
        fade_in_s, fade_out_s: seconds; a loop grows in its first round only, and fades when it is stopped.
        loudness_lufs: brought to this integrated loudness (EBU R 128) before `volume`; None leaves it as it is.
        is_looped: its end goes over into its beginning without a gap.
    """

    volume: float
    fade_in_s: float
    fade_out_s: float
    loudness_lufs: float | None
    is_looped: bool


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
        loop_from: the packet that follows the last one of a loop; those before it are its first round's beginning.
        fade_out_s: a loop that is stopped fades over this time.
    """

    name: str
    duration_s: float
    packets: tuple[bytes, ...]
    levels: tuple[int, ...]
    loudness_db: float
    samples: Samples
    loop_from: int = 0
    fade_out_s: float = 0.0


def probe_clip(path: str | Path) -> ClipInfo:
    """Look at a sound file's header; blocks for some milliseconds.

    Raises:
        MediaError: missing, unreadable, or no sound in it.
    """
    check_readable(Path(path))
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
        raise unreadable(path, error) from error


def check_readable(file: Path) -> None:
    """Is there a file of this name?

    Raises:
        MediaError: there is none.
    """
    if not file.exists():
        raise MediaError(str(file), "there is no such file; check the name and the folder")
    if not file.is_file():
        raise MediaError(str(file), "this is no file")


def unreadable(path: str | Path, error: Exception) -> MediaError:
    """Why a file is no sound, in words."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return MediaError(str(path), f"cannot be read as a sound ({reason}); it must be wav, mp3, ogg, opus, flac or m4a")
