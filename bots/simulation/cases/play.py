"""Play one test: its people and its playbook in virtual time, then the judgement."""

from dataclasses import dataclass

from bots.fleet import session_times
from bots.playbook import LoadedCase
from bots.simulation.cases.direction import Direction
from bots.simulation.clips import Clips
from bots.simulation.dates import session_named
from bots.simulation.people.plan import Habits
from bots.simulation.scenario import Scenario, planned_start, scenario_of

__all__ = ["Staging", "stage_case"]


@dataclass(frozen=True, slots=True)
class Staging:
    """A test, ready to be played: `scenario.run(direction.direct)`."""

    scenario: Scenario
    direction: Direction


def stage_case(loaded: LoadedCase, clips: Clips) -> Staging:
    """Prepare a test.

    Raises:
        ConfigError: it names a session that there is not.
        ScheduleError: a clock time without a zone.
    """
    case, playbook = loaded.case, loaded.playbook
    session_id, starts_at = session_named(playbook, case.session or "")
    starts_at = starts_at or planned_start(playbook, session_id)
    direction = Direction(case, playbook, session_times(playbook, starts_at, session_id))
    scenario = scenario_of(
        playbook, habits=Habits(people=0), seed=case.seed, session_id=session_id, starts_at=starts_at, clips=clips,
        begins_at=direction.begins_at,
    )  # fmt: skip
    return Staging(scenario, direction)
