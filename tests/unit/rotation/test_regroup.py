"""After no-shows, leavers and late joiners: rules kept, few moved, seats taken over."""

from random import Random

import pytest

from bots.errors import RotationError
from bots.rotation import Plan, Problem, Regrouped, regroup, solve
from tests.unit.rotation.test_solve import people, random_problem, wanted
from tests.unit.rotation.validator import Wanted, faults, repeats


def plan_of(count: int, rooms: int, rounds: int, **rules: object) -> Plan:
    return solve(Problem(people=people(count), rooms=rooms, rounds=rounds, **rules), moves=5000)  # type: ignore[arg-type]


def open_groups(plan: Plan) -> list[list[tuple[str, ...]]]:
    return [[group for group in groups if group] for groups in plan.rounds]


def needed_moves(plan: Plan, gone: set[str], played: int) -> int:
    """How many must move for even sizes when some leave, in all rounds to come: those above, or those missing below."""
    moves = 0
    for number in range(played, len(plan.rooms)):
        sizes = [len(set(group) - gone) for group in plan.groups(number)]
        low, more = divmod(sum(sizes), len(sizes))
        above = sum(max(0, size - low - 1) for size in sizes)
        below = sum(max(0, low - size) for size in sizes)
        moves += max(above, below) if more else below
    return moves


def test_nobody_moves_when_sizes_stay_even() -> None:
    plan = plan_of(24, 6, 5)
    regrouped = regroup(plan, people(24)[1:])
    assert {} == dict(regrouped.moved)
    assert 1.0 == regrouped.kept
    assert 0 == regrouped.repeats
    assert [[tuple(p for p in group if p != "p000") for group in groups] for groups in plan.rounds] == [
        list(groups) for groups in regrouped.plan.rounds
    ]


@pytest.mark.parametrize("seed", range(20))
def test_no_more_people_move_than_must(seed: int) -> None:
    rng = Random(seed)
    plan = solve(Problem(people=people(30), rooms=6, rounds=6), seed=seed)
    gone = set(rng.sample(people(30), rng.randint(1, 6)))
    played = rng.randint(0, 5)
    regrouped = regroup(plan, [person for person in people(30) if person not in gone], played=played)
    assert needed_moves(plan, gone, played) == sum(map(len, regrouped.moved.values()))


def test_a_newcomer_takes_over_the_seat_of_somebody_who_left() -> None:
    plan = plan_of(30, 6, 6)
    here = [person for person in people(30) if person != "p007"]
    regrouped = regroup(plan, [*here, "ana"], played=2)
    expected = [[sorted("ana" if p == "p007" else p for p in group) for group in groups] for groups in plan.rounds[2:]]
    assert expected == [[sorted(group) for group in groups] for groups in regrouped.plan.rounds]
    assert ({}, 1.0, 0) == (dict(regrouped.moved), regrouped.kept, regrouped.repeats)


def test_a_newcomer_without_a_free_seat_joins_a_smallest_group() -> None:
    plan = plan_of(23, 6, 4)
    regrouped = regroup(plan, [*people(23), "ana"])
    assert {} == dict(regrouped.moved)
    assert all([4] * 6 == [len(group) for group in groups] for groups in regrouped.plan.rounds)


def test_a_newcomer_is_not_put_beside_somebody_they_are_kept_apart_from() -> None:
    apart = (("ana", "p000"), ("ana", "p001"))
    plan = plan_of(12, 3, 3, keep_apart=apart)
    regrouped = regroup(plan, [*people(12)[:-1], "ana"])
    here = regrouped.plan.problem.people
    assert [] == faults(regrouped.plan.rounds, Wanted(here, 3, 3, apart=apart))


def test_a_room_closes_before_somebody_is_alone() -> None:
    regrouped = regroup(plan_of(8, 4, 3), people(8)[:7])
    assert all([2, 2, 3] == sorted(map(len, groups)) for groups in open_groups(regrouped.plan))
    assert all(1 == len(rounds) for rounds in regrouped.moved.values()) or len(regrouped.moved) < 7


@pytest.mark.parametrize("seed", range(100))
def test_rules_hold_after_every_change(seed: int) -> None:
    rng = Random(5000 + seed)
    plan = None
    while plan is None:
        problem = random_problem(rng, 24, 5)
        try:
            plan = solve(problem, seed=seed, moves=1000)
        except RotationError:
            continue  # these rules exclude each other
    spare = len(problem.people) - 2 * problem.rooms
    leave = rng.sample(problem.people, rng.randint(0, min(spare, len(problem.people) // 4)))
    here = [person for person in problem.people if person not in leave] + ["new-1", "new-2"][: rng.randint(0, 2)]
    played = rng.randint(0, len(plan.rooms) - 1)
    try:
        regrouped = regroup(plan, here, played=played)
    except RotationError:
        with pytest.raises(RotationError):
            solve(problem.among(here), moves=1000)
        return
    left = wanted(regrouped.plan.problem)
    assert sorted(here) == sorted(left.people)
    assert [] == faults(regrouped.plan.rounds, left)


def test_meetings_before_count() -> None:
    plan = plan_of(30, 6, 6)
    regrouped: Regrouped = regroup(plan, [*people(30), "a", "b", "c"], played=2)
    before = [[list(group) for group in groups] for groups in plan.rounds[:2]]
    after = [[list(group) for group in groups] for groups in regrouped.plan.rounds]
    assert repeats([*before, *after]) == regrouped.repeats <= 10
    again = regroup(regrouped.plan, [*people(29), "a", "b", "c"], played=1)
    assert 3 == len(again.plan.rooms)


def test_fixed_groups_stay_fixed() -> None:
    regrouped = regroup(plan_of(12, 3, 4, pattern="fixed"), people(12)[2:], played=1)
    assert 1 == len(set(regrouped.plan.rounds))


def test_a_jigsaw_comes_home_to_the_same_groups() -> None:
    plan = plan_of(24, 6, 3, pattern="jigsaw")
    regrouped = regroup(plan, [*people(24)[1:], "ana", "ben"])
    home, _, again = regrouped.plan.rounds
    assert home == again


def test_a_carousel_goes_on_with_its_groups() -> None:
    plan = plan_of(14, 3, 3, pattern="carousel", anchors={"p000": 0, "p001": 1})
    regrouped = regroup(plan, [*people(14)[:10], "ana"], played=1)
    first, second = regrouped.plan.rooms
    for person, one, two in zip(regrouped.plan.problem.people, first, second, strict=True):
        assert (one if person in ("p000", "p001") else (one + 1) % 3) == two
    assert set(regrouped.moved) <= set(people(10))


def test_nothing_is_left_to_regroup() -> None:
    with pytest.raises(ValueError, match="3 of 3 rounds are played"):
        regroup(plan_of(8, 2, 3), people(8), played=3)
