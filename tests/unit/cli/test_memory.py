"""`bots memory`: list, export, erase; and `bots groups` that plans with it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.cli.main import app
from bots.fleet import FileMemory, Remembered

LESSON = """
playbook: 1
name: 9B
room: {id: x}
schedule: [{length: 50m}]
rotations:
  talk: {group_size: 2, rounds: 3, round_length: 5m, memory: forever}
bots:
  helper: {role: moderator, timeline: [{at: start, do: [{rotate: talk}]}]}
  pupil: {count: 8}
"""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileMemory:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return FileMemory(tmp_path / "bots" / "meetings.jsonl")


def told(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, words)
    assert code == result.exit_code, result.output
    return result.output


def keep(memory: FileMemory, *pairs: tuple[str, str]) -> None:
    memory.remember(Remembered("9B", "talk", "9B/session@x", "2026-03-30T08:00:00+00:00", pairs))


def test_nothing_is_remembered_at_first(memory: FileMemory) -> None:
    assert "nothing is remembered" in told("memory", "list")
    assert [] == json.loads(told("memory", "list", "--json"))
    del memory


def test_rotations_are_listed_with_their_rounds(memory: FileMemory) -> None:
    keep(memory, ("pupil-01", "pupil-02"))
    keep(memory, ("pupil-01", "pupil-02"), ("pupil-01", "pupil-03"))
    assert "9B, talk: 2 rounds from 2026-03-30 to 2026-03-30, 3 people, 2 pairs have met\n" == told("memory", "list")


def test_what_is_remembered_of_somebody_is_exported_and_forgotten(memory: FileMemory) -> None:
    keep(memory, ("pupil-01", "pupil-02"), ("pupil-02", "pupil-03"))
    [line] = told("memory", "export", "--person", "pupil-03").splitlines()
    assert [["pupil-02", "pupil-03"]] == json.loads(line)["pairs"]
    assert "1 round forgotten of pupil-03\n" == told("memory", "erase", "--person", "pupil-03")
    assert "" == told("memory", "export", "--person", "pupil-03")
    assert "1 round forgotten\n" == told("memory", "erase", "--playbook", "9B")
    assert "" == told("memory", "export")


def test_to_forget_everything_must_be_said(memory: FileMemory) -> None:
    keep(memory, ("a", "b"))
    told("memory", "erase", code=2)
    told("memory", "erase", "--all", "--playbook", "9B", code=2)
    assert 1 == len(memory.rounds())
    told("memory", "erase", "--all")
    assert [] == memory.rounds()


def test_groups_are_planned_with_what_is_remembered(memory: FileMemory, tmp_path: Path) -> None:
    file = tmp_path / "lesson.yaml"
    file.write_text(LESSON, encoding="utf-8")
    first = json.loads(told("groups", str(file), "--json"))["talk"]
    assert 0 == first["met_before"]
    for groups in first["rounds"]:
        keep(memory, *[(one, other) for one, other in groups])
    again = json.loads(told("groups", str(file), "--json"))["talk"]
    met = {frozenset(pair) for groups in first["rounds"] for pair in groups}
    assert 12 == again["met_before"]
    assert set() == met & {frozenset(pair) for groups in again["rounds"] for pair in groups}
    assert "0 of the meetings here are theirs" in told("groups", str(file))
