"""What has been recorded: found by room, session and day, and fetched by name.

Source: server-api.md sections 8 and 9. Every start and stop makes one file of the mixed sound, an item of `recording`;
the composed files under `transcoded` are these, or one for the session where `single_file_recording` is set.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bots.server.provisioning.reports import MOST_KEPT, Report, Reports
from bots.server.recording.recorder import Recorded

__all__ = ["Archive", "Notify"]


class Notify(Protocol):
    """Tells the user's own server of something that happened."""

    def __call__(self, kind: str, room_id: str, conf_num: str, /, **more: Any) -> None: ...


class Archive:
    """The files of this server's life, the oldest forgotten first.

    Args:
        app_id: of the project.
        now: the instant now, aware, UTC.
        new_hex: an unguessable id of so many bytes.
        base_url: of the Server API, once it listens.
        notify: tells of finished files.
        most: how many files, and how many sessions, are kept in mind; on disk they all stay.
    """

    def __init__(
        self, *, app_id: str, now: Callable[[], datetime], new_hex: Callable[[int], str],
        base_url: Callable[[], str], notify: Notify, most: int = MOST_KEPT,
    ) -> None:  # fmt: skip
        self.filed = Reports(most)
        self._most = most
        self._app_id = app_id
        self._now = now
        self._new_hex = new_hex
        self._base_url = base_url
        self._notify = notify
        self._files: dict[str, Path] = {}
        self._items: dict[str, dict[str, Any]] = {}  # by session

    def file(self, name: str) -> Path | None:
        """The file of this name, if it is one of ours and still there."""
        path = self._files.get(name)
        return path if path is not None and path.is_file() else None

    def add(self, recorded: Recorded) -> None:
        """File a finished recording, and tell of it."""
        item = self._item(recorded)
        url = f"{self._base_url()}/archive/file/{recorded.path.name}"
        size = recorded.path.stat().st_size
        self._files[recorded.path.name] = recorded.path
        self._trim(self._files)
        room_id, conf_num = recorded.room_id, recorded.conf_num
        item["metadata"].append({"url": url, "duration": round(recorded.duration_s, 2), "file_size": size})
        if not recorded.is_whole:
            item["recording"].append({"url": url})
            self._notify("recording", room_id, conf_num, recording=[url])
        if not recorded.is_joined_later:
            item["transcoded"].append({"url": url})
            stage = str(recorded.stage)
            self._notify("transcoded", room_id, conf_num, recording=url, stage=stage, file_size=str(size))

    def _trim(self, kept: dict[str, Any]) -> None:
        if len(kept) > self._most:
            del kept[next(iter(kept))]

    def _item(self, recorded: Recorded) -> dict[str, Any]:
        """The item of the session, filed with its first file."""
        if recorded.conf_num not in self._items:
            now = self._now()
            item = {
                "_id": self._new_hex(12), "trans_date": str(int(now.timestamp())), "conf_num": recorded.conf_num,
                "app_id": self._app_id, "room_id": recorded.room_id, "recording": [], "transcoded": [],
                "chatdata": [], "metadata": [],
            }  # fmt: skip
            self._items[recorded.conf_num] = item
            self._trim(self._items)
            self.filed.file(Report(recorded.room_id, recorded.conf_num, now, item))
        return self._items[recorded.conf_num]
