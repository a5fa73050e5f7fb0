"""Static checks of signals that nobody sends or awaits, and of periods longer than the session."""

from collections.abc import Iterator

from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.talk import SendSignal
from bots.playbook.model.steps.time import WaitFor
from bots.playbook.model.triggers import STOPPING, Every, OnSignal
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.scalars import format_duration
from bots.playbook.values.shape import Loc

__all__ = ["check_signals"]


def check_signals(playbook: Playbook) -> Iterator[Finding]:
    """Everything that bots tell each other in vain, or never come to."""
    steps = list(playbook.all_steps())
    sent = {step.name: None for step in steps if isinstance(step, SendSignal)}
    awaited = dict(_awaited(playbook))
    for loc, name in awaited.items():
        if name not in sent and name != STOPPING:
            message = f'no step sends the signal "{name}"{did_you_mean(name, sent)}'
            yield Finding(loc, "never-fires", message, "warning")
    names = set(awaited.values())
    for step in steps:
        if isinstance(step, SendSignal) and step.name not in names:
            message = f'no rule and no step waits for the signal "{step.name}"{did_you_mean(step.name, names)}'
            yield Finding(loc_of(step, "signal"), "unheard-signal", message, "warning")
    yield from _check_periods(playbook)


def _awaited(playbook: Playbook) -> Iterator[tuple[Loc, str]]:
    """Where a signal is waited for, and which."""
    for bot_id, bot in playbook.bots.items():
        for index, rule in enumerate(bot.rules):
            if isinstance(rule.when, OnSignal):
                yield ("bots", bot_id, "rules", index, "when", "signal"), rule.when.name
    for step in playbook.all_steps():
        if isinstance(step, WaitFor) and isinstance(step.when, OnSignal):
            yield loc_of(step, "wait_for", "when", "signal"), step.when.name


def _check_periods(playbook: Playbook) -> Iterator[Finding]:
    length_s = max(entry.length_s for entry in playbook.schedule)
    for bot_id, bot in playbook.bots.items():
        for index, rule in enumerate(bot.rules):
            if isinstance(rule.when, Every) and rule.when.period_s >= length_s:
                message = f"this rule never fires: the session ends after {format_duration(length_s)}"
                yield Finding(("bots", bot_id, "rules", index, "when", "every"), "never-fires", message, "warning")
