"""Synthetic people: who comes when, who drops out, who goes along with an invite. Planned from a seed; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from bots.playbook import RosterEntry
from bots.simulation.people.actor import Answer

__all__ = ["Drop", "Habits", "PersonPlan", "plan_people"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the people are like; shares from 0 to 1.

    Attributes:
        people: how many; None is everybody of the roster who is no moderator.

    Raises:
        ValueError: a share is none, or the number is negative.
    """

    people: int | None = None
    late: float = 0.1
    drop: float = 0.05
    ignore_invites: float = 0.1

    def __post_init__(self) -> None:
        if (self.people or 0) < 0 or not all(0 <= share <= 1 for share in (self.late, self.drop, self.ignore_invites)):
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
    invites: Answer = "accept"
    answers_after_s: float = 3.0
    chats: tuple[tuple[datetime, str], ...] = ()


def plan_people(
    habits: Habits, *, seed: str, starts_at: datetime, ends_at: datetime, roster: Sequence[RosterEntry] = ()
) -> tuple[PersonPlan, ...]:
    """The people of one session; each has random numbers of their own, so one more person changes nobody else.

    Those of the roster come first, under their ids and names; beyond it people are invented.
    """
    pupils = [entry for entry in roster if entry.role == "participant"]
    count = len(pupils) if habits.people is None else habits.people
    plans = []
    for number in range(1, count + 1):
        rng = Random(f"{seed}/person-{number}")
        person = _plan_person(number, habits, rng, starts_at, ends_at)
        plans.append(_as(pupils[number - 1], person) if number <= len(pupils) else person)
    return tuple(plans)


def _as(entry: RosterEntry, plan: PersonPlan) -> PersonPlan:
    """The same doings by somebody of the roster."""
    drop = plan.drop and replace(plan.drop, name=plan.drop.name.replace(plan.name, entry.name))
    return replace(plan, id=entry.id, name=entry.name, drop=drop)


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


def _answer(number: float, ignores: float) -> Answer:
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
