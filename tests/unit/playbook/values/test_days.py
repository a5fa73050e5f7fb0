"""skip_on and also_on: what may be written, and what is a problem with its place."""

from pathlib import Path

import pytest

from bots.playbook import ScheduleEntry, explain, lint, read
from tests.unit.schedule.test_calendar import BREAK

HEAD = "playbook: 1\nname: L\ntimezone: Europe/Madrid\nroom: {create: {}}\nbots: {a: {}}\n"


def problems(folder: Path, settings: str) -> list[str]:
    path = folder / "l.yaml"
    path.write_text(f"{HEAD}schedule: [{{length: 50m, every: [mon], at: 10:00, {settings}}}]\n")
    return [f"{one.line}:{one.column} {one.id} {one.message}" for one in lint(path)]


def test_a_missing_calendar_is_a_problem_with_a_place_and_the_name_meant(tmp_path: Path) -> None:
    (tmp_path / "school.ics").write_text(BREAK)
    [found] = problems(tmp_path, "skip_on: [scool.ics]")
    assert found.startswith("6:61 missing-calendar no file 'scool.ics'")
    assert found.endswith('did you mean "school.ics"?')


def test_a_file_that_is_no_calendar_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "notes.ics").write_text("dear diary")
    [found] = problems(tmp_path, "skip_on: [notes.ics]")
    assert "bad-calendar" in found


@pytest.mark.parametrize("name", ["../school.ics", "/etc/school.ics"])
def test_a_calendar_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    assert "outside-folder" in problems(tmp_path, f"skip_on: [{name}]")[0]


@pytest.mark.parametrize(
    "settings",
    [
        "skip_on: [tomorrow]",
        "skip_on: [2026-02-30]",
        "skip_on: [2026-05-02..2026-05-01]",
        "also_on: [2026-05-02 25:00]",
    ],
)
def test_a_day_that_does_not_exist_is_refused(tmp_path: Path, settings: str) -> None:
    assert "bad-time" in problems(tmp_path, settings)[0]


def test_an_entry_with_days_is_read_back_from_its_json() -> None:
    entry = ScheduleEntry.model_validate(
        {"length_s": 60, "skip_on": ["2026-05-01", "a.ics"], "also_on": ["2026-05-02 09:00"]}
    )
    assert entry == ScheduleEntry.model_validate_json(entry.model_dump_json())


def test_explain_tells_the_days_left_out_and_added() -> None:
    days = "skip_on: [2026-05-01, 2026-04-01..2026-04-10, school.ics], also_on: [2026-05-02 09:00]"
    told = explain(read(f"{HEAD}schedule: [{{length: 50m, every: [mon], at: 10:00, {days}}}]\n"))
    assert ", not on 2026-05-01, 2026-04-01 to 2026-04-10 and the days of school.ics" in told
    assert ", also on 2026-05-02 09:00" in told
