"""Days of a schedule entry: those without a session (`skip_on`) and the extra ones (`also_on`)."""

from datetime import date, time
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import Field, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema

from bots.playbook.values.holidays import read_holidays
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.scalars import parse_clock
from bots.playbook.values.shape import Frozen, Reading, bad, reading_of

__all__ = ["ExtraDay", "SkippedDays"]


class SkippedDays(Frozen):
    """`2026-05-01`, `2026-04-01..2026-04-10` (both included), or a calendar file, `holidays.ics`."""

    first: date | None = Field(default=None, description="The first day.")
    last: date | None = Field(default=None, description="The last day.")
    file: str | None = Field(default=None, description="A calendar file in the playbook's folder.")

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any, info: ValidationInfo) -> Any:
        reading = reading_of(info)
        if not isinstance(value, (str, date)) and reading is None:
            return value
        text = str(value).strip() if isinstance(value, (str, date)) else ""
        if text.lower().endswith(".ics"):
            if reading is not None:
                _check_calendar(text, reading)
            return {"file": text}
        first_text, dots, last_text = text.partition("..")
        first, last = _date(first_text), _date(last_text if dots else first_text)
        if first is None or last is None:
            raise bad(
                "bad-time", f'"{text[:60]}" is no day; write 2026-05-01, 2026-04-01..2026-04-10 or a file, holidays.ics'
            )
        if first > last:
            raise bad("bad-time", f'"{text}" ends before it begins')
        return {"first": first, "last": last}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        examples = ["2026-05-01", "2026-04-01..2026-04-10", "holidays.ics"]
        return {"type": "string", "examples": examples} if handler.mode == "validation" else handler(schema)

    def has(self, day: date) -> bool:
        """Is it one of the days written here? Knows nothing of the file's."""
        return self.first is not None and self.last is not None and self.first <= day <= self.last

    def __str__(self) -> str:
        if self.file is not None:
            return f"the days of {self.file}"
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


class ExtraDay(Frozen):
    """`2026-05-02`, at the entry's own time, or `2026-05-02 09:00`."""

    day: date = Field(description="The day.")
    at: time | None = Field(default=None, description="The local clock time; that of the entry if not given.")

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, (str, date)) and reading_of(info) is None:
            return value
        text = str(value).strip() if isinstance(value, (str, date)) else ""
        day_text, _, clock_text = text.replace("T", " ").partition(" ")
        day, clock = _date(day_text), parse_clock(clock_text)
        if day is None or (clock_text and clock is None):
            raise bad("bad-time", f'"{text[:60]}" is no day; write 2026-05-02 or 2026-05-02 09:00')
        reading = reading_of(info)
        if reading is not None and not reading.has_zone:
            raise bad("missing-zone", f"{text} is a local day, so the playbook must say its timezone: Europe/Madrid, …")
        return {"day": day, "at": clock}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        examples = ["2026-05-02", "2026-05-02 09:00"]
        return {"type": "string", "examples": examples} if handler.mode == "validation" else handler(schema)

    def __str__(self) -> str:
        return f"{self.day} {self.at:%H:%M}" if self.at else f"{self.day}"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _check_calendar(name: str, reading: Reading) -> None:
    """Refuse what is not a readable calendar inside the folder, whatever links say."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
        raise bad("outside-folder", f'"{name}" must be a path inside the folder of the playbook')
    if reading.folder is None:
        return
    path = reading.folder / name
    try:
        is_inside, is_there = path.resolve().is_relative_to(reading.folder.resolve()), path.is_file()
    except (OSError, ValueError, RuntimeError):
        is_inside, is_there = True, False
    if not is_inside:
        raise bad("outside-folder", f'"{name}" is a link that leads out of the folder of the playbook')
    if not is_there:
        raise bad("missing-calendar", f"no file '{name}'" + did_you_mean(name, _calendars(reading.folder)))
    try:
        read_holidays(path)
    except (OSError, ValueError) as cause:
        raise bad("bad-calendar", f'"{name}" is not a calendar that can be read: {str(cause)[:200]}') from cause


def _calendars(folder: Path) -> list[str]:
    found = [*folder.glob("*.ics"), *folder.glob("*/*.ics")]
    return [path.relative_to(folder).as_posix() for path in found[:2000]]
