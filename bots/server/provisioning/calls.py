"""Call records (CDR): who was in which session, from when to when, how long sound went out and came in. Pure.

The records of a session are filed when it is over. Source: server-api.md section 8; where the reference has no form
of a time, it is ISO 8601, UTC; durations are seconds.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bots.server.member import Member
from bots.server.provisioning.reports import MOST_KEPT, Report, Reports
from bots.server.state import Room
from bots.server.watch import Watch
from bots.wire import write_json

__all__ = ["Calls"]


@dataclass(slots=True)
class _Call:
    """A connection that is in a room."""

    number: int
    began_at: datetime
    running: dict[tuple[int, bool], datetime] = field(default_factory=dict)
    """(stream id, is it a publication) -> since when it goes."""
    published_s: float = 0.0
    subscribed_s: float = 0.0

    def media_ended(self, key: tuple[int, bool], now: datetime) -> None:
        if (since := self.running.pop(key, None)) is None:
            return
        passed_s = (now - since).total_seconds()
        if key[1]:
            self.published_s += passed_s
        else:
            self.subscribed_s += passed_s


@dataclass(slots=True)
class _Session:
    """A session that runs."""

    began_at: datetime
    calls: int = 0
    items: deque[tuple[datetime, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    """Of who has left: when it came, and the record; no more than are filed."""


class Calls(Watch):
    """Files a record of every connection that was in a room.

    Args:
        app_id: of the project.
        now: the instant now, aware, UTC.
        new_hex: an unguessable id of so many bytes.
    """

    def __init__(self, *, app_id: str, now: Callable[[], datetime], new_hex: Callable[[int], str]) -> None:
        self.filed = Reports()
        self._app_id = app_id
        self._now = now
        self._new_hex = new_hex
        self._running: dict[str, _Call] = {}
        self._sessions: dict[str, _Session] = {}  # by room

    def session_began(self, room: Room) -> None:
        self._sessions[room.room_id] = _Session(self._now())

    def entered(self, room: Room, member: Member) -> None:
        session = self._sessions[room.room_id]
        session.calls += 1
        self._running[member.client_id] = _Call(session.calls, self._now())

    def media_began(self, client_id: str, stream_id: int, *, is_publication: bool) -> None:
        """A media connection of this client is up."""
        if (call := self._running.get(client_id)) is not None:
            call.running.setdefault((stream_id, is_publication), self._now())

    def media_ended(self, client_id: str, stream_id: int, *, is_publication: bool) -> None:
        """A media connection of this client is closed; nothing if it never was up."""
        if (call := self._running.get(client_id)) is not None:
            call.media_ended((stream_id, is_publication), self._now())

    def left(self, room: Room, member: Member) -> None:
        call = self._running.pop(member.client_id)
        now = self._now()
        for key in tuple(call.running):
            call.media_ended(key, now)
        self._sessions[room.room_id].items.append((call.began_at, self._item(room, member, call, now)))

    def session_ended(self, room: Room) -> None:
        session = self._sessions.pop(room.room_id)
        now = self._now()
        whole = {
            "room_id": room.room_id,
            "connect_dt": _iso(session.began_at),
            "disconnect_dt": _iso(now),
            "duration": _seconds(session.began_at, now),
        }
        for began_at, item in session.items:
            item = {**item, "trans_date": str(int(now.timestamp())), "room": whole}  # noqa: PLW2901 -- the same, whole
            self.filed.file(Report(room.room_id, room.conf_num, began_at, write_json(item)))

    def _item(self, room: Room, member: Member, call: _Call, now: datetime) -> dict[str, Any]:
        claim = member.claim
        return {
            "conf_num": room.conf_num,
            "call_num": str(call.number),
            "call_log_id": claim.token_id,
            "cdr_id": self._new_hex(12),
            "app_id": self._app_id,
            "user": {
                "ip": member.address,
                "name": claim.name,
                "role": claim.role,
                "ref": claim.user_ref,
                "agent": member.agent,
                "token": claim.token_id,
                "confName": room.name,
            },
            "sigserver": {
                "connect_dt": _iso(call.began_at),
                "disconnect_dt": _iso(now),
                "ip": member.address,
                "duration": _seconds(call.began_at, now),
                "hold_duration": 0,
            },
            "published_track": {
                "audio": call.published_s > 0, "data": False, "video": False, "screen": False, "url": "",
            },
            "usage": {
                "published_minutes": round(call.published_s / 60, 3),
                "subscribed_minutes": round(call.subscribed_s / 60, 3),
            },
        }  # fmt: skip


def _seconds(since: datetime, until: datetime) -> int:
    return round((until - since).total_seconds())


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
