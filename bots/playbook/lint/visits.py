"""Rules about breakout rooms, of bots that go into none: they see nothing of what happens there."""

from collections.abc import Iterator
from itertools import chain

from bots.playbook.lint.finding import Finding
from bots.playbook.model.cast import Bot
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.breakouts import Invite
from bots.playbook.model.steps.reach import Reach

__all__ = ["check_visits"]

_WAYS_IN = ("accept", "join")  # steps


def check_visits(playbook: Playbook) -> Iterator[Finding]:
    """Rules with `in: breakouts` about what only somebody inside sees, of bots that are never inside."""
    if _is_forced(playbook):
        return
    ways = Reach(playbook.steps, lambda step: (step.kind,) if step.kind in _WAYS_IN else ())
    for bot_id, bot in playbook.bots.items():
        about = [n for n, rule in enumerate(bot.rules) if rule.within == "breakouts" and rule.when.is_placed]
        if not about or _accepts(bot) or ways.of(tuple(chain.from_iterable(bot.step_lists()))):
            continue
        message = f'this rule never fires: "{bot_id}" goes into no breakout room; a bot that accepts invites does'
        for index in about:
            yield Finding(("bots", bot_id, "rules", index, "in"), "never-fires", message, "warning")


def _accepts(bot: Bot) -> bool:
    return "accept" in (bot.invites.otherwise, *(entry.then for entry in bot.invites.entries))


def _is_forced(playbook: Playbook) -> bool:
    """Does anything move people into breakout rooms without asking?"""
    steps = (step.force for step in playbook.all_steps() if isinstance(step, Invite))
    return any(steps) or any(rotation.force for rotation in playbook.rotations.values())
