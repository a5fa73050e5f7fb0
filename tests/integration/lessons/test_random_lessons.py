"""Whole lessons with rotations and everything that goes wrong in a class, judged by code that knows no bot.

The judge is the one of `python -m bench.lessons`, which plays thousands of random lessons.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.lessons.judge import faults
from bench.lessons.make import Lesson, make_lesson
from bench.lessons.play import Seen, play
from bots.playbook import load
from bots.simulation import Habits

FILE = Path(__file__).parents[3] / "playbooks" / "rotation-rehearsal.yaml"
RANDOM_LESSONS = int(os.environ.get("RANDOM_LESSONS", "24"))
ABSENT = {1: "absent-first", 2: "absent-second", 3: "absent-third"}


def rehearsal(seed: int) -> Lesson:
    """28 pupils: 3 late, 2 who drop out and return, 2 who ignore, 1 who refuses, in each round 1 who does not come."""
    playbook = load(FILE, environment={}, inputs={})
    pupils = [one.id for one in playbook.instances() if one.bot_id != "helper"]
    assert 28 == len(pupils)
    steady = [one for one in pupils if one.partition("-")[0] in ("p", "ear", "late", "drops")]
    rotation = playbook.rotations["speaking"]
    return Lesson(
        seed=seed,
        playbook=playbook.model_copy(update={"seed": seed}),
        habits=Habits(people=0),
        acts=(),
        apart=frozenset(map(frozenset, rotation.keep_apart)),
        accepting=frozenset(steady),
        no_show_s=rotation.no_show.after_s,
        regroups=True,
        waits_for_round=False,
        capacity=5,
    )


@pytest.fixture(scope="module", params=[28, 1, 2])
def played(request: pytest.FixtureRequest) -> tuple[Lesson, Seen]:
    lesson = rehearsal(request.param)
    return lesson, play(lesson)


def at(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


def test_nobody_is_misplaced_alone_lost_or_with_whom_they_must_not_be(played: tuple[Lesson, Seen]) -> None:
    lesson, seen = played
    assert [] == faults(lesson, seen)
    assert seen.result is not None
    assert seen.result.expect_met
    assert [[], [], []] == [line["missing"] for line in seen.lines if line["event"] == "round_ended"]


def test_everything_went_wrong_that_should(played: tuple[Lesson, Seen]) -> None:
    _, seen = played
    drops = [line["bot"] for line in seen.lines if line["event"] == "connection_dropped"]
    assert {"drops-01", "drops-02"} == set(drops)
    late = [one["id"] for one in seen.files["attendance.json"]["people"] if one["late_seconds"]]
    assert ["late-01", "late-02", "late-03"] == sorted(late)
    for row in seen.files["groups.json"]["rounds"]:
        answers = {one["id"]: one["invite"] for one in row["people"]}
        assert {"ignores-01": "ignored", "ignores-02": "ignored", "refuses": "rejected"}.items() <= answers.items()
        assert "ignored" == answers[ABSENT[row["round"]]]
        inside = {one["id"] for one in row["people"] if one["stays"]}
        assert {"ignores-01", "ignores-02", "refuses", ABSENT[row["round"]]}.isdisjoint(inside)
        assert {name for number, name in ABSENT.items() if number != row["round"]} <= inside


def test_attendance_is_right_to_the_second_by_what_each_bot_logged_of_itself(played: tuple[Lesson, Seen]) -> None:
    _, seen = played
    saved = next(at(line) for line in seen.lines if line["event"] == "report_saved")
    came = next(at(line) for line in seen.lines if line["event"] == "room_joined" and line["bot"] == "helper")
    for person in seen.files["attendance.json"]["people"]:
        seconds = 0.0
        for since, until in own_stays(person["id"], seen, saved):
            seconds += (min(until, saved) - max(since, came)).total_seconds()
        assert person["seconds"] == pytest.approx(seconds, abs=0.5), person["id"]


def own_stays(bot: str, seen: Seen, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When this bot was in the main room; the place of a lost connection is kept for five seconds."""
    since, lost = None, None
    for line in seen.lines:
        if line.get("bot") != bot or line.get("room") != seen.main_id:
            continue
        match line["event"]:
            case "room_joined":
                since = at(line)
            case "connection_dropped":
                lost = at(line) + timedelta(seconds=5)
            case "connection_restored" if since is not None and lost is not None:
                if at(line) > lost:
                    yield since, lost
                    since = at(line)
                lost = None
            case "room_left" if since is not None:
                yield since, at(line)
                since = None
    if since is not None:
        yield since, until


