"""How loud: of a packet, for the header extension, and of a whole clip. Pure.

Audio arrays are int16, mono; the full scale is 32 768.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["frame_power", "level_dbov", "loudness_db"]

Power = npt.NDArray[np.float64]  # of each frame of 20 ms, full scale is 1

FULL_SCALE = 32_768.0
SILENCE_DB = -127.0
GATE_DB = -50.0  # blocks below this are pauses and do not count


def frame_power(frames: npt.NDArray[np.int16]) -> Power:
    """The mean power of each frame, 0 to 1.

    Args:
        frames: int16, shape (n, 960), mono, 48 kHz: n frames of 20 ms.
    """
    return np.asarray(np.mean(np.square(frames.astype(np.float64) / FULL_SCALE), axis=1))


def level_dbov(power: Power) -> list[int]:
    """The level of each frame as RFC 6464 has it: 0 is the loudest, 127 is silence."""
    decibels = 10 * np.log10(np.maximum(power, 1e-13))
    return [int(value) for value in np.clip(np.round(-decibels), 0, 127)]


def loudness_db(power: Power) -> float:
    """The mean loudness of a clip without its pauses, dB below full scale (negative); -127 for silence."""
    loud = power[power > 10 ** (GATE_DB / 10)]
    return float(10 * np.log10(np.mean(loud))) if loud.size else SILENCE_DB
