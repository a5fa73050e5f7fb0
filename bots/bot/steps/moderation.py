"""What a moderator does: admit, deny."""

from bots.bot.rules.facts import Person
from bots.bot.rules.run import Run
from bots.bot.steps.kit import Kit
from bots.bot.steps.people import named
from bots.errors import RequestRefused
from bots.playbook import Admit, Deny

__all__ = ["admit", "deny"]

_NOT_WAITING = 1155


async def admit(kit: Kit, step: Admit, run: Run) -> None:
    """Let in whom the step means of those who wait; who has gone meanwhile is no failure."""
    done = [person for person in kit.waiting(step.people, run) if await _settled(kit, person, is_admitted=True)]
    if done:
        kit.log.info("people_admitted", people=named(done))


async def deny(kit: Kit, step: Deny, run: Run) -> None:
    """Turn away whom the step means of those who wait."""
    done = [person for person in kit.waiting(step.people, run) if await _settled(kit, person, is_admitted=False)]
    if done:
        kit.log.info("people_denied", people=named(done))


async def _settled(kit: Kit, person: Person, *, is_admitted: bool) -> bool:
    parent = kit.presence.parent
    try:
        await (parent.admit(person.client_id) if is_admitted else parent.deny(person.client_id))
    except RequestRefused as refused:
        if refused.result != _NOT_WAITING:
            raise
        return False
    return True
