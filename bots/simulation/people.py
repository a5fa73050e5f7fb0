"""Synthetic people: who comes when, who drops out, who goes along with an invite. Planned from a seed, then lived.

The plan is pure; a `Person` lives it in a simulated room, through the same `Room` as a bot.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

import structlog

from bots.clock import Clock
from bots.errors import BotsError
from bots.room import BreakoutInvite, ChatReceived, Joinee, Room, RoomEvent, StreamInfo
from bots.simulation.rooms import SimulatedRooms

__all__ = ["Crowd", "Drop", "Habits", "Person", "PersonPlan", "plan_people"]

NAMES = (
    "Ana", "Ben", "Carla", "Dario", "Elif", "Fynn", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luis", "Maja", "Nora",
    "Oskar", "Pia", "Quim", "Rosa", "Sami", "Tara", "Uli", "Vera", "Wim", "Xenia", "Yusuf", "Zoe",
)  # fmt: skip
LINES = ("Hello!", "I can hear you.", "Which page are we on?", "!help", "Thanks!", "Can you repeat that, please?")
ABSENT = 0.04  # shares of the people, beside those that can be chosen
REFUSES = 0.05
CHATS = 0.4
RENAMED = 0.3  # of those who come back
EARLY = timedelta(seconds=90)
COMES_BACK_AFTER_S = (5.0, 60.0)
ANSWERS_AFTER_S = (1.0, 9.0)
STAYS_AFTER_END_S = (1.0, 8.0)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the people are like; shares from 0 to 1.

    Raises:
        ValueError: a share is none, or the number is negative.
    """

    people: int = 0
    late: float = 0.1
    drop: float = 0.05
    ignore_invites: float = 0.1

    def __post_init__(self) -> None:
        if self.people < 0 or not all(0 <= share <= 1 for share in (self.late, self.drop, self.ignore_invites)):
            raise ValueError("people must be 0 or more, shares from 0 to 1")


@dataclass(frozen=True, slots=True)
class Drop:
    """The network is lost at an instant; back after some seconds, perhaps under another name."""

    at: datetime
    back_after_s: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """One person's session; instants are aware, UTC.

    Attributes:
        id: `person-07`; the `user_ref` of the token.
        arrives_at: None: stays away.
        invites: what they do with an invite.
        answers_after_s: seconds from an invite, or a call back, to doing it.
        chats: when they write what.
    """

    id: str
    name: str
    arrives_at: datetime | None
    leaves_at: datetime
    is_late: bool = False
    drop: Drop | None = None
    invites: Literal["accept", "ignore", "reject"] = "accept"
    answers_after_s: float = 3.0
    chats: tuple[tuple[datetime, str], ...] = ()


def plan_people(habits: Habits, *, seed: str, starts_at: datetime, ends_at: datetime) -> tuple[PersonPlan, ...]:
    """The people of one session; each has random numbers of their own, so one more person changes nobody else."""
    return tuple(
        _plan_person(number, habits, Random(f"{seed}/person-{number}"), starts_at, ends_at)
        for number in range(1, habits.people + 1)
    )


def _plan_person(number: int, habits: Habits, rng: Random, starts_at: datetime, ends_at: datetime) -> PersonPlan:
    length_s = (ends_at - starts_at).total_seconds()
    kind, answer, chat, drop = (rng.random() for _ in range(4))
    is_late = kind >= ABSENT and kind < ABSENT + habits.late
    if is_late:
        arrives_at = starts_at + timedelta(seconds=rng.uniform(0.05, 0.4) * length_s)
    else:
        arrives_at = starts_at - timedelta(seconds=rng.uniform(-15.0, min(EARLY.total_seconds(), length_s)))
    name = NAMES[(number - 1) % len(NAMES)] + (f" {(number - 1) // len(NAMES) + 1}" if number > len(NAMES) else "")
    return PersonPlan(
        id=f"person-{number:02}",
        name=name,
        arrives_at=None if kind < ABSENT else arrives_at,
        leaves_at=ends_at + timedelta(seconds=rng.uniform(*STAYS_AFTER_END_S)),
        is_late=is_late,
        drop=_plan_drop(name, rng, arrives_at, ends_at) if drop < habits.drop else None,
        invites=_answer(answer, habits.ignore_invites),
        answers_after_s=rng.uniform(*ANSWERS_AFTER_S),
        chats=_plan_chats(rng, arrives_at, ends_at) if chat < CHATS else (),
    )


