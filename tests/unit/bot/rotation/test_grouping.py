"""Who is with whom does not hang on who was quicker to join: a simulated lesson and a live one seat alike."""

from itertools import permutations

from bots.bot.contract.rotation import RotationPlan
from bots.bot.place.keys import Keys
from bots.bot.rotation.grouping import Grouping
from bots.bot.rotation.terms import Terms

PEOPLE = ("ana", "ben", "carla", "dario", "elif")
PLAN = RotationPlan(
    name="talk", terms=Terms(rounds=3, length_s=60, shortest_s=30), pattern="mix", group_size=2, seed=7
)  # fmt: skip


def test_the_same_people_are_seated_the_same_way_in_whatever_order_they_came() -> None:
    orders = list(permutations(PEOPLE))[::17]
    found = {tuple(Grouping(PLAN, Keys()).groups_of(number, order) for number in (1, 2, 3)) for order in orders}
    assert len(orders) > 5
    assert 1 == len(found)
    [rounds] = found
    assert all(set(PEOPLE) == {one for group in groups for one in group} for groups in rounds)


def test_a_round_that_was_asked_for_with_too_few_people_is_grouped_when_they_have_come() -> None:
    grouping = Grouping(PLAN, Keys())
    assert () == grouping.groups_of(1, ())
    assert () == grouping.groups_of(1, PEOPLE[:1])
    assert set(PEOPLE) == {one for group in grouping.groups_of(1, PEOPLE) for one in group}


def test_a_round_keeps_its_groups_while_two_of_one_are_here_and_gets_others_after_that() -> None:
    grouping = Grouping(PLAN, Keys())
    pair = next(group for group in grouping.groups_of(1, PEOPLE) if len(group) == 2)
    rest = tuple(one for one in PEOPLE if one not in pair)
    assert pair in grouping.groups_of(1, (*pair, rest[0], "frida"))
    assert {pair[0], "frida"} == {one for group in grouping.groups_of(1, (pair[0], "frida")) for one in group}
