"""Constructions: no repeat, sizes even, for the shapes that are known to have such a plan."""

import pytest

from bots.rotation.constructing.designs import Design, design_of
from tests.unit.rotation.validator import Wanted, faults, repeats

# people, group size, rounds: plans without a repeat are known to exist. Sources: OEIS A107431; Kirkman and nearly
# Kirkman systems (threes), resolvable designs (fours, fives), affine planes and transversal designs.
KNOWN = [
    (4, 2, 3), (6, 2, 5), (8, 2, 7), (10, 2, 9), (12, 2, 11), (14, 2, 13),
    (9, 3, 4), (12, 3, 4), (15, 3, 7), (18, 3, 8), (21, 3, 10), (24, 3, 11), (27, 3, 13), (30, 3, 14), (33, 3, 16),
    (36, 3, 17), (39, 3, 19), (42, 3, 20), (45, 3, 22),
    (16, 4, 5), (20, 4, 5), (24, 4, 7), (28, 4, 9), (36, 4, 11), (40, 4, 13), (48, 4, 15), (52, 4, 17),
    (60, 4, 19),
    (25, 5, 6), (30, 5, 6), (35, 5, 7), (40, 5, 8), (45, 5, 9), (55, 5, 11), (65, 5, 16), (100, 5, 10), (125, 5, 31),
    (500, 5, 10), (126, 6, 25),
    (36, 6, 3), (42, 6, 7), (48, 6, 8), (54, 6, 9), (66, 6, 11), (78, 6, 13), (49, 7, 8), (56, 7, 8), (64, 8, 9),
    (81, 9, 10), (121, 11, 12), (100, 10, 4),
]  # fmt: skip


def rounds_of(design: Design, rooms: int) -> list[list[list[str]]]:
    return [
        [[f"p{point}" for point, at in enumerate(line) if at == room] for room in range(rooms)]
        for line in design.rooms.tolist()
    ]


@pytest.mark.parametrize(("people", "size", "rounds"), KNOWN)
def test_known_shapes_are_constructed_without_a_repeat(people: int, size: int, rounds: int) -> None:
    design = design_of(people, people // size, rounds)
    assert design is not None
    made = rounds_of(design, people // size)
    assert [] == faults(made, Wanted([f"p{point}" for point in range(people)], people // size, rounds))
    assert 0 == repeats(made)


@pytest.mark.parametrize(("people", "rooms", "rounds"), [(29, 6, 6), (23, 6, 5), (97, 20, 10), (13, 5, 4), (31, 8, 9)])
def test_uneven_shapes_leave_out_people_who_never_meet(people: int, rooms: int, rounds: int) -> None:
    design = design_of(people, rooms, rounds)
    assert design is not None
    made = rounds_of(design, rooms)
    assert [] == faults(made, Wanted([f"p{point}" for point in range(people)], rooms, rounds))
    assert 0 == repeats(made)


def test_columns_never_meet_and_the_first_stands_still() -> None:
    design = design_of(20, 5, 4)
    assert design is not None
    assert 4 == design.columns
    assert design.is_still
    assert [list(range(5))] * 4 == design.rooms[:, :5].tolist()
    for line in design.rooms.tolist():
        assert all(len(set(line[first : first + 5])) == 5 for first in range(0, 20, 5))


@pytest.mark.parametrize(("people", "rooms", "rounds"), [(6, 3, 6), (16, 4, 6), (30, 6, 7), (12, 1, 2)])
def test_what_cannot_be_is_not_constructed(people: int, rooms: int, rounds: int) -> None:
    assert design_of(people, rooms, rounds) is None
