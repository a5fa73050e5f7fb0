"""What of a playbook the tests have reached: rules, timeline entries, steps, arms of `if`, choices, `invites` entries.

What can be reached is read from the playbook, what was reached from the logs; both are the same marks. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bots.playbook import Bot, Choose, If, LoadedCase, Playbook, Step, rule_names

__all__ = ["Coverage", "Mark", "coverage_of", "reached_in"]

Mark = tuple[str, ...]  # ("rule", bot, name), ("step", path), ("branch", path, arm), ("invites", bot, entry)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one playbook was reached.

    Attributes:
        total, reached: how many marks there are, and how many of these some test reached.
        missed: the others, each as `file:line:column` and a sentence.
    """

    file: str
    total: int
    reached: int
    missed: tuple[tuple[str, str], ...]


def reached_in(playbook: Playbook, events: Iterable[Mapping[str, Any]]) -> frozenset[Mark]:
    """The marks that a session reached."""
    bots = {one.id: one.bot_id for one in playbook.instances()}
    found: set[Mark] = set()
    for event in events:
        bot = bots.get(str(event.get("bot")), "")
        match event["event"]:
            case "run_started":
                found.add(("rule", bot, str(event["rule"]).partition(" #")[0]))
            case "step_finished":
                found.add(("step", str(event["step"])))
            case "branch_taken":
                found.add(("branch", str(event["step"]), str(event["branch"])))
            case "invite_decided":
                found.add(("invites", bot, str(event["entry"])))
            case _:
                pass
    return frozenset(found)


def coverage_of(loaded: LoadedCase, reached: frozenset[Mark]) -> Coverage:
    """What of the playbook of a test some test has reached."""
    marks = dict(_marks(loaded))
    missed = tuple(told for mark, told in marks.items() if mark not in reached)
    return Coverage(loaded.playbook.file, len(marks), len(marks) - len(missed), missed)


def _marks(loaded: LoadedCase) -> Iterator[tuple[Mark, tuple[str, str]]]:
    """Every mark of the playbook, with its place and what is said if nothing reached it; rules before their steps."""
    for bot_id, bot in loaded.playbook.bots.items():
        rules, entries = len(bot.rules), len(bot.timeline)
        ways = [*(("rules", n) for n in range(rules)), *(("timeline", n) for n in range(entries))]
        for name, (section, index) in zip(rule_names(bot), ways, strict=True):
            noun, entries_of = ("rule", bot.rules) if section == "rules" else ("timeline entry", bot.timeline)
            first = entries_of[index].steps[0].where
            is_here = first.startswith(f"{loaded.source.file}:")  # not brought by `use` from another file
            place = loaded.place("bots", bot_id, section, index) if is_here else first
            yield ("rule", bot_id, name), (place, f"{noun} {name!r} never ran")
        yield from _invites(loaded, bot_id, bot)
        for step in loaded.playbook.steps_of(bot):
            yield ("step", step.path), (step.where, f"step {step.kind} was never reached")
            for arm, told in _arms(step):
                yield ("branch", step.path, arm), (step.where, told)


def _arms(step: Step) -> Iterator[tuple[str, str]]:
    """The ways on from a step, as the log names them, and what is said of one that was never taken."""
    if isinstance(step, If):
        for arm, word in (("then", "true"), ("else", "false")):
            yield arm, f"the condition “{step.condition.text}” was never {word}"
    if isinstance(step, Choose):
        for number in range(1, len(step.choices) + 1):
            yield f"choice {number}", f"choice {number} was never drawn"


def _invites(loaded: LoadedCase, bot_id: str, bot: Bot) -> Iterator[tuple[Mark, tuple[str, str]]]:
    entries = len(bot.invites.entries)
    last = entries + ("otherwise" in bot.invites.model_fields_set)
    for number in range(last):
        what = "“otherwise”" if number == entries else f"entry {number + 1}"
        place = loaded.place("bots", bot_id, "invites", number)
        yield ("invites", bot_id, str(number)), (place, f"{what} of the invites of {bot_id} never decided")
