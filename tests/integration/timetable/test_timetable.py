"""Which sessions a timetable plays, over days: a virtual clock, a real folder, a real journal."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.playbook import load
from bots.schedule import Planned, planned
from tests.integration.timetable.term import MONDAY, Day, Term, lesson

DAILY = '{id: daily, cron: "0 9 * * *", length: 1h}'
HOURLY = '{id: hourly, cron: "30 * * * *", length: 50m, if_missed: {start_within: 20m}}'
NIGHTLY = '{id: night, cron: "30 2 * * *", length: 30m}'


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Of the week, Monday is 0; UTC."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute, seconds=second)


@pytest.fixture
def term(tmp_path: Path) -> Term:
    return Term(tmp_path)


def named(lines: list[Any], event: str) -> list[Any]:
    return [line for line in lines if line["event"] == event]


def test_a_week_plays_what_the_plan_says_and_each_start_once(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, NIGHTLY))
    term.write("two.yaml", lesson("Two", HOURLY, zone="America/New_York"))
    term.process(at(7, 0))
    books = [load(term.folder / file, environment={}, inputs={}) for file in ("one.yaml", "two.yaml")]
    expected = {
        (one.playbook, one.entry, one.starts_at)
        for book in books
        for entry in book.schedule
        for one in _before(planned(book, entry, after=MONDAY), at(7, 0))
    }
    played = [(one.playbook, one.entry, one.starts_at) for one in term.records]
    assert (len(expected), expected) == (len(played), set(played))
    assert Counter(finished=len(expected) - 1) == Counter(how for _, how, _ in term.ended)  # one still goes on
    night = [one.starts_at for one in term.records if one.entry == "night"]
    assert at(6, 1, 0) in night  # 02:30 does not exist on that Sunday


def _before(found: Any, end: datetime) -> list[Planned]:
    return list(takewhile(lambda one: one.starts_at <= end, found))


def test_what_nobody_was_there_for_is_told_and_what_may_be_late_is_begun_once(term: Term) -> None:
    term.write("two.yaml", lesson("Two", HOURLY, zone="UTC"))
    term.process(at(0, 8, 45))
    term.pass_to(at(0, 12, 40))
    with capture_logs() as lines:
        term.process(at(0, 12, 50))
        term.process(at(0, 12, 55))
    missed = [line["session"] for line in named(lines, "start_missed")]
    assert [f"Two/hourly@2026-03-23T{hour:02}:30Z" for hour in (9, 10, 11)] == missed
    assert ("Two/hourly@2026-03-23T12:30Z", at(0, 12, 40)) in term.played
    outcomes = Counter(one.outcome for one in term.records if one.starts_at > at(0, 8, 45))
    assert Counter({"missed": 3, None: 1}) == outcomes


def test_a_session_that_was_cut_off_goes_on_and_one_that_should_be_over_does_not(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))
    term.process(at(0, 9, 20))
    term.pass_to(at(0, 9, 30))
    term.process(at(1, 9, 10))
    assert [("One/daily@2026-03-23T09:00Z", "finished", at(0, 10))] == term.ended
    term.pass_to(at(1, 11))
    with capture_logs() as lines:
        term.process(at(1, 12))
    given_up = [line["session"] for line in named(lines, "session_given_up")]
    assert ["One/daily@2026-03-24T09:00Z"] == given_up == term.abandoned


LONG = '{{id: long, cron: "0 * * * *", length: 90m, if_still_running: {}}}'


@pytest.mark.parametrize(
    ("policy", "played", "ended"),
    [
        ("skip", [9, 11], [("finished", at(0, 10, 30))]),
        ("restart", [9, 10, 11], [("stopped", at(0, 10)), ("stopped", at(0, 11))]),
        ("both", [9, 10, 11], [("finished", at(0, 10, 30)), ("finished", at(0, 11, 30))]),
    ],
)
def test_a_start_while_the_session_before_goes_on(
    term: Term, policy: str, played: list[int], ended: list[tuple[str, datetime]]
) -> None:
    term.pass_to(at(0, 8, 30))
    term.write("one.yaml", lesson("One", LONG.format(policy), zone="UTC"))
    with capture_logs() as lines:
        term.process(at(0, 11, 40))
    assert [f"One/long@2026-03-23T{hour:02}:00Z" for hour in played] == [session for session, _ in term.played]
    assert ended == [(how, when) for _, how, when in term.ended]
    skipped = [line["session"] for line in named(lines, "start_skipped")]
    assert (["One/long@2026-03-23T10:00Z"] if policy == "skip" else []) == skipped
    kept = {one.id: one.outcome for one in term.records}
    assert {"skip": "skipped", "restart": "stopped", "both": "finished"}[policy] == kept["One/long@2026-03-23T10:00Z"]


def test_a_changed_file_changes_what_comes_and_not_what_runs(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))

    async def change(day: Day) -> None:
        await day.until(at(0, 9, 10))
        term.write("one.yaml", lesson("One", '{id: daily, cron: "0 12 * * *", length: 30m}', zone="UTC"))
        await day.until(at(0, 9, 50))
        [book] = day.table.status().books
        assert (None, at(0, 12)) == (book.problem, book.entries[0].starts_at)

    term.process(at(0, 13), change)
    assert [("finished", at(0, 10)), ("finished", at(0, 12, 30))] == [(how, when) for _, how, when in term.ended]


def test_a_broken_file_keeps_the_version_before_and_says_so(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))

    async def change(day: Day) -> None:
        await day.until(at(0, 8))
        term.write("one.yaml", "playbook: 1\nname: [")
        await day.until(at(0, 8, 40))
        [book] = day.table.status().books
        assert book.problem is not None
        assert "one.yaml:" in book.problem
        assert at(0, 9) == book.entries[0].starts_at

    with capture_logs() as lines:
        term.process(at(0, 11), change)
    assert [("One/daily@2026-03-23T09:00Z", "finished", at(0, 10))] == term.ended
    assert [True] == [line["is_kept"] for line in named(lines, "playbook_broken")]


def test_files_that_come_and_go_are_followed(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))

    async def change(day: Day) -> None:
        await day.until(at(0, 9, 10))
        (term.folder / "one.yaml").unlink()
        term.write("two.yaml", lesson("Two", HOURLY, zone="UTC"))
        term.write("three.yaml", lesson("Two", HOURLY, zone="UTC"))
        await day.until(at(0, 10))
        books = day.table.status().books
        assert ["three.yaml", "two.yaml"] == [Path(book.file).name for book in books]
        assert [False, True] == [book.problem is not None for book in books]

    with capture_logs() as lines:
        term.process(at(1, 9, 10), change)
    played = [session for session, _ in term.played]
    assert ["One/daily@2026-03-23T09:00Z", "Two/hourly@2026-03-23T09:30Z"] == played[:2]
    assert "One/daily@2026-03-24T09:00Z" not in played
    assert len(played) == len(set(played))
    assert ["one.yaml"] == [Path(line["file"]).name for line in named(lines, "playbook_removed")]


def test_a_file_that_came_back_missed_nothing_while_it_was_gone(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))
    term.process(at(0, 12))
    text = (term.folder / "one.yaml").read_text()
    (term.folder / "one.yaml").unlink()
    term.process(at(1, 12))
    term.write("one.yaml", text)
    with capture_logs() as lines:
        term.process(at(1, 13))
    assert [] == named(lines, "start_missed")


def test_stopping_ends_what_runs_and_leaves_what_has_not_started_for_the_next_process(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))
    term.write("two.yaml", lesson("Two", '{id: next, cron: "20 9 * * *", length: 10m, join_early: 15m}', zone="UTC"))

    async def stop(day: Day) -> None:
        await day.until(at(0, 9, 10))
        assert 2 == len(day.table.status().running)
        day.stop.set()

    term.process(at(0, 9, 11), stop)
    assert [("One/daily@2026-03-23T09:00Z", "stopped", at(0, 9, 10))] == term.ended
    term.process(at(0, 9, 40))
    assert ("Two/next@2026-03-23T09:20Z", "finished", at(0, 9, 30)) == term.ended[-1]


def test_the_far_past_is_told_in_one_line(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))
    term.process(at(0, 1))
    term.pass_to(at(365, 1))
    with capture_logs() as lines:
        term.process(at(365, 2))
    [untold] = named(lines, "starts_untold")
    assert at(358, 1) == untold["until"]
    assert 7 == len(named(lines, "start_missed"))


def test_what_ended_more_than_four_hundred_days_ago_is_forgotten_day_by_day(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))
    term.process(at(2, 12))
    term.pass_to(at(401, 12))
    with capture_logs() as lines:
        term.process(at(401, 13))
        term.process(at(403, 13))
    days = [f"One/daily@2026-03-{day}T09:00Z" for day in (23, 24, 25)]
    assert days == term.forgotten
    assert [2, 1] == [line["count"] for line in named(lines, "sessions_forgotten")]
    assert set() == set(days) & {one.id for one in term.records}


def test_clocks_that_are_set_back_repeat_nothing(term: Term) -> None:
    term.write("one.yaml", lesson("One", DAILY, zone="UTC"))
    term.process(at(0, 9, 10))
    ended, term.clock = term.clock.now(), type(term.clock)(at(0, 8, 30))
    assert at(0, 9, 10) == ended
    term.process(at(0, 10, 5))
    assert ["One/daily@2026-03-23T09:00Z"] * 2 == [
        session for session, _ in term.played
    ]  # begun once, gone on with once
    assert [("One/daily@2026-03-23T09:00Z", "finished", at(0, 10))] == term.ended
