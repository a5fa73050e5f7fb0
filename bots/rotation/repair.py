"""Rounds with holes made whole: those without a room placed, sizes made even, nobody else moved without need."""

from collections.abc import Sequence
from random import Random

from bots.rotation.rules import FORBIDDEN, ONE, Rules
from bots.rotation.searching.search import Table
from bots.rotation.searching.seating import check_possible, seated

__all__ = ["Repair"]

_TRIES = 400  # changes of rooms of people without an old seat, to save repeats


class Repair:
    """Rounds of people of whom some have no room yet.

    Args:
        rules: the rules; those who have a room keep them already.
        lines: lines[round][person] is a room, -1 for none yet; equal rounds stay equal.
        rooms: how many rooms each round had.
        stays: people who would notice a change.
        rng: the source of every choice.
        never_alone: a room has two people or more; otherwise rooms are closed.
        counted: whose number makes a room large or small; None for everybody.
    """

    def __init__(
        self,
        rules: Rules,
        lines: Sequence[Sequence[int]],
        rooms: Sequence[int],
        stays: frozenset[int],
        rng: Random,
        *,
        never_alone: bool,
        counted: frozenset[int] | None = None,
    ) -> None:  # fmt: skip
        self._rules, self._stays, self._rng = rules, stays, rng
        everybody = frozenset(range(len(rules.people)))
        self._counted = everybody if counted is None else counted
        single = {
            members[0] for unit, members in enumerate(rules.units) if len(members) == 1 and unit not in rules.room_of
        }
        self._movable = self._counted & single
        self._first = [tuple(line) for line in lines]
        self._open = [
            self._closing(line, count, never_alone=never_alone) for line, count in zip(lines, rooms, strict=True)
        ]
        self._table = Table([], [], rules.costs())
        for line, count, still_open in zip(lines, rooms, self._open, strict=True):
            self._table.add([room if room in still_open else -1 for room in line], count)

    def lines(self) -> list[list[int]]:
        """The rounds, with a room for everybody.

        Raises:
            RotationError: a round cannot be seated by the rules; names the people.
        """
        done: dict[tuple[int, ...], int] = {}
        for number, line in enumerate(self._first):
            if line in done:
                for person, room in enumerate(self._table.at[done[line]]):
                    self._put(number, person, room)
                continue
            done[line] = number
            if not (self._place_all(number) and self._level(number)):
                self._reseat(number)
        self._settle()
        return self._table.copy()

    def _closing(self, line: Sequence[int], count: int, *, never_alone: bool) -> set[int]:
        """Rooms that stay open; if somebody would be alone, the emptiest close."""
        people = len(self._rules.people)
        most = max(1, min(count, people // 2 if never_alone else people))
        fixed = set(self._rules.room_of.values())
        order = sorted(range(count), key=lambda room: (room not in fixed, -line.count(room), room))
        return set(order[:most])

    def _put(self, number: int, person: int, room: int) -> None:
        now = self._table.at[number][person]
        if now >= 0 and now != room:
            self._table.leave(number, person)
        if now != room:
            self._table.enter(number, person, room)

    def _size(self, number: int, room: int) -> int:
        return sum(person in self._counted for person in self._table.rooms[number][room])

    def _price(self, number: int, people: Sequence[int], room: int) -> int:
        price = self._table.price
        return sum(price[person][other] for person in people for other in self._table.rooms[number][room])

    def _place_all(self, number: int) -> bool:
        """Everybody who has no room gets one: with those they stay with, or in a small and cheap one."""
        at, rules = self._table.at[number], self._rules
        waiting = [unit for unit, members in enumerate(rules.units) if any(at[person] < 0 for person in members)]
        sizes = {room: self._size(number, room) for room in self._open[number]}
        waiting.sort(key=lambda unit: (unit not in rules.room_of, -len(rules.units[unit]), -len(rules.apart[unit])))
        for unit in waiting:
            members = rules.units[unit]
            missing = [person for person in members if at[person] < 0]
            home = rules.room_of.get(unit, next((at[person] for person in members if at[person] >= 0), None))
            choices = [home] if home is not None else sorted(self._open[number], key=lambda room: (sizes[room], room))
            room = self._first_cheap(number, missing, choices, sizes)
            if room is None:
                return False
            sizes[room] += len(missing)
            for person in missing:
                self._put(number, person, room)
        return True

    def _first_cheap(
        self, number: int, people: Sequence[int], choices: Sequence[int], sizes: dict[int, int]
    ) -> int | None:
        """The cheapest of the smallest rooms that the rules allow; the choices are in the order of their sizes."""
        best: tuple[int, int, int] | None = None
        for room in choices:
            if best is not None and (sizes[room] > best[0] or best[1] == 0):
                break
            price = self._price(number, people, room)
            if price < FORBIDDEN // 2 and (best is None or (sizes[room], price, room) < best):
                best = (sizes[room], price, room)
        return None if best is None else best[2]

    def _level(self, number: int) -> bool:
        """Move single people from the largest rooms to the smallest, newcomers first, until sizes differ by one."""
        sizes = {room: self._size(number, room) for room in sorted(self._open[number])}
        while max(sizes.values()) - min(sizes.values()) > 1:
            offer = self._cheapest_move(number, sizes)
            if offer is None:
                return False
            person, there = offer
            sizes[self._table.at[number][person]] -= 1
            sizes[there] += 1
            self._put(number, person, there)
        return True

    def _cheapest_move(self, number: int, sizes: dict[int, int]) -> tuple[int, int] | None:
        """Somebody of a largest room, and a smallest room to go to."""
        least, most = min(sizes.values()), max(sizes.values())
        smallest = [room for room, size in sizes.items() if size == least]
        people = [
            person
            for room, size in sizes.items()
            if size == most
            for person in self._table.rooms[number][room]
            if person in self._movable
        ]
        best = None
        for person in sorted(people, key=lambda one: (self._is_disturbed(number, one), one)):
            disturbed = self._is_disturbed(number, person)
            if best is not None and best[:2] <= (disturbed, 0):
                break
            for room in smallest:
                offer = (disturbed, self._change(number, person, room), person, room)
                if offer[1] < FORBIDDEN // 2 and (best is None or offer < best):
                    best = offer
        return None if best is None else best[2:]

    def _change(self, number: int, person: int, room: int) -> int:
        """What a move changes of the cost."""
        here = self._table.rooms[number][self._table.at[number][person]]
        prices = self._table.price[person]
        staying = sum([prices[other] for other in here]) - ONE * (len(here) - 1)
        return sum([prices[other] for other in self._table.rooms[number][room]]) - staying

    def _is_disturbed(self, number: int, person: int) -> bool:
        """Would a move now change the room of somebody who stays, and is where they were?"""
        return person in self._stays and self._table.at[number][person] == self._first[number][person]

    def _reseat(self, number: int) -> None:
        """Seat the whole round anew: the rules leave no smaller change."""
        count = len(self._open[number])
        check_possible(self._rules, count)
        names = sorted(self._open[number])
        for person, room in enumerate(self._table.at[number]):
            if room >= 0:
                self._table.leave(number, person)
                self._table.at[number][person] = -1
        line = seated(self._rules, count, self._table.price, self._rng)
        for person, room in enumerate(line):
            self._put(number, person, names[room])

    def _settle(self) -> None:
        """Let those without an old seat try other rooms, while they meet somebody again; nobody else is moved."""
        rounds = [number for number, line in enumerate(self._first) if self._first.count(line) == 1]
        loose = {
            number: sorted(person for person in self._movable if not self._is_disturbed(number, person))
            for number in rounds
        }
        best, cost = self._table.copy(), self._table.cost
        for _ in range(_TRIES):
            hot = [(number, one) for number in rounds for one in loose[number] if self._pays(number, one)]
            if not hot:
                break
            number, one = self._rng.choice(hot)
            self._table.cost += self._try_others(number, one, loose[number])
            if self._table.cost < cost:
                best, cost = self._table.copy(), self._table.cost
        for number in rounds:
            self._table.reseat(number, best[number])

    def _try_others(self, number: int, one: int, loose: Sequence[int]) -> int:
        """Take the best of all other rooms for somebody, be it no better; returns the change of the cost."""
        table = self._table
        here = table.at[number][one]
        size = self._size(number, here)
        offers: list[tuple[int, float, int, int]] = []
        for two in loose:
            if table.at[number][two] != here:
                change = table.exchange(number, one, two)
                table.exchange(number, one, two)
                offers.append((change, self._rng.random(), two, -1))
        offers += [
            (self._change(number, one, room), self._rng.random(), -1, room)
            for room in sorted(self._open[number])
            if self._size(number, room) < size
        ]
        change, _, two, room = min(offers, default=(FORBIDDEN, 0.0, -1, -1))
        if change > ONE:
            return 0
        return table.exchange(number, one, two) if two >= 0 else table.move(number, one, room)

    def _pays(self, number: int, person: int) -> bool:
        """Does this person meet somebody again here?"""
        inside = self._table.rooms[number][self._table.at[number][person]]
        prices = self._table.price[person]
        return any(prices[other] > ONE for other in inside if other != person)
