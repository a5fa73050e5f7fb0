"""The seat of somebody whose connection is lost: the room server keeps it, so nobody else is sent there."""

from collections.abc import Collection

from bots.bot.rotation.acts import Act, CallOut, Invite
from bots.bot.rotation.round import SEAT_KEPT_S, Round
from bots.bot.rotation.terms import Terms

TERMS = Terms(rounds=1, length_s=600, shortest_s=60, capacity=3)
GROUPS = (("a", "b", "c"), ("d", "e"))


def nobody(_person: str, _others: Collection[str]) -> bool:
    return False


def inside(*, is_apart: object = nobody) -> Round:
    """Everybody has come: the first group is full, the second has one seat more."""
    found = Round(GROUPS, TERMS, is_apart=is_apart)  # type: ignore[arg-type]
    found.begin("abcde", 0)
    for room, group in enumerate(GROUPS):
        for person in group:
            found.entered(person, room, 1)
    return found


def invites(acts: list[Act]) -> list[tuple[int, str]]:
    return [(act.room, person) for act in acts if isinstance(act, Invite) for person in act.people]


def test_a_latecomer_gets_the_seat_of_who_is_lost_only_when_it_is_kept_no_longer() -> None:
    found = inside()
    found.left("c", 10)
    assert [(1, "late-1")] == invites(found.arrived("late-1", 12))
    found.entered("late-1", 1, 13)
    assert [] == invites(found.arrived("late-2", 14))
    assert 10 + SEAT_KEPT_S == found.next_at_s()
    assert [] == invites(found.tick(9 + SEAT_KEPT_S))
    assert [(0, "late-2")] == invites(found.tick(10 + SEAT_KEPT_S))


def test_who_comes_back_in_time_finds_their_seat_free() -> None:
    found = inside()
    found.left("c", 10)
    assert [(1, "late-1")] == invites(found.arrived("late-1", 12))
    assert [(0, "c")] == invites(found.arrived("c", 20))


def test_who_lost_the_connection_with_an_invite_may_still_follow_it() -> None:
    def is_apart(person: str, others: Collection[str]) -> bool:
        return person == "late" and "c" in others

    found = Round((("a", "b", "c"),), TERMS, is_apart=is_apart)
    found.begin("abc", 0)
    found.entered("a", 0, 1)
    found.entered("b", 0, 1)
    found.left("c", 2)
    assert [] == invites(found.arrived("late", 3))
    assert 2 + SEAT_KEPT_S == found.next_at_s()
    assert [(0, "late")] == invites(found.tick(2 + SEAT_KEPT_S))


def test_who_lost_the_connection_before_they_came_has_no_seat() -> None:
    found = Round((("a", "b", "c"),), TERMS, is_apart=nobody)
    found.begin("abc", 0)
    found.entered("a", 0, 1)
    found.entered("b", 0, 1)
    assert [] == invites(found.arrived("late", 2))
    assert [(0, "late")] == invites(found.left("c", 3))


def test_who_has_no_group_is_called_out_of_one_in_which_they_must_not_be() -> None:
    def is_apart(person: str, others: Collection[str]) -> bool:
        return person == "late" and "c" in others

    found = Round((("a", "b", "c"),), TERMS, is_apart=is_apart)
    found.begin("abc", 0)
    for person in "abc":
        found.entered(person, 0, 1)
    assert [] == invites(found.arrived("late", 3))
    assert [CallOut("late")] == found.entered("late", 0, 4)
    assert [] == invites(found.came_out("late", 6))


def test_nobody_is_sent_to_a_group_to_which_somebody_may_return_from_whom_they_are_kept_apart() -> None:
    def is_apart(person: str, others: Collection[str]) -> bool:
        return person == "late" and "e" in others

    found = inside(is_apart=is_apart)
    found.left("e", 10)
    found.left("d", 10)
    assert [] == invites(found.arrived("late", 12))
