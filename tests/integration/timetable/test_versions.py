"""A playbook file that is broken when a process begins: its last good version goes on, and everybody can see that."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bots.timetable import BookStatus
from tests.integration.timetable.term import MONDAY, Day, Term, lesson
from tests.integration.timetable.test_timetable import DAILY, at, named

BROKEN = "playbook: 1\nname: ["


@pytest.fixture
def term(tmp_path: Path) -> Term:
    """Monday's lesson was played, and its process has gone."""
    one = Term(tmp_path)
    one.write("one.yaml", lesson("One", DAILY, zone="UTC"))
    one.process(at(0, 12))
    return one


def days_of(term: Term) -> list[int]:
    """On which days of the week sessions were begun."""
    return [(when - MONDAY).days for _, when in term.played]


def test_a_restart_with_a_broken_file_goes_on_with_its_last_good_version(term: Term) -> None:
    term.write("one.yaml", BROKEN)
    seen: list[BookStatus] = []

    async def look(day: Day) -> None:
        await day.until(at(1, 8))
        seen.extend(day.table.status().books)

    with capture_logs() as lines:
        term.process(at(1, 12), look)
        term.process(at(2, 12))
    assert [0, 1, 2] == days_of(term)
    [book] = seen
    assert ("One", MONDAY, at(1, 9)) == (book.playbook, book.good_since, book.entries[0].starts_at)
    assert "one.yaml:" in (book.problem or "")
    assert [(True, MONDAY)] * 2 == [(line["is_kept"], line["good_since"]) for line in named(lines, "playbook_broken")]
    assert [] == named(lines, "playbook_loaded")


def test_a_file_that_is_mended_after_the_restart_is_followed(term: Term) -> None:
    term.write("one.yaml", BROKEN)

    async def mend(day: Day) -> None:
        await day.until(at(1, 8))
        term.write("one.yaml", lesson("One", '{id: daily, cron: "0 10 * * *", length: 1h}', zone="UTC"))
        await day.until(at(1, 8, 40))
        [book] = day.table.status().books
        assert book.problem is None
        assert book.good_since is not None
        assert at(1, 8) < book.good_since

    term.process(at(2, 12), mend)
    assert [at(0, 9), at(1, 10), at(2, 10)] == [minute_of(when) for _, when in term.played]


def minute_of(begun_at: datetime) -> datetime:
    """When the start was, which is made ready a few seconds before."""
    return (begun_at + timedelta(seconds=30)).replace(second=0, microsecond=0)


@pytest.mark.parametrize("is_noticed", [True, False])
def test_a_file_that_is_removed_ends_and_does_not_come_back_broken(term: Term, *, is_noticed: bool) -> None:
    term.write("one.yaml", BROKEN)

    async def remove(day: Day) -> None:
        await day.until(at(1, 12))
        (term.folder / "one.yaml").unlink()
        await day.until(at(1, 13))
        assert () == day.table.status().books

    if is_noticed:
        term.process(at(1, 14), remove)
    else:
        (term.folder / "one.yaml").unlink()
        term.process(at(1, 14))
    term.write("one.yaml", BROKEN)
    with capture_logs() as lines:
        term.process(at(2, 12))
    assert [0, 1] if is_noticed else [0] == days_of(term)
    assert [(False, None)] == [(line["is_kept"], line["good_since"]) for line in named(lines, "playbook_broken")]


def test_what_a_playbook_uses_may_be_what_is_broken(term: Term) -> None:
    text = lesson("One", DAILY, zone="UTC")
    term.write("9b.csv", "id,name\nana.r,Ana\n")
    term.write("one.yaml", text + "roster: 9b.csv\n")
    term.process(at(1, 12))
    (term.folder / "9b.csv").unlink()
    with capture_logs() as lines:
        term.process(at(2, 12))
    assert [True] == [line["is_kept"] for line in named(lines, "playbook_broken")]
    assert [0, 1, 2] == days_of(term)


def test_a_version_whose_calendar_has_gone_cannot_be_gone_on_with_and_that_is_told(term: Term) -> None:
    term.write("days.ics", "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n")
    entry = '{id: daily, cron: "0 9 * * *", length: 1h, skip_on: [days.ics]}'
    term.write("one.yaml", lesson("One", entry, zone="UTC"))
    term.process(at(1, 12))
    (term.folder / "days.ics").unlink()
    with capture_logs() as lines:
        term.process(at(2, 12))
    assert ["days.ics" in line["reason"] for line in named(lines, "playbook_not_recalled")] == [True]
    assert [False] == [line["is_kept"] for line in named(lines, "playbook_broken")]
    assert [0, 1] == days_of(term)


def test_another_file_that_has_its_name_now_is_the_playbook(term: Term) -> None:
    term.write("one.yaml", BROKEN)
    term.write("two.yaml", lesson("One", '{id: daily, cron: "0 11 * * *", length: 1h}', zone="UTC"))
    term.process(at(1, 12))
    assert [at(0, 9), at(1, 11)] == [minute_of(when) for _, when in term.played]
