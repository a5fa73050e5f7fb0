"""Lessons with a rotation on a virtual clock, killed and started again: how many, where, and what went wrong.

`python -m bench.crashes [LESSONS]`: so many random ones of each kind (200 unless given), and one kill at each third
write of the journal.
"""

import sys
from collections import Counter
from typing import Any

from tests.unit.simulation.crash import Lesson, drawn, violations

__all__ = ["main"]

KINDS: dict[str, dict[str, Any]] = {
    "all bots in one process": {},
    "only the bot that conducts": {"helper_only": True},
    "the same, and the room tells nothing": {"helper_only": True, "is_telling": False},
}


def main() -> None:
    """Print a table; the seed of whatever goes wrong."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{'kind':40} {'lessons':>8} {'kills':>6} {'wrong':>6}")
    for name, settings in KINDS.items():
        wrong: Counter[str] = Counter()
        kills = 0
        for seed in range(count):
            report = Lesson(seed, **settings).run(drawn(seed))
            kills += len(report.kills)
            for found in violations(report):
                wrong[f"seed {seed}: {found}"] += 1
        _tell(name, count, kills, wrong)
    wrong, number, kills = Counter(), 1, 0
    while True:
        report = Lesson(1, helper_only=True).run([("write", number)])
        if not report.kills:
            break
        kills += 1
        for found in violations(report):
            wrong[f"write {number}: {found}"] += 1
        number += 3
    _tell("killed at a write of the journal", kills, kills, wrong)


def _tell(name: str, lessons: int, kills: int, wrong: Counter[str]) -> None:
    print(f"{name:40} {lessons:8} {kills:6} {len(wrong):6}", flush=True)
    for one in wrong:
        print(f"    {one[:150]}")


if __name__ == "__main__":
    main()
