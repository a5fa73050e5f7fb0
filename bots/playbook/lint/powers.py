"""What only a moderator may do, or is told, asked of a bot that is none."""

from collections.abc import Iterator

from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.model.cast import Bot
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.breakouts import Accept, Breakouts, Invite
from bots.playbook.model.steps.moderation import (
    Admit,
    ChangeRole,
    Deny,
    Extend,
    Floor,
    Knock,
    Mode,
    Pin,
    Recording,
    Spotlight,
)
from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.people import Drop, Lock, Mute, SendBack, Unlock, Unmute
from bots.playbook.model.steps.step import Step, every_step
from bots.playbook.model.triggers import HandRaised, InviteRejected, Waiting

__all__ = ["check_powers"]


def check_powers(playbook: Playbook) -> Iterator[Finding]:
    """Steps that the room will refuse to a participant, and triggers that it never hears of."""
    looked_at: set[str] = set()
    for bot_id, bot in playbook.bots.items():
        if bot.role == "moderator":
            continue
        for index, window in enumerate(bot.invites.entries):
            if window.role == "moderator":
                yield Finding(("bots", bot_id, "invites", index, "role"), "role-lowered", _lowered(bot_id), "warning")
        for step in _steps_of(bot, playbook, looked_at):
            if isinstance(step, Accept) and step.role == "moderator":
                yield Finding(loc_of(step), "role-lowered", _lowered(bot_id), "warning")
            if _is_moderating(step):
                message = f'only a moderator may do this, and "{bot_id}" is a participant; write role: moderator'
                yield Finding(loc_of(step), "needs-moderator", message)
        for index, rule in enumerate(bot.rules):
            if isinstance(rule.when, InviteRejected | Waiting | HandRaised):
                message = f'this rule never fires: only moderators are told, and "{bot_id}" is a participant'
                yield Finding(("bots", bot_id, "rules", index, "when"), "never-fires", message, "warning")


def _lowered(bot_id: str) -> str:
    return f'"{bot_id}" is a participant, so it goes into breakouts as one'


def _steps_of(bot: Bot, playbook: Playbook, looked_at: set[str]) -> Iterator[Step]:
    """All that a bot can come to but the named lists that were looked at for another bot, which has said it."""
    waiting = list(bot.step_lists())
    while waiting:
        for step in every_step(waiting.pop(0)):
            yield step
            if isinstance(step, RunSteps) and step.name not in looked_at:
                looked_at.add(step.name)
                waiting.append(playbook.steps.get(step.name, ()))


def _is_moderating(step: Step) -> bool:
    match step:
        case (
            Breakouts()
            | Invite()
            | SendBack()
            | Drop()
            | Lock()
            | Unlock()
            | Admit()
            | Deny()
            | ChangeRole()
            | Recording()
            | Extend()
            | Mode()
            | Knock()
            | Pin()
            | Spotlight()
        ):
            return True
        case Floor():
            return step.is_moderating
        case Mute() | Unmute():
            return step.who != ("me",)
        case _:
            return False
