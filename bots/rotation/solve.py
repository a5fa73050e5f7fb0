"""From a problem to a plan, for every pattern."""

from dataclasses import replace
from typing import assert_never

from bots.errors import RotationError
from bots.rotation.bounds import bound
from bots.rotation.plan import Plan
from bots.rotation.problem import Problem
from bots.rotation.rules import Rules, rules_of
from bots.rotation.searching.budget import MOVES, Budget
from bots.rotation.searching.mix import Lines, mixed

__all__ = ["solve"]

_ENOUGH = 200  # moves for each pair in each round: few people are searched through long before the budget is spent


def solve(problem: Problem, *, seed: int = 0, moves: int = MOVES, seconds: float = 1.0) -> Plan:
    """A plan that keeps every hard rule, with as few repeats as could be found.

    Args:
        problem: what is asked.
        seed: of every choice; the same seed and moves give the same plan on every machine.
        moves: how many exchanges the search may try, at most; few people need fewer.
        seconds: when this time is over, the best plan so far is taken; the plan says so (`is_cut`).

    Raises:
        RotationError: the rules exclude each other; names the people concerned.
    """
    rules = rules_of(problem)
    budget = Budget(min(moves, _ENOUGH * len(problem.people) ** 2 * problem.rounds), seconds)
    match problem.pattern:
        case "mix" | "pairs":
            lines, method = mixed(rules, [problem.rooms] * problem.rounds, seed, budget)
        case "fixed":
            lines, method = mixed(rules, [problem.rooms], seed, budget)
            lines = lines * problem.rounds
        case "jigsaw":
            lines, method = _jigsaw(problem, rules, seed, budget)
        case "carousel":
            lines, method = _carousel(problem, rules, seed, budget)
        case _:
            assert_never(problem.pattern)
    is_jigsaw = problem.pattern == "jigsaw"
    counts = [max(line) + 1 for line in lines] if is_jigsaw else [problem.rooms] * problem.rounds
    least = bound(counts, len(problem.people), always=rules.always, never=rules.never)
    return Plan(problem, tuple(map(tuple, lines)), least, method, is_cut=budget.is_cut)


def _jigsaw(problem: Problem, rules: Rules, seed: int, budget: Budget) -> tuple[Lines, str]:
    """Home groups, then one person of each home group in each expert group, and home again."""
    experts = min(problem.size, max(1, len(problem.people) // 2)) if problem.never_alone else problem.size
    for unit, room in rules.room_of.items():
        if room >= experts:
            names = rules.names([unit])
            said = f"{', '.join(names)} cannot stay in room {room + 1}: there are {experts} expert groups"
            raise RotationError(said, names)
    lines, method = mixed(rules, [problem.rooms, experts], seed, budget)
    return [lines[number % 2] for number in range(problem.rounds)], method


def _carousel(problem: Problem, rules: Rules, seed: int, budget: Budget) -> tuple[Lines, str]:
    """Groups stay together and go on to the next room; people with a room of their own stay in it."""
    still = {person: room for unit, room in rules.room_of.items() for person in rules.units[unit]}
    for unit in rules.room_of:
        for other in rules.apart[unit]:
            names = rules.names([unit, other])
            raise RotationError(f"{', '.join(names)}: in a carousel every group comes to every room", names)
    movers = [person for person in range(len(problem.people)) if person not in still]
    walking = replace(problem, people=tuple(problem.people[person] for person in movers), never_alone=not still)
    (first,), method = mixed(rules_of(walking), [problem.rooms], seed, budget)
    home = still | dict(zip(movers, first, strict=True))
    lines = [
        [home[person] if person in still else (home[person] + turn) % problem.rooms for person in range(len(home))]
        for turn in range(problem.rounds)
    ]
    return lines, method
