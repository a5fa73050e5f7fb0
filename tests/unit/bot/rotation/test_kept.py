"""A rotation is kept and taken back as it was; and what a round must learn after its process was away."""

import json
from dataclasses import replace

from bots.bot.rotation.acts import CloseRooms, EndRound, Invite, Remind, Warn
from bots.bot.rotation.course import Course
from bots.bot.rotation.kept import Difference, Times, differences, kept_plan, plan_of
from bots.bot.rotation.round import ANSWERS_S, Round
from bots.bot.rotation.terms import Terms
from bots.rotation import Problem, solve

TERMS = Terms(rounds=3, length_s=60, shortest_s=20, gap_s=5, warnings_s=(10,), no_show_s=30, capacity=4)
PEOPLE = ("ana", "luis", "eva", "tom")


def through_json(kept: object) -> dict[str, object]:
    back = json.loads(json.dumps(kept))
    assert isinstance(back, dict)
    return back


def test_a_plan_is_taken_back_as_it_was() -> None:
    problem = Problem(
        people=PEOPLE, rooms=2, rounds=2, keep_apart=(("ana", "eva"),), anchors={"tom": 1},
        history={("ana", "luis"): 2.0},
    )  # fmt: skip
    plan = solve(problem, seed=3)
    kept = kept_plan(plan)
    assert kept is not None
    assert plan == plan_of(through_json(kept))
    assert plan_of(None) is None


def running() -> Course:
    course = Course(TERMS, is_apart=lambda person, others: False, here=PEOPLE, now_s=1000, end_s=1300, limit_s=1400)
    course.tick(1000)
    course.planned([("ana", "luis"), ("eva", "tom")], 1000)
    course.opened(1001)
    course.entered("ana", 0, 1003)
    course.entered("luis", 0, 1004)
    course.entered("eva", 1, 1004)
    course.more(20, 1010)
    course.swap("ana", "eva", 1012)
    return course


def revived(course: Course, now_s: float) -> Course:
    """In another process, whose clock shows something else: 500 there is 1,100 here."""
    kept = through_json(course.kept(Times(1_700_000_000 - 1100)))
    again = Course(TERMS, is_apart=lambda person, others: False, here=PEOPLE, now_s=now_s, end_s=700, limit_s=800)
    again.restore(kept, Times(1_700_000_000 - 500))
    return again


def test_who_is_alone_waits_no_longer_because_the_process_was_another() -> None:
    alone = Round([("ana", "luis"), ("eva", "tom")], TERMS, is_apart=lambda person, others: False)
    alone.begin(PEOPLE, 1000)
    alone.entered("ana", 0, 1002)
    alone.entered("eva", 1, 1002)
    alone.entered("tom", 1, 1002)
    alone.arrived("late", 1029)
    alone.tick(1030)
    kept = through_json(alone.kept(Times(1_700_000_000 - 1100)))
    again = Round.of(kept, TERMS, Times(1_700_000_000 - 500), is_apart=lambda person, others: False)
    assert again.standings == alone.standings
    until_s = 1002 + TERMS.no_show_s + ANSWERS_S
    assert [] != alone.tick(until_s) == again.tick(until_s - 600)


def test_a_course_goes_on_with_its_round_its_groups_and_the_time_that_is_left() -> None:
    course = running()
    again = revived(course, 430)
    assert (course.phase, course.number, course.groups, course.people) == (
        again.phase, again.number, again.groups, again.people,
    )  # fmt: skip
    assert course.left_s(1030) == again.left_s(430)
    next_s = course.next_at_s()
    assert next_s is not None
    assert next_s - 600 == again.next_at_s()
    assert course.tick(1075) == again.tick(475)
    assert course.tick(1081) == again.tick(481)
    assert "closing" == again.phase


def test_what_was_being_done_is_done() -> None:
    course = Course(TERMS, is_apart=lambda person, others: False, here=PEOPLE, now_s=1000, end_s=1300, limit_s=1400)
    [asked] = course.tick(1000)
    assert [asked] == revived(course, 401).takes_up(401)
    [asked] = course.planned([("ana", "luis"), ("eva", "tom")], 1000)
    assert [asked] == revived(course, 401).takes_up(401)
    course.opened(1001)
    assert [] == revived(course, 401).takes_up(401)
    course.entered("ana", 0, 1003)
    [closing] = [act for act in course.next(1020) if type(act).__name__ == "CloseRooms"]
    assert [closing] == revived(course, 421).takes_up(421)


