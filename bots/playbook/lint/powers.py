"""What only a moderator may do, or is told, asked of a bot that is none."""

from collections.abc import Iterator

from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.breakouts import Breakouts, Invite
from bots.playbook.model.steps.people import Drop, Lock, Mute, SendBack, Unlock, Unmute
from bots.playbook.model.steps.step import Step
from bots.playbook.model.triggers import InviteRejected

__all__ = ["check_powers"]


def check_powers(playbook: Playbook) -> Iterator[Finding]:
    """Steps that the room will refuse to a participant, and triggers that it never hears of."""
    for bot_id, bot in playbook.bots.items():
        if bot.role == "moderator":
            continue
        for step in playbook.steps_of(bot):
            if _is_moderating(step):
                message = f'only a moderator may do this, and "{bot_id}" is a participant; write role: moderator'
                yield Finding(loc_of(step), "needs-moderator", message)
        for index, rule in enumerate(bot.rules):
            if isinstance(rule.when, InviteRejected):
                message = f'this rule never fires: only moderators are told, and "{bot_id}" is a participant'
                yield Finding(("bots", bot_id, "rules", index, "when"), "never-fires", message, "warning")


def _is_moderating(step: Step) -> bool:
    match step:
        case Breakouts() | Invite() | SendBack() | Drop() | Lock() | Unlock():
            return True
        case Mute() | Unmute():
            return step.who != ("me",)
        case _:
            return False
