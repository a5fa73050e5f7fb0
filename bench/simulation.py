"""How long a simulated lesson takes, and a school week of them: `python -m bench.simulation`."""

import io
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

from bots.log import configure
from bots.playbook import Playbook, load
from bots.simulation import Habits, scenario_of

PLAYBOOK = Path(__file__).parent.parent / "playbooks" / "classroom.yaml"
TRIES = 7
DAYS, LESSONS, PEOPLE = 5, 6, 30
WEEK_BUDGET_S = 20.0


def main() -> None:
    """Print the table of docs/simulation.md, and the week of docs/performance.md."""
    playbook = load(str(PLAYBOOK), environment={"ROOM": "simulated"}, inputs={})
    print(f"{PLAYBOOK.name}, {playbook.entry().length_s / 60:g} minutes; seconds, median of {TRIES}")
    for people in (0, 30, 100, 200):
        times = []
        out = io.StringIO()
        for _ in range(TRIES):
            scenario = scenario_of(playbook, habits=Habits(people=people))
            out = io.StringIO()
            configure("json", out, now=scenario.clock.now)
            began = time.perf_counter()
            scenario.run()
            times.append(time.perf_counter() - began)
        events = len(out.getvalue().splitlines())
        print(f"{people:4} people: {statistics.median(times):5.2f} s (most {max(times):.2f} s), {events} events")
    seconds, events = week(playbook)
    configure("json", sys.stdout)
    print(
        f"a school week, {DAYS} days of {LESSONS} lessons with {PEOPLE} people: "
        f"{seconds:.1f} s of {WEEK_BUDGET_S:g} s, {events} events"
    )


def week(playbook: Playbook) -> tuple[float, int]:
    """Seconds and events of a school week, every lesson with people of its own."""
    first = scenario_of(playbook).times.starts_at
    events, began = 0, time.perf_counter()
    for day in range(DAYS):
        for lesson in range(LESSONS):
            starts_at = first + timedelta(days=day, hours=lesson)
            seed = day * LESSONS + lesson
            scenario = scenario_of(playbook, habits=Habits(people=PEOPLE), seed=seed, starts_at=starts_at)
            out = io.StringIO()
            configure("json", out, now=scenario.clock.now)
            scenario.run()
            events += len(out.getvalue().splitlines())
    return time.perf_counter() - began, events


if __name__ == "__main__":
    main()
