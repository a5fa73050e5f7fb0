"""Block designs that split into rounds: the constructions that reach the last possible round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bots.rotation.constructing.catalogue import STARTERS, Starter
from bots.rotation.constructing.fields import Field, Ints, field_of, prime_powers

__all__ = ["BlockDesign", "block_design", "developed"]

Block = Sequence[int]


@dataclass(frozen=True, slots=True)
class BlockDesign:
    """Rooms of shape (rounds, points), and the construction."""

    rooms: Ints
    method: str


@lru_cache(maxsize=64)
def block_design(points: int, size: int) -> BlockDesign | None:
    """The design with the most rounds that is known here for points in full rooms of this size, or None."""
    if (points, size) in STARTERS:
        return BlockDesign(developed(STARTERS[points, size], points), "catalogue")
    if size == 3 and (field := _field(points // 3)) and points == 3 * field.q and field.q % 6 == 1:
        return BlockDesign(_kirkman_tripled(field), "Kirkman triples")
    if size == 3 and (field := _field(points // 2)) and points == 2 * field.q + 1 and field.q % 6 == 1:
        return BlockDesign(_kirkman_doubled(field), "Kirkman triples")
    if size == 4 and (field := _field(points // 3)) and points == 3 * field.q + 1 and field.q % 4 == 1:
        return BlockDesign(_bose_fours(field), "Bose quadruples")
    if (points, size) in ((65, 5), (126, 6)):
        return BlockDesign(_unital(size - 1), "Hermitian unital")
    if (points, size) == (100, 10):
        return BlockDesign(_two_squares_of_ten(), "two orthogonal Latin squares")
    return None


def _field(q: int) -> Field | None:
    powers = prime_powers(q)
    return field_of(*powers[0]) if len(powers) == 1 else None


def _seated(rounds: Iterable[Sequence[Block]], points: int) -> Ints:
    """The room of every point, from rounds as lists of blocks."""
    lines = []
    for blocks in rounds:
        line = np.full(points, -1, dtype=np.int64)
        for room, block in enumerate(blocks):
            line[list(block)] = room
        assert (line >= 0).all(), "every point is in a block of every round"
        lines.append(line)
    return np.array(lines)


def developed(starter: Starter, points: int) -> Ints:
    """Turn the starter rounds: orbit o of m points is o * m to o * m + m - 1, what is left over stands still.

    A short block, with one point of every orbit, is a round by itself: its turns fill all rooms.
    """
    m = starter.turns
    turning = points // m * m

    def turned(block: Block, by: int) -> Block:
        return [point // m * m + (point + by - point // m * m) % m if point < turning else point for point in block]

    rounds = [[turned(block, by) for block in blocks] for blocks in starter.rounds for by in range(m)]
    return _seated(rounds + [[turned(block, by) for by in range(m)] for block in starter.shorts], points)


def _turned_by_field(blocks: Sequence[Sequence[tuple[int, int]]], field: Field, orbits: int) -> list[list[Block]]:
    """Add every element of the field to the points (element, orbit); orbit `orbits` is the point that stands."""
    shifts = [field.shifted(by) for by in range(field.q)]
    return [
        [[orbit * field.q + (int(shift[x]) if orbit < orbits else 0) for x, orbit in block] for block in blocks]
        for shift in shifts
    ]


def _kirkman_tripled(field: Field) -> Ints:
    """3q points, q = 6t + 1. Source: Ray-Chaudhuri and Wilson, 1971."""
    t, x = field.q // 6, field.power
    starter = [[(0, 0), (0, 1), (0, 2)]]
    starter += [[(x(i), j), (x(i + 2 * t), j), (x(i + 4 * t), j)] for i in range(t) for j in range(3)]
    across = [[(x(i), 0), (x(i + 2 * t), 1), (x(i + 4 * t), 2)] for i in range(6 * t)]
    starter += [block for i, block in enumerate(across) if i // t % 2]
    rounds = _turned_by_field(starter, field, 3)
    shorts = [block for i, block in enumerate(across) if not i // t % 2]
    rounds += [[turn[0] for turn in _turned_by_field([block], field, 3)] for block in shorts]
    return _seated(rounds, 3 * field.q)


def _kirkman_doubled(field: Field) -> Ints:
    """2q + 1 points, q = 6t + 1. Source: Ray-Chaudhuri and Wilson, 1971."""
    t, x = field.q // 6, field.power
    half = field.mul(field.add(1, x(t)), x(-field.log(field.add(1, 1))))
    m = field.log(half)
    starter = [[(0, 0), (0, 1), (0, 2)]]
    starter += [[(x(i), 0), (x(i + t), 0), (x(i + m), 1)] for i in range(6 * t) if not i // t % 2]
    starter += [[(x(i + m + t), 1), (x(i + m + 3 * t), 1), (x(i + m + 5 * t), 1)] for i in range(t)]
    return _seated(_turned_by_field(starter, field, 2), 2 * field.q + 1)


def _bose_fours(field: Field) -> Ints:
    """3q + 1 points, q = 4t + 1. Source: Bose, 1939."""
    t, x = field.q // 4, field.power
    starter = [[(0, 0), (0, 1), (0, 2), (0, 3)]]
    starter += [
        [(x(i), j), (x(i + 2 * t), j), (x(i + t), (j + 1) % 3), (x(i + 3 * t), (j + 1) % 3)]
        for i in range(t)
        for j in range(3)
    ]
    return _seated(_turned_by_field(starter, field, 3), 3 * field.q + 1)


def _unital(q: int) -> Ints:
    """q^3 + 1 points, the Hermitian curve of the plane over q^2 elements; blocks are the lines that cut it.

    A round belongs to a point Q of a tangent: the cutting lines through Q, and the line of the points whose tangents
    go through Q. Source: Bose, 1959.
    """
    field = field_of(*prime_powers(q * q)[0])
    bar = [0, *(field.power(q * field.log(element)) for element in range(1, field.q))]
    times = [[field.mul(a, bar[b]) for b in range(field.q)] for a in range(field.q)]
    plus = [field.shifted(by).tolist() for by in range(field.q)]

    def form(u: Block, v: Block) -> int:
        return int(plus[plus[times[u[0]][v[0]]][times[u[1]][v[1]]]][times[u[2]][v[2]]])

    plane = [(1, y, z) for y in range(field.q) for z in range(field.q)]
    plane += [(0, 1, z) for z in range(field.q)] + [(0, 0, 1)]
    curve = [point for point in plane if form(point, point) == 0]
    number = {point: index for index, point in enumerate(curve)}
    home = curve[0]
    # A line is the set of points on which form(., pole) vanishes; it is a tangent where its pole is on the curve.
    members = {
        pole: [number[point] for point in curve if form(point, pole) == 0] for pole in plane if pole not in number
    }
    rounds = []
    for other in plane:
        if other != home and form(other, home) == 0:
            through = [pole for pole in plane if form(other, pole) == 0 and pole not in number]
            rounds.append([members[pole] for pole in [*through, other]])
    return _seated(rounds, q**3 + 1)


def _two_squares_of_ten() -> Ints:
    """Four rounds of ten rooms of ten, from two orthogonal Latin squares. Source: Parker, 1959.

    A row is a person, with the rooms of the four rounds. Rooms 0 to 6 turn modulo 7, rooms 7 to 9 stand still: each
    base row has one of them, and appears in four rotations. The last nine rows use the standing rooms alone.
    """
    rows = [[turn] * 4 for turn in range(7)]
    for standing, base in enumerate(((0, 1, 4), (0, 2, 1), (0, 4, 2))):
        for turn in range(7):
            row = [7 + standing, *((room + turn) % 7 for room in base)]
            rows += [row[-place:] + row[:-place] for place in range(4)]
    rows += [[7 + a, 7 + b, 7 + (a + b) % 3, 7 + (a + 2 * b) % 3] for a in range(3) for b in range(3)]
    return np.array(rows, dtype=np.int64).T
