"""What is remembered of sessions: found by room, session and day; the oldest forgotten first."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.reports import Report, Reports, read_period

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 30)


def filed(*reports: tuple[str, datetime], most: int = 10) -> Reports:
    found = Reports(most)
    for number, (room_id, at) in enumerate(reports, start=1):
        found.file(Report(room_id, f"{room_id}-1", at, {"n": number}))
    return found


def numbers(reports: Reports, **asked: object) -> list[int]:
    return [item["n"] for item in reports.find(**asked)]  # type: ignore[arg-type]  # each test says what it asks


def test_items_are_found_by_room_and_by_session() -> None:
    reports = filed(("a", NOON), ("b", NOON))
    assert ([1], [2], []) == (
        numbers(reports, room_id="a"), numbers(reports, conf_num="b-1"), numbers(reports, room_id="a", conf_num="b-1"),
    )  # fmt: skip


def test_days_are_those_of_utc_both_included() -> None:
    midnight = datetime(2026, 3, 30, 0, 0, tzinfo=UTC)
    elsewhere = datetime(2026, 3, 31, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    times = [midnight, NOON, midnight + timedelta(days=1), midnight - timedelta(microseconds=1), elsewhere]
    assert [1, 2, 5] == numbers(filed(*(("a", at) for at in times)), period=(DAY, DAY))


def test_an_item_that_was_filed_as_text_is_found_as_it_was() -> None:
    reports = Reports()
    reports.file(Report("a", "a-1", NOON, '{"n":1,"room":{"name":"Ana \\u00e9"}}'))
    assert [{"n": 1, "room": {"name": "Ana é"}}] == reports.find(room_id="a")


def test_the_oldest_is_forgotten_first() -> None:
    assert [2, 3] == numbers(filed(("a", NOON), ("a", NOON), ("a", NOON), most=2))


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-02-30", "2026-03-01"), ("2026-3-1", "2026-03-02"), ("20260301", "20260302"), ("2026-03-02", "2026-03-01")],
)
def test_days_that_are_none_or_the_wrong_way_round_are_refused(first: str, last: str) -> None:
    with pytest.raises(ApiRefusal) as refusal:
        read_period(first, last)
    assert (400, 10010) == (refusal.value.status, refusal.value.result)
