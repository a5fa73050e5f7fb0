"""Classes with a rotation, killed with `kill -9` and started again: where the kills fell, what went wrong.

`python -m bench.kills [CLASSES] [FIRST_SEED]`: so many (20 unless given), five at a time; each second one kills the
process of everybody, the others only that of the bot that conducts. A class takes 110 s and a tenth of a core.
"""

import asyncio
import io
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from bots.log import configure
from tests.e2e.killing import House, Kind, Trial, kills_of, violations

__all__ = ["main"]

AT_ONCE = 5


def main() -> None:
    """Print what each class came to, and the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    configure("json", io.StringIO())
    with tempfile.TemporaryDirectory(prefix="bots-kills-") as folder:
        trials = asyncio.run(_all(range(first, first + count), Path(folder)))
    _tell(trials)


async def _all(seeds: range, folder: Path) -> list[Trial]:
    places = asyncio.Semaphore(AT_ONCE)
    async with House() as house:

        async def one(seed: int) -> Trial:
            kind: Kind = "everybody" if seed % 2 else "conductor"
            trial = Trial(house, folder / str(seed), seed, kind, kills_of(seed))
            async with places:
                await trial.run()
            late = "-" if trial.late_s is None else f"{trial.late_s:.2f}"
            told = " ".join(
                [f"dropped {trial.dropped} unknown {trial.unknown} late {late} s", *(["too late"] * trial.is_too_late)]
            )
            print(f"seed {seed} {kind} {trial.kills} {trial.fell} {told}", flush=True)
            for found in violations(trial):
                print(f"    WRONG {found[:300]}", flush=True)
            return trial

        return await asyncio.gather(*(one(seed) for seed in seeds))


def _tell(trials: list[Trial]) -> None:
    kills: Counter[tuple[str, str]] = Counter()
    unknown: Counter[tuple[str, str]] = Counter()
    wrong: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for trial in trials:
        for phase in trial.fell:
            kills[trial.kind, phase] += 1
            unknown[trial.kind, phase] += bool(trial.unknown)
            if violations(trial):
                wrong[trial.kind, phase].add(trial.seed)
    print(f"\n{'killed':10} {'while':24} {'kills':>6} {'unknown':>8} {'wrong':>6}  seeds")
    for key in sorted(kills):
        seeds = " ".join(map(str, sorted(wrong[key])))
        print(f"{key[0]:10} {key[1]:24} {kills[key]:6} {unknown[key]:8} {len(wrong[key]):6}  {seeds}")
    too_late = sum(trial.is_too_late for trial in trials)
    late = sorted(abs(trial.late_s) for trial in trials if trial.late_s is not None)
    print(f"{len(trials)} classes, {sum(kills.values())} kills, {too_late} over before the next process came")
    print(f"rounds dropped for want of time in {sum(bool(trial.dropped) for trial in trials)} classes")
    print(f"the end at most {late[-1]:.2f} s off" if late else "none came to its end")


if __name__ == "__main__":
    main()
