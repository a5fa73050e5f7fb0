"""Search for a starter: one round that becomes many by turning (see `blocks.developed`).

Two people meet again in the turned rounds only if two pairs of the starter have the same distance. So it is enough
to anneal the distances of one round, a problem much smaller than the plan itself.
"""

from math import exp
from random import Random

from bots.rotation.constructing.catalogue import Starter

_HOT, _COLD = 0.6, 0.2  # temperatures, in repeats
_CYCLE = 60_000  # moves from hot to cold
_BATCH = 1000


def find_starter(
    points: int, size: int, turns: int, count: int, *, rng: Random, moves: int, allowed: int = 0
) -> Starter | None:
    """Look for `count` starter rounds, for turns * count rounds, all rooms full; None if it takes more moves.

    Args:
        points: people; a multiple of size.
        size: people in a room.
        turns: order of the turning group; points % turns points stand still.
        count: how many starter rounds.
        rng: the source of every choice.
        moves: how many exchanges may be tried.
        allowed: distances that may come again; each is one repeat in every round.
    """
    if points % turns > points // size or points < turns:
        return None
    classes, used = _distances(points, turns)
    search = _Search(points, size, count, classes=classes, used=used, rng=rng)
    for batch in range(moves // _BATCH):
        if search.cost <= allowed:
            break
        share = batch * _BATCH % _CYCLE / _CYCLE
        search.anneal(_BATCH, allowed, _HOT * (_COLD / _HOT) ** share)
    if search.cost > allowed:
        return None
    rounds = tuple(tuple(tuple(sorted(block)) for block in blocks) for blocks in search.rounds)
    return Starter(turns, rounds)


def _distances(points: int, turns: int) -> tuple[list[list[int]], list[int]]:
    """The class of each pair, and how often each class counts as used already.

    A pair half a turn apart would meet twice while it turns, two points that stand still in every round.
    """
    numbers: dict[tuple[int, ...], int] = {}
    used: list[int] = []
    classes = [[0] * points for _ in range(points)]
    turning = points // turns * turns
    for high in range(points):
        for low in range(high):
            (orbit, x), (other, y) = divmod(low, turns), divmod(high, turns)
            before = 0
            key: tuple[int, ...]
            if low >= turning:
                key, before = (low, high), turns - 1
            elif high >= turning:
                key = (-1, high, orbit)
            elif orbit == other:
                way = min((y - x) % turns, (x - y) % turns)
                key, before = (-2, orbit, way), int(2 * way == turns)
            else:
                key = (-3, orbit, other, (y - x) % turns)
            if key not in numbers:
                numbers[key] = len(numbers)
                used.append(before)
            classes[low][high] = classes[high][low] = numbers[key]
    return classes, used


class _Search:
    """Exchanges between two blocks of one round; the cost is how often distances come again, 0 for a starter."""

    def __init__(
        self, points: int, size: int, count: int, *, classes: list[list[int]], used: list[int], rng: Random
    ) -> None:
        self.rounds = []
        for _ in range(count):
            order = rng.sample(range(points), points)
            self.rounds.append([order[first : first + size] for first in range(0, points, size)])
        self._classes = classes
        self._random = rng.random
        self._seen = used[:]
        self.cost = 0
        for blocks in self.rounds:
            for block in blocks:
                for place, point in enumerate(block):
                    for other in block[:place]:
                        self.cost += self._seen[classes[point][other]]
                        self._seen[classes[point][other]] += 1

    def anneal(self, moves: int, allowed: int, temperature: float) -> None:
        """Try exchanges at one temperature; stops early at the allowed cost."""
        rnd, seen, classes = self._random, self._seen, self._classes
        odds = [exp(-worse / temperature) for worse in range(20)]
        rooms, size, count = len(self.rounds[0]), len(self.rounds[0][0]), len(self.rounds)
        for _ in range(moves):
            blocks = self.rounds[int(rnd() * count)]
            a = int(rnd() * rooms)
            b = (a + 1 + int(rnd() * (rooms - 1))) % rooms
            here, there = blocks[a], blocks[b]
            p, q = int(rnd() * size), int(rnd() * size)
            first, second = classes[here[p]], classes[there[q]]
            change = 0
            for place in range(size):
                if place != p:
                    number = first[here[place]]
                    seen[number] -= 1
                    change -= seen[number]
                if place != q:
                    number = second[there[place]]
                    seen[number] -= 1
                    change -= seen[number]
            for place in range(size):
                if place != p:
                    number = second[here[place]]
                    change += seen[number]
                    seen[number] += 1
                if place != q:
                    number = first[there[place]]
                    change += seen[number]
                    seen[number] += 1
            if change <= 0 or (change < 20 and rnd() < odds[change]):
                here[p], there[q] = there[q], here[p]
                self.cost += change
                if self.cost <= allowed:
                    return
                continue
            for place in range(size):
                if place != p:
                    seen[second[here[place]]] -= 1
                    seen[first[here[place]]] += 1
                if place != q:
                    seen[first[there[place]]] -= 1
                    seen[second[there[place]]] += 1
