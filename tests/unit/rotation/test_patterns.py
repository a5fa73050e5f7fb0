"""How groups follow each other: the five patterns."""

from itertools import combinations

import pytest

from bots.errors import RotationError
from bots.rotation import Problem, rooms_for, solve
from tests.unit.rotation.validator import Wanted, faults


def people(count: int) -> tuple[str, ...]:
    return tuple(f"p{number:03}" for number in range(count))


def test_fixed_groups_stay_the_same() -> None:
    plan = solve(Problem(people=people(12), rooms=3, rounds=4, pattern="fixed", keep_apart=(("p000", "p001"),)))
    assert [plan.groups(0)] * 4 == list(plan.rounds)
    assert [] == faults(plan.rounds, Wanted(people(12), 3, 4, apart=[("p000", "p001")]))


def test_pairs_meet_everybody_before_anybody_twice() -> None:
    plan = solve(Problem(people=people(10), rooms=rooms_for(10, 2), rounds=9, pattern="pairs"))
    assert 0 == plan.repeats
    assert [] == plan.never_met()


def test_an_odd_number_of_people_has_one_trio() -> None:
    plan = solve(Problem(people=people(11), rooms=rooms_for(11, 2), rounds=4, pattern="pairs"))
    assert all([2, 2, 2, 2, 3] == sorted(map(len, groups)) for groups in plan.rounds)
    assert 0 == plan.repeats


def test_experts_of_a_jigsaw_come_from_different_homes() -> None:
    plan = solve(Problem(people=people(24), rooms=6, rounds=3, pattern="jigsaw"))
    home, experts, again = plan.rounds
    assert home == again
    assert [4] * 6 == [len(group) for group in home]
    assert [6] * 4 == [len(group) for group in experts if group]
    homes = {person: number for number, group in enumerate(home) for person in group}
    assert all(len({homes[person] for person in group}) == 6 for group in experts if group)


def test_a_jigsaw_of_uneven_groups_keeps_mates_apart_among_experts() -> None:
    home, experts = solve(Problem(people=people(23), rooms=6, rounds=2, pattern="jigsaw")).rounds
    mates = {pair for group in home for pair in combinations(group, 2)}
    assert not mates & {pair for group in experts for pair in combinations(group, 2)}


def test_an_adult_must_have_a_room_among_the_experts_too() -> None:
    with pytest.raises(RotationError, match=r"p000 cannot stay in room 6: there are 4 expert groups"):
        solve(Problem(people=people(24), rooms=6, rounds=3, pattern="jigsaw", anchors={"p000": 5}))


def test_a_carousel_takes_each_group_through_each_room_and_leaves_adults_there() -> None:
    problem = Problem(
        people=people(15), rooms=3, rounds=3, pattern="carousel", anchors={"p000": 0, "p001": 1, "p002": 2}
    )
    plan = solve(problem)
    for person, rooms in zip(people(15), zip(*plan.rooms, strict=True), strict=True):
        assert ({int(person[1:])} if person in problem.anchors else {0, 1, 2}) == set(rooms)
    movers = [frozenset(group).difference(problem.anchors) for group in plan.groups(0)]
    for groups in plan.rounds:
        assert set(movers) == {frozenset(group).difference(problem.anchors) for group in groups}


def test_a_carousel_cannot_keep_somebody_away_from_a_room() -> None:
    problem = Problem(
        people=people(6), rooms=2, rounds=2, pattern="carousel", anchors={"p000": 0}, keep_apart=(("p000", "p003"),)
    )
    with pytest.raises(RotationError, match="every group comes to every room") as caught:
        solve(problem)
    assert {"p000", "p003"} == set(caught.value.people)
