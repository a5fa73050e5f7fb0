"""Clips of which only the length matters."""

from pathlib import Path
from typing import Unpack

import numpy as np

from bots.media import Clip, Shape, is_speech, load_clip, probe_clip, speech_text

__all__ = ["Clips"]

WORDS_A_SECOND = 2.5


class Clips:
    """Loads clips without decoding them; implements `LoadClip`."""

    def __init__(self) -> None:
        self._clips: dict[str, Clip] = {}

    async def load(self, path: str, **shape: Unpack[Shape]) -> Clip:
        """The clip with its real length and no packets.

        Raises:
            MediaError: the file is missing or no sound, as live.
        """
        del shape  # it does not change how long it takes
        if path not in self._clips:
            duration_s = _spoken_s(path) if is_speech(path) else probe_clip(path).duration_s
            if duration_s is None:  # the file does not say: decode it
                duration_s = (await load_clip(path)).duration_s
            name = "speech" if is_speech(path) else Path(path).name
            self._clips[path] = Clip(
                name=name, duration_s=duration_s, packets=(), levels=(), loudness_db=0.0,
                samples=np.zeros(0, np.int16),
            )  # fmt: skip
        return self._clips[path]


def _spoken_s(path: str) -> float:
    """About how long a voice takes for a text."""
    return 0.5 + len(speech_text(path).split()) / WORDS_A_SECOND
