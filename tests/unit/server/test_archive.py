"""What is kept in mind of recordings: the oldest is forgotten first."""

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bots.server.recording.archive import Archive
from bots.server.recording.recorder import Recorded


def archive_of(most: int, told: list[Any]) -> Archive:
    numbers = itertools.count(1)
    return Archive(
        app_id="a", now=lambda: datetime(2026, 3, 30, tzinfo=UTC), new_hex=lambda _: str(next(numbers)),
        base_url=lambda: "http://x", notify=lambda *news, **_: told.append(news), most=most,
    )  # fmt: skip


def recorded(folder: Path, session: int, stage: int = 1) -> Recorded:
    path = folder / f"{session}-{stage}.ogg"
    path.write_bytes(b"OggS")
    return Recorded("room", f"room-{session}", stage, path, 1.0, is_whole=False)


def test_of_many_recordings_the_oldest_are_forgotten_and_stay_on_disk(tmp_path: Path) -> None:
    told: list[Any] = []
    archive = archive_of(3, told)
    for session in range(1, 6):
        archive.add(recorded(tmp_path, session))
    names = [path.name for path in sorted(tmp_path.iterdir())]
    assert [False, False, True, True, True] == [archive.file(name) is not None for name in names]
    assert ["room-3", "room-4", "room-5"] == [item["conf_num"] for item in archive.filed.find(room_id="room")]
    assert [("recording", "room", f"room-{n}") for n in range(1, 6)] == [one for one in told if one[0] == "recording"]


def test_the_files_of_one_session_are_one_item(tmp_path: Path) -> None:
    archive = archive_of(3, [])
    for stage in (1, 2):
        archive.add(recorded(tmp_path, 1, stage))
    (item,) = archive.filed.find(conf_num="room-1")
    assert ["http://x/archive/file/1-1.ogg", "http://x/archive/file/1-2.ogg"] == [
        one["url"] for one in item["recording"]
    ]
