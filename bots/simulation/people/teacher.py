"""A human teacher for playbooks that expect one: comes before everybody, opens breakout rooms, calls everybody back."""

import asyncio
from datetime import datetime

from bots.simulation.people.actor import Actor
from bots.simulation.scenario import Stage

__all__ = ["teach"]

GROUPS_AT, BACK_AT = 0.2, 0.7  # shares of the session's length
CAPACITY = 5
MOST_ROOMS = 10  # EnableX has no more
AFTER_INVITES_S = 1.0
STAYS_S = 3.0


async def teach(stage: Stage) -> None:
    """Give a lesson: greet, let in who waits, open rooms for groups of up to five, invite, close them, say goodbye."""
    starts_at, length = stage.times.starts_at, stage.times.ends_at - stage.times.starts_at
    teacher = Actor(stage.scene, "human-teacher", name="Ms Vega", role="moderator", admits=True)
    try:
        await teacher.come()
        await _until(stage, starts_at)
        await teacher.write("Good morning!")
        await _until(stage, starts_at + GROUPS_AT * length)
        await teacher.unless_refused(_open_groups(teacher))
        await _until(stage, starts_at + BACK_AT * length)
        await teacher.unless_refused(teacher.close())
        await _until(stage, stage.times.ends_at)
        await asyncio.sleep(STAYS_S)
    finally:
        await teacher.stop()


async def _open_groups(teacher: Actor) -> None:
    pupils = teacher.pupils
    names = [f"group-{number}" for number in range(1, min(MOST_ROOMS, -(-len(pupils) // CAPACITY)) + 1)]
    if not names:
        return
    await teacher.open(names, CAPACITY)
    await asyncio.sleep(AFTER_INVITES_S)
    for number, name in enumerate(names):
        await teacher.invite(pupils[number :: len(names)][:CAPACITY], name)


async def _until(stage: Stage, at: datetime) -> None:
    """Wait for a moment, or for the end of the session if that is sooner."""
    over = asyncio.ensure_future(stage.over.wait())
    try:
        await asyncio.wait([over], timeout=max(0.0, (at - stage.scene.clock.now()).total_seconds()))
    finally:
        over.cancel()
