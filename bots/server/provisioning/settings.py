"""The settings of a room: types, defaults, limits and result codes in one table, which checks and describes them. Pure.

Source: server-api.md sections 4, 5 and 10; where the reference names no limit, it is ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.shapes import Choice, Flag, JsonSchema, Number, ObjectOf, Shape, Text, Unfit

__all__ = [
    "KEPT_FOR_LIFE",
    "SETTINGS",
    "Setting",
    "read_settings",
    "renamed",
    "settings_kept",
    "settings_schema",
    "starts_at",
]

INVALID = 10010
NO_TIME, BAD_TIME_FORMAT, IMPOSSIBLE_TIME = 10004, 10005, 10006
UNKNOWN_SETTING = 10009
BAD_TYPE_OF_ROOM = 10003
MOST_MINUTES = 99_999
KEPT_FOR_LIFE = ("mode", "scheduled", "adhoc")
OLDER_NAMES = {"wait_moderator": "wait_for_moderator"}
_RECORDED = Choice(("audio", "audiovideo"))
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScheduledTime:
    """An instant, UTC, as `YYYY-MM-DD HH:MM:SS`."""

    def read(self, value: object) -> str:
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            raise Unfit("a time as YYYY-MM-DD HH:MM:SS, UTC")
        return value

    def schema(self) -> JsonSchema:
        # the days of each month, without 29 February: a description cannot know leap years
        days = r"(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8])"
        return {"type": "string", "pattern": rf"^[1-9]\d{{3}}-({days}) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$"}

    def kept(self) -> JsonSchema:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a room."""

    shape: Shape
    about: str
    default: Any = None
    """None: a room that was not given it does not show it."""
    code: int = INVALID
    """The result code where its value is refused."""


_PARTS = {"moderator": _RECORDED, "participant": _RECORDED}
_LIVE: dict[str, Shape] = {"auto_recording": Flag(), "url": Text()}
_WORDS: dict[str, Shape] = {"auto_transcribe": Flag(), "enable": Flag(), "language": Text()}
_WORDS_DEFAULT = {"auto_transcribe": False, "enable": True}

SETTINGS: Mapping[str, Setting] = {
    "description": Setting(Text(), "Free text", ""),
    "mode": Setting(Choice(("group", "lecture")), "Who may publish: everybody, or who has the floor", "group"),
    "scheduled": Setting(Flag(), "The room opens 15 minutes before scheduled_time", False, BAD_TYPE_OF_ROOM),
    "adhoc": Setting(Flag(), "The room is deleted after its session", False),
    "scheduled_time": Setting(ScheduledTime(), "When a scheduled room starts", code=BAD_TIME_FORMAT),
    "duration": Setting(Number(1, MOST_MINUTES), "Minutes after which a session ends; a scheduled room needs it"),
    "moderators": Setting(Number(1, 5), "Places for moderators; beyond, 2101 answers the token", 1),
    "participants": Setting(Number(0, 99_999), "Places for others; beyond, 2102 answers the token", 100, 10007),
    "auto_recording": Setting(Flag(), "Every session is recorded from its beginning", False, 10008),
    "screen_share": Setting(Flag(), "Screens may be shared", True),
    "screen_share_override": Setting(Flag(), "A second sharer may take over"),
    "canvas": Setting(Flag(), "Canvases may be shared", False),
    "knock": Setting(Flag(), "A moderator admits each participant", False),
    "wait_for_moderator": Setting(Flag(), "The room runs once a moderator is in", False),
    "quality": Setting(Choice(("HD", "SD", "LD")), "Video quality", "SD"),
    "billing_code": Setting(Text(), "Free label"),
    "abwd": Setting(Flag(), "Adaptive bandwidth", True),
    "facex": Setting(Flag(), "Face analytics"),
    "max_active_talkers": Setting(Number(1, 16), "Talkers heard at once; a breakout room takes one fewer", 6),
    "active_talker": Setting(Flag(), "Older switch", True),
    "single_file_recording": Setting(Flag(), "One file for a session, not one for each start and stop", False),
    "role_based_recording": Setting(
        ObjectOf(_PARTS, {"moderator": "audiovideo", "participant": "audiovideo"}),
        "What of whom is recorded",
        {"moderator": "audiovideo", "participant": "audiovideo"},
    ),
    "live_recording": Setting(ObjectOf(_LIVE, {}), "Live recording"),
    "live_transcription": Setting(ObjectOf(_WORDS, _WORDS_DEFAULT), "Live transcription", _WORDS_DEFAULT),
    "media_zone": Setting(Choice(("IN", "SG", "US", "DE", "XX")), "Where media goes; XX is automatic", "XX"),
    "media_configuration": Setting(Text(), "Such as a choice of H264", "default"),
    "watermark": Setting(Flag(), "Watermark in the video", False),
}


