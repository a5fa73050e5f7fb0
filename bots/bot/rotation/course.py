"""The course of a rotation: round after round, with its times, its warnings and the teacher's commands. Pure.

One round is: its groups are asked for, its rooms are, they are there, everybody is invited, time runs, the rooms are
closed, everybody is back (or is named as missing). Then the gap, then the next one. With too few people for a group
the rotation waits for more, as long as there is time for a round.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from bots.bot.rotation.acts import (
    Act,
    BeginRound,
    CloseRooms,
    EndRound,
    Finish,
    OpenRooms,
    PlanGroups,
    Shift,
    SkipRound,
    Warn,
)
from bots.bot.rotation.kept import Difference, Times
from bots.bot.rotation.round import Apart, Round
from bots.bot.rotation.terms import Terms
from bots.bot.rotation.timetable import RoundTime, timetable
from bots.playbook import format_duration

__all__ = ["BACK_WITHIN_S", "OPEN_WITHIN_S", "Course", "Phase", "Refused"]

Phase = Literal["waiting", "planning", "opening", "running", "closing", "over"]

BACK_WITHIN_S = 15.0  # nobody can be fetched: who does not come within this time is named, and the class goes on
OPEN_WITHIN_S = 20.0  # rooms that are not open by then will not be
_BETWEEN: dict[Phase, str] = {
    "waiting": "no round runs now; the next one has not begun",
    "planning": "no round runs now; the next one is about to begin",
    "opening": "no round runs now; the next one is about to begin",
    "closing": "the round is ending already",
}


class Refused(Exception):
    """A command that cannot be followed; the text says why."""


class Course:
    """A rotation from its first round to its end.

    Args:
        is_apart: the hard constraints, for who is placed while a round runs.
        here: who is in the meeting.
        now_s: seconds of any clock; all times are of this clock.
        end_s: the last round is over by then.
        limit_s: no command moves the end beyond.
        programme: the numbers of the rounds to play; all of them unless given.
    """

    def __init__(
        self,
        terms: Terms,
        *,
        is_apart: Apart,
        here: Collection[str],
        now_s: float,
        end_s: float,
        limit_s: float,
        programme: Sequence[int] | None = None,
    ) -> None:
        self._terms = terms
        self._is_apart = is_apart
        self._here = dict.fromkeys(here)
        self._programme = list(range(1, terms.rounds + 1) if programme is None else programme)
        self._played: list[int] = []
        self._dropped = 0
        self._end_s = end_s
        self._limit_s = max(limit_s, end_s)
        self._phase: Phase = "waiting"
        self._until_s = now_s  # of the phase
        self._number = 0
        self._round: Round | None = None
        self._warned: set[int] = set()
        self._held_since_s: float | None = None
        self._swaps: list[tuple[str, str]] = []
        self._is_short = False
        self._asked_s = self._closed_at_s = now_s

    # what outlives the process

    def kept(self, times: Times) -> dict[str, Any]:
        """What must be known to go on in another process; JSON."""
        held_s = self._held_since_s
        return {
            "here": list(self._here), "programme": self._programme, "played": self._played, "dropped": self._dropped,
            "end_s": times.kept(self._end_s), "phase": self._phase, "until_s": times.kept(self._until_s),
            "number": self._number, "round": None if self._round is None else self._round.kept(times),
            "warned": sorted(self._warned), "held_since_s": None if held_s is None else times.kept(held_s),
            "swaps": self._swaps, "is_short": self._is_short, "asked_s": times.kept(self._asked_s),
            "closed_at_s": times.kept(self._closed_at_s),
        }  # fmt: skip

    def restore(self, kept: Mapping[str, Any], times: Times) -> None:
        """Go on where an earlier life was; who is here now stays as it was given."""
        self._programme, self._played = list(kept["programme"]), list(kept["played"])
        self._dropped, self._number, self._phase = kept["dropped"], kept["number"], kept["phase"]
        self._end_s, self._until_s = times.here(kept["end_s"]), times.here(kept["until_s"])
        self._limit_s = max(self._limit_s, self._end_s)
        self._warned, self._is_short = set(kept["warned"]), kept["is_short"]
        self._swaps = [(one, other) for one, other in kept["swaps"]]
        held_s, round_ = kept["held_since_s"], kept["round"]
        self._held_since_s = None if held_s is None else times.here(held_s)
        self._asked_s, self._closed_at_s = times.here(kept["asked_s"]), times.here(kept["closed_at_s"])
        self._round = None if round_ is None else Round.of(round_, self._terms, times, is_apart=self._is_apart)

    def takes_up(self, now_s: float) -> list[Act]:
        """What was being done when the process ended, and may not have been."""
        match self._phase:
            case "waiting":
                if self._is_short:  # others may have come
                    self._until_s = now_s
                return []
            case "planning":
                return [PlanGroups(self._number, tuple(self._here))]
            case "opening":
                assert self._round is not None, "its rooms were asked for"
                self._until_s = now_s + OPEN_WITHIN_S
                return [OpenRooms(self._number, len(self._round.groups))]
            case "closing":
                return [] if self._round is None else [CloseRooms(self._round.open_rooms)]
            case _:
                return []

    def learn(self, difference: Difference, now_s: float) -> list[Act]:
        """Where somebody is after the process was away."""
        person, current = difference.person, self._round
        if current is None:
            return []
        match difference.what:
            case "awaited":
                if self.round is not None:
                    current.awaited(person, now_s)
                    return []
                return self.left(person, now_s)
            case "entered":
                assert difference.room is not None, "inside some room"
                return self.entered(person, difference.room, now_s)
            case "came_out":
                return self.came_out(person, now_s)
            case "returned":
                return [*self.left(person, now_s), *self.arrived(person, now_s)]
            case "unasked":
                return current.unasked(person, now_s)
            case "unsure":
                current.unsure(person)
                return []

    # questions

    @property
    def people(self) -> dict[str, tuple[str, int | None]]:
        """Person -> (what they make of it, the breakout they are in), of the round that runs or ends."""
        return {} if self._round is None else self._round.standings

    def room_of(self, person: str) -> int | None:
        """Where somebody belongs in the round that runs or ends."""
        return None if self._round is None else self._round.room_of(person)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Of the round that runs or ends."""
        return () if self._round is None else self._round.groups

    @property
    def open_rooms(self) -> tuple[int, ...]:
        """Of the round that runs or ends."""
        return () if self._round is None else self._round.open_rooms

    @property
    def phase(self) -> Phase:
        return self._phase

    @property
    def is_over(self) -> bool:
        return self._phase == "over"

    @property
    def number(self) -> int:
        """Of the round that runs, or ran last; 0 before the first."""
        return self._number

    @property
    def round(self) -> Round | None:
        """The round that runs."""
        return self._round if self._phase == "running" else None

    @property
    def is_held(self) -> bool:
        return self._held_since_s is not None

    def left_s(self, now_s: float) -> float:
        """What the round has left."""
        since_s = now_s if self._held_since_s is None else self._held_since_s
        return max(0.0, self._until_s - since_s)

    def next_at_s(self) -> float | None:
        """When `tick` has something to do; None: never, unless something happens."""
        if self._phase in ("over", "planning"):
            return None
        times = [self._limit_s if self.is_held else self._until_s]
        if self.round is not None:
            times += [at_s for at_s in (self.round.next_at_s(),) if at_s is not None]
            if not self.is_held:
                times += [self._until_s - left_s for left_s in self._warnings_to_come()]
        return min(times)

    # facts

    def tick(self, now_s: float) -> list[Act]:
        """Time has passed."""
        match self._phase:
            case "waiting":
                return self._open(now_s) if now_s >= self._until_s - 1e-9 else []
            case "planning":
                return []
            case "opening":
                return self._give_up(now_s) if now_s >= self._until_s - 1e-9 else []
            case "running":
                return self._run(now_s)
            case "closing":
                return self._settle(now_s)
            case "over":
                return []

    def planned(self, groups: Sequence[Sequence[str]], now_s: float) -> list[Act]:
        """The people of each room, as they were asked for."""
        if self._phase != "planning":
            return []
        groups = self._fitted(groups)
        if not groups:
            self._programme.insert(0, self._number)
            self._phase, self._until_s, self._is_short = "waiting", self._last_chance_s(), True
            return []
        self._round = Round(groups, self._terms, is_apart=self._is_apart)
        self._phase, self._until_s, self._asked_s = "opening", now_s + OPEN_WITHIN_S, now_s
        return [OpenRooms(self._number, len(groups))]

    def opened(self, now_s: float) -> list[Act]:
        """The rooms that were asked for are open."""
        if self._phase != "opening" or self._round is None:
            return []
        times = self._times(self._asked_s, 1 + len(self._programme))
        self._phase = "running"
        self._until_s = max(times[0].ends_s, now_s) if times else now_s
        self._warned = {
            number
            for number, left_s in enumerate(self._terms.warnings_s)
            if left_s >= self._until_s - now_s  # too long before the end for a round this short
        }
        acts: list[Act] = [
            BeginRound(self._number, self._round.groups, self._until_s),
            *self._round.begin(self._here, now_s),
        ]
        for person in self._here:
            if not self._round.knows(person):
                acts += self._round.arrived(person, now_s)
        return acts

    def not_opened(self, now_s: float) -> list[Act]:
        """The rooms could not be opened: this round is not played."""
        return self._give_up(now_s) if self._phase == "opening" else []

    def arrived(self, person: str, now_s: float) -> list[Act]:
        """Somebody is in the meeting, for the first time or again."""
        self._here[person] = None
        if self._phase == "waiting" and self._is_short:
            self._until_s = now_s
        return self.round.arrived(person, now_s) if self.round else []

    def left(self, person: str, now_s: float) -> list[Act]:
        """Somebody has left the meeting."""
        self._here.pop(person, None)
        if self._phase == "closing" and self._round is not None:
            self._round.left(person, now_s)
            return self._settle(now_s)
        return self.round.left(person, now_s) if self.round else []

    def entered(self, person: str, room: int, now_s: float) -> list[Act]:
        """Somebody is in a breakout of this round."""
        return self.round.entered(person, room, now_s) if self.round else []

    def came_out(self, person: str, now_s: float) -> list[Act]:
        """Somebody is out of their breakout."""
        if self._phase == "closing" and self._round is not None:
            self._round.came_out(person, now_s)
            return self._settle(now_s)
        return self.round.came_out(person, now_s) if self.round else []

    def rejected(self, person: str, now_s: float) -> list[Act]:
        """Somebody rejected their invite."""
        return self.round.rejected(person, now_s) if self.round else []

    def failed(self, people: Collection[str], now_s: float) -> list[Act]:
        """Their invites could not be sent."""
        return [act for person in people for act in self.round.failed(person, now_s)] if self.round else []

    def ended(self, room: int, now_s: float) -> list[Act]:
        """A breakout of this round has ended, and nobody has closed it."""
        return self.round.ended(room, now_s) if self.round else []

    def renamed(self, old: str, new: str) -> None:
        """Somebody is known under another key from now on."""
        if old in self._here:
            self._here = dict.fromkeys(new if person == old else person for person in self._here)
        self._swaps = [(new if one == old else one, new if two == old else two) for one, two in self._swaps]
        if self._round is not None:
            self._round.renamed(old, new)

    # commands

    def more(self, seconds: float, now_s: float) -> list[Act]:
        """The round that runs gets more time (or less, if negative), and so does everything after it.

        Raises:
            Refused: no round runs, or the lesson would end too late.
        """
        self._must_run()
        if self._end_s + seconds > self._limit_s + 1e-6:
            spare_s = max(0.0, self._limit_s - self._end_s) // 1
            most = f"at most {format_duration(spare_s)} more can be given" if spare_s else "no more time can be given"
            raise Refused(f"the lesson would end too late; {most}")
        if self._until_s + seconds <= now_s and not self.is_held:
            raise Refused("the round does not have so much time left")
        self._until_s += seconds
        self._end_s += seconds
        self._warned = {number for number in self._warned if self._left_of(number) >= self._until_s - now_s}
        return [Shift(seconds)]

    def hold(self, now_s: float) -> list[Act]:
        """Stop the round's time; at the second call it goes on.

        Raises:
            Refused: no round runs.
        """
        self._must_run()
        if self._held_since_s is None:
            self._held_since_s = now_s
            return []
        held_s = now_s - self._held_since_s
        self._held_since_s = None
        shift_s = min(held_s, self._limit_s - self._end_s)
        self._until_s += held_s
        self._end_s += shift_s
        return [Shift(shift_s)] if shift_s > 0 else []

    def next(self, now_s: float) -> list[Act]:
        """End the round that runs.

        Raises:
            Refused: no round runs.
        """
        self._must_run()
        return self._close(now_s)

    def back(self, now_s: float) -> list[Act]:
        """End the round that runs, and play the one before it again, then go on.

        Raises:
            Refused: no round runs, none was played before it, or there is no time.
        """
        self._must_run()
        before = [number for number in self._played if number < self._number]
        if not before:
            raise Refused("this is the first round; there is none before it")
        if not self._fitting(now_s + self._terms.gap_s, 1):
            raise Refused("there is no time for another round before the rotation ends; !more makes some")
        again = max(before)
        self._programme[0:0] = [again, self._number]
        return self._close(now_s)

    def swap(self, one: str, other: str, now_s: float) -> list[Act]:
        """Two people change their places, in this round and in those to come.

        Raises:
            Refused: somebody has no place in this round, both are in one group already, or a rule is against it.
        """
        current = self._must_run()
        for person in (one, other):
            if not current.has_place(person):
                raise Refused("both need a group of this round")
        if current.room_of(one) == current.room_of(other):
            raise Refused("they are in one group already")
        if current.would_break(one, other):
            raise Refused("a rule of the playbook keeps one of them out of the other's group")  # not because of whom
        self._swaps.append((one, other))
        return current.swap(one, other, now_s)

    # the way of a round

    def _must_run(self) -> Round:
        if self.round is None:
            raise Refused(_BETWEEN.get(self._phase, "no round runs now"))
        return self.round

    def _left_of(self, number: int) -> float:
        return self._terms.warnings_s[number]

    def _warnings_to_come(self) -> list[float]:
        return [self._left_of(one) for one in range(len(self._terms.warnings_s)) if one not in self._warned]

    def _open(self, now_s: float) -> list[Act]:
        """Ask for the rooms of the next round, if there is time for one."""
        fitting = self._fitting(now_s, len(self._programme))
        self._dropped += len(self._programme) - fitting
        del self._programme[fitting:]
        if not self._programme:
            return self._finish()
        self._number = self._programme.pop(0)
        self._phase, self._is_short = "planning", False
        return [PlanGroups(self._number, tuple(self._here))]

    def _fitting(self, now_s: float, rounds: int) -> int:
        return len(self._times(now_s, rounds))

    def _times(self, now_s: float, rounds: int) -> tuple[RoundTime, ...]:
        terms = self._terms
        return timetable(
            now_s, rounds, length_s=terms.length_s, shortest_s=terms.shortest_s, gap_s=terms.gap_s, end_s=self._end_s
        )

    def _last_chance_s(self) -> float:
        """After this there is no time for a round."""
        return self._end_s - min(self._terms.shortest_s, self._terms.length_s) + 1e-3

    def _fitted(self, planned: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
        """Groups of those who are still here, with the teacher's swaps, none too small."""
        groups = [[person for person in group if person in self._here] for group in planned]
        for one, other in self._swaps:
            _swap(groups, one, other, self._is_apart)
        return _none_too_small(groups, self._terms, self._is_apart)

    def _give_up(self, now_s: float) -> list[Act]:
        """A round whose rooms are not there is not played."""
        self._dropped += 1
        acts: list[Act] = [SkipRound(self._number)]
        return [*acts, *self._go_on(now_s + self._terms.gap_s)]

    def _run(self, now_s: float) -> list[Act]:
        is_late = now_s >= (self._limit_s if self.is_held else self._until_s) - 1e-9
        if is_late:
            return self._close(now_s)
        acts: list[Act] = []
        if not self.is_held:
            for number, left_s in enumerate(self._terms.warnings_s):
                if number not in self._warned and now_s >= self._until_s - left_s - 1e-9:
                    self._warned.add(number)
                    acts.append(Warn(number))
        return [*acts, *self._must_run().tick(now_s)]

    def _close(self, now_s: float) -> list[Act]:
        current = self._must_run()
        acts: list[Act] = []
        if self.is_held:
            acts += self.hold(now_s)
        acts += current.closed(now_s)
        acts.append(CloseRooms(current.open_rooms))
        self._closed_at_s = min(now_s, self._until_s)  # its planned end, if that is why
        self._phase, self._until_s = "closing", now_s + BACK_WITHIN_S
        return [*acts, *self._settle(now_s)]

    def _settle(self, now_s: float) -> list[Act]:
        """Go on when everybody is back, or when it has been waited long enough."""
        missing = tuple(self._round.everybody_inside) if self._round else ()
        if missing and now_s < self._until_s - 1e-9:
            return []
        self._played.append(self._number)
        acts: list[Act] = [EndRound(self._number, missing)]
        return [*acts, *self._go_on(max(now_s, self._closed_at_s + self._terms.gap_s))]

    def _go_on(self, at_s: float) -> list[Act]:
        self._round = None
        if not self._fitting(at_s, len(self._programme)):
            self._dropped += len(self._programme)
            return self._finish()
        self._phase, self._until_s = "waiting", at_s
        return []

    def _finish(self) -> list[Act]:
        self._phase = "over"
        return [Finish(len(self._played), self._dropped)]


def _swap(groups: list[list[str]], one: str, other: str, is_apart: Apart) -> None:
    """Two people change places, unless that puts together who must be apart."""
    rooms = {person: group for group in groups for person in group if person in (one, other)}
    if len(rooms) < 2 or rooms[one] is rooms[other]:
        return
    mine, theirs = rooms[one], rooms[other]
    if is_apart(one, [p for p in theirs if p != other]) or is_apart(other, [p for p in mine if p != one]):
        return
    mine[mine.index(one)], theirs[theirs.index(other)] = other, one


def _none_too_small(groups: Iterable[Sequence[str]], terms: Terms, is_apart: Apart) -> tuple[tuple[str, ...], ...]:
    """Groups with too few people are shared out over the others, where they may be."""
    whole = [list(group) for group in groups if len(group) >= terms.at_least]
    for person in [person for group in groups if len(group) < terms.at_least for person in group]:
        fits = [g for g in whole if len(g) < terms.capacity and not is_apart(person, g)]
        if fits:
            min(fits, key=len).append(person)
    return tuple(tuple(group) for group in whole)
