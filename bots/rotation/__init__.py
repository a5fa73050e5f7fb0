"""Who meets whom: a problem and a seed make a plan, with the bound that proves how good it is. Pure."""

from bots.rotation.bounds import bound, most_rounds
from bots.rotation.plan import Group, Plan
from bots.rotation.problem import PATTERNS, Pattern, Problem, rooms_for
from bots.rotation.regroup import Regrouped, regroup
from bots.rotation.searching.budget import MOVES
from bots.rotation.solve import solve

__all__ = [
    "MOVES",
    "PATTERNS",
    "Group",
    "Pattern",
    "Plan",
    "Problem",
    "Regrouped",
    "bound",
    "most_rounds",
    "regroup",
    "rooms_for",
    "solve",
]
