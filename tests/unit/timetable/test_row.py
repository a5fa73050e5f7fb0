"""The starts of one schedule entry: which are played, which are missed, and what makes an entry another one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bots.playbook import Playbook, read
from bots.timetable.row import Row, version_of

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)


def playbook(**entry: Any) -> Playbook:
    values = {"id": "lesson", "cron": '"0 * * * *"', "length": "30m", **entry}
    text = ", ".join(f"{name}: {value}" for name, value in values.items())
    return read(
        "playbook: 1\nname: Demo\ntimezone: Europe/Madrid\nroom: {id: r}\n"
        f"schedule: [{{{text}}}]\nbots: {{helper: {{role: moderator}}}}\n"
    )


def row(decided_until: datetime = MONDAY, now: datetime = MONDAY, **entry: Any) -> Row:
    book = playbook(**entry)
    return Row("demo.yaml", book, book.entry(), decided_until=decided_until, now=now)


def hours(*of: int) -> list[datetime]:
    return [MONDAY + timedelta(hours=hour) for hour in of]


def test_a_start_is_decided_a_little_before_its_first_bot_comes() -> None:
    assert MONDAY + timedelta(hours=1, seconds=-15) == row().begins_at
    assert MONDAY + timedelta(minutes=50, seconds=-15) == row(join_early="10m").begins_at


def test_a_start_is_taken_once() -> None:
    one = row()
    now = MONDAY + timedelta(hours=1, seconds=-15)
    [start] = one.take(now).starts
    assert () == one.take(now).starts
    assert hours(1, 2) == [start.starts_at, one.coming.starts_at if one.coming else None]


def test_a_start_that_is_being_begun_is_decided_when_that_is_told_whatever_comes_after_it() -> None:
    one = row(join_early="90m")
    first, second = one.take(MONDAY + timedelta(minutes=30)).starts
    one.decided(second)
    assert first == row(decided_until=one.decided_until).coming
    one.decided(first)
    assert hours(2) == [one.decided_until]


def test_the_latest_start_within_grace_is_played_and_the_others_are_missed_with_a_reason() -> None:
    late = row(cron='"*/10 * * * *"', if_missed="{start_within: 25m}").take(MONDAY + timedelta(minutes=42))
    assert [MONDAY + timedelta(minutes=40)] == [start.starts_at for start in late.starts]
    assert [(10, True), (20, False), (30, False)] == [
        (start.starts_at.minute, "nobody" in reason) for start, reason in late.missed
    ]


def test_a_session_that_would_be_over_is_not_begun() -> None:
    late = row(if_missed="{start_within: 3h}").take(MONDAY + timedelta(minutes=95))
    assert ((), hours(1)) == (late.starts, [start.starts_at for start, _ in late.missed])


def test_only_what_says_when_makes_another_version() -> None:
    one = playbook()
    same = playbook(length="40m", join_early="1m", if_still_running="both")
    other = playbook(cron='"5 * * * *"')
    assert version_of(one, one.entry()) == version_of(same, same.entry())
    assert version_of(one, one.entry()) != version_of(other, other.entry())


def test_starts_of_long_ago_are_not_walked_through() -> None:
    one = row(now=MONDAY + timedelta(days=365), cron='"* * * * *"')
    assert (MONDAY, MONDAY + timedelta(days=365, minutes=-100)) == (one.untold_since, one.decided_until)
    one = row(now=MONDAY + timedelta(days=365))
    assert MONDAY + timedelta(days=365, hours=-100) == one.decided_until
    one = row(now=MONDAY + timedelta(days=365), cron='"0 9 * * *"')
    assert MONDAY + timedelta(days=358) == one.decided_until


def test_what_may_still_begin_is_never_left_out_as_too_much() -> None:
    one = row(now=MONDAY + timedelta(days=3), cron='"* * * * *"', length="4h", if_missed="{start_within: 3h}")
    assert MONDAY + timedelta(days=3, hours=-3) == one.decided_until
