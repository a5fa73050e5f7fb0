"""The small values of the language: durations, shares, ranges, moments, clock times, ids.

Each is written as text in YAML and is a plain number, string or small frozen model afterwards. Durations are
float seconds and their fields end in `_s`; shares are floats from 0 to 1.
"""

import re
from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic.json_schema import WithJsonSchema
from pydantic_core import CoreSchema

from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import Frozen, bad, reading_of

__all__ = [
    "Clock",
    "Credential",
    "Day",
    "Duration",
    "Flag",
    "Number",
    "Offset",
    "Range",
    "Share",
    "Zone",
    "format_duration",
    "is_moment",
    "parse_clock",
    "parse_duration",
    "parse_share",
]

_NUMBER = r"\d{1,7}(?:\.\d{1,3})?"
_DURATION = re.compile(rf"(?:({_NUMBER})h)?(?:({_NUMBER})m(?!s))?(?:({_NUMBER})s)?(?:({_NUMBER})ms)?", re.ASCII)
_OFFSET = re.compile(r"(start|end)(?:\s*([+-])\s*(\S+))?", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s?%", re.ASCII)
_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)


def parse_duration(text: str) -> float | None:
    """Seconds of `90s`, `8m`, `1h30m` or `500ms`; None for anything else."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds, thousandths = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def parse_share(text: str) -> float | None:
    """0.3 of `30%`; None for anything else, and for more than 100%."""
    match = _SHARE.fullmatch(text.strip())
    return float(match[1]) / 100 if match and float(match[1]) <= 100 else None


def parse_clock(text: str) -> time | None:
    """The clock time of `10:00` or `9:30:15`; None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    return time(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def is_moment(value: object) -> bool:
    """Is it meant as a moment: `start …`, `end …`, a clock time, or one that has been read already?"""
    if not isinstance(value, str):
        return not hasattr(value, "evaluate") and not isinstance(value, bool)
    text = value.strip()
    return re.match(r"(start|end)\b", text) is not None or _CLOCK.fullmatch(text) is not None


def format_duration(seconds: float) -> str:
    """The shortest text that `parse_duration` reads back: 5400.0 is `1h30m`."""
    thousandths = round(seconds * 1000)
    parts = []
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, thousandths = divmod(thousandths, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def _shown(value: object) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return f'"{text[:60]}"' if isinstance(value, str) else text[:60]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _read_duration(value: Any, info: ValidationInfo) -> float:
    if _is_number(value):
        if reading_of(info) is not None:
            raise bad("bad-value", f"{value} has no unit; write {value}s or {value}m")
        seconds: float | None = float(value)
    else:
        seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is None or seconds < 0:
        raise bad("bad-value", f"{_shown(value)} is not a duration; write one like 90s, 8m or 1h30m")
    return seconds


def _read_share(value: Any, info: ValidationInfo) -> float:
    if _is_number(value) and reading_of(info) is None and 0 <= value <= 1:
        return float(value)
    share = parse_share(value) if isinstance(value, str) else None
    if share is None:
        raise bad("bad-value", f"{_shown(value)} is not a share; write one from 0% to 100%, like 30%")
    return share


def _read_clock(value: Any, info: ValidationInfo) -> time:
    if isinstance(value, time):
        return value
    found = parse_clock(value) if isinstance(value, str) else None
    if found is None:
        raise bad("bad-time", f"{_shown(value)} is not a clock time; write one like 10:00")
    _need_zone(str(value), info)
    return found


def _need_zone(text: str, info: ValidationInfo) -> None:
    reading = reading_of(info)
    if reading is not None and not reading.has_zone:
        raise bad(
            "missing-zone", f"{text.strip()} is a clock time, so the playbook must say its timezone: Europe/Madrid, …"
        )


def _read_day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise bad("bad-time", f"{_shown(value)} is not a date; write one like 2026-05-01") from None


def _read_zone(value: Any) -> str:
    try:
        ZoneInfo(value)
    except Exception:  # noqa: BLE001  # zoneinfo raises five kinds of errors on texts that are no zone names
        near = did_you_mean(str(value), _zone_names())
        raise bad(
            "bad-zone", f"{_shown(value)} is not an IANA time zone{near or '; write one like Europe/Madrid'}"
        ) from None
    return str(value)


def _zone_names() -> set[str]:
    from zoneinfo import available_timezones  # walks a thousand files: only where a name was wrong

    return available_timezones()


def _read_credential(value: Any, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not value.strip():
        raise bad("wrong-type", f"{_shown(value)} is not text; put it in quotes")
    reading = reading_of(info)
    if reading is None:
        return value
    offset = _ENVIRONMENT.sub(lambda match: " " * len(match[0]), value).find("$")
    if offset >= 0:
        raise bad("bad-value", 'a variable of the environment is written "${NAME}"', offset=offset, width=1)
    if reading.environment is None:
        return value
    environment = reading.environment
    missing = [name for name in _ENVIRONMENT.findall(value) if not environment.get(name)]
    if missing:
        raise bad(
            "missing-environment", f"the environment has no {missing[0]}; set it before you start, or write the id here"
        )
    return _ENVIRONMENT.sub(lambda match: environment[match[1]], value)


def _json(kind: str, example: str, pattern: str | None = None) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": kind, "examples": [example]} | ({"pattern": pattern} if pattern else {}), mode="validation"
    )


Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[int, Field(strict=True)]
Duration = Annotated[float, BeforeValidator(_read_duration), _json("string", "1h30m", r"^\s*[0-9.hms]+\s*$")]
Share = Annotated[float, BeforeValidator(_read_share), _json("string", "30%", r"^\s*[0-9.]+ ?%\s*$")]
Clock = Annotated[time, BeforeValidator(_read_clock), _json("string", "10:00", r"^\s*[0-9:]+\s*$")]
Day = Annotated[date, BeforeValidator(_read_day), _json("string", "2026-05-01")]
Zone = Annotated[str, BeforeValidator(_read_zone), _json("string", "Europe/Madrid")]
Credential = Annotated[str, BeforeValidator(_read_credential), _json("string", "${ROOM}")]


class Range(Frozen):
    """A duration drawn evenly between two: `2s..12s`; `5s` is always five seconds."""

    low_s: float = Field(default=0.0, description="The shortest, in seconds.")
    high_s: float = Field(default=0.0, description="The longest, in seconds.")

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str) and reading_of(info) is None:
            return value
        low_text, dots, high_text = value.partition("..") if isinstance(value, str) else ("", "", "")
        low = parse_duration(low_text)
        high = parse_duration(high_text) if dots else low
        if low is None or high is None or low > high:
            raise bad("bad-value", f"{_shown(value)} is not a range; write one like 2s..12s")
        return {"low_s": low, "high_s": high}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": ["2s..12s", "5s"]} if handler.mode == "validation" else handler(schema)

    def at(self, share: float) -> float:
        """Seconds at a share (0 to 1) of the way from low to high; hand in a seeded random number."""
        return self.low_s + (self.high_s - self.low_s) * share


class Offset(Frozen):
    """A moment of a session: `start - 2m`, `end`, or a clock time.

    Attributes:
        anchor: what it counts from.
        offset_s: seconds after the anchor; negative before it; 0 for a clock time.
        clock: local clock time in the playbook's zone, where anchor is "clock".
    """

    anchor: Literal["start", "end", "clock"] = Field(default="start", description="What the moment counts from.")
    offset_s: float = Field(default=0.0, description="Seconds after the anchor.")
    clock: time | None = Field(default=None, description="The local clock time.")

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str) and reading_of(info) is None:
            return value
        text = value.strip() if isinstance(value, str) else ""
        if _CLOCK.fullmatch(text):
            return {"anchor": "clock", "clock": _read_clock(text, info)}
        match = _OFFSET.fullmatch(text)
        seconds = parse_duration(match[3]) if match and match[3] else 0.0
        if match is None or seconds is None:
            raise bad("bad-time", f"{_shown(value)} is not a moment; write start, start + 8m, end - 5m or 10:15")
        return {"anchor": match[1], "offset_s": -seconds if match[2] == "-" else seconds}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        examples = ["start - 2m", "start + 8m", "end", "10:15"]
        return {"type": "string", "examples": examples} if handler.mode == "validation" else handler(schema)

    def after_start_s(self, length_s: float) -> float | None:
        """Seconds after the session's start, for a session of this length; None for a clock time."""
        if self.anchor == "clock":
            return None
        return self.offset_s + (length_s if self.anchor == "end" else 0.0)

    def __str__(self) -> str:
        if self.anchor == "clock":
            return f"{self.clock:%H:%M:%S}".removesuffix(":00") if self.clock else "clock"
        if not self.offset_s:
            return self.anchor
        return f"{self.anchor} {'-' if self.offset_s < 0 else '+'} {format_duration(abs(self.offset_s))}"