@dataclass(frozen=True, slots=True)
class _Room:
    """A type of room, as the settings that make it one."""

    flags: Mapping[str, bool]
    needed: tuple[str, ...] = field(default=())


_TYPES = (
    _Room({"scheduled": False, "adhoc": False}),
    _Room({"scheduled": False, "adhoc": True}, ("adhoc",)),
    _Room({"scheduled": True, "adhoc": False}, ("scheduled", "scheduled_time", "duration")),
)


def renamed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same settings, each under its newer name; where both are given, the newer one counts."""
    older = {OLDER_NAMES[key]: value for key, value in given.items() if key in OLDER_NAMES}
    return {**older, **{key: value for key, value in given.items() if key not in OLDER_NAMES}}


def read_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a room, defaults filled in.

    Raises:
        ApiRefusal: with the documented result code of what is unknown, wrong or missing.
    """
    wanted = renamed(given)
    unknown = sorted(wanted.keys() - SETTINGS.keys())
    if unknown:
        raise ApiRefusal(400, UNKNOWN_SETTING, "Unknown setting", f"settings.{unknown[0]} is not a setting of a room.")
    settings = {key: setting.default for key, setting in SETTINGS.items() if setting.default is not None}
    for key, setting in SETTINGS.items():  # in the table's order, so that the same request gets the same answer
        if key in wanted:
            settings[key] = _read(key, setting, wanted[key])
    _check_type_of_room(settings)
    return settings


def starts_at(settings: Mapping[str, Any]) -> datetime | None:
    """When a scheduled room starts; None for the other types.

    Raises:
        ValueError: no calendar has this day.
    """
    if not settings["scheduled"]:
        return None
    return _instant(settings["scheduled_time"])


def settings_schema(*, is_change: bool = False) -> JsonSchema:
    """What `read_settings` takes; for a change, nothing of what a room keeps for life."""
    kept = KEPT_FOR_LIFE if is_change else ()
    properties = {
        key: {**setting.shape.schema(), "description": setting.about, **_default(setting, is_change=is_change)}
        for key, setting in SETTINGS.items()
        if key not in kept
    }
    schema: JsonSchema = {"type": "object", "properties": properties, "additionalProperties": False}
    if not is_change:
        schema["anyOf"] = [
            {
                "properties": {key: {"const": value} for key, value in room.flags.items()},
                "required": list(room.needed),
            }
            for room in _TYPES
        ]
    return schema


def settings_kept() -> JsonSchema:
    """What `read_settings` returns."""
    return {
        "type": "object",
        "properties": {key: {**one.shape.kept(), "description": one.about} for key, one in SETTINGS.items()},
        "required": [key for key, one in SETTINGS.items() if one.default is not None],
        "additionalProperties": False,
    }


def _default(setting: Setting, *, is_change: bool) -> JsonSchema:
    return {} if setting.default is None or is_change else {"default": setting.default}


def _read(key: str, setting: Setting, value: object) -> Any:
    try:
        kept = setting.shape.read(value)
    except Unfit as error:
        raise ApiRefusal(400, setting.code, f"Invalid {key}", f"settings.{key} must be {error}.") from error
    if key == "scheduled_time":
        try:
            _instant(kept) + timedelta(minutes=MOST_MINUTES)
        except (ValueError, OverflowError) as error:
            raise ApiRefusal(400, IMPOSSIBLE_TIME, "Impossible time", f"settings.{key} {kept}: {error}.") from error
    return kept


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def _check_type_of_room(settings: Mapping[str, Any]) -> None:
    if not settings["scheduled"]:
        return
    if settings["adhoc"]:
        raise ApiRefusal(400, BAD_TYPE_OF_ROOM, "Invalid scheduled", "A room is scheduled or ad-hoc, not both.")
    if "scheduled_time" not in settings:
        raise ApiRefusal(400, NO_TIME, "Scheduled time missing", "A scheduled room needs settings.scheduled_time.")
    if "duration" not in settings:
        raise ApiRefusal(400, INVALID, "Duration missing", "A scheduled room needs settings.duration, in minutes.")
