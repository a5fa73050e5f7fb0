"""Clips of which only the length matters."""

from pathlib import Path
from typing import Unpack

import numpy as np

from bots.media import Clip, Shape, load_clip, probe_clip

__all__ = ["Clips"]


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
            duration_s = probe_clip(path).duration_s
            if duration_s is None:  # the file does not say: decode it
                duration_s = (await load_clip(path)).duration_s
            self._clips[path] = Clip(
                name=Path(path).name, duration_s=duration_s, packets=(), levels=(), loudness_db=0.0,
                samples=np.zeros(0, np.int16),
            )  # fmt: skip
        return self._clips[path]
