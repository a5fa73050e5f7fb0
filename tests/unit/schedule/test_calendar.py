"""Sessions to come: holidays, extra days, changes of clocks, overlaps."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from bots.errors import ScheduleError
from bots.playbook import Playbook, read
from bots.schedule import Planned, Skipped, clashes, planned, when_running

AFTER = datetime(2026, 3, 23, tzinfo=UTC)
BREAK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
SUMMARY:Spring break
DTSTART;VALUE=DATE:20260325
DTEND;VALUE=DATE:20260326
END:VEVENT
END:VCALENDAR
"""


def playbook_of(entries: str, folder: Path | None = None, room: str = "{id: r1}") -> Playbook:
    text = f"playbook: 1\nname: L\ntimezone: Europe/Madrid\nroom: {room}\nschedule: [{entries}]\nbots: {{a: {{}}}}\n"
    return read(text, folder=folder)


def told(playbook: Playbook, count: int) -> list[str]:
    found = islice(planned(playbook, playbook.schedule[0], after=AFTER), count)
    return [f"{one.starts_at:%m-%d %H:%M} " + (one.reason if isinstance(one, Skipped) else one.oddity) for one in found]


def test_skipped_days_have_a_reason_and_extra_days_win() -> None:
    days = "skip_on: [2026-03-25..2026-03-31], also_on: [2026-03-30 09:00, 2026-03-28]"
    entry = f"{{every: [mon, wed], at: 10:00, length: 50m, {days}}}"
    expected = [
        "03-23 09:00 none",
        "03-25 09:00 skip_on 2026-03-25..2026-03-31",
        "03-28 09:00 none",
        "03-30 07:00 none",
        "03-30 08:00 skip_on 2026-03-25..2026-03-31",
        "04-01 08:00 none",
    ]
    assert expected == told(playbook_of(entry), 6)


def test_the_events_of_a_calendar_file_are_skipped_with_their_name(tmp_path: Path) -> None:
    (tmp_path / "school.ics").write_text(BREAK)
    entry = "{every: [wed], at: 10:00, length: 50m, skip_on: [school.ics]}"
    expected = ["03-25 09:00 Spring break (school.ics)", "04-01 08:00 none"]
    assert expected == told(playbook_of(entry, tmp_path), 2)


def test_a_calendar_file_that_has_gone_since_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "school.ics").write_text(BREAK)
    playbook = playbook_of("{every: [wed], at: 10:00, length: 50m, skip_on: [school.ics]}", tmp_path)
    (tmp_path / "school.ics").unlink()
    with pytest.raises(ScheduleError, match=r"school\.ics"):
        next(planned(playbook, playbook.schedule[0], after=AFTER))


def test_a_moved_start_says_so() -> None:
    assert ["03-29 01:00 gap"] == told(playbook_of('{cron: "30 2 29 mar *", length: 1h}'), 1)


def test_sessions_of_one_room_at_one_time_are_pairs() -> None:
    playbook = playbook_of("{id: a, every: [mon], at: 10:00, length: 1h}, {id: b, every: [mon], at: 10:59, length: 1h}")
    found = [next(planned(playbook, entry, after=AFTER)) for entry in playbook.schedule]
    assert [("a", "b")] == [
        (one.entry, two.entry) for one, two in clashes(one for one in found if isinstance(one, Planned))
    ]


def test_rooms_made_for_each_session_do_not_overlap() -> None:
    playbook = playbook_of(
        "{id: a, every: [mon], at: 10:00, length: 1h}, {id: b, every: [mon], at: 10:59, length: 1h}",
        room="{create: {name: R}}",
    )
    found = [next(planned(playbook, entry, after=AFTER)) for entry in playbook.schedule]
    assert [] == clashes(one for one in found if isinstance(one, Planned))


def test_a_start_while_the_session_before_goes_on_follows_the_playbook() -> None:
    assert ["skip", "restart", "start"] == [when_running(one, is_running=True) for one in ("skip", "restart", "both")]
    assert ["start"] * 3 == [when_running(one, is_running=False) for one in ("skip", "restart", "both")]
