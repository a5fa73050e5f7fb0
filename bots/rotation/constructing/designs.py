"""Plans without any repeat, by construction.

People are points here: numbers from 0. A design is an array of shape (rounds, points) with the room of every point
in every round. Most designs have columns: points j * rooms to (j + 1) * rooms - 1, of whom no two ever meet.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import gcd
from random import Random

import numpy as np
from numpy.typing import NDArray

from bots.rotation.constructing.blocks import block_design
from bots.rotation.constructing.differences import find_shifts
from bots.rotation.constructing.fields import Ints, ring_of

__all__ = ["Design", "design_of"]

_TRIES = 30_000  # of the search for shifts: an eighth of a second


@dataclass(frozen=True, slots=True)
class Design:
    """A plan for points.

    Attributes:
        rooms: the room of every point in every round; shape (rounds, points), never written to.
        method: how it was made.
        columns: how many columns the points have, those of the last one possibly fewer; 0 if they have none.
        is_still: point x of the first column, x below the number of rooms, is in room x in every round.
    """

    rooms: Ints
    method: str
    columns: int = 0
    is_still: bool = False


@lru_cache(maxsize=32)
def design_of(people: int, rooms: int, rounds: int) -> Design | None:
    """A plan without repeats whose rooms differ by one person at most, or None where no construction is known."""
    size = -(-people // rooms)
    full = _full(rooms, size, rounds)
    if full is None or people == rooms * size:
        return full
    return _without(full, rooms * size - people)


def _full(rooms: int, size: int, rounds: int) -> Design | None:
    """The same for rooms that are all full."""
    points = rooms * size
    if size == 1:
        return Design(np.tile(np.arange(rooms), (rounds, 1)), "everybody alone", columns=1, is_still=True)
    if rounds == 1:
        return Design(np.tile(np.arange(rooms), size)[None, :], "one round", columns=size, is_still=True)
    if rooms == 1:
        return None
    if (found := _transversal(rooms, size, rounds)) is not None:
        return found
    if size == 2:
        return Design(_round_robin(points, rounds), "round robin") if rounds < points else None
    if rounds > (points - 1) // (size - 1):
        return None
    if (found := _nested(rooms, size, rounds)) is not None:
        return found
    blocks = block_design(points, size)
    if blocks is not None and len(blocks.rooms) >= rounds:
        return Design(blocks.rooms[:rounds], blocks.method)
    return _shifted(rooms, size, rounds)


def _shifted(rooms: int, size: int, rounds: int) -> Design | None:
    """Columns of shifts that are searched for; always the same ones."""
    columns = find_shifts(rooms, size, rounds, Random(0), _TRIES)
    if columns is None:
        return None
    shifts = np.array(columns).T.repeat(rooms, axis=1)
    return Design((np.arange(rooms * size) + shifts) % rooms, "searched shifts", columns=size, is_still=True)


def _round_robin(points: int, rounds: int) -> Ints:
    """The circle method: one point stands, the others turn around it."""
    others = points - 1
    turns, places = np.arange(rounds)[:, None], np.arange(others)[None, :]
    distance = (places - turns) % others  # from the point that meets the standing one
    rooms = np.minimum(distance, others - distance) % others
    return np.hstack([rooms, np.zeros((rounds, 1), dtype=np.int64)])


def _transversal(rooms: int, size: int, rounds: int) -> Design | None:
    """Point x of column j sits in room x + s(j) * t(round), where no difference of an s times one of a t is zero.

    Two points meet at most once then. Over the numbers modulo `rooms` small steps do; over a product of fields it
    is enough that the differences on one side are invertible.
    """
    if _steps_do(rooms, size, rounds):
        places, turns = np.arange(rooms * size), np.arange(rounds)[:, None]
        return Design((places + places // rooms * turns) % rooms, "cyclic shift", columns=size, is_still=True)
    ring = ring_of(rooms)
    if size <= ring.units and rounds <= rooms:
        lines = [np.hstack([ring.shifted(ring.diagonal(j), t) for j in range(size)]) for t in range(rounds)]
    elif rounds <= ring.units and size <= rooms:
        lines = [np.hstack([ring.shifted(ring.diagonal(t), j) for j in range(size)]) for t in range(rounds)]
    else:
        return None
    return Design(np.array(lines), "finite field", columns=size, is_still=True)


def _steps_do(rooms: int, size: int, rounds: int) -> bool:
    if (size - 1) * (rounds - 1) < rooms:
        return True
    fewer, more = sorted((size, rounds))
    return more <= rooms and all(gcd(step, rooms) == 1 for step in range(1, fewer))


def _nested(rooms: int, size: int, rounds: int) -> Design | None:
    """After the rounds of a transversal design, each column, which never met, is grouped as a smaller class."""
    if rooms % size:
        return None
    for first in range(min(rooms, rounds - 1), 0, -1):
        outer = _transversal(rooms, size, first)
        if outer is None:
            continue
        inner = _full(rooms // size, size, rounds - first) if rooms > size else _one_room(size, rounds - first)
        if inner is None:
            return None
        columns = [inner.rooms + column * (rooms // size) for column in range(size)]
        return Design(np.vstack([outer.rooms, np.hstack(columns)]), f"{outer.method}, columns by {inner.method}")
    return None


def _one_room(size: int, rounds: int) -> Design | None:
    return Design(np.zeros((1, size), dtype=np.int64), "one room each") if rounds == 1 else None


def _without(design: Design, fewer: int) -> Design | None:
    """Leave out points who never meet, so that no room loses two."""
    points = design.rooms.shape[1]
    if design.columns:
        return replace(design, rooms=design.rooms[:, : points - fewer])
    meets = _meetings(design.rooms)
    for first in range(points):
        chosen: list[int] = []
        for point in [*range(first, points), *range(first)]:
            if not meets[point, chosen].any():
                chosen.append(point)
            if len(chosen) == fewer:
                kept = np.delete(design.rooms, chosen, axis=1)
                return replace(design, rooms=kept, method=f"{design.method}, {fewer} left out")
    return None


def _meetings(rooms: Ints) -> NDArray[np.bool_]:
    together: NDArray[np.bool_] = (rooms[:, :, None] == rooms[:, None, :]).any(axis=0)
    return together
