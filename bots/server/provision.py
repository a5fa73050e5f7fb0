"""Room objects of the Server API: what `POST /rooms` accepts, its defaults, and the documented refusals.

Source: server-api.md sections 3, 4 and 10.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["ROOM_ID_BYTES", "ApiRefusal", "changed_room_body", "new_room_body", "reference"]

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
MOST_TALKERS = 16
ROOM_ID_BYTES = 12  # 24 hex digits, as the vendor's ids
_DEFAULTS: dict[str, Any] = {
    "description": "", "mode": "group", "scheduled": False, "adhoc": False, "moderators": 1, "participants": 100,
    "auto_recording": False, "screen_share": True, "canvas": False, "knock": False, "wait_for_moderator": False,
    "quality": "SD", "abwd": True, "max_active_talkers": 6, "active_talker": True, "single_file_recording": False,
    "media_zone": "XX", "media_configuration": "default", "watermark": False,
}  # fmt: skip
_KEPT = ("mode", "scheduled", "adhoc")
_OTHERS = {
    "scheduled_time", "duration", "screen_share_override", "billing_code", "facex", "role_based_recording",
    "live_recording", "live_transcription", "wait_moderator", "room_type",
}  # fmt: skip


class ApiRefusal(Exception):
    """The Server API says no: HTTP status, result code, short and long text."""

    def __init__(self, status: int, result: int, error: str, desc: str) -> None:
        super().__init__(desc)
        self.status = status
        self.result = result
        self.error = error
        self.desc = desc


def new_room_body(raw: object, now: datetime, *, room_id: str = "") -> dict[str, Any]:
    """The whole room object that a create request stands for; with a new id unless one is given.

    Raises:
        ApiRefusal: with the documented result code of what is missing or wrong.
    """
    if not isinstance(raw, Mapping):
        raise ApiRefusal(400, 10010, "Invalid body", "The request body must be a JSON object.")
    if not isinstance(raw.get("name"), str) or not raw["name"].strip():
        raise ApiRefusal(400, 10002, "Name missing", 'A room needs a "name".')
    settings = raw.get("settings", {})
    if not isinstance(settings, Mapping):
        raise ApiRefusal(400, 10010, "Invalid settings", '"settings" must be an object.')
    sip = raw.get("sip") or {}
    return {
        "name": raw["name"],
        "owner_ref": reference(raw, "owner_ref"),
        "settings": _checked(settings),
        "sip": {"enabled": bool(isinstance(sip, Mapping) and sip.get("enabled", False))},
        "data": raw.get("data") if isinstance(raw.get("data"), Mapping) else {},
        "created": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "room_id": room_id or secrets.token_hex(ROOM_ID_BYTES),
    }


def changed_room_body(body: Mapping[str, Any], raw: object, now: datetime) -> dict[str, Any]:
    """The room object after a PATCH request; what the request does not name stays.

    Raises:
        ApiRefusal: a value is wrong, or the setting is one that a room keeps for life.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("settings", {}), Mapping):
        raise ApiRefusal(400, 10010, "Invalid body", 'The request body and its "settings" must be JSON objects.')
    given = raw.get("settings", {})
    for key in _KEPT:
        if key in given and given[key] != body["settings"][key]:
            raise ApiRefusal(400, 10010, f"Invalid {key}", f"settings.{key} cannot be changed; make a new room.")
    whole = {**body, **{key: raw[key] for key in ("name", "owner_ref", "sip", "data") if key in raw}}
    whole["settings"] = {**body["settings"], **given}
    return {**new_room_body(whole, now, room_id=body["room_id"]), "created": body["created"]}


def reference(raw: Mapping[str, Any], key: str) -> str:
    """The caller's own name for a room or a user: a text, or a number as text; empty if it is not given.

    Raises:
        ApiRefusal: it is something else.
    """
    value = raw.get(key)
    if value is None:
        return ""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise ApiRefusal(400, 10010, f"Invalid {key}", f'"{key}" must be a text.')


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(_DEFAULTS) - _OTHERS)
    if unknown:
        raise ApiRefusal(400, 10009, "Unknown setting", f"settings.{unknown[0]} is not a setting of a room.")
    settings = {**_DEFAULTS, **given}
    if "wait_moderator" in given:  # the older spelling
        settings["wait_for_moderator"] = settings.pop("wait_moderator")
    if settings["mode"] not in ("group", "lecture"):
        raise ApiRefusal(400, 10010, "Invalid mode", 'settings.mode must be "group" or "lecture".')
    for key in (key for key, default in _DEFAULTS.items() if isinstance(default, bool)):
        if not isinstance(settings[key], bool):
            code = {"scheduled": 10003, "auto_recording": 10008}.get(key, 10010)
            raise ApiRefusal(400, code, f"Invalid {key}", f"settings.{key} must be true or false.")
    settings["participants"] = _number(settings, "participants", 10007, 0, 100_000)
    settings["moderators"] = _number(settings, "moderators", 10010, 1, 5)
    settings["max_active_talkers"] = _number(settings, "max_active_talkers", 10010, 1, MOST_TALKERS)
    if settings["quality"] not in ("HD", "SD", "LD", "FD", "Default"):
        raise ApiRefusal(400, 10010, "Invalid quality", "settings.quality must be HD, SD or LD.")
    if settings["scheduled"]:
        _check_time(settings.get("scheduled_time"))
    return settings


def _number(settings: Mapping[str, Any], key: str, code: int, least: int, most: int) -> int:
    """A whole number; numeric texts are taken too, the vendor's samples send them."""
    try:
        value = int(str(settings[key]))
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ApiRefusal(400, code, f"Invalid {key}", f"settings.{key} must be a number from {least} to {most}.")
    return value


def _check_time(raw: object) -> None:
    if raw is None:
        raise ApiRefusal(400, 10004, "Scheduled time missing", "A scheduled room needs settings.scheduled_time.")
    if not isinstance(raw, str) or not _TIME.fullmatch(raw):
        raise ApiRefusal(400, 10005, "Wrong time format", "settings.scheduled_time must be YYYY-MM-DD HH:MM:SS, UTC.")
    try:
        datetime.strptime(raw, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise ApiRefusal(400, 10006, "Impossible time", f"settings.scheduled_time: {error}.") from error
