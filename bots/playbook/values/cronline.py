"""Is a cron line well formed? Only its shape is checked here; `schedule` knows when it fires."""

import re

__all__ = ["cron_problem"]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()), ("hour", 0, 23, ()), ("day", 1, 31, ()), ("month", 1, 12, _MONTHS),
    ("weekday", 1, 0, _WEEKDAYS),
)  # fmt: skip
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d{1,2}))?", re.ASCII)


def cron_problem(line: str) -> str | None:
    """What is wrong with a cron line, as a sentence; None if it has the right shape.

    Weekdays are names: `1` is Monday in crontab and Tuesday in APScheduler.
    """
    fields = line.lower().split()
    if len(fields) != len(_FIELDS):
        return f"a cron line has 5 fields, minute hour day month weekday, not {len(fields)}"
    for text, (field, low, high, names) in zip(fields, _FIELDS, strict=True):
        if not all(_fits(part, low, high, names) for part in text.split(",")):
            allowed = [f"{low} to {high}"] if low <= high else []
            wanted = " or ".join(allowed + ([f"{names[0]} to {names[-1]}"] if names else []))
            return f'"{text}" is no {field} of a cron line; write *, or {wanted}, with "," "-" "/"'
    days, months = (_values(fields[number], *_FIELDS[number][1:]) for number in (2, 3))
    if all(day > _LONGEST[month - 1] for day in days for month in months):
        return f'no month has such a day: day "{fields[2]}", month "{fields[3]}" of a cron line'
    return None


def _values(text: str, low: int, high: int, names: tuple[str, ...]) -> set[int]:
    """What a field that fits means."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        assert match is not None, "it fits"
        first = low if match[1] == "*" else _place(match[1], low, high, names)
        last = (
            high
            if match[1] == "*" or (match[2] is None and match[3])
            else _place(match[2] or match[1], low, high, names)
        )
        assert first is not None, "it fits"
        assert last is not None, "it fits"
        found |= set(range(first, last + 1, int(match[3] or 1)))
    return found


def _fits(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    match = _PART.fullmatch(part)
    if match is None or match[3] == "0" or (match[1] == "*" and match[2] is not None):
        return False
    if match[1] == "*":
        return not (match[3] and low > high)
    places = [_place(end, low, high, names) for end in match.group(1, 2) if end is not None]
    return None not in places and places == sorted(place for place in places if place is not None)


def _place(end: str, low: int, high: int, names: tuple[str, ...]) -> int | None:
    if end in names:
        return names.index(end) + low
    return int(end) if end.isdigit() and low <= int(end) <= high else None
