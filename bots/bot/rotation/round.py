"""One round: who belongs where, who is where, and what to do about the difference. Pure.

People are texts that stay the same when somebody comes back under another connection. Rooms are numbers of this
round. Nothing here waits: each fact comes with its instant, and acts come out.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import inf
from typing import Any

from bots.bot.rotation.acts import Act, Answer, Answered, CallOut, CloseRooms, Invite, Move, Remind, Why
from bots.bot.rotation.kept import Times
from bots.bot.rotation.standing import Standing
from bots.bot.rotation.terms import MOST_ROOMS, Terms

__all__ = ["Apart", "Round"]

Apart = Callable[[str, Collection[str]], bool]  # must this person not be with one of those?
SEND_BACK = 2  # times that somebody who comes out is invited in again; then they want to be out
TRIES = 4  # of an invite that cannot be sent
TRY_AGAIN_S = 2.0
ANSWERS_S = 10.0  # somebody who has been waited for already, gets so long for another invite
SEAT_KEPT_S = 30.0  # the room server keeps the place in a breakout, or the invite, of who has lost the connection
SETTLE_S = 1.0  # somebody who has just come out is still on the way back to the main room
_EXPECTED = ("there", "invited", "due")


class Round:
    """One round that runs.

    Args:
        groups: the people of each room.
        is_apart: the hard constraints, for people who are placed while the round runs.
    """

    def __init__(self, groups: Sequence[Sequence[str]], terms: Terms, *, is_apart: Apart) -> None:
        self.groups = tuple(tuple(group) for group in groups)
        self._terms = terms
        self._is_apart = is_apart
        self._open = set(range(len(self.groups)))
        self._rooms = len(self.groups)
        self._people: dict[str, Standing] = {}

    # what outlives the process

    def kept(self, times: Times) -> dict[str, Any]:
        """What must be known to go on in another process; JSON."""
        people = {person: known.kept(times) for person, known in self._people.items()}
        return {"groups": self.groups, "open": sorted(self._open), "rooms": self._rooms, "people": people}

    @staticmethod
    def of(kept: Mapping[str, Any], terms: Terms, times: Times, *, is_apart: Apart) -> "Round":
        """A round that was kept."""
        found = Round(kept["groups"], terms, is_apart=is_apart)
        found._open, found._rooms = set(kept["open"]), kept["rooms"]
        found._people = {person: Standing.of(known, times) for person, known in kept["people"].items()}
        return found

    @property
    def standings(self) -> dict[str, tuple[str, int | None]]:
        """Person -> (what they make of it, the breakout they are in)."""
        return {person: (known.state, known.at) for person, known in self._people.items()}

    # facts

    def awaited(self, person: str, now_s: float) -> None:
        """Not here after the process was away: their place is theirs as long as that of somebody who was invited."""
        known = self._people[person]
        known.state, known.at, known.asked_at_s, known.is_reminded = "invited", None, now_s, True

    def unasked(self, person: str, now_s: float) -> list[Act]:
        """Nobody knows whether their invite left: they get it again."""
        room = self._people[person].room
        return [] if room is None else self._invite(person, room, now_s, "again")

    def unsure(self, person: str) -> None:
        """They may have followed their invite while nobody looked: they are not asked again, and their group is not
        taken for one that is too small.
        """
        self._people[person].is_unsure = True

    def begin(self, here: Collection[str], now_s: float) -> list[Act]:
        """The rooms are open: everybody who is still here is invited."""
        acts: list[Act] = []
        for room, group in enumerate(self.groups):
            for person in group:
                self._people[person] = Standing(room, "invited" if person in here else "gone", now_s)
            people = tuple(person for person in group if person in here)
            if people:
                acts.append(Invite(room, people, "planned"))
        return acts

    def renamed(self, old: str, new: str) -> None:
        """Somebody is known under another key from now on; if they were here under both, where they are counts."""
        known = self._people.pop(old, None)
        if known is not None and (new not in self._people or known.at is not None):
            self._people[new] = known

    def arrived(self, person: str, now_s: float) -> list[Act]:
        """Somebody came into the meeting, for the first time or again."""
        known = self._people.get(person)
        if known is not None and known.room is not None and self._takes_back(known.room, person):
            if known.is_answered:
                return self._invite(person, known.room, now_s, "returned")
            return self._invite_again(person, known.room, now_s, "returned")
        if known is None and self._terms.late == "next_round":
            return [Move(person, None, "comes with the next round")]
        return [*self._place(person, now_s, "late" if known is None else "returned"), *self._mend(now_s)]

    def left(self, person: str, now_s: float) -> list[Act]:
        """Somebody left the meeting; their place stays theirs."""
        known = self._people.get(person)
        if known is not None:
            if known.state != "there":
                known.returns = max(0, known.returns - 1)  # they came out because their connection broke
            known.asked_to = known.room if known.state in ("invited", "ignored") else None
            known.seat_in, known.retry_s = known.at, now_s + SEAT_KEPT_S
            known.state, known.at = "gone", None
        return self._mend(now_s)

    def entered(self, person: str, room: int, now_s: float) -> list[Act]:
        """Somebody is in a breakout of this round."""
        known = self._people.setdefault(person, Standing(room, "there", now_s))
        wanted, known.state, known.at = known.room, "there", room
        if wanted == room:
            return [*self._answered(person, "accepted", now_s), *self._mend(now_s)]
        others = [other for other in self.inside(room) if other != person]
        if (wanted is None or wanted in self._open) and self._is_apart(person, others):
            known.asked_at_s = now_s
            return [CallOut(person)]
        known.room = room
        return [Move(person, room, "went there"), *self._mend(now_s)]

    def came_out(self, person: str, now_s: float) -> list[Act]:
        """Somebody is out of their breakout, and in the meeting still."""
        known = self._people.get(person)
        if known is None or known.state == "gone":
            return []
        known.state, known.at = "out", None
        if known.room is None:
            known.state = "waiting"
            return self._mend(now_s)
        known.returns += 1
        if known.returns > SEND_BACK:
            known.room, known.state = None, "refused"
            return [Move(person, None, "keeps coming out"), *self._mend(now_s)]
        if not self._takes_back(known.room, person):
            return [*self._place(person, now_s, "moved"), *self._mend(now_s)]
        self._ask(known, known.room, now_s + SETTLE_S)
        known.state, known.due_why, known.retry_s = "due", "returned", now_s + SETTLE_S
        return self._mend(now_s)

    def rejected(self, person: str, now_s: float) -> list[Act]:
        """Somebody rejected the invite."""
        known = self._people.get(person)
        if known is None or known.state not in ("invited", "ignored"):
            return self._mend(now_s)
        known.state = "refused"
        return [*self._answered(person, "rejected", now_s), *self._mend(now_s)]

    def failed(self, person: str, now_s: float) -> list[Act]:
        """The invite could not be sent; it is tried again a few times, then nobody waits for this person."""
        known = self._people.get(person)
        if known is None or known.state != "invited":
            return []
        known.failures += 1
        if known.failures < TRIES:
            known.state, known.retry_s = "due", now_s + TRY_AGAIN_S
            return []
        known.state = "ignored"
        return [*self._answered(person, "failed", now_s), *self._mend(now_s)]

    def ended(self, room: int, now_s: float) -> list[Act]:
        """A breakout has ended, since the last one has left it: who was on the way to it needs another invite."""
        if room not in self._open:
            return []
        coming = [person for person, known in self._people.items() if known.room == room and known.state == "invited"]
        return [act for person in coming for act in self._invite_again(person, room, now_s)]

    def closed(self, now_s: float) -> list[Act]:
        """The round ends: who has not answered by now, has ignored the invite."""
        waiting = [one for one, known in self._people.items() if known.state == "invited" and not known.is_unseen]
        return [act for person in waiting for act in self._answered(person, "ignored", now_s)]

    def tick(self, now_s: float) -> list[Act]:
        """Time has passed: remind, and do without those who do not come."""
        acts: list[Act] = []
        for person, known in self._people.items():
            if known.is_called_out and now_s >= known.asked_at_s + self._terms.no_show_s - 1e-9:
                known.room = known.at
                acts.append(Move(person, known.at, "stays there"))
            if known.state == "gone" and now_s >= known.retry_s - 1e-9:
                known.seat_in = known.asked_to = None
            if known.state == "due" and known.room is not None and now_s >= known.retry_s - 1e-9:
                known.state = "invited"
                acts.append(Invite(known.room, (person,), known.due_why))
                known.due_why = "again"
            if known.state != "invited" or known.room is None:
                continue
            if not known.is_unseen and now_s >= known.asked_at_s + self._terms.no_show_s - 1e-9:
                known.state = "ignored"
                acts += self._answered(person, "ignored", now_s)
            elif not known.is_reminded and now_s >= self._remind_at_s(known) - 1e-9:
                known.is_reminded = True
                acts.append(Remind(known.room, person, invites=not known.is_unseen))
        return [*acts, *self._mend(now_s)]

    def swap(self, one: str, other: str, now_s: float) -> list[Act]:
        """Two people change their places, now: who is inside is asked to come out first."""
        acts: list[Act] = []
        standings = [self._people[one], self._people[other]]
        standings[0].room, standings[1].room = standings[1].room, standings[0].room
        for person, known in zip((one, other), standings, strict=True):
            acts.append(Move(person, known.room, "swapped"))
            if known.state == "there":
                known.returns -= 1  # coming out is not their idea
                known.asked_at_s = now_s
                acts.append(CallOut(person))
            elif known.state != "gone" and known.room is not None:
                acts += self._invite(person, known.room, now_s, "moved")
        return acts

    # questions

    def next_at_s(self) -> float | None:
        """When `tick` has something to do."""
        waiting = [known for known in self._people.values() if known.state == "invited" and known.room is not None]
        times = [self._remind_at_s(known) for known in waiting if not known.is_reminded]
        times += [known.retry_s for known in self._people.values() if known.state == "due"]
        times += [known.retry_s for known in self._people.values() if known.may_come_to is not None]
        waiting = [known for known in waiting if not known.is_unseen]
        waiting += [known for known in self._people.values() if known.is_called_out]
        times += [known.asked_at_s + self._terms.no_show_s for known in waiting]
        if self._terms.then == "regroup":
            times += [self._alone_until_s(known) for known in self._people.values() if known.at in self._open]
        return min(times, default=None)

    def inside(self, room: int) -> list[str]:
        """Who is in this breakout now."""
        return [person for person, known in self._people.items() if known.at == room]

    @property
    def everybody_inside(self) -> list[str]:
        """All who are in a breakout now."""
        return [person for person, known in self._people.items() if known.at is not None]

    @property
    def open_rooms(self) -> tuple[int, ...]:
        """The breakouts that are not closed yet."""
        return tuple(sorted(self._open))

    def knows(self, person: str) -> bool:
        """Has this round anything to do with this person?"""
        return person in self._people

    def would_break(self, one: str, other: str) -> bool:
        """Would a swap put people together who are kept apart?"""
        return any(
            self._is_apart(mover, [mate for mate in self._mates(goal) if mate not in (one, other)])
            for mover, goal in ((one, other), (other, one))
        )

    def room_of(self, person: str) -> int | None:
        """Where this person belongs."""
        known = self._people.get(person)
        return None if known is None else known.room

    def has_place(self, person: str) -> bool:
        """Does this person belong to a group of this round?"""
        return person in self._people and self._people[person].room is not None

    # decisions

    def _mates(self, person: str) -> list[str]:
        room = self._people[person].room
        return [mate for mate in self._bound_for(room) if mate != person]

    def _bound_for(self, room: int | None) -> list[str]:
        """Who is there, or has an invite that may still be accepted, in time or not."""
        return [
            person
            for person, known in self._people.items()
            if known.at == room
            or (known.room == room and known.state not in ("gone", "refused"))
            or (room is not None and known.may_come_to == room)
        ]

    def _seats_kept(self, room: int) -> set[str]:
        return {person for person, known in self._people.items() if known.has_seat and known.seat_in == room}

    def _remind_at_s(self, known: Standing) -> float:
        return known.asked_at_s + self._terms.no_show_s / 2

    def _invite(self, person: str, room: int, now_s: float, why: Why) -> list[Act]:
        self._ask(self._people[person], room, now_s)
        return [Invite(room, (person,), why)]

    @staticmethod
    def _ask(known: Standing, room: int, at_s: float) -> None:
        known.room, known.state, known.asked_at_s = room, "invited", at_s
        known.is_reminded = known.is_answered = known.is_unsure = False
        known.failures = 0

    def _invite_again(self, person: str, room: int, now_s: float, why: Why = "again") -> list[Act]:
        """Another invite for somebody who has not followed the one before: nobody waits for them much longer."""
        known = self._people[person]
        was, asked_at_s = known.state, known.asked_at_s
        acts = self._invite(person, room, now_s, why)
        patience_s = self._terms.no_show_s
        known.asked_at_s = max(asked_at_s, now_s - patience_s + min(ANSWERS_S, patience_s / 2))
        if was == "ignored":
            known.state = "ignored"
        return acts

    def _answered(self, person: str, answer: Answer, now_s: float) -> list[Act]:
        """Each invite has one end; who has ignored it may still follow it."""
        known = self._people[person]
        if known.is_answered or known.room is None:
            return []
        known.is_answered = answer != "ignored"
        return [Answered(known.room, person, answer, now_s - known.asked_at_s)]

    def _place(self, person: str, now_s: float, why: Why) -> list[Act]:
        known = self._people.setdefault(person, Standing(None, "out", now_s))
        known.room = self._smallest(person)
        if known.room is None:
            known.state = "waiting"
            return [Move(person, None, "no group can take them")]
        return [Move(person, known.room, why), *self._invite(person, known.room, now_s, why)]

    def _found_group(self, person: str, now_s: float) -> list[Act]:
        """A new group of those whom no other takes, once they are enough."""
        group = [person]
        for other, known in self._people.items():
            if other != person and known.state == "waiting" and not self._is_apart(other, group):
                group.append(other)
        if len(group) < max(2, self._terms.at_least) or len(self._open) >= MOST_ROOMS:
            return []
        room, self._rooms = self._rooms, self._rooms + 1
        self._open.add(room)
        acts: list[Act] = []
        for one in group[: self._terms.capacity]:
            acts += [Move(one, room, "new group"), *self._invite(one, room, now_s, "moved")]
        return acts

    def _smallest(self, person: str) -> int | None:
        """The smallest group that may take this person and is not full."""
        choices = [(len(self._expected(room)), room) for room in sorted(self._open) if self._takes(room, person)]
        return min(choices)[1] if choices else None

    def _takes_back(self, room: int, person: str) -> bool:
        """Has their own group a seat for somebody who was gone or came out, and no one they are kept apart from?"""
        others = {*self._expected(room), *self.inside(room), *self._seats_kept(room)} - {person}
        is_full = len(others) >= self._terms.capacity
        return room in self._open and not is_full and not self._is_apart(person, self._bound_for(room))

    def _takes(self, room: int, person: str) -> bool:
        """Somebody is or will be there, there is a seat, and nobody from whom this person is kept apart.

        Who has not come in time has no seat any more, but may still come: no harm may be done by that.
        """
        seated = {other for other in (*self._expected(room), *self.inside(room)) if other != person}
        members = [other for other in self._bound_for(room) if other != person]
        taken = len(seated | (self._seats_kept(room) - {person}))
        return bool(seated) and taken < self._terms.capacity and not self._is_apart(person, members)

    def _expected(self, room: int) -> list[str]:
        """Who is there or may still come in time."""
        return [p for p, known in self._people.items() if known.room == room and known.state in _EXPECTED]

    def _mend(self, now_s: float) -> list[Act]:
        """Nobody stays alone, and whoever waits for a place gets one.

        A group that is too small, and for which nobody is waited (or for long enough), goes to others.
        """
        acts: list[Act] = []
        self._count_alone(now_s)
        for room in sorted(self._open) if self._terms.then == "regroup" else ():
            inside = self.inside(room)
            is_small = len(self._expected(room)) < self._terms.at_least
            if inside and (is_small or now_s >= self._alone_until_s(self._people[inside[0]]) - 1e-9):
                acts += self._dissolve(room, inside, now_s)
        for room in sorted(self._open):  # somebody came in after all, whose seat had been given away
            if len(self.inside(room)) >= self._terms.capacity:
                for person in [one for one in self._expected(room) if self._people[one].at != room]:
                    self._people[person].state, self._people[person].room = "waiting", None
                    acts.append(Move(person, None, "no group can take them"))
        for person in [person for person, known in self._people.items() if known.state == "waiting"]:
            if self._people[person].state == "waiting":
                acts += self._seat(person, now_s)
        return acts

    def _count_alone(self, now_s: float) -> None:
        """Note since when somebody has been in a breakout with too few others."""
        inside = Counter(known.may_be_in for known in self._people.values())
        for known in self._people.values():
            if known.at is None or inside[known.at] >= self._terms.at_least:
                known.alone_since_s = None
            elif known.alone_since_s is None:
                known.alone_since_s = now_s

    def _alone_until_s(self, known: Standing) -> float:
        """For so long somebody alone waits, whoever is still on the way: latecomers may stay away one by one."""
        since_s = known.alone_since_s
        return inf if since_s is None else since_s + self._terms.no_show_s + ANSWERS_S

    def _seat(self, person: str, now_s: float) -> list[Act]:
        """A place for somebody who waits for one, if there is one now."""
        room = self._smallest(person)
        if room is None:
            return self._found_group(person, now_s)
        return [Move(person, room, "there is room now"), *self._invite(person, room, now_s, "moved")]

    def _dissolve(self, room: int, inside: Iterable[str], now_s: float) -> list[Act]:
        acts: list[Act] = []
        self._open.discard(room)
        for person in inside:
            known = self._people[person]
            known.room = self._smallest(person)
            known.returns -= 1  # coming out is not their idea
            known.asked_at_s = now_s
            acts.append(Move(person, known.room, "would be alone"))
        acts.append(CloseRooms((room,)))
        for person, known in self._people.items():
            if known.room == room and known.state in ("invited", "due", "ignored"):  # their invite leads nowhere
                other = self._smallest(person)
                if other is None:
                    acts += self._place(person, now_s, "moved")
                else:
                    acts += [Move(person, other, "moved"), *self._invite_again(person, other, now_s)]
        return acts