def _answer(number: float, ignores: float) -> Literal["accept", "ignore", "reject"]:
    if number < ignores:
        return "ignore"
    return "reject" if number < ignores + REFUSES else "accept"


def _plan_drop(name: str, rng: Random, arrives_at: datetime, ends_at: datetime) -> Drop:
    at = _between(rng, arrives_at, ends_at)
    return Drop(at, rng.uniform(*COMES_BACK_AFTER_S), f"{name} (phone)" if rng.random() < RENAMED else name)


def _plan_chats(rng: Random, arrives_at: datetime, ends_at: datetime) -> tuple[tuple[datetime, str], ...]:
    return tuple(sorted((_between(rng, arrives_at, ends_at), rng.choice(LINES)) for _ in range(rng.randint(1, 3))))


def _between(rng: Random, since: datetime, until: datetime) -> datetime:
    return since + timedelta(microseconds=round(rng.uniform(0.05, 0.95) * (until - since).total_seconds() * 1e6))


class Person:
    """One person in a simulated room; `run` is their session. What they do is logged as `person_acted`."""

    def __init__(self, plan: PersonPlan, rooms: SimulatedRooms, room_id: str, clock: Clock) -> None:
        self._plan = plan
        self._rooms = rooms
        self._room_id = room_id
        self._clock = clock
        self._name = plan.name
        self._network = rooms.network()
        self._room: Room | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Come, take part, go."""
        plan = self._plan
        if plan.arrives_at is None:
            self._tell("stays away")
            return
        await self._until(plan.arrives_at)
        self._tell("comes late" if plan.is_late else "comes")
        await self._join()
        for at, text in plan.chats:
            self._spawn(self._chat(at, text))
        try:
            if plan.drop is not None:
                await self._drop(plan.drop)
            await self._until(plan.leaves_at)
            self._tell("leaves")
        finally:
            await self._stop()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._room is not None:
            await self._room.leave()

    async def _join(self) -> None:
        try:
            token = self._rooms.token(self._room_id, name=self._name, role="participant", user_ref=self._plan.id)
            self._room = await Room.join_over(self._network, token, clock=self._clock, on_event=self._take)
        except BotsError as refused:
            self._tell("cannot come in", str(refused))

    async def _drop(self, drop: Drop) -> None:
        await self._until(drop.at)
        self._tell("drops out")
        self._network.cut()
        if self._room is not None:
            await self._room.wait_closed()
        await asyncio.sleep(drop.back_after_s)
        self._name = drop.name
        self._tell("comes back", f"as {drop.name}")
        await self._join()

    async def _chat(self, at: datetime, text: str) -> None:
        await self._until(at)
        room = self._room
        if room is not None and not room.is_closed:
            self._tell("writes", text)
            await room.say(text)

    def _take(self, event: RoomEvent) -> None:
        match event:
            case BreakoutInvite(room_id=room_id, is_forced=False):
                self._spawn(self._answer(room_id))
            case ChatReceived(text=text, is_private=True) if "come back" in text:
                self._spawn(self._come_back())
            case _:
                pass

    async def _answer(self, room_id: str) -> None:
        await asyncio.sleep(self._plan.answers_after_s)
        room = self._room
        if room is None or room.is_closed or self._plan.invites == "ignore":
            return
        if self._plan.invites == "reject":
            self._tell("refuses an invite")
            await room.reject_invite(room_id)
            return
        self._tell("follows an invite")
        await room.join_breakout(Joinee(room_id=room_id), StreamInfo())

    async def _come_back(self) -> None:
        await asyncio.sleep(self._plan.answers_after_s)
        if self._room is not None and self._room.breakout is not None:
            self._tell("comes back to the main room")
            await self._room.leave_breakout()

    async def _until(self, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - self._clock.now()).total_seconds()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(self._unless_refused(work), name=self._plan.id))

    async def _unless_refused(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except BotsError as refused:
            self._tell("is refused", str(refused))

    def _tell(self, act: str, what: str | None = None) -> None:
        log.info("person_acted", person=self._plan.id, name=self._name, act=act, what=what)


class Crowd:
    """All people of a session; use it as an async context manager, which sends them home at the end."""

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
