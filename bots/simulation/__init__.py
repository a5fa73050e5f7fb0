"""A whole session on a virtual clock: the real engine, the server's real rules in memory, people from a seed."""

from bots.simulation.cases.coverage import Coverage, Mark, coverage_of, reached_in
from bots.simulation.cases.evidence import Evidence
from bots.simulation.cases.judge import judge_case
from bots.simulation.cases.play import Staging, stage_case
from bots.simulation.clips import Clips
from bots.simulation.console import HELP, Asked, Done, Line, Moved, Nothing, Unclear, read_line
from bots.simulation.dates import session_named
from bots.simulation.ears import ChatLine
from bots.simulation.loop import Standstill, VirtualClock, VirtualLoop, run_virtually
from bots.simulation.people.actor import Actor, Scene
from bots.simulation.people.doing import appearance, do
from bots.simulation.people.plan import Habits, PersonPlan, plan_people
from bots.simulation.people.teacher import teach
from bots.simulation.rooms import SimulatedRooms
from bots.simulation.scenario import Scenario, Stage, scenario_of

__all__ = [
    "HELP",
    "Actor",
    "Asked",
    "ChatLine",
    "Clips",
    "Coverage",
    "Done",
    "Evidence",
    "Habits",
    "Line",
    "Mark",
    "Moved",
    "Nothing",
    "PersonPlan",
    "Scenario",
    "Scene",
    "SimulatedRooms",
    "Stage",
    "Staging",
    "Standstill",
    "Unclear",
    "VirtualClock",
    "VirtualLoop",
    "appearance",
    "coverage_of",
    "do",
    "judge_case",
    "plan_people",
    "reached_in",
    "read_line",
    "run_virtually",
    "scenario_of",
    "session_named",
    "stage_case",
    "teach",
]
