"""Small lessons, killed and started again, many in one test."""

from collections.abc import Callable, Iterable

from tests.unit.simulation.crash import SMALL, Kills, Lesson, violations

__all__ = ["BLOCKS", "in_block", "wrong"]

LESSONS, IN_A_TEST = 320, 20  # of each kind: with the large ones a thousand in each run of all tests
BLOCKS = range(LESSONS // IN_A_TEST)


def in_block(number: int) -> range:
    """The seeds of one test."""
    return range(number * IN_A_TEST, (number + 1) * IN_A_TEST)


def wrong(
    seeds: Iterable[int], kills: Callable[[int], Kills], *, helper_only: bool, is_telling: bool = True
) -> dict[int, object]:
    """Seed -> what was planned, where the kills fell and what went wrong; nothing of lessons in which all is well."""
    found: dict[int, object] = {}
    for seed in seeds:
        planned = list(kills(seed))
        report = Lesson(seed, helper_only=helper_only, is_telling=is_telling, shape=SMALL).run(planned)
        if problems := violations(report):
            found[seed] = (planned, report.kills, problems)
    return found
