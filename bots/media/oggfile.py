"""Sound as an OGG/Opus file, written while it happens, or joined from such files.

Source: RFC 7845 (Opus in Ogg).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from bots.errors import MediaError

__all__ = ["OggFile", "join_ogg"]

RATE_HZ = 48_000
FRAME = 960  # samples: 20 ms
BIT_RATE = 48_000

Samples = npt.NDArray[np.int16]


class OggFile:
    """A file that grows; under a name of its own (`.part`) until it is whole.

    Args:
        path: of the finished file.

    Raises:
        MediaError: it cannot be written; so do `write` and `close`. Each of them blocks for some milliseconds.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._rest: Samples = np.zeros(0, np.int16)
        self._frames = 0
        try:
            self._container = av.open(str(self._part), "w", format="ogg")
            self._stream = self._container.add_stream("libopus", rate=RATE_HZ, layout="mono")
            self._stream.bit_rate = BIT_RATE
            self._stream.format = av.AudioFormat("s16")
            self._container.start_encoding()  # only now the file is opened
        except (FFmpegError, OSError) as error:
            raise _unwritable(path, error) from error

    @property
    def duration_s(self) -> float:
        """How much has been written, seconds."""
        return (self._frames * FRAME + len(self._rest)) / RATE_HZ

    def write(self, samples: Samples) -> None:
        """Add sound: int16, shape (n,), mono, 48 kHz."""
        waiting = np.concatenate([self._rest, samples])
        whole = len(waiting) // FRAME
        self._rest = waiting[whole * FRAME :]
        try:
            for frame in waiting[: whole * FRAME].reshape(whole, FRAME):
                self._encode(frame)
        except (FFmpegError, OSError) as error:
            raise _unwritable(self._path, error) from error

    def close(self) -> Path:
        """Finish the file and give it its name; returns where it is."""
        try:
            if len(self._rest) or not self._frames:
                self._encode(np.pad(self._rest, (0, FRAME - len(self._rest))))
            self._rest = self._rest[:0]
            self._container.mux(self._stream.encode(None))
            self._container.close()
            self._part.replace(self._path)
        except (FFmpegError, OSError) as error:
            raise _unwritable(self._path, error) from error
        return self._path

    def abandon(self) -> None:
        """Close without finishing, and leave no file."""
        try:
            self._container.close()
        except (FFmpegError, OSError):
            pass  # it is thrown away
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self.close()
        else:
            self.abandon()

    def _encode(self, samples: Samples) -> None:
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        frame.pts = self._frames * FRAME
        self._frames += 1
        self._container.mux(self._stream.encode(frame))


def join_ogg(parts: Sequence[Path], whole: Path) -> float:
    """One file with the sound of several, one after another; returns its length in seconds. Blocks while it does that.

    Raises:
        MediaError: a part cannot be read, or `whole` cannot be written; then it is not there.
    """
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    with OggFile(whole) as out:
        for part in parts:
            try:
                with av.open(str(part)) as container:
                    for frame in container.decode(audio=0):
                        frame.pts = None
                        for piece in resampler.resample(frame):
                            out.write(piece.to_ndarray()[0])
            except (FFmpegError, OSError) as error:
                raise MediaError(str(part), f"cannot be read ({error})") from error
        return out.duration_s


def _unwritable(path: Path, error: Exception) -> MediaError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return MediaError(str(path), f"cannot be written ({reason}); is the disk full, or the folder not ours?")