def test_pairs_meet_again_only_where_they_must(played: tuple[Lesson, Seen]) -> None:
    rounds = [line["groups"].values() for line in played[1].lines if line["event"] == "round_started"]
    pairs = [frozenset((a, b)) for groups in rounds for group in groups for a in group for b in group if a < b]
    assert len(pairs) - len(set(pairs)) <= 3  # latecomers make some


def test_the_bell_is_begun_in_all_groups_at_once(played: tuple[Lesson, Seen]) -> None:
    _, seen = played
    together = [line for line in seen.lines if line["event"] == "audio_together"]
    assert 3 == len(together)
    for line in together:
        places = next(places for instant, places in seen.places if instant >= at(line) - timedelta(seconds=3))
        groups = {room for who, room in places.items() if "/" not in who} - {seen.main_id}
        assert len(groups) == line["rooms"] >= 5
        assert line["skew_ms"] < 100


def test_one_seed_is_one_lesson() -> None:
    one, two = (play(make_lesson(11)) for _ in range(2))
    assert one.lines == two.lines
    assert one.files == two.files


@pytest.mark.parametrize("seed", [79, 95, 287, 856, 1108, 141, 609])
def test_lessons_that_were_wrong_once_are_right(seed: int) -> None:
    lesson = make_lesson(seed, is_large=True)
    assert [] == faults(lesson, play(lesson))


@pytest.mark.parametrize("part", range(4))
def test_random_lessons_have_no_fault(part: int) -> None:
    wrong = {}
    for seed in range(part, RANDOM_LESSONS, 4):
        lesson = make_lesson(seed)
        if found := faults(lesson, play(lesson)):
            wrong[seed] = found
    assert {} == wrong


# ---- the judge sees what is wrong


def test_the_judge_sees_who_is_together_alone_misplaced_or_lost(played: tuple[Lesson, Seen]) -> None:
    lesson, seen = played
    began = next(at(line) for line in seen.lines if line["event"] == "round_started")
    first = next(places for instant, places in seen.places if instant > began + timedelta(seconds=20))
    room, other = first["p-01"], first["p-02"]
    assert room != other

    def moved(who: str, goal: str | None, since_s: float, until_s: float) -> Seen:
        places = []
        for instant, where in seen.places:
            if since_s <= (instant - began).total_seconds() < until_s:
                changed = {person: room for person, room in {**where, who: goal or ""}.items() if room}
                places.append((instant, changed))
            else:
                places.append((instant, where))
        return replace(seen, places=places)

    def told(changed: Seen) -> str:
        return "; ".join(faults(lesson, changed))

    assert "p-01 and p-02 are together" in told(moved("p-01", other, 60, 61))
    assert "p-01 is in the main room" in told(moved("p-01", seen.main_id, 60, 80))
    assert "p-01 is in Group" in told(moved("p-01", other, 60, 80))
    assert "p-01 is alone in nowhere" in told(moved("p-01", "nowhere", 60, 180))
    assert "attendance: p-01 has" in told(moved("p-01", None, 60, 66))
    assert "still in breakouts" in told(moved("p-01", room, 545, 590))
    assert "groups: round 1: p-01 has" in told(moved("p-01", seen.main_id, 60, 66))


def test_the_judge_sees_a_lesson_that_has_no_end(played: tuple[Lesson, Seen]) -> None:
    lesson, seen = played
    cut = [line for line in seen.lines if line["event"] not in ("rotation_ended", "session_finished")]
    assert {"the rotation has no end", "the session has no end"} <= set(faults(lesson, replace(seen, lines=cut)))
    assert ["broken off: Standstill"] == faults(lesson, replace(seen, error="Standstill"))
