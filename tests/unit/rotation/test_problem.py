"""What can be asked, and what is refused before anything is searched for."""

from typing import Any

import pytest

from bots.errors import RotationError
from bots.rotation import Problem, rooms_for, solve

PEOPLE = tuple("abcdefgh")


@pytest.mark.parametrize(
    ("people", "size", "rooms"), [(24, 4, 6), (26, 4, 7), (5, 4, 2), (3, 2, 1), (7, 2, 3), (2, 4, 1), (1, 4, 1)]
)
def test_rooms_for_a_group_size(people: int, size: int, rooms: int) -> None:
    assert rooms == rooms_for(people, size)


def test_alone_if_that_is_wanted() -> None:
    assert 2 == rooms_for(3, 2, never_alone=False)


@pytest.mark.parametrize(
    ("rooms", "rounds", "message"),
    [
        (0, 1, "0 rooms and 1 rounds"),
        (2, 0, "both must be 1 or more"),
        (9, 1, "8 people cannot fill 9 rooms; open 8 at most"),
        (5, 1, "8 people in 5 rooms leave somebody alone; open 4 at most"),
    ],
)
def test_numbers_that_cannot_be(rooms: int, rounds: int, message: str) -> None:
    with pytest.raises(RotationError, match=message):
        Problem(people=PEOPLE, rooms=rooms, rounds=rounds)


def test_nobody_is_listed_twice() -> None:
    with pytest.raises(RotationError, match="b: listed more than once"):
        Problem(people=("a", "b", "b"), rooms=1, rounds=1)


@pytest.mark.parametrize(
    ("rules", "message", "concerned"),
    [
        ({"keep_apart": (("a", "b"),), "keep_together": (("a", "c"), ("c", "b"))}, "kept apart, and always", "ab"),
        ({"keep_apart": (("a", "b", "c"),)}, "a, b, c cannot be seated in 2 rooms", "abc"),
        ({"anchors": {"a": 0, "b": 1}, "keep_together": (("a", "b"),)}, "in rooms 1 and 2", "ab"),
        ({"anchors": {"a": 0, "b": 0}, "keep_apart": (("a", "b"),)}, "both stay in room 1", "ab"),
        ({"anchors": {"a": 2}}, "a is to stay in room 3, only 2 are open", "a"),
        ({"keep_together": (tuple("abcde"),)}, "the largest group has 4", "abcde"),
        ({"anchors": dict.fromkeys("abcde", 1)}, "all stay in room 2; it holds 4", "abcde"),
        ({"keep_together": (("a", "b", "c"), ("d", "e", "f"))}, None, ""),
        ({"keep_together": (("a", "b", "c"), ("d", "e"), ("f", "g"))}, None, ""),
        ({"keep_together": (("a", "b", "c"), ("d", "e", "f"), ("g", "h"))}, "cannot be seated", "abcdefgh"),
    ],
)
def test_contradictions_are_named_with_the_people(rules: dict[str, Any], message: str | None, concerned: str) -> None:
    problem = Problem(people=PEOPLE, rooms=2, rounds=2, **rules)
    if message is None:
        assert 2 == len(solve(problem, moves=1000).rounds)
        return
    with pytest.raises(RotationError, match=message) as caught:
        solve(problem)
    assert set(concerned) == set(caught.value.people)


def test_rules_about_people_who_are_not_there_have_no_effect() -> None:
    problem = Problem(
        people=PEOPLE, rooms=2, rounds=1, keep_apart=(("a", "zoe"),), anchors={"zoe": 7, "b": "zoe"},
        keep_together=(("zoe", "c"),), balance=(("zoe",),), history={("a", "zoe"): 2.0},
    )  # fmt: skip
    assert solve(problem).rounds == solve(Problem(people=PEOPLE, rooms=2, rounds=1)).rounds


def test_balance_spreads_people_evenly() -> None:
    plan = solve(Problem(people=PEOPLE, rooms=2, rounds=3, balance=(tuple("abcd"),)))
    for groups in plan.rounds:
        assert [2, 2] == [len(set("abcd") & set(group)) for group in groups]


def test_history_keeps_those_apart_who_met_before() -> None:
    history = {("a", "b"): 1.0, ("c", "d"): 1.0, ("e", "f"): 1.0, ("g", "h"): 1.0}
    plan = solve(Problem(people=PEOPLE, rooms=4, rounds=6, history=history))
    assert set(history) == set(plan.never_met())
