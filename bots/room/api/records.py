"""What the Server API tells, as values; what it leaves out is empty. Pure.

Source: server-api.md sections 2, 3, 8 and 12: keys have older spellings, times are of several forms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

__all__ = ["Archive", "CallRecord", "RoomRecord", "SessionUser", "first_list"]

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRecord:
    """A room object."""

    room_id: str
    name: str = ""
    owner_ref: str = ""
    settings: Fields = field(default_factory=dict)
    sip: Fields = field(default_factory=dict)
    data: Fields = field(default_factory=dict)
    created_at: datetime | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            room_id=_text(fields.get("room_id") or fields.get("_id")), name=_text(fields.get("name")),
            owner_ref=_text(fields.get("owner_ref")), settings=_object(fields.get("settings")),
            sip=_object(fields.get("sip")), data=_object(fields.get("data")),
            created_at=_instant(fields.get("created")),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUser:
    """Somebody in a session that runs."""

    name: str = ""
    user_ref: str = ""
    role: str = ""
    permissions: Fields = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        texts = {key: _text(fields.get(key)) for key in ("name", "user_ref", "role")}
        return cls(**texts, permissions=_object(fields.get("permissions")))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One connection of one user to one session: a CDR item."""

    cdr_id: str = ""
    conf_num: str = ""
    room_id: str = ""
    name: str = ""
    user_ref: str = ""
    role: str = ""
    connected_at: datetime | None = None
    disconnected_at: datetime | None = None
    published_min: float = 0.0
    subscribed_min: float = 0.0
    whole: Fields = field(default_factory=dict)
    """Everything that was told."""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        room, user = _object(fields.get("room")), _object(fields.get("user"))
        line, usage = _object(fields.get("sigserver")), _object(fields.get("usage"))
        return cls(
            cdr_id=_text(fields.get("cdr_id")), conf_num=_text(fields.get("conf_num")),
            room_id=_text(room.get("room_id")), name=_text(user.get("name")), user_ref=_text(user.get("ref")),
            role=_text(user.get("role")), connected_at=_instant(line.get("connect_dt")),
            disconnected_at=_instant(line.get("disconnect_dt")), published_min=_number(usage.get("published_minutes")),
            subscribed_min=_number(usage.get("subscribed_minutes")), whole=fields,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What was recorded of one session; addresses of files."""

    archive_id: str = ""
    conf_num: str = ""
    room_id: str = ""
    recordings: tuple[str, ...] = ()
    transcoded: tuple[str, ...] = ()
    whole: Fields = field(default_factory=dict)
    """Everything that was told, chat and metadata too."""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            archive_id=_text(fields.get("_id")), conf_num=_text(fields.get("conf_num")),
            room_id=_text(fields.get("room_id")), recordings=_addresses(fields.get("recording")),
            transcoded=_addresses(fields.get("transcoded")), whole=fields,
        )  # fmt: skip


def first_list(reply: Fields, key: str = "") -> list[Fields]:
    """The objects in the list under `key`, or without one in the first list there is: its key is not documented."""
    candidates: Iterable[object] = [reply.get(key)] if key else reply.values()
    found = next((value for value in candidates if isinstance(value, list)), [])
    return [one for one in found if isinstance(one, Mapping)]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _object(value: object) -> Fields:
    return dict(value) if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _addresses(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    found = (one.get("url") if isinstance(one, Mapping) else one for one in items)
    return tuple(str(one) for one in found if one)


def _instant(value: object) -> datetime | None:
    """ISO 8601, or Unix seconds as a number or a text; without a zone it is UTC."""
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
