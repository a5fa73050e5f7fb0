"""A class around a Course: seeded people who come late, drop out, ignore, refuse and wander; and who was where, when.

It knows nothing of how the course decides; what it records is checked by the tests.
"""

import heapq
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from random import Random

from bots.bot.rotation.acts import Act, CallOut, CloseRooms, EndRound, Finish, Invite, OpenRooms, PlanGroups, Remind
from bots.bot.rotation.course import Course, Refused
from bots.bot.rotation.terms import Terms

__all__ = ["Habit", "Stay", "World"]


@dataclass(slots=True)
class Habit:
    """How somebody behaves; shares from 0 to 1, times in seconds."""

    comes_s: float = 0.0
    accepts: float = 1.0
    refuses: float = 0.0
    answers_s: tuple[float, float] = (0.5, 4.0)
    drops_s: tuple[float, ...] = ()
    away_s: float = 8.0
    goes_s: float | None = None
    wanders_s: tuple[float, ...] = ()
    obeys: bool = True


@dataclass(slots=True)
class Stay:
    """Somebody in one breakout; `until_s` is set when they are out."""

    person: str
    round: int
    room: int
    since_s: float
    until_s: float | None = None


@dataclass
class World:
    """Drives one course to its end."""

    people: dict[str, Habit]
    terms: Terms
    apart: Collection[frozenset[str]] = ()
    seed: int = 0
    end_s: float | None = None
    limit_s: float | None = None
    opens_s: float = 0.3
    commands: Sequence[tuple[float, str, tuple[str, ...]]] = ()
    group_size: int = 4
    now_s: float = 0.0
    acts: list[tuple[float, Act]] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    accidents: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)
        self._order = itertools.count()
        self._queue: list[tuple[float, int, str, tuple[object, ...]]] = []
        self.here: set[str] = set()
        self._inside: dict[str, Stay] = {}
        self._open: set[int] = set()
        self._opening = 0
        self._groups_of: dict[int, list[list[str]]] = {}

    def run(self) -> "World":
        for person, habit in self.people.items():
            if habit.comes_s <= 0:
                self.here.add(person)
            else:
                self._at(habit.comes_s, "come", person)
            for at_s in habit.drops_s:
                self._at(at_s, "drop", person)
            for at_s in habit.wanders_s:
                self._at(at_s, "wander", person)
            if habit.goes_s is not None:
                self._at(habit.goes_s, "go", person)
        for at_s, name, values in self.commands:
            self._at(at_s, "command", name, *values)
        end_s = self.terms.whole_s if self.end_s is None else self.end_s
        self.course = Course(
            self.terms, is_apart=self.is_apart, here=sorted(self.here), now_s=0.0,
            end_s=end_s, limit_s=end_s if self.limit_s is None else self.limit_s,
        )  # fmt: skip
        self._take(self.course.tick(0.0))
        for _ in range(200_000):
            if self.course.is_over:
                return self
            self._step()
        raise AssertionError("the course does not end")

    def is_apart(self, person: str, others: Collection[str]) -> bool:
        return any(frozenset((person, other)) in self.apart for other in others)

    # what happens

    def _at(self, at_s: float, what: str, *values: object) -> None:
        heapq.heappush(self._queue, (max(at_s, self.now_s), next(self._order), what, values))

    def _step(self) -> None:
        next_s = self.course.next_at_s()
        if self._queue and (next_s is None or self._queue[0][0] <= next_s):
            self.now_s, _, what, values = heapq.heappop(self._queue)
            getattr(self, f"_{what}")(*values)
            return
        assert next_s is not None, "nothing is to happen any more, and the course is not over"
        self.now_s = max(self.now_s, next_s)
        self._take(self.course.tick(self.now_s))

    def _take(self, acts: list[Act]) -> None:
        for act in acts:
            self.acts.append((self.now_s, act))
            match act:
                case PlanGroups(round=number, here=here):
                    groups = self._groups_of.get(number) or (self._groups(number, here) if here[1:] else [])
                    self._groups_of[number] = groups
                    self._take(self.course.planned(groups, self.now_s))
                case OpenRooms(count=count):
                    self._opening = count
                    self._at(self.now_s + self.opens_s, "opened")
                case Invite(room=room, people=people):
                    if room >= self._opening:  # a group that nobody had planned
                        self._open.add(room)
                    for person in people:
                        self._be_invited(person, room)
                case Remind(room=room, person=person):
                    self._be_invited(person, room)
                case CallOut(person=person):
                    if person in self._inside and self.people[person].obeys:
                        self._at(self.now_s + 2, "wander", person)
                case CloseRooms(rooms=rooms):
                    for room in rooms:
                        self._open.discard(room)
                        for person in [one for one, stay in self._inside.items() if stay.room == room]:
                            self._at(self.now_s + 0.2, "wander", person)
                case EndRound() | Finish():
                    self._open.clear()

    def _be_invited(self, person: str, room: int) -> None:
        habit = self.people[person]
        assert person in self.here, f"{person} is invited and not here"
        after_s = self._rng.uniform(*habit.answers_s)
        if self._rng.random() < habit.refuses:
            self._at(self.now_s + after_s, "refuse", person)
        elif self._rng.random() < habit.accepts:
            self._at(self.now_s + after_s, "accept", person, room, self.course.number, len(self._rounds()))

    def _rounds(self) -> list[Act]:
        return [act for _, act in self.acts if isinstance(act, OpenRooms)]

    def _opened(self) -> None:
        self._open = set(range(self._opening))
        self._take(self.course.opened(self.now_s))

    def _accept(self, person: str, room: int, number: int, opening: int) -> None:
        if person not in self.here or person in self._inside or room not in self._open:
            return
        if opening != len(self._rounds()):
            return  # a room of a round that is over
        self._inside[person] = Stay(person, number, room, self.now_s)
        self.stays.append(self._inside[person])
        self._take(self.course.entered(person, room, self.now_s))

    def _refuse(self, person: str) -> None:
        if person in self.here and person not in self._inside:
            self._take(self.course.rejected(person, self.now_s))

    def _come(self, person: str) -> None:
        self.here.add(person)
        self._accident(person)
        self._take(self.course.arrived(person, self.now_s))

    def _wander(self, person: str) -> None:
        stay = self._inside.pop(person, None)
        if stay is not None:
            stay.until_s = self.now_s
            self._accident(person)
            self._take(self.course.came_out(person, self.now_s))

    def _drop(self, person: str) -> None:
        if person in self.here:
            self._go(person)
            self._at(self.now_s + self.people[person].away_s, "come", person)

    def _go(self, person: str) -> None:
        if person not in self.here:
            return
        self.here.discard(person)
        stay = self._inside.pop(person, None)
        if stay is not None:
            stay.until_s = self.now_s
            for other in self._inside:
                self._accident(other)
        self._take(self.course.left(person, self.now_s))

    def _command(self, name: str, *values: str) -> None:
        try:
            match name:
                case "more":
                    self._take(self.course.more(float(values[0]), self.now_s))
                case "swap":
                    self._take(self.course.swap(values[0], values[1], self.now_s))
                case _:
                    self._take(getattr(self.course, name)(self.now_s))
        except Refused as reason:
            self.refused.append(str(reason))

    def _accident(self, person: str) -> None:
        self.accidents.setdefault(person, []).append(self.now_s)

    # the plan

    def _groups(self, number: int, here: Collection[str]) -> list[list[str]]:
        """Dealt anew for each round; who must be apart is."""
        rng = Random(f"{self.seed}/{number}")
        people = sorted(here)
        for _ in range(500):
            if _ % 50 == 49:
                people.pop()  # one has to stay outside
            count = max(1, -(-len(people) // self.group_size))
            rng.shuffle(people)
            groups = [people[start::count] for start in range(count)]
            if all(not self.is_apart(one, [p for p in group if p != one]) for group in groups for one in group):
                return groups
        raise AssertionError("the test asks for too much")
