"""Static checks of the flow: named lists that nothing runs, and repeats that never end or do too much."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import ceil

from bots.playbook.language.expression import Expression
from bots.playbook.language.scope import Scope
from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.step import MOST_STEPS, Choose, If, Parallel, Repeat, Step, every_step, inner_lists

__all__ = ["check_flow", "unrolled"]

Lists = Mapping[str, tuple[Step, ...]]
_MOST_UNROLLED = 200
_QUICK = frozenset(
    ("say", "stop", "if", "choose", "repeat", "parallel", "run", "accept", "reject", "mute", "unmute", "log")
)  # steps that may take no time at all


def check_flow(playbook: Playbook) -> Iterator[Finding]:
    """Everything that is wrong with the ways through the steps."""
    yield from _check_use(playbook)
    pace = _Pace(playbook.steps)
    for step in playbook.all_steps():
        if isinstance(step, Repeat) and (reason := _why_endless(step, pace)):
            yield Finding(loc_of(step, "repeat"), "endless-repeat", reason)
    yield from _check_counts(playbook)


def unrolled(steps: Sequence[Step], lists: Lists) -> Iterator[Step]:
    """The steps that are done for certain, one after the other, the first two hundred: lists run, rounds repeated."""
    return islice(_unroll(steps, lists), _MOST_UNROLLED)


def _unroll(steps: Sequence[Step], lists: Lists) -> Iterator[Step]:
    for step in steps:
        match step:
            case RunSteps(name=name) if name in lists:
                yield from _unroll(lists[name], lists)
            case Repeat(times=int(times), until=None):
                for _ in range(times):
                    yield from _unroll(step.steps, lists)
            case _:
                yield step


def _check_use(playbook: Playbook) -> Iterator[Finding]:
    runs = {name: _names_in(steps) for name, steps in playbook.steps.items()}
    waiting = {name for bot in playbook.bots.values() for steps in bot.step_lists() for name in _names_in(steps)}
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        used.add(name)
        waiting |= runs.get(name, set()) - used
    for name in playbook.steps:
        if name not in used:
            yield Finding(("steps", name), "unused-steps", f'no bot runs "{name}"', "warning", is_about_key=True)


def _names_in(steps: Sequence[Step]) -> set[str]:
    return {step.name for step in every_step(steps) if isinstance(step, RunSteps)}


def _why_endless(step: Repeat, pace: "_Pace") -> str:
    """Why this would repeat without an end, or all at once; nothing if it would not."""
    if step.times is not None:
        return ""
    if isinstance(step.until, Expression) and not step.until.facts and not step.until.evaluate(Scope()):
        return 'this repeats without an end: the condition of "until" never holds; write "times"'
    if step.every_s is None and pace.is_quick(step.steps):
        return 'a round of this takes no time, so all of them come at once; write "every", like every: 10s'
    return ""


class _Pace:
    """Which steps may take no time at all."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._known: dict[str, bool] = {}

    def is_quick(self, steps: Sequence[Step]) -> bool:
        return all(self._is_quick(step) for step in every_step(steps))

    def _is_quick(self, step: Step) -> bool:
        if isinstance(step, Repeat) and step.every_s is not None:
            return False
        if isinstance(step, RunSteps):
            if step.name not in self._known:
                self._known[step.name] = self.is_quick(self._lists.get(step.name, ()))
            return self._known[step.name]
        return step.kind in _QUICK


def _check_counts(playbook: Playbook) -> Iterator[Finding]:
    length_s = max(entry.length_s for entry in playbook.schedule)
    count = _Count(playbook.steps, length_s)
    for bot_id, bot in playbook.bots.items():
        for number, entry in enumerate(bot.timeline):
            most = count.of(entry.steps, entry.at.after_start_s(length_s))
            yield from _judge(("bots", bot_id, "timeline", number, "at"), most)
        for number, rule in enumerate(bot.rules):
            yield from _judge(("bots", bot_id, "rules", number, "when"), count.of(rule.steps))


def _judge(loc: tuple[str | int, ...], count: int) -> Iterator[Finding]:
    if count > MOST_STEPS:
        message = f"this does at least {count:,} steps in one run; a run has at most {MOST_STEPS:,}"
        yield Finding(loc, "too-many-steps", message)


class _Count:
    """How many steps a run performs at least."""

    def __init__(self, lists: Lists, length_s: float) -> None:
        self._lists = lists
        self._length_s = length_s
        self._known: dict[str, int] = {}

    def of(self, steps: Sequence[Step], begins_s: float | None = None) -> int:
        """Of these steps, begun at this second after the start; None if nobody knows, as in a named list."""
        return sum(1 + self._inside(step, begins_s) for step in steps)

    def _inside(self, step: Step, begins_s: float | None) -> int:
        match step:
            case RunSteps(name=name):
                if name not in self._known:
                    self._known[name] = self.of(self._lists.get(name, ()))
                return self._known[name]
            case Repeat():
                return self._rounds(step, begins_s) * self.of(step.steps, begins_s)
            case If() | Choose():
                return min(self.of(inner, begins_s) for inner in inner_lists(step))
            case Parallel():
                return sum(self.of(inner, begins_s) for inner in inner_lists(step))
            case _:
                return 0

    def _rounds(self, step: Repeat, begins_s: float | None) -> int:
        if isinstance(step.until, Expression):
            return 0
        if step.until is None:
            return step.times or 0
        ends_s = step.until.after_start_s(self._length_s)
        if ends_s is None or begins_s is None or step.every_s is None:
            return 0
        rounds = max(0, ceil((ends_s - begins_s) / step.every_s))
        return rounds if step.times is None else min(rounds, step.times)
