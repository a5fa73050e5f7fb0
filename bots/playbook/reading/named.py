"""What only a whole playbook shows of its named step lists: circles, depth, and facts that nobody knows there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.step import Step, every_step, inner_lists
from bots.playbook.model.triggers import facts_for
from bots.playbook.problem import MOST_PROBLEMS, Problem
from bots.playbook.reading.plain import locate
from bots.playbook.reading.source import Document

__all__ = ["problems_of_lists"]

_MOST_DEEP = 40  # steps inside steps, through all lists; each is a few frames of the interpreter's stack


@dataclass(frozen=True, slots=True)
class _Summary:
    """What a list asks of whoever runs it, with the lists that it runs: levels of steps, and facts."""

    depth: int
    facts: frozenset[str]


def problems_of_lists(playbook: Playbook, facts: Mapping[str, frozenset[str]], document: Document) -> list[Problem]:
    """The problems of the named lists and of the steps that run them.

    Args:
        facts: the places of the facts (`person`, `count`) that each list asks for by itself.
    """

    def problem(step: Step, problem_id: str, message: str) -> Problem:
        owner = document.at(step.loc)
        assert owner.root is not None, "a document that could be read"
        return owner.problem_at(locate(owner.root, (*step.loc, step.kind)).node.place, problem_id, message)

    lists = playbook.steps
    runs = {name: [step for step in every_step(steps) if isinstance(step, RunSteps)] for name, steps in lists.items()}
    order, circles = _order(runs)
    if circles:
        sentence = "these step lists run each other in a circle, without an end"
        return [problem(step, "circular-run", f"{sentence}: {' -> '.join(way)}") for step, way in circles]
    known: dict[str, _Summary] = {}
    for name in order:
        below = [known[step.name].facts for step in runs[name] if step.name in known]
        depth = _depth(lists[name], known)
        known[name] = _Summary(depth, facts.get(name, frozenset()).union(*below))
    return [problem(step, *told) for step, *told in chain(_too_deep(playbook, known), _unknown_facts(playbook, known))]


def _order(runs: Mapping[str, Sequence[RunSteps]]) -> tuple[list[str], list[tuple[RunSteps, list[str]]]]:
    """The lists so that each comes after those that it runs, and the circles with the steps that close them."""
    order: list[str] = []
    circles: list[tuple[RunSteps, list[str]]] = []
    done: set[str] = set()
    for first in runs:
        way: dict[str, Iterator[RunSteps]] = {} if first in done else {first: iter(runs[first])}
        while way:
            name = next(reversed(way))
            step = next(way[name], None)
            if step is None:
                del way[name]
                done.add(name)
                order.append(name)
            elif step.name in way:
                if len(circles) == MOST_PROBLEMS:
                    return order, circles
                names = list(way)
                circles.append((step, [*names[names.index(step.name) :], step.name]))
            elif step.name in runs and step.name not in done:
                way[step.name] = iter(runs[step.name])
    return order, circles


def _depth(steps: Sequence[Step], known: Mapping[str, _Summary]) -> int:
    """How many levels of steps there are, through the lists that are run."""
    deepest = 0
    for step in steps:
        below = max((_depth(inner, known) for inner in inner_lists(step)), default=0)
        if isinstance(step, RunSteps) and step.name in known:
            below = known[step.name].depth
        deepest = max(deepest, 1 + below)
    return deepest


def _too_deep(playbook: Playbook, known: Mapping[str, _Summary]) -> Iterator[tuple[Step, str, str]]:
    for bot in playbook.bots.values():
        for steps in bot.step_lists():
            for step in every_step(steps):
                if isinstance(step, RunSteps) and step.name in known and known[step.name].depth >= _MOST_DEEP:
                    message = f'"{step.name}" has lists that run lists more than {_MOST_DEEP} levels deep'
                    yield step, "too-deep", message


def _unknown_facts(playbook: Playbook, known: Mapping[str, _Summary]) -> Iterator[tuple[Step, str, str]]:
    for bot in playbook.bots.values():
        here = [(entry.steps + entry.if_fails, frozenset[str]()) for entry in bot.timeline]
        here += [(rule.steps + rule.if_fails, facts_for(rule.when)) for rule in bot.rules]
        for steps, facts in here:
            for step in every_step(steps):
                if not isinstance(step, RunSteps) or step.name not in known:
                    continue
                if missing := known[step.name].facts & {"person", "message"} - facts:
                    yield step, "unknown-name", _sentence(step, sorted(missing)[0])


def _sentence(step: RunSteps, fact: str) -> str:
    where = "a rule with chat" if fact == "message" else "a rule that somebody triggers"
    return f'"{step.name}" asks for "{fact}", which is known only in {where}'
