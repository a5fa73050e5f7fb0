"""The step floor: who speaks in a lecture. The room is asked how it stands, and only what is missing is done."""

from bots.bot.contract.ports import RoomPort
from bots.bot.rules.facts import Person
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.kit import Kit
from bots.bot.steps.people import named
from bots.errors import RequestRefused
from bots.playbook import Floor
from bots.room import FloorDecision

__all__ = ["floor"]

_DECISIONS: dict[str, FloorDecision] = {
    "grant": "granted", "deny": "denied", "release": "released", "cancel": "invite_cancelled",
}  # fmt: skip
_DECIDED = range(1707, 1713)  # somebody else was quicker: the participant, or another moderator (errors.md)


async def floor(kit: Kit, step: Floor, run: Run) -> None:
    """Ask for the floor, take or reject an offer of it, give it back; or decide who has it, or that everybody has.

    Raises:
        CannotDo: the room is no lecture, or a name fits nobody, or several.
    """
    room = kit.presence.parent
    if room.mode != "lecture":
        raise CannotDo(f"there is a floor in lecture mode only; this room has mode {room.mode}")
    decision = step.decision
    if decision is None:
        await _own(kit, room, step.act or "")
        return
    what, who = decision
    done = [one for one in kit.among(_concerned(kit, room, what), who, run) if await _decided(room, one, what)]
    if done:
        kit.log.info("floor_decided", decision=what, people=named(done))


async def _own(kit: Kit, room: RoomPort, act: str) -> None:
    me, floor = room.client_id, room.floor
    if act == "request" and me in floor.offers:
        await room.take_floor_step("accepted")
    elif act == "request" and not room.has_floor and me not in floor.hands:
        await room.take_floor_step("requested")
    elif act == "cancel" and me in floor.hands:
        await room.take_floor_step("cancelled")
    elif act == "release" and me in floor.holders:
        await room.take_floor_step("finished")
    elif act == "reject" and me in floor.offers:
        await room.take_floor_step("rejected")
    elif act in ("open", "close") and floor.is_open != (act == "open"):
        await room.open_floor(is_open=act == "open")
    else:
        return
    kit.log.info("floor_asked", act=act)


def _concerned(kit: Kit, room: RoomPort, what: str) -> tuple[Person, ...]:
    """Those of the room about whom this can be decided now."""
    floor = room.floor
    if what == "invite":
        known = {*floor.holders, *floor.offers}
        return tuple(one for one in kit.presence.people if one.role == "participant" and one.client_id not in known)
    people = {"release": floor.holders, "cancel": floor.offers}.get(what, floor.hands)
    return tuple(person for one in people if (person := kit.presence.person(one)) is not None)


async def _decided(room: RoomPort, person: Person, what: str) -> bool:
    try:
        if what == "invite":
            await room.offer_floor(person.client_id)
        else:
            await room.decide_floor(person.client_id, _DECISIONS[what])
    except RequestRefused as refused:
        if refused.result not in _DECIDED:
            raise
        return False
    return True
