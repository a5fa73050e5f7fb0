"""One act of a test or of the console, done by an actor."""

import asyncio

from bots.playbook import EVERYBODY, Act, Playbook, Role
from bots.simulation.people.actor import Actor

__all__ = ["appearance", "do"]


def appearance(playbook: Playbook, who: str) -> tuple[str, Role]:
    """The name and role that somebody comes with: the roster's, if this is an id of it."""
    entry = next((one for one in playbook.roster if one.id == who), None)
    return (entry.name, entry.role) if entry else (who[:1].upper() + who[1:], "participant")


async def do(actor: Actor, act: Act) -> None:
    """Do it.

    Raises:
        BotsError: the room refuses it.
    """
    match act.verb:
        case "joins":
            await (actor.come() if not actor.is_here else _nothing(actor, "is here already"))
        case "leaves":
            await actor.go()
        case "drops":
            await _drop(actor, act.drops or 0.0)
        case "says":
            await actor.write(act.says or "")
        case "talks":
            await actor.talk(act.talks or 0.0)
        case "accepts" | "refuses" | "ignores" as verb:
            actor.invites = "reject" if verb == "refuses" else "accept" if verb == "accepts" else "ignore"
            actor.tell(f"{verb} invites from now on")
        case "goes":
            await actor.come_back()
        case "raises":
            await actor.raise_hand()
        case _:
            await _teach(actor, act)


async def _teach(actor: Actor, act: Act) -> None:
    if act.opens is not None:
        await actor.open(act.opens.names, act.opens.capacity)
    elif act.invites is not None:
        people = act.invites.people
        await actor.invite(None if EVERYBODY in people else people, act.invites.to)
    elif act.admits is not None or act.denies is not None:
        people = act.admits or act.denies or ()
        await actor.settle(None if EVERYBODY in people else people, is_admitted=act.admits is not None)
    else:
        await actor.close()


async def _drop(actor: Actor, back_after_s: float) -> None:
    await actor.drop_out()
    if back_after_s:
        await asyncio.sleep(back_after_s)
        await actor.come("comes back")


async def _nothing(actor: Actor, why: str) -> None:
    actor.tell(why)
