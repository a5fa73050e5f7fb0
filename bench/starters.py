"""Find the starters of `bots/rotation/constructing/catalogue.py` again: `python -m bench.starters` (some minutes).

Three searches: plain annealing; annealing under a second symmetry, orbits and standing points taking each other's
places; and for 33 people in threes, annealing of a round together with short blocks.
"""

from itertools import product
from math import exp
from random import Random

from bench.turning import find_starter
from bots.rotation.constructing.catalogue import Starter

PLAIN = [(18, 3, 4, 2), (24, 4, 7, 1), (30, 5, 6, 1), (30, 3, 14, 1), (36, 3, 17, 1), (42, 3, 20, 1)]
NEARLY = [(18, 3, 9)]  # one distance comes twice: as few repeats as there can be
FOLDED = [(24, 3), (36, 4), (48, 4), (60, 4)]


def main() -> None:
    """Print the catalogue as Python."""
    for points, size, turns, count in PLAIN:
        show(
            points,
            size,
            next(
                filter(None, (find_starter(points, size, turns, count, rng=Random(n), moves=10**6) for n in range(99)))
            ),
        )
    for points, size, turns in NEARLY:
        show(points, size, find_starter(points, size, turns, 1, rng=Random(0), moves=10**6, allowed=1))
    show(33, 3, with_shorts(11, 5))
    for points, size in FOLDED:
        show(points, size, folded(size - 1, points // (size - 1) - 1))


def show(points: int, size: int, starter: Starter | None) -> None:
    """One line of the catalogue."""
    assert starter is not None, "a longer search finds it"
    text = " | ".join("; ".join(" ".join(map(str, block)) for block in blocks) for blocks in starter.rounds)
    shorts = "; ".join(" ".join(map(str, block)) for block in starter.shorts)
    print(
        f'    ({points}, {size}): _starter({starter.turns}, "{text}"' + (f', "{shorts}"),' if shorts else "),"),
        flush=True,
    )


def folded(orbits: int, turns: int) -> Starter:
    """A starter for orbits * (turns + 1) points in rooms of orbits + 1, the same when the orbits change places.

    One block has a standing point and one point of each orbit; the others are full. Every number below `turns` is
    in one block, with one orbit; the other orbits follow from the symmetry.
    """
    for attempt in range(10**6):
        rng = Random(attempt)
        order = rng.sample(range(turns), turns)
        orbit = [rng.randrange(orbits) for _ in range(turns)]
        orbit[:orbits] = range(orbits)
        if anneal(order, orbit, orbits, turns, rng):
            return unfolded(order, orbit, orbits, turns)
    raise AssertionError("not found")


def blocks_of(orbits: int, turns: int) -> list[range]:
    """Which places of the order are one block."""
    return [range(orbits), *(range(first, first + orbits + 1) for first in range(orbits, turns, orbits + 1))]


def anneal(order: list[int], orbit: list[int], orbits: int, turns: int, rng: Random) -> bool:
    """Exchange numbers, and change their orbits, until no distance comes twice."""
    blocks = blocks_of(orbits, turns)
    home = {place: block for block in blocks for place in block}

    def distance(a: int, b: int) -> tuple[int, int]:
        way, step = (order[b] - order[a]) % turns, (orbit[b] - orbit[a]) % orbits
        return min((step, way), (-step % orbits, -way % turns))

    def count_of(which: set[range]) -> list[tuple[int, int]]:
        return [distance(a, b) for block in which for b in block for a in range(block.start, b)]

    seen: dict[tuple[int, int], int] = {}
    for orbit_step, way in product(range(orbits), range(turns)):
        seen[min((orbit_step, way), (-orbit_step % orbits, -way % turns))] = 0
    for step, way in list(seen):
        if 2 * way == turns and step == -step % orbits:
            seen[step, way] = 1
    cost = 0
    for key in count_of(set(blocks)):
        cost += seen[key]
        seen[key] += 1
    for move in range(150_000):
        temperature = 0.7 * (0.25 / 0.7) ** (move % 30_000 / 30_000)
        p, q = rng.randrange(turns), rng.randrange(turns)
        relabel = p >= orbits and rng.random() < 0.3
        if not relabel and home[p] is home[q]:
            continue
        touched = {home[p]} if relabel else {home[p], home[q]}
        for key in count_of(touched):
            seen[key] -= 1
        before = [order[p], order[q], orbit[p], orbit[q]]
        change = -sum_of(seen, count_of(touched))
        if relabel:
            orbit[p] = rng.randrange(orbits)
        else:
            order[p], order[q] = order[q], order[p]
            if p >= orbits and q >= orbits:
                orbit[p], orbit[q] = orbit[q], orbit[p]
        change += sum_of(seen, count_of(touched))
        if change > 0 and rng.random() >= exp(-change / temperature):
            order[p], order[q], orbit[p], orbit[q] = before
        else:
            cost += change
        for key in count_of(touched):
            seen[key] += 1
        if cost == 0:
            return True
    return False


def sum_of(seen: dict[tuple[int, int], int], keys: list[tuple[int, int]]) -> int:
    """What these distances cost beside the others."""
    more: dict[tuple[int, int], int] = {}
    cost = 0
    for key in keys:
        cost += seen[key] + more.get(key, 0)
        more[key] = more.get(key, 0) + 1
    return cost


def unfolded(order: list[int], orbit: list[int], orbits: int, turns: int) -> Starter:
    """The whole starter round."""
    rounds = []
    for number, block in enumerate(blocks_of(orbits, turns)):
        for step in range(orbits):
            points = [(orbit[place] + step) % orbits * turns + order[place] for place in block]
            rounds.append(tuple(sorted(points + ([orbits * turns + step] if number == 0 else []))))
    return Starter(turns, (tuple(rounds),))


def with_shorts(turns: int, shorts: int) -> Starter:
    """A starter for three orbits in threes, of which `shorts` rounds are the turns of one block each."""
    for attempt in range(10**6):
        rng = Random(attempt)
        order = rng.sample(range(3 * turns), 3 * turns)
        more = [[rng.randrange(turns), rng.randrange(turns)] for _ in range(shorts)]
        if anneal_shorts(order, more, turns, rng):
            blocks = tuple(tuple(sorted(order[first : first + 3])) for first in range(0, 3 * turns, 3))
            return Starter(turns, (blocks,), tuple((0, turns + a, 2 * turns + b) for a, b in more))
    raise AssertionError("not found")


def anneal_shorts(order: list[int], more: list[list[int]], turns: int, rng: Random) -> bool:
    """Exchange points of the starter, and change short blocks, until no distance comes twice."""

    def distance(a: int, b: int) -> tuple[int, int]:
        (orbit, x), (other, y) = sorted((divmod(a, turns), divmod(b, turns)))
        way = (y - x) % turns
        return (orbit * 3 + other, min(way, turns - way) if orbit == other else way)

    def of_block(number: int) -> list[tuple[int, int]]:
        a, b, c = order[3 * number : 3 * number + 3]
        return [distance(a, b), distance(a, c), distance(b, c)]

    def of_short(number: int) -> list[tuple[int, int]]:
        a, b = more[number]
        return [(1, a), (2, b), (5, (b - a) % turns)]

    seen = {(pair, way): 0 for pair in (0, 1, 2, 4, 5, 8) for way in range(turns)}
    cost = 0
    for keys in [*map(of_block, range(turns)), *map(of_short, range(len(more)))]:
        cost += sum_of(seen, keys)
        for key in keys:
            seen[key] += 1
    for move in range(400_000):
        temperature = 0.6 * (0.2 / 0.6) ** (move % 50_000 / 50_000)
        if rng.random() < 0.15:
            number, place = rng.randrange(len(more)), rng.randrange(2)
            old, kept = of_short(number), more[number][place]
            for key in old:
                seen[key] -= 1
            more[number][place] = rng.randrange(turns)
            new = of_short(number)
            undo = (more[number], place, kept)
        else:
            p, q = rng.randrange(3 * turns), rng.randrange(3 * turns)
            if p // 3 == q // 3:
                continue
            old = of_block(p // 3) + of_block(q // 3)
            for key in old:
                seen[key] -= 1
            order[p], order[q] = order[q], order[p]
            new = of_block(p // 3) + of_block(q // 3)
            undo = None
        change = sum_of(seen, new) - sum_of(seen, old)
        if change > 0 and rng.random() >= exp(-change / temperature):
            new = old
            if undo is None:
                order[p], order[q] = order[q], order[p]
            else:
                undo[0][undo[1]] = undo[2]
        else:
            cost += change
        for key in new:
            seen[key] += 1
        if cost == 0:
            return True
    return False


if __name__ == "__main__":
    main()
