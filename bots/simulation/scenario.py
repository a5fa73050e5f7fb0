"""A whole session in virtual time: the real engine, the server's real rules, people from a seed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from bots.bot import Provider, room_body
from bots.errors import ConfigError
from bots.fleet import (
    Session,
    SessionResult,
    expectations_of,
    plan,
    session_label,
    session_times,
)
from bots.playbook import Playbook, ScheduleEntry
from bots.schedule import AlarmClock, Planned, SessionTimes, planned
from bots.simulation.clips import Clips
from bots.simulation.fleet import SimulatedFleet
from bots.simulation.loop import VirtualClock, run_virtually
from bots.simulation.people.actor import Scene
from bots.simulation.people.person import Crowd, Person
from bots.simulation.people.plan import Habits, PersonPlan, plan_people
from bots.simulation.rooms import SimulatedRooms

__all__ = ["Direct", "Scenario", "Stage", "planned_start", "scenario_of"]

PROVIDER = Provider("http://127.0.0.1:1/video/v2", "simulated", "simulated")
AFTER = datetime(2026, 3, 29, 3, 0, tzinfo=UTC)  # a Sunday, after Europe's clocks have changed
LEAD = timedelta(seconds=5)  # time begins this long before anybody comes


@dataclass(frozen=True, slots=True)
class Stage:
    """What somebody has who directs a session: sends people in, looks around, ends it.

    Attributes:
        stop: set it to end the session, as Ctrl-C does.
        over: is set when every bot has ended.
    """

    scene: Scene
    session: Session
    times: SessionTimes
    stop: asyncio.Event
    over: asyncio.Event


Direct = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One session, planned: `run` it once; `clock` tells its time meanwhile and afterwards.

    `report_folder` is where the step `save` writes.
    """

    playbook: Playbook
    session_id: str | None
    times: SessionTimes
    people: tuple[PersonPlan, ...]
    clock: VirtualClock
    clips: Clips
    report_folder: str | None = None

    def run(self, direct: Direct | None = None) -> SessionResult:
        """Play it, from the first arrival to the end.

        Args:
            direct: goes on beside the session, and is waited for.

        Raises:
            BotsError: as `bots.fleet.run_session`.
        """
        return run_virtually(lambda: self._play(direct), self.clock)

    async def _play(self, direct: Direct | None) -> SessionResult:
        playbook, clock, starts_at = self.playbook, self.clock, self.times.starts_at
        rooms = SimulatedRooms(clock, str(playbook.seed))
        room_id = rooms.make_room(_room_body(playbook, len(self.people)), playbook.room.id or "")
        specs = plan(
            playbook,
            provider=PROVIDER,
            room_id=room_id,
            starts_at=starts_at,
            session_id=self.session_id,
            report_folder=self.report_folder,
        )
        scene = Scene(rooms, room_id, clock)
        alarms = AlarmClock(clock, max_sleep_s=inf)  # a virtual clock is never stepped
        alarms.start()
        try:
            async with (
                Crowd(lambda person: Person(person, scene), self.people),
                SimulatedFleet(rooms, clock, alarms, self.clips) as fleet,
            ):
                session = Session(
                    session_label(playbook, starts_at, self.session_id), specs,
                    expectations_of(playbook, self.times), fleet=fleet, clock=clock, alarms=alarms,
                )  # fmt: skip
                stage = Stage(scene, session, self.times, asyncio.Event(), asyncio.Event())
                watching = asyncio.create_task(rooms.watch_times(), name="rooms/times")
                try:
                    await _directed(stage, direct)
                finally:
                    watching.cancel()
                    await asyncio.gather(watching, return_exceptions=True)
        finally:
            alarms.stop()
        return session.finish()


async def _directed(stage: Stage, direct: Direct | None) -> None:
    """The session to its end, and the director's work; a fault of one ends the other."""
    session = asyncio.ensure_future(_to_the_end(stage))
    parts = [session] if direct is None else [session, asyncio.ensure_future(direct(stage))]
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_EXCEPTION)
        for part in done:
            part.result()
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _to_the_end(stage: Stage) -> None:
    try:
        await stage.session.run(stage.stop)
    finally:
        stage.over.set()


def scenario_of(
    playbook: Playbook,
    *,
    habits: Habits | None = None,
    seed: int | None = None,
    session_id: str | None = None,
    starts_at: datetime | None = None,
    clips: Clips | None = None,
    begins_at: datetime | None = None,
    report_folder: str | None = None,
) -> Scenario:
    """Plan a simulation; the same arguments give the same one.

    Args:
        seed: instead of the playbook's own; of every random choice, of bots, people and ids.
        session_id: of the schedule entry; the first unless given.
        starts_at: aware; the first planned start after `AFTER` unless given.
        clips: loaded before; others are read when they are played.
        begins_at: aware; time begins no later than this.
        report_folder: where the step `save` writes; nowhere unless given.

    Raises:
        ConfigError: no such schedule entry.
        ScheduleError: a clock time without a zone.
    """
    if seed is not None:
        playbook = playbook.model_copy(update={"seed": seed})
    starts_at = starts_at or planned_start(playbook, session_id)
    times = session_times(playbook, starts_at, session_id)
    specs = plan(playbook, provider=PROVIDER, room_id="-", starts_at=starts_at, session_id=session_id)
    people = plan_people(
        habits or Habits(),
        seed=str(playbook.seed),
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        roster=playbook.roster,
    )
    comings = [*(spec.arrives_at for spec in specs), *(one.arrives_at for one in people if one.arrives_at)]
    first = min([*comings, times.starts_at, begins_at or times.starts_at])
    return Scenario(playbook, session_id, times, people, VirtualClock(first - LEAD), clips or Clips(), report_folder)


def planned_start(playbook: Playbook, session_id: str | None) -> datetime:
    """The same for every simulation of a playbook; a schedule that has ended by then gives no other choice."""
    entry = playbook.schedule[0] if session_id is None else _entry(playbook, session_id)
    found = (one for one in planned(playbook, entry, after=AFTER) if isinstance(one, Planned))
    return next((one.starts_at for one in found), AFTER)


def _entry(playbook: Playbook, session_id: str) -> ScheduleEntry:
    found = [entry for entry in playbook.schedule if entry.id == session_id]
    if not found:
        known = ", ".join(entry.id for entry in playbook.schedule)
        raise ConfigError(f"no schedule entry is called {session_id!r}; this playbook has {known}")
    return found[0]


def _room_body(playbook: Playbook, people: int) -> dict[str, Any]:
    """What the room is: as the playbook makes it, or, for a room that exists, one with places for everybody."""
    moderators, participants = playbook.count_of("moderator"), playbook.count_of("participant") + playbook.heralds()
    if playbook.room.create is not None:
        return room_body(playbook.room.create, playbook.name[:100], moderators, participants + people)
    settings = {"moderators": 5, "participants": max(200, participants + people)}
    return {"name": playbook.name, "owner_ref": "", "settings": settings}
