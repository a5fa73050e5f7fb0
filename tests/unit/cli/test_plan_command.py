"""bots plan: table, JSON, calendar file; a broken playbook does not hide the others."""

import json
from pathlib import Path

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from bots.cli.main import app

TEXT = """\
playbook: 1
name: Night
timezone: Europe/Madrid
room: {id: "${ROOM}"}
schedule:
  - {id: backup, cron: "30 2 * * *", length: 1h, skip_on: [2026-03-28]}
  - {id: next, cron: "30 3 29 mar *", length: 1h}
bots: {a: {}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "night.yaml").write_text(TEXT)
    return tmp_path


def planned(folder: Path, *options: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["plan", str(folder), "--from", "2026-03-28", "--next", "2", *options])
    assert code == result.exit_code, result.output
    return result.stdout


def test_the_table_tells_of_holidays_clock_changes_and_overlaps(folder: Path) -> None:
    head, skipped, moved, other = planned(folder).splitlines()
    assert head.startswith("local")
    assert "skipped: skip_on 2026-03-28" in skipped
    assert "Sun 2026-03-29 03:00  Europe/Madrid  03-29 01:00Z  1h" in moved
    assert "02:30 does not exist that day" in moved
    assert "overlaps Night/backup" in other


def test_json_has_the_instants_and_why(folder: Path) -> None:
    found = json.loads(planned(folder, "--json"))
    assert ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"] == [one["starts_at"] for one in found["sessions"]]
    assert ["gap", "none"] == [one["dst"] for one in found["sessions"]]
    assert ["skip_on 2026-03-28"] == [one["reason"] for one in found["skipped"]]


def test_the_calendar_file_is_read_back_with_the_same_ids_each_time(folder: Path) -> None:
    first, second = (Calendar.from_ical(planned(folder, "--ics")).walk("VEVENT") for _ in range(2))
    assert ["01:00", "01:30"] == [f"{event.decoded('DTSTART'):%H:%M}" for event in first]
    assert [str(event["UID"]) for event in first] == [str(event["UID"]) for event in second]


def test_a_broken_playbook_is_shown_with_its_reason_and_the_others_are_planned(folder: Path) -> None:
    (folder / "broken.yaml").write_text(TEXT.replace("length: 1h", "lenght: 1h", 1))
    text = planned(folder, code=3)
    assert "Night/backup" in text
    assert 'did you mean "length"?' in text


def test_a_day_that_is_none_is_a_wrong_command_line(folder: Path) -> None:
    assert 2 == CliRunner().invoke(app, ["plan", str(folder), "--from", "soon"]).exit_code
