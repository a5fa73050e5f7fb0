"""`python -m bench.lessons --lessons 10000`: random lessons with rotations, each judged; prints what is wrong."""

import argparse
import gc
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from bench.lessons.judge import faults
from bench.lessons.make import make_lesson
from bench.lessons.play import play

__all__ = ["judged"]


def judged(seed: int) -> list[str]:
    """What is wrong with the lesson of this seed; empty for nothing."""
    lesson = make_lesson(seed)
    return faults(lesson, play(lesson))


def _settle() -> None:
    """What is imported stays: the garbage collector need not look at it again and again, a fifth of all time.

    And a lesson makes few cycles: it need not look so often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def main() -> int:
    """Play and judge; ends with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.lessons", description=__doc__)
    parser.add_argument("--lessons", type=int, default=10_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("-j", type=int, default=1, help="processes")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.lessons)
    began, wrong = time.perf_counter(), 0
    with ProcessPoolExecutor(asked.j, initializer=_settle) as pool:
        for seed, found in zip(seeds, pool.map(judged, seeds, chunksize=5), strict=True):
            wrong += bool(found)
            for fault in found:
                print(f"lesson {seed}: {fault}", flush=True)
            if (seed + 1) % 500 == 0:
                print(
                    f"{seed + 1 - asked.first} lessons, {wrong} wrong, {time.perf_counter() - began:.0f} s", flush=True
                )
    print(f"{asked.lessons} lessons, {wrong} wrong, {time.perf_counter() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
