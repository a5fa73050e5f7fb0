"""What a moderator does: admit, deny, role, record, extend, mode, knock, pin, spotlight."""

from bots.bot.rules.facts import Person
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.kit import Kit
from bots.bot.steps.people import named
from bots.bot.waiting import done_within
from bots.errors import RequestRefused
from bots.playbook import Admit, ChangeRole, Deny, Knock, Mode, Pin, Recording, Spotlight

__all__ = ["admit", "change_role", "deny", "extend", "knock", "record", "show", "switch_mode"]

_NOT_WAITING = 1155
_AS_IT_IS = 1177
_TOLD_WITHIN_S = 5.0  # the news of a new role follows the answer


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


async def change_role(kit: Kit, step: ChangeRole, run: Run) -> None:
    """Give people another role, or the bot's own away; ends when the room has told of it.

    Raises:
        CannotDo: the moderator's role is handed over to nobody, or to several.
    """
    what, who = step.change
    parent, people = kit.presence.parent, kit.people(who, run)
    role = "moderator" if what == "hand_over" else what
    if what == "hand_over" and not parent.is_moderator:
        return  # an earlier life has handed it over
    if what == "hand_over" and len(people) != 1:
        raise CannotDo(f"the moderator's role is handed over to one person; {len(people)} are meant")
    changed = [person for person in people if person.role != role]
    if not changed:
        return
    if what == "hand_over":
        await parent.hand_over(changed[0].client_id)
    else:
        await parent.change_roles({person.client_id: role for person in changed})
    await done_within(kit.clock, _told(kit, [person.client_id for person in changed], role), _TOLD_WITHIN_S)
    kit.log.info("roles_changed", people=named(changed), role=role)


async def record(kit: Kit, step: Recording) -> None:
    """Have the room recorded, or end that; what is so already, or others do at this moment, is no failure."""
    parent, is_wanted = kit.presence.parent, step.act == "start"
    if parent.is_recorded == is_wanted:
        return
    try:
        await (parent.start_recording() if is_wanted else parent.stop_recording())
    except RequestRefused as refused:
        if refused.result != _AS_IT_IS:
            raise
        return
    kit.log.info("recording_asked", act=step.act)


async def extend(kit: Kit) -> None:
    """Put off the end of the room; one that nothing ends refuses it."""
    by_min = await kit.presence.parent.extend()
    kit.log.info("room_extended", by_min=by_min)


async def switch_mode(kit: Kit, step: Mode) -> None:
    """Make the room a group or a lecture; ends when the room has told of it. What is so already is no failure."""
    parent = kit.presence.parent
    if parent.mode == step.mode:
        return
    await parent.switch_mode(step.mode)
    await done_within(kit.clock, _switched(kit, step.mode), _TOLD_WITHIN_S)
    kit.log.info("mode_switched", mode=step.mode)


async def knock(kit: Kit, step: Knock) -> None:
    """Have participants wait to be let in, or end that."""
    await kit.presence.parent.set_knock(is_on=step.act == "on")
    kit.log.info("knock_switched", act=step.act)


async def show(kit: Kit, step: Pin | Spotlight, run: Run) -> None:
    """Pin people or put them into the spotlight, or end that; what is so already is not asked for."""
    parent = kit.presence.parent
    what, who = step.change
    is_on, is_pin = what == "people", isinstance(step, Pin)
    there = parent.pinned if is_pin else parent.in_spotlight
    changed = [person for person in kit.people(who, run) if (person.client_id in there) != is_on]
    if changed:
        ids = [person.client_id for person in changed]
        await (parent.pin(ids, is_on=is_on) if is_pin else parent.spotlight(ids, is_on=is_on))
        kit.log.info("people_shown", people=named(changed), how=step.kind, act="begin" if is_on else "end")


async def _switched(kit: Kit, mode: str) -> None:
    while kit.presence.parent.mode != mode:
        await kit.changed.wait()


async def _told(kit: Kit, client_ids: list[str], role: str) -> None:
    while any(one is not None and one.role != role for one in map(kit.presence.parent.participants.get, client_ids)):
        await kit.changed.wait()


async def _settled(kit: Kit, person: Person, *, is_admitted: bool) -> bool:
    parent = kit.presence.parent
    try:
        await (parent.admit(person.client_id) if is_admitted else parent.deny(person.client_id))
    except RequestRefused as refused:
        if refused.result != _NOT_WAITING:
            raise
        return False
    return True
