"""People who live what was planned for them."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bots.simulation.people.actor import Actor, Scene
from bots.simulation.people.plan import Drop, PersonPlan

__all__ = ["Crowd", "Person"]


class Person:
    """One person in a simulated room; `run` is their session."""

    def __init__(self, plan: PersonPlan, scene: Scene) -> None:
        self._plan = plan
        self._clock = scene.clock
        self._actor = Actor(
            scene, plan.id, name=plan.name, invites=plan.invites, answers_after_s=plan.answers_after_s
        )  # fmt: skip

    async def run(self) -> None:
        """Come, take part, go."""
        plan, actor = self._plan, self._actor
        if plan.arrives_at is None:
            actor.tell("stays away")
            return
        await self._until(plan.arrives_at)
        await actor.come("comes late" if plan.is_late else "comes")
        for at, text in plan.chats:
            actor.spawn(self._chat(at, text))
        try:
            if plan.drop is not None:
                await self._drop(plan.drop)
            await self._until(plan.leaves_at)
            actor.tell("leaves")
        finally:
            await actor.stop()

    async def _drop(self, drop: Drop) -> None:
        await self._until(drop.at)
        await self._actor.drop_out()
        await asyncio.sleep(drop.back_after_s)
        self._actor.name = drop.name
        await self._actor.come("comes back", f"as {drop.name}")

    async def _chat(self, at: datetime, text: str) -> None:
        await self._until(at)
        await self._actor.write(text)

    async def _until(self, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - self._clock.now()).total_seconds()))


class Crowd:
    """All planned people of a session; use it as an async context manager, which sends them home at the end."""

    def __init__(self, make: Callable[[PersonPlan], Person], plans: tuple[PersonPlan, ...]) -> None:
        self._people = [make(plan) for plan in plans]
        self._lives: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Crowd":
        self._lives = [asyncio.create_task(person.run(), name="person") for person in self._people]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nobody is waited for: the session is over.

        Raises:
            BaseException: what a person's life ended with, if it was a fault of ours.
        """
        for life in self._lives:
            life.cancel()
        ends = await asyncio.gather(*self._lives, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end
