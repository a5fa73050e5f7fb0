"""Starter rounds that were found by search: `python -m bench.starters` finds them again."""

from dataclasses import dataclass

__all__ = ["FORCED", "STARTERS", "Starter"]


@dataclass(frozen=True, slots=True)
class Starter:
    """Rounds that become many by turning; see `blocks.developed`.

    Attributes:
        turns: how many points an orbit has, and rounds a starter becomes.
        rounds: blocks of points.
        shorts: blocks with one point of every orbit, of which each becomes one round.
    """

    turns: int
    rounds: tuple[tuple[tuple[int, ...], ...], ...]
    shorts: tuple[tuple[int, ...], ...] = ()


def _blocks(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(map(int, block.split())) for block in text.split(";") if block)


def _starter(turns: int, text: str, shorts: str = "") -> Starter:
    return Starter(turns, tuple(map(_blocks, text.split("|"))), _blocks(shorts))


STARTERS: dict[tuple[int, int], Starter] = {
    (18, 3): _starter(
        4,
        "5 8 16; 2 3 10; 1 14 15; 0 6 7; 11 12 17; 4 9 13 | 3 8 9; 2 6 17; 7 11 14; 4 10 12; 0 5 15; 1 13 16",
    ),
    (24, 3): _starter(
        11,
        "4 16 22; 5 15 23; 3 11 21; 0 10 14; 13 17 19; 2 6 8; 1 9 18; 7 12 20",
    ),
    (24, 4): _starter(
        7,
        "0 8 15 23; 11 17 19 20; 6 13 18 21; 1 3 4 14; 5 7 9 10; 2 12 16 22",
    ),
    (30, 3): _starter(
        14,
        "10 18 26; 0 5 25; 14 23 24; 1 20 22; 13 27 28; 8 17 29; 4 16 19; 6 7 9; 3 11 21; 2 12 15",
    ),
    (30, 5): _starter(
        6,
        "5 9 11 13 14; 7 8 23 27 29; 0 4 16 25 26; 15 17 20 21 28; 1 6 12 19 24; 2 3 10 18 22",
    ),
    (33, 3): _starter(
        11,
        "5 8 11; 12 31 32; 3 13 21; 22 25 27; 15 16 20; 17 19 30; 2 4 26; 0 1 7; 10 24 28; 6 18 23; 9 14 29",
        "0 19 26; 0 13 27; 0 20 30; 0 15 32; 0 11 23",
    ),
    (36, 3): _starter(
        17,
        "4 32 35; 13 20 31; 6 16 33; 3 19 29; 9 17 34; 2 10 14; 7 26 28; 18 22 23; 0 1 15; 5 11 25; 8 21 30; 12 24 27",
    ),
    (36, 4): _starter(
        11,
        "1 18 32 33; 10 12 29 34; 7 21 23 35; 8 9 13 17; 19 20 24 28; 2 6 30 31; 4 11 14 16; 15 22 25 27; 0 3 5 26",
    ),
    (42, 3): _starter(
        20,
        "0 6 15; 11 13 28; 14 27 39; 26 30 32; 4 33 38; 5 29 36; 2 10 20; 3 24 25; 18 34 37; 19 22 31; "
        "7 8 35; 17 23 40; 9 12 16; 1 21 41",
    ),
    (48, 4): _starter(
        15,
        "9 28 30 45; 0 24 43 46; 13 15 39 47; 5 10 12 34; 4 20 25 27; 19 35 40 42; 1 23 29 41; 11 16 38 44; "
        "8 14 26 31; 2 33 36 37; 3 6 7 17; 18 21 22 32",
    ),
    (60, 4): _starter(
        19,
        "12 21 52 57; 14 31 40 58; 2 33 50 59; 17 25 49 54; 11 16 36 44; 6 30 35 55; 22 26 28 29; "
        "41 45 47 48; 3 7 9 10; 13 24 34 56; 18 32 43 53; 5 15 37 51; 1 19 27 42; 4 20 38 46; 0 8 23 39",
    ),
}
"""(points, room size) -> starter."""

FORCED: dict[tuple[int, int, int], Starter] = {
    (18, 3, 9): _starter(9, "2 3 8; 4 14 15; 1 10 16; 6 9 11; 5 7 12; 0 13 17"),
    (32, 4, 10): _starter(
        10, "9 30 14 23; 10 21 28 27; 18 2 15 16; 3 31 12 24; 1 19 29 13; 7 17 20 22; 4 0 26 11; 5 25 6 8"
    ),
}
"""(points, room size, rounds) -> starter with few repeats, where no design does without.

18 in threes: as few as there can be. 32 in fours: 10; a plan with none is known (Aguado, 2004), but not here.
"""
