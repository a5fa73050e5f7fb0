"""Who was with whom in earlier lessons: kept in a file, counted, forgotten."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bots.bot import Provider
from bots.errors import ConfigError
from bots.fleet import FileMemory, Remembered, histories, plan, session_times
from bots.playbook import read

JANUARY, MARCH = "2026-01-12T09:00:00+00:00", "2026-03-30T08:00:00+00:00"


def kept(at: str, *pairs: tuple[str, str], playbook: str = "9B", rotation: str = "talk") -> Remembered:
    return Remembered(playbook, rotation, "9B/lesson@x", at, pairs)


@pytest.fixture
def memory(tmp_path: Path) -> FileMemory:
    memory = FileMemory(tmp_path / "new" / "meetings.jsonl")
    memory.remember(kept(JANUARY, ("ana", "ben"), ("ana", "cleo")))
    memory.remember(kept(MARCH, ("ana", "ben")))
    memory.remember(kept(MARCH, ("ana", "dan"), rotation="pairs"))
    memory.remember(kept(MARCH, ("ana", "ben"), playbook="9C"))
    return memory


def test_meetings_of_one_rotation_are_counted_from_an_instant_on(memory: FileMemory) -> None:
    assert {("ana", "ben"): 2.0, ("ana", "cleo"): 1.0} == memory.met("9B", "talk", None)
    assert {("ana", "ben"): 1.0} == memory.met("9B", "talk", datetime(2026, 2, 1, tzinfo=UTC))
    assert {} == memory.met("9B", "other", None)


def test_only_its_owner_can_read_it(memory: FileMemory, tmp_path: Path) -> None:
    assert 0o600 == stat.S_IMODE((tmp_path / "new" / "meetings.jsonl").stat().st_mode)
    memory.erase(person="ana")
    assert 0o600 == stat.S_IMODE((tmp_path / "new" / "meetings.jsonl").stat().st_mode)


def test_a_person_is_forgotten_everywhere_or_in_one_playbook(memory: FileMemory) -> None:
    assert 1 == memory.erase(playbook="9B", person="cleo")
    assert {("ana", "ben"): 2.0} == memory.met("9B", "talk", None)
    assert 1 == memory.erase(playbook="9C", person="ana")
    assert {} == memory.met("9C", "talk", None)
    assert 3 == memory.erase(person="ana")
    assert [(), (), (), ()] == [one.pairs for one in memory.rounds()]


def test_a_playbook_or_everything_is_forgotten(memory: FileMemory) -> None:
    assert 3 == memory.erase(playbook="9B")
    assert ["9C"] == [one.playbook for one in memory.rounds()]
    assert 1 == memory.erase()
    assert [] == memory.rounds()


def test_a_line_that_was_cut_is_passed_over_and_told(memory: FileMemory, tmp_path: Path) -> None:
    path = tmp_path / "new" / "meetings.jsonl"
    path.write_text(path.read_text()[:-20], encoding="utf-8")
    with capture_logs() as lines:
        assert 3 == len(memory.rounds())
    assert [("memory_damaged", 1)] == [(line["event"], line["lines"]) for line in lines]


def test_a_file_that_cannot_be_read_or_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=r"cannot read .*folder"):
        FileMemory(tmp_path / "folder").rounds()
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot write .*meetings"):
        FileMemory(tmp_path / "file" / "meetings.jsonl").remember(kept(MARCH))


LESSON = """
playbook: 1
name: 9B
timezone: Europe/Madrid
room: {id: x}
schedule: [{every: [mon], at: 10:00, length: 50m, from: 2026-02-01}]
rotations:
  talk: {group_size: 2, rounds: 1, round_length: 5m, memory: MEMORY}
bots:
  helper: {role: moderator, timeline: [{at: start, do: [{rotate: talk}]}]}
  pupil: {count: 4}
"""


@pytest.mark.parametrize(("word", "often"), [("session", None), ("term", 1.0), ("forever", 2.0)])
def test_a_rotation_begins_with_what_its_memory_says(memory: FileMemory, word: str, often: float | None) -> None:
    playbook = read(LESSON.replace("MEMORY", word))
    starts_at = datetime.fromisoformat(MARCH)
    met = histories(playbook, memory, session_times(playbook, starts_at), None)
    [helper, *_] = plan(
        playbook, provider=Provider("http://127.0.0.1:1", "a", "k"), room_id="x", starts_at=starts_at, met=met
    )
    rotation = helper.rotations["talk"]
    assert (often is not None) == rotation.is_remembered
    assert often == next((times for one, other, times in rotation.met if (one, other) == ("ana", "ben")), None)
    assert helper == type(helper).from_json(helper.to_json())