def test_a_rotation_that_waited_for_people_looks_at_once_who_came_while_no_process_ran() -> None:
    course = Course(TERMS, is_apart=lambda person, others: False, here=(), now_s=1000, end_s=1300, limit_s=1400)
    course.tick(1000)
    course.planned([], 1000)
    again = revived(course, 430)
    assert [] == again.takes_up(430)
    [asked] = again.tick(430)
    assert ("PlanGroups", PEOPLE) == (type(asked).__name__, getattr(asked, "here", ()))


def test_who_is_not_back_yet_keeps_the_place_of_somebody_who_was_invited() -> None:
    course = revived(running(), 430)
    for person in PEOPLE:
        assert [] == course.learn(Difference(person, "awaited"), 430)
    assert dict.fromkeys(PEOPLE, ("invited", None)) == course.people
    [invite] = course.arrived("ana", 432)
    assert ("Invite", ("ana",)) == (type(invite).__name__, getattr(invite, "people", ()))


def found(**where: tuple[str, int | None]) -> dict[str, tuple[str, int | None]]:
    return where


def test_what_a_round_must_learn() -> None:
    people = found(
        same=("there", 0), moved=("there", 0), out=("there", 1), gone=("there", 1), new=("there", 1),
        late=("invited", None), unsent=("invited", None), refused=("refused", None), lost=("gone", None),
    )  # fmt: skip
    before = {name: f"c-{name}" for name in people}
    here = {**{name: [f"c-{name}"] for name in people}, "gone": [], "new": ["c-2"], "lost": []}

    def learnt(*, is_told: bool) -> list[Difference]:
        return differences(
            people, before=before, here=lambda name: here[name], inside={"same": 0, "moved": 2},
            unsent=["unsent", "same"], is_told=is_told,
        )  # fmt: skip

    wanted = [
        Difference("moved", "entered", 2), Difference("out", "came_out"), Difference("gone", "awaited"),
        Difference("new", "returned"), Difference("unsent", "unasked"),
    ]  # fmt: skip
    assert wanted == learnt(is_told=True)
    assert [*wanted[:-1], Difference("late", "unsure"), wanted[-1]] == learnt(is_told=False)


def unseen() -> Course:
    """Ana was seen to go in, and of the others nobody can know whether they did."""
    terms = replace(TERMS, length_s=200, no_show_s=30)
    course = Course(terms, is_apart=lambda person, others: False, here=PEOPLE, now_s=1000, end_s=1900, limit_s=1900)
    course.tick(1000)
    course.planned([("ana", "luis"), ("eva", "tom")], 1000)
    course.opened(1000)
    course.entered("ana", 0, 1003)
    for person in ("luis", "eva", "tom"):
        assert [] == course.learn(Difference(person, "unsure"), 1005)
    return course


def test_who_may_have_gone_in_unseen_is_not_invited_again_and_their_group_is_not_given_up() -> None:
    course = unseen()
    acts = [act for now_s in range(1006, 1190) for act in course.tick(now_s)]
    assert {Remind(0, "luis", False), Remind(1, "eva", False), Remind(1, "tom", False)} == {
        act for act in acts if not isinstance(act, Warn)
    }
    assert ("invited", None) == course.people["luis"]
    assert (0, 1) == course.open_rooms
    assert [CloseRooms, EndRound] == [type(act) for act in [*course.tick(1200), *course.came_out("ana", 1201)]]


def test_who_is_seen_again_after_all_is_invited_as_everybody_is() -> None:
    course = unseen()
    course.came_out("luis", 1010)
    assert [Invite(0, ("luis",), "returned")] == course.tick(1012)
    assert [Remind(1, "eva", False), Remind(1, "tom", False)] == course.tick(1015)
    assert [Remind(0, "luis")] == course.tick(1030)


def test_a_round_that_was_kept_without_people_is_a_round() -> None:
    empty = Round([("ana",)], TERMS, is_apart=lambda person, others: False)
    again = Round.of(through_json(empty.kept(Times(0))), TERMS, Times(0), is_apart=lambda person, others: False)
    assert (empty.groups, empty.open_rooms, {}) == (again.groups, again.open_rooms, again.standings)
