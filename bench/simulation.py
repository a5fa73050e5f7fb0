"""How long a simulated lesson takes: `python -m bench.simulation`."""

import io
import statistics
import sys
import time
from pathlib import Path

from bots.log import configure
from bots.playbook import load
from bots.simulation import Habits, scenario_of

PLAYBOOK = Path(__file__).parent.parent / "playbooks" / "classroom.yaml"
TRIES = 7


def main() -> None:
    """Print the table of docs/simulation.md."""
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
    configure("json", sys.stdout)


if __name__ == "__main__":
    main()
