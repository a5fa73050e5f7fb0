"""Search for columns of shifts: point x of column j sits in room x + shift(j, round), modulo the rooms.

Two columns whose shifts differ by another number in every round never bring a pair together twice.
"""

from random import Random

__all__ = ["find_shifts"]

_TRIES = 20_000  # shifts tried for one column before it is begun anew
_COLUMNS = 30  # columns begun before the whole is


def find_shifts(rooms: int, size: int, rounds: int, rng: Random, tries: int) -> list[list[int]] | None:
    """Shifts, as columns of one number a round, the first column all 0; None if it takes more tries."""
    if rounds > rooms or size > rooms:
        return None
    left = tries
    while left > 0:
        columns = [[0] * rounds, rng.sample(range(rooms), rounds)]
        for _ in range(_COLUMNS):
            if len(columns) >= size or left <= 0:
                break
            column, spent = _next_column(columns, rooms, rounds, rng)
            left -= spent
            if column is not None:
                columns.append(column)
        if len(columns) >= size:
            return columns[:size]
        left -= rounds
    return None


def _next_column(columns: list[list[int]], rooms: int, rounds: int, rng: Random) -> tuple[list[int] | None, int]:
    """A column whose differences to each of the others are all different, and the tries that it took."""
    column: list[int] = []
    used: list[set[int]] = [set() for _ in columns]
    tries = 0

    def place(number: int) -> bool:
        nonlocal tries
        if number == rounds:
            return True
        for shift in rng.sample(range(rooms), rooms):
            tries += 1
            if tries > _TRIES:
                return False
            steps = [(shift - other[number]) % rooms for other in columns]
            if any(step in seen for step, seen in zip(steps, used, strict=True)):
                continue
            column.append(shift)
            for step, seen in zip(steps, used, strict=True):
                seen.add(step)
            if place(number + 1):
                return True
            column.pop()
            for step, seen in zip(steps, used, strict=True):
                seen.discard(step)
        return False

    return (column if place(0) else None), tries
