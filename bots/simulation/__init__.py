"""A whole session on a virtual clock: the real engine, the server's real rules in memory, people from a seed."""

from bots.simulation.clips import Clips
from bots.simulation.dates import session_named
from bots.simulation.decisions import Difference, compare, decisions_of, read_log
from bots.simulation.ears import ChatLine
from bots.simulation.loop import Standstill, VirtualClock, VirtualLoop, run_virtually
from bots.simulation.people.actor import Actor, Scene
from bots.simulation.people.plan import Habits, PersonPlan, plan_people
from bots.simulation.rooms import SimulatedRooms
from bots.simulation.scenario import Scenario, Stage, scenario_of

__all__ = [
    "Actor",
    "ChatLine",
    "Clips",
    "Difference",
    "Habits",
    "PersonPlan",
    "Scenario",
    "Scene",
    "SimulatedRooms",
    "Stage",
    "Standstill",
    "VirtualClock",
    "VirtualLoop",
    "compare",
    "decisions_of",
    "plan_people",
    "read_log",
    "run_virtually",
    "scenario_of",
    "session_named",
]
