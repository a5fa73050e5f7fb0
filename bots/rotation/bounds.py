"""What nobody can beat: lower bounds on meetings that repeat, for rooms as even as possible.

A meeting is two people in one room for one round; a repeat is every meeting of a pair beyond its first.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import comb

from bots.rotation.sizes import room_sizes

__all__ = ["KNOWN_MOST_ROUNDS", "bound", "least_coincidences", "most_rounds"]

KNOWN_MOST_ROUNDS = {
    (12, 3): 4, (15, 3): 7, (18, 3): 8, (21, 3): 10, (16, 4): 5, (20, 4): 5, (24, 4): 7, (28, 4): 9,
    (25, 5): 6, (30, 5): 6, (36, 6): 3,
}  # fmt: skip
"""(people, group size) -> most rounds without a repeat, proven (OEIS A107431)."""


def most_rounds(people: int, rooms: int) -> int | None:
    """The largest number of rounds that is not proven to need a repeat; None if any number does without.

    Args:
        people: how many.
        rooms: how many rooms they fill, as even as possible.
    """
    if people <= rooms:
        return None
    rounds = 1
    while bound([rooms] * (rounds + 1), people) == 0:
        rounds += 1
    return rounds


def bound(rooms: Sequence[int], people: int, *, always: int = 0, never: int = 0) -> int:
    """The fewest repeats that a plan can have.

    Args:
        rooms: how many rooms are open in each round.
        people: how many people are in them.
        always: pairs that share a room in every round, because they must.
        never: pairs that never may.

    Returns:
        The largest of what these arguments prove:
        pairs are too few for the meetings; a person has too few partners; a room that is larger than the number of
        rooms of another round holds people of one of its rooms.
    """
    meetings = [_meetings(people, count) for count in rooms]
    rounds = len(rooms)
    pairs = comb(people, 2)
    free = min(sum(meetings) - rounds * always, pairs - always - never)
    counting = sum(meetings) - always - max(0, free)
    personal = sum(people // count - 1 for count in rooms) - (people - 1)
    often = Counter(rooms)
    crowding = max(
        sum((times - (other == first)) * _crossing(people, first, other) for other, times in often.items())
        for first in often
    )
    is_one_shape = len(set(rooms)) == 1 and people % rooms[0] == 0
    known = int(is_one_shape and rounds > KNOWN_MOST_ROUNDS.get((people, people // rooms[0]), rounds))
    return max(0, counting, -(-people * personal // 2), crowding, known, always * (rounds - 1))


def least_coincidences(rooms: Sequence[int], people: int, *, always: int = 0, never: int = 0) -> int:
    """The fewest times that a pair shares a room in two rounds, counted over all pairs and pairs of rounds.

    A pair that meets c times counts c * (c - 1) / 2. Arguments as for `bound`.
    """
    rounds = len(rooms)
    meetings = sum(_meetings(people, count) for count in rooms) - rounds * always
    others = comb(people, 2) - always - never
    often, more = divmod(max(0, meetings), others) if others > 0 else (0, 0)
    even = (others - more) * comb(often, 2) + more * comb(often + 1, 2) + always * comb(rounds, 2)
    counts = sorted(Counter(rooms).items())
    crossing = sum(comb(times, 2) * _crossing(people, count, count) for count, times in counts)
    for (one, some), (two, more_often) in combinations(counts, 2):
        crossing += some * more_often * max(_crossing(people, one, two), _crossing(people, two, one))
    return max(even, crossing)


@lru_cache(maxsize=256)
def _crossing(people: int, first: int, second: int) -> int:
    """Pairs that share a room in a round with `first` rooms and in another with `second`, at least."""
    return sum(sum(comb(size, 2) for size in room_sizes(whole, first)) for whole in room_sizes(people, second))


@lru_cache(maxsize=256)
def _meetings(people: int, rooms: int) -> int:
    """Pairs that share a room in one round."""
    return sum(comb(size, 2) for size in room_sizes(people, rooms))
