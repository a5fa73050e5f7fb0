"""Writes what a bot hears, all slots together, to a WAV file."""

import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bots.errors import MediaError
from bots.media.receiver import IncomingAudio

__all__ = ["Recorder"]

RATE_HZ = 16_000


class Recorder:
    """A recording of several slots.

    Args:
        path: of the WAV file: mono, 16 bit, 16 kHz.
        sources: the slots, such as `room.incoming.values()`.
        since_s: where it begins, monotonic seconds.

    Call `advance` at least once a minute, and `close` at the end. It costs nothing in between.
    """

    def __init__(self, path: str | Path, sources: Iterable[IncomingAudio], *, since_s: float) -> None:
        self._sources = tuple(sources)
        self._written_s = since_s
        try:
            self._stream = Path(path).open("wb")  # noqa: SIM115 -- closed by close(); wave.open(path) leaks where it fails
        except OSError as error:
            raise MediaError(str(path), f"cannot be written ({error.strerror})") from error
        self._file = wave.open(self._stream, "wb")  # noqa: SIM115 -- closed by close()
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE_HZ)

    def advance(self, until_s: float) -> None:
        """Write what was heard up to `until_s`, monotonic seconds; leave half a second for late packets."""
        if until_s <= self._written_s:
            return
        parts = [source.samples(self._written_s, until_s).astype(np.int32) for source in self._sources]
        size = round((until_s - self._written_s) * RATE_HZ)
        total: npt.NDArray[np.int32] = sum(parts, np.zeros(size, np.int32))
        self._file.writeframes(np.clip(total, -32_768, 32_767).astype("<i2").tobytes())
        self._written_s = until_s

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
        self._stream.close()
