"""Runs one test of a playbook; in the process of the command or in one of several."""

import json
import time
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Literal

from bots.errors import BotsError, ConfigError, PlaybookError
from bots.log import configure
from bots.playbook import LoadedCase, Problem, load_case
from bots.simulation import Clips, Coverage, Evidence, Mark, coverage_of, judge_case, reached_in, stage_case

__all__ = ["CaseOutcome", "coverage", "run_case"]


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How one test went; other processes can send it.

    Attributes:
        name: of the test; of a broken one, its file's.
        problems: what was not met, or why it is broken.
        seconds: it took on the machine's clock.
        reached: what of the playbook it reached.
    """

    file: str
    name: str
    outcome: Literal["passed", "failed", "broken"]
    problems: tuple[Problem, ...]
    seconds: float = 0.0
    playbook: str = ""
    reached: frozenset[Mark] = frozenset()


@cache
def _clips() -> Clips:
    """The lengths of the sounds, read once a process."""
    return Clips()


def run_case(path: str) -> CaseOutcome:
    """Play a test and judge it; a test that cannot be played is broken, and no error."""
    began = time.perf_counter()
    try:
        loaded = load_case(path)
    except PlaybookError as error:
        return CaseOutcome(path, path, "broken", tuple(one for one in error.problems if isinstance(one, Problem)))
    try:
        problems, reached = _play(loaded)
    except BotsError as error:
        key = "session" if isinstance(error, ConfigError) and loaded.case.session else "test_of"
        return CaseOutcome(path, loaded.name, "broken", (loaded.problem((key,), str(error), "bad-value"),))
    seconds = time.perf_counter() - began
    outcome: Literal["passed", "failed"] = "failed" if problems else "passed"
    return CaseOutcome(path, loaded.name, outcome, problems, seconds, loaded.playbook.file, reached)


def _play(loaded: LoadedCase) -> tuple[tuple[Problem, ...], frozenset[Mark]]:
    """What was not met, and what was reached.

    Raises:
        BotsError: it could not be played.
    """
    staging = stage_case(loaded, _clips())
    scenario, out = staging.scenario, StringIO()
    configure("json", out, now=scenario.clock.now)
    result = scenario.run(staging.direction.direct)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    evidence = Evidence(staging.direction.seen, events)
    return judge_case(loaded, scenario.times, evidence, result), reached_in(loaded.playbook, events)


def coverage(outcomes: list[CaseOutcome]) -> list[Coverage]:
    """How much of each playbook its tests reached together."""
    reached: dict[str, frozenset[Mark]] = {}
    tests: dict[str, str] = {}
    for one in outcomes:
        if one.playbook:
            reached[one.playbook] = reached.get(one.playbook, frozenset()) | one.reached
            tests.setdefault(one.playbook, one.file)
    return [coverage_of(load_case(tests[playbook]), marks) for playbook, marks in sorted(reached.items())]
