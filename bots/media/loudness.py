"""How loud a sound is to the ear, and what brings it to a wanted loudness. Pure.

Source: ITU-R BS.1770-4 (K-weighting, gates), EBU R 128 (the usual target is -23 LUFS). One channel counts as one.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Meter", "gain_to"]

RATE_HZ = 48_000
STEP = 4800  # 100 ms; a block of the standard is four of them, and begins at each
STEPS_A_BLOCK = 4
ABSOLUTE_LUFS, RELATIVE_LU = -70.0, -10.0
OFFSET_LUFS = -0.691
HIGHEST_PEAK = 10 ** (-1 / 20)  # -1 dB: an encoder may go over the peak of what it is given
_SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585)
_HIGH_PASS = (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)

Samples = npt.NDArray[np.int16]  # mono, 48 kHz


class Meter:
    """Is given a sound piece by piece, and says how loud it was."""

    def __init__(self) -> None:
        self.peak = 0.0
        """The highest sample, 0 to 1."""
        self._rest: Samples = np.zeros(0, np.int16)
        self._powers: list[npt.NDArray[np.float64]] = []  # of each step, K-weighted

    def add(self, samples: Samples) -> None:
        """The next piece, of any length."""
        if len(samples):
            self.peak = max(self.peak, float(np.abs(samples.astype(np.int32)).max()) / 32_768)
        whole = np.concatenate([self._rest, samples])
        cut = len(whole) // STEP * STEP
        self._powers.append(_powers(whole[:cut].reshape(-1, STEP)))
        self._rest = whole[cut:]

    def lufs(self) -> float:
        """The integrated loudness so far; minus infinity for silence. A sound below 0.4 s is one block."""
        if len(self._rest):
            self.add(np.zeros(STEP - len(self._rest), np.int16))
        steps = np.concatenate(self._powers) if self._powers else np.zeros(0)
        if not len(steps):
            return float("-inf")
        size = min(STEPS_A_BLOCK, len(steps))
        blocks = np.convolve(steps, np.full(size, 1 / size), "valid")
        loud = blocks[_lufs(blocks) > ABSOLUTE_LUFS]
        if not len(loud):
            return float("-inf")
        gate = float(_lufs(np.asarray([loud.mean()]))[0]) + RELATIVE_LU
        return float(_lufs(np.asarray([loud[_lufs(loud) > gate].mean()]))[0])


def gain_to(target_lufs: float, meter: Meter) -> float:
    """The factor that brings a sound to the target, or as near as its peaks allow; silence stays as it is."""
    loudness = meter.lufs()
    if loudness == float("-inf"):
        return 1.0
    return min(10 ** ((target_lufs - loudness) / 20), HIGHEST_PEAK / meter.peak)


def _lufs(powers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(OFFSET_LUFS + 10 * np.log10(np.maximum(powers, 1e-20)))


def _powers(steps: Samples) -> npt.NDArray[np.float64]:
    """The K-weighted mean power of each step; shape (n, 4800) gives (n,). The filters act on the spectrum."""
    spectrum = np.square(np.abs(np.fft.rfft(steps / 32_768.0, axis=1))) * _WEIGHTS
    return np.asarray(spectrum.sum(axis=1) / STEP**2)


def _response(biquad: Sequence[float]) -> npt.NDArray[np.float64]:
    """The power response of a filter at each line of a step's spectrum."""
    z = np.exp(-2j * np.pi * np.arange(STEP // 2 + 1) / STEP)
    b0, b1, b2, a0, a1, a2 = biquad
    return np.asarray(np.square(np.abs((b0 + b1 * z + b2 * z**2) / (a0 + a1 * z + a2 * z**2))))


def _weights() -> npt.NDArray[np.float64]:
    both_sides = np.full(STEP // 2 + 1, 2.0)
    both_sides[[0, -1]] = 1.0
    return np.asarray(both_sides * _response(_SHELF) * _response(_HIGH_PASS))


_WEIGHTS = _weights()
