"""Is a cron line well formed? Only its shape is checked here; `schedule` knows when it fires."""

import re

__all__ = ["cron_problem"]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()), ("hour", 0, 23, ()), ("day", 1, 31, ()), ("month", 1, 12, _MONTHS),
    ("weekday", 1, 0, _WEEKDAYS),
)  # fmt: skip
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
    return None


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
