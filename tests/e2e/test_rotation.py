"""The rehearsal of a rotation, live on the embedded room server: 28 pupils with real media, rounds shortened.

Everything is judged from what each pupil's bot logged of itself, not from what the conductor believes.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.program import Ended, Event, Program

LESSON = {
    "length": "175s", "first": "20s", "round": "40s", "gap": "5s", "second": "65s", "third": "110s", "late": "24s",
    "over": "60s", "drops": "45s", "patience": "14s", "warning": "12s",
}  # fmt: skip
APART = [("p-01", "p-02"), ("p-03", "late-01"), ("drops-01", "p-04")]
SLOW = 15.0  # seconds more than in simulation: the machine may be busy

Stays = dict[str, list[tuple[str, datetime, datetime]]]


def at(event: Event) -> datetime:
    return datetime.fromisoformat(event["timestamp"])


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    folder = tmp_path_factory.mktemp("rotation")
    sets = [word for name, value in LESSON.items() for word in ("--set", f"{name}={value}")]
    program = Program(
        "run", "playbooks/rotation-rehearsal.yaml", "--log-format", "json", "--report", str(folder / "report"), *sets,
        folder=folder, environment={"XDG_STATE_HOME": str(folder)},
    )  # fmt: skip
    try:
        return program.end(limit_s=420)
    finally:
        program.close()


@pytest.fixture(scope="module")
def stays(lesson: Ended) -> Stays:
    """Who was in which breakout from when to when, as each one's own bot logged it."""
    found: Stays = defaultdict(list)
    inside: dict[str, tuple[str, datetime]] = {}
    for event in lesson.log:
        if event["event"] == "breakout_joined":
            inside[event["bot"]] = (event["breakout_id"], at(event))
        elif event["event"] in ("breakout_left", "connection_lost") and event["bot"] in inside:
            room, since = inside.pop(event["bot"])
            found[event["bot"]].append((room, since, at(event)))
    return found


def test_it_runs_to_its_end_with_everybody_back_from_every_round(lesson: Ended) -> None:
    assert 0 == lesson.code
    [end] = lesson.events("session_finished")
    assert ("finished", [], 0) == (end["outcome"], end["errors"], end["counts"]["errors"])
    assert [1, 2, 3] == [event["round"] for event in lesson.events("round_started")]
    assert [[], [], []] == [event["missing"] for event in lesson.events("round_ended")]


def test_each_breakout_is_told_once_to_be_made_and_once_to_be_over(lesson: Ended) -> None:
    made, over = (
        sorted(one["breakout_id"] for one in lesson.events(name)) for name in ("breakout_created", "breakout_destroyed")
    )
    assert made == over == sorted(set(made))


def test_who_goes_along_is_in_a_group_soon_and_who_does_not_is_in_none(lesson: Ended, stays: Stays) -> None:
    begins = [at(event) for event in lesson.events("round_started")]
    steady = [f"p-{number:02}" for number in range(1, 11)] + [f"ear-{number:02}" for number in range(1, 8)]
    for who in steady:
        for begin in begins:
            waits = [(since - begin).total_seconds() for _, since, _ in stays[who] if since >= begin]
            assert waits, (who, begin)
            assert min(waits) <= 10 + SLOW, (who, begin)
    assert {"ignores-01", "ignores-02", "refuses"}.isdisjoint(stays)


def test_who_must_be_apart_is_never_together(stays: Stays) -> None:
    for one, other in APART:
        for room, since, until in stays[one]:
            theirs = [stay for stay in stays[other] if stay[0] == room]
            assert all(max(since, begin) >= min(until, end) for _, begin, end in theirs), (one, other)


def test_nobody_is_left_alone_in_a_group(stays: Stays) -> None:
    rooms: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for mine in stays.values():
        for room, since, until in mine:
            rooms[room].append((since, until))
    patience = timedelta(seconds=14 + 10 + SLOW)
    for room, times in rooms.items():
        edges = sorted({edge for stay in times for edge in stay})
        for since, until in pairwise(edges):
            inside = sum(begin <= since < end for begin, end in times)
            assert inside != 1 or until - since < patience, room


def test_the_bell_is_heard_in_every_group_and_begun_in_all_at_once(lesson: Ended) -> None:
    heard = [event for event in lesson.events("audio_finished") if event["clip"] == "bell"]
    assert len(heard) >= 18
    assert {True} == {event["heard"] for event in heard}
    together = lesson.events("audio_together")
    assert 3 == len(together)
    assert sum(event["rooms"] for event in together) == len(heard)
    assert all(event["skew_ms"] < 100 for event in together)


def test_the_record_is_written(lesson: Ended) -> None:
    assert {"attendance.csv", "attendance.json", "groups.csv", "groups.json"} == {
        Path(event["file"]).name for event in lesson.events("report_saved") if event["is_written"]
    }
