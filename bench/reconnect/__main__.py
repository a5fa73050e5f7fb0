"""`python -m bench.reconnect`: the matrix of faults; `--random N`: N random sequences of faults instead."""

import argparse
import asyncio
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import structlog

from bench.reconnect.chance import sequences
from bench.reconnect.matrix import matrix


def main() -> None:
    """Exit status 1 where something did not come out as it should."""
    parser = argparse.ArgumentParser(prog="python -m bench.reconnect", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each cell of the matrix")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="N random sequences instead of the matrix")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        tone = tone_in(Path(folder))
        work = sequences(tone, chosen.first, chosen.random) if chosen.random else matrix(tone, chosen.rounds)
        sys.exit(0 if asyncio.run(work) else 1)


def tone_in(folder: Path) -> Path:
    """Ten seconds of 440 Hz as a file."""
    path = folder / "tone.wav"
    wave_form = (9000 * np.sin(2 * np.pi * 440 * np.arange(48_000 * 10) / 48_000)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(wave_form.tobytes())
    return path


if __name__ == "__main__":
    main()
