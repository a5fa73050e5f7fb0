"""Steps about people: drop, send_back, tell_teacher."""

from collections.abc import Sequence

from bots.bot.contract.messages import Said
from bots.bot.rules.facts import Person
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.begun import Begun
from bots.bot.steps.breakouts import invite_to
from bots.bot.steps.kit import Kit
from bots.errors import BotsError
from bots.playbook import Drop, SendBack, TellTeacher

__all__ = ["drop", "is_teacher", "named", "send_back", "tell_kept", "tell_teacher", "warn_teachers"]


async def drop(kit: Kit, step: Drop, run: Run, begun: Begun) -> None:
    """Remove people from the room that the run is about; who came again after an earlier life did so, stays."""
    room = kit.room_of(run)
    people = kit.people(step.people, run, room)
    if begun.detail is not None:
        people = tuple(person for person in people if person.client_id in begun.detail["clients"])
    if not people:
        return
    await begun.noted({"clients": [person.client_id for person in people]})
    await room.drop([person.client_id for person in people])
    kit.log.info("people_dropped", people=named(people))


async def send_back(kit: Kit, step: SendBack, run: Run) -> None:
    """Invite people again to the breakout they were in last; who is in one, or was in none that is open, stays.

    Raises:
        CannotDo: nobody can be sent back.
    """
    groups: dict[str, list[Person]] = {}
    people = kit.people(step.people, run)
    for person in people:
        room_id = kit.presence.last_breakout(person)
        if room_id is not None and person.client_id not in kit.presence.away:
            groups.setdefault(room_id, []).append(person)
    if not groups and any(person.client_id not in kit.presence.away for person in people):
        raise CannotDo("nobody of them was in a breakout room that is still open")
    for room_id, group in groups.items():
        await invite_to(kit, room_id, group, force=False)


async def tell_teacher(kit: Kit, step: TellTeacher, run: Run) -> None:
    """Write a private line to every teacher; with none here it is kept for the first who comes."""
    await _tell_all(kit, step.text.fill(kit.scope(run.firing)), rule=run.rule_id, step=step.path or step.kind)


async def warn_teachers(kit: Kit, text: str) -> None:
    """As the step, for what no step says; what cannot be said now is kept."""
    try:
        await _tell_all(kit, text, rule=None, step=None)
    except BotsError as failure:
        kit.for_teacher.append(text)
        kit.keep()
        kit.log.warning("teacher_not_told", kept=len(kit.for_teacher), reason=str(failure))


async def _tell_all(kit: Kit, text: str, *, rule: str | None, step: str | None) -> None:
    teachers = [person for person in kit.presence.people if is_teacher(person)]
    if teachers:
        await _tell(kit, [text], teachers)
        return
    kit.for_teacher.append(text)
    kit.keep()
    kit.log.warning("teacher_awaited", rule=rule, step=step, kept=len(kit.for_teacher))


async def tell_kept(kit: Kit, teacher: Person) -> None:
    """A teacher has come: say what was kept, in order; what cannot be said is kept on."""
    lines, kit.for_teacher[:] = list(kit.for_teacher), []
    try:
        await _tell(kit, lines, [teacher])
    except BotsError as failure:
        kit.for_teacher[:0] = lines
        kit.log.warning("teacher_not_told", kept=len(kit.for_teacher), reason=str(failure))
    kit.keep()


def is_teacher(person: Person) -> bool:
    """A moderator who is none of our bots."""
    return person.role == "moderator" and not person.is_bot


async def _tell(kit: Kit, lines: Sequence[str], teachers: Sequence[Person]) -> None:
    parent = kit.presence.parent
    for text in lines:
        await parent.say(text, to=[teacher.client_id for teacher in teachers])
        kit.emit(Said(bot_id=kit.spec.id, room_id=parent.room_id))
    kit.log.info("teacher_told", lines=len(lines), people=named(teachers))


def named(people: Sequence[Person]) -> list[str]:
    """As the log names people."""
    return [person.pseudonym for person in people]
