"""A rotation whose process is killed at any moment: rounds once each, same groups, nothing said twice, the same end.

Twenty of each kind in a large class; small ones by the hundred beside this file. `python -m bench.crashes` kills at
every third write of the journal, and at as many random moments as one likes.
"""

import pytest

from tests.unit.simulation.crash import LARGE, Lesson, drawn, violations

ROOMS = LARGE.rounds * LARGE.groups


def test_a_lesson_that_nobody_kills_is_as_the_others_are_to_be() -> None:
    report = Lesson(1).run()
    assert [] == violations(report)
    assert ROOMS == report.rooms_made
    assert {"Welcome": 1, "Eight seconds left.": LARGE.rounds, "Back": 1, "Goodbye": 1} == dict(report.lines)


@pytest.mark.parametrize("seed", [*range(20), 48, 479])
def test_all_bots_are_killed_at_random_moments(seed: int) -> None:
    kills = drawn(seed)
    report = Lesson(seed).run(kills)
    assert [] == violations(report), (kills, report.kills)
    assert len(kills) == len(report.kills)


@pytest.mark.parametrize("seed", range(20))
def test_only_the_bot_that_conducts_is_killed_and_nobody_else_notices(seed: int) -> None:
    kills = drawn(f"helper/{seed}")
    report = Lesson(seed, helper_only=True).run(kills)
    assert [] == violations(report), (kills, report.kills)
    assert ROOMS == report.rooms_made


@pytest.mark.parametrize("write", [21, 60, 72, 96, 150])
def test_the_process_is_killed_at_a_write_of_its_journal(write: int) -> None:
    report = Lesson(1, helper_only=True).run([("write", write)])
    assert [] == violations(report), report.kills
    assert ROOMS == report.rooms_made


def test_where_the_room_tells_nothing_who_is_here_as_before_is_where_they_were() -> None:
    report = Lesson(3, helper_only=True, is_telling=False).run([("at", 25.0), ("at", 100.0)])
    assert [] == violations(report)
    assert ROOMS == report.rooms_made
