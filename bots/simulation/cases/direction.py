"""A test's people, directed: each does what the test says at its moment; at each expectation somebody looks around."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.playbook import EVERYBODY, Act, Case, CasePerson, Playbook, copies_of
from bots.schedule import SessionTimes, instant_at
from bots.simulation.ears import ChatLine
from bots.simulation.people.actor import Actor, Scene
from bots.simulation.people.doing import appearance, do
from bots.simulation.scenario import Stage

__all__ = ["GRACE", "Direction", "Glance", "Sighting"]

GRACE = timedelta(seconds=1)  # what happens in the very second of an expectation counts


@dataclass(frozen=True, slots=True)
class Glance:
    """The session at one moment: who is in the room of which id, and the counters."""

    places: dict[str, str]
    counts: dict[str, int]


@dataclass(slots=True)
class Sighting:
    """What was seen of a session.

    Attributes:
        glances: by the number of the expectation.
        names: of breakout rooms that people opened, by room id.
        invited: who was invited to the room of which id, and when.
    """

    room_id: str = ""
    lines: list[ChatLine] = field(default_factory=list)
    glances: dict[int, Glance] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    invited: list[tuple[datetime, str, str]] = field(default_factory=list)


class Direction:
    """Directs one test; hand `direct` to the scenario, then read `seen`."""

    def __init__(self, case: Case, playbook: Playbook, times: SessionTimes) -> None:
        self._case = case
        self._playbook = playbook
        self._times = times
        self._actors: dict[str, Actor] = {}
        self._last: dict[str, asyncio.Task[None]] = {}
        self.seen = Sighting()

    @property
    def begins_at(self) -> datetime:
        """The first moment that the test names."""
        return min(at for at, _, _ in self._agenda())

    async def direct(self, stage: Stage) -> None:
        """Everything at its moment, up to the last expectation."""
        scene = stage.scene
        self.seen.room_id = scene.room_id
        self._actors = {who: _actor(scene, who, person, self._playbook) for who, person in self._case.people.items()}
        try:
            for at, who, what in self._agenda():
                await asyncio.sleep(max(0.0, (at - scene.clock.now()).total_seconds()))
                if isinstance(what, Act):
                    self._begin(who, self._named(what))
                else:
                    self.seen.names |= scene.names
                    counts = stage.session.snapshot().counts
                    self.seen.glances[what] = Glance(scene.rooms.places(scene.room_id), counts)
        finally:
            self.seen.lines = list(scene.rooms.ears.lines)
            self.seen.invited = list(scene.invited)
            self.seen.names |= scene.names
            await self._send_home()

    def _agenda(self) -> list[tuple[datetime, str, Act | int]]:
        """What happens when, in order; of one moment, first what people do, then expectations."""
        case, times = self._case, self._times
        told = {who for event in case.events for who, act in event.acts.items() if act.joins}
        found: list[tuple[datetime, str, Act | int]] = []
        for who, person in case.people.items():
            if who not in told:
                found.append((instant_at(person.arrives, times), who, Act(joins=True)))
            if person.leaves is not None:
                found.append((instant_at(person.leaves, times), who, Act(leaves=True)))
        found += [(instant_at(event.at, times), who, act) for event in case.events for who, act in event.acts.items()]
        found += [(instant_at(one.at, times) + GRACE, "", number) for number, one in enumerate(case.expect)]
        return sorted(found, key=lambda one: one[0])

    def _begin(self, who: str, act: Act) -> None:
        """Let somebody do something, after what they did before."""
        before, actor = self._last.get(who), self._actors[who]

        async def after_that() -> None:
            if before is not None:
                await asyncio.wait([before])
            await actor.unless_refused(do(actor, act))

        self._last[who] = asyncio.create_task(after_that(), name=f"{who}/act")

    def _named(self, act: Act) -> Act:
        """The act with the ids of copies for the ids of bots."""
        if act.invites is None or EVERYBODY in act.invites.people:
            return act
        ids = [one for name in act.invites.people for one in copies_of(self._playbook, name) or (name,)]
        return Act(invites=act.invites.model_copy(update={"people": tuple(ids)}))

    async def _send_home(self) -> None:
        for task in self._last.values():
            task.cancel()
        ends = await asyncio.gather(*self._last.values(), return_exceptions=True)
        for actor in self._actors.values():
            await actor.stop()
        for end in ends:
            if isinstance(end, Exception):
                raise end


def _actor(scene: Scene, who: str, person: CasePerson, playbook: Playbook) -> Actor:
    name, role = appearance(playbook, who)
    return Actor(
        scene,
        who,
        name=person.name or name,
        role=person.role or role,
        invites="reject" if person.invites == "refuse" else person.invites,
        answers_after_s=person.answers_after_s,
    )
