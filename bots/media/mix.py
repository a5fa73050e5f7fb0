"""The sound of several sources on one line of time, given out piece by piece. Pure.

Samples are int16, mono, 48 kHz.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["Mix"]

RATE_HZ = 48_000
LONGEST_AHEAD_S = 10.0  # what claims to belong later than this is in error

Samples = npt.NDArray[np.int16]


class Mix:
    """Adds up what is placed on it.

    Args:
        since_s: where it begins, monotonic seconds.
    """

    def __init__(self, since_s: float) -> None:
        self._since_s = since_s
        self._taken = 0  # samples since the beginning that have been given out
        self._waiting: npt.NDArray[np.int32] = np.zeros(RATE_HZ, np.int32)

    def add(self, samples: Samples, at_s: float) -> None:
        """Place samples at an instant, monotonic seconds; what belongs before what was given out is too late."""
        start = round((at_s - self._since_s) * RATE_HZ) - self._taken
        if start < 0:
            samples, start = samples[-start:], 0
        end = start + len(samples)
        if not len(samples) or end > LONGEST_AHEAD_S * RATE_HZ:
            return
        if end > len(self._waiting):
            self._waiting = np.concatenate([self._waiting, np.zeros(2 * end - len(self._waiting), np.int32)])
        self._waiting[start:end] += samples

    def take(self, until_s: float) -> Samples:
        """What is on it since the last time, up to an instant; silence where nothing is. Too loud a sum is clipped.

        Returns:
            int16, shape (n,), mono, 48 kHz.
        """
        size = max(0, round((until_s - self._since_s) * RATE_HZ) - self._taken)
        out = np.zeros(size, np.int32)
        here = self._waiting[:size]
        out[: len(here)] = here
        rest = self._waiting[size:]
        self._waiting = rest if len(rest) else np.zeros(RATE_HZ, np.int32)
        self._taken += size
        return np.clip(out, -32_768, 32_767).astype(np.int16)
