"""What is kept of a playbook makes the same bots as the playbook."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.bot import Provider
from bots.fleet import plan
from bots.playbook import load
from bots.timetable.versions import packed, unpacked

FILES = [
    file
    for file in sorted((Path(__file__).parents[3] / "playbooks").rglob("*.yaml"))
    if not file.name.endswith(".test.yaml") and file.name != "shared.yaml"
]
AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_kept_of_a_playbook_makes_the_same_bots(file: Path) -> None:
    playbook = load(file, environment={"ROOM": "room-1"}, inputs={})
    again = unpacked(packed(playbook))
    assert playbook == again
    for entry in playbook.schedule:
        first, second = (
            plan(one, provider=Provider("", "", ""), room_id="r", starts_at=AT, session_id=entry.id)
            for one in (playbook, again)
        )
        assert first == second


def test_what_cannot_be_read_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="no_such_key"):
        unpacked('{"name": "One", "no_such_key": 1}')
