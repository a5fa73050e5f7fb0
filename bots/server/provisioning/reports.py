"""What the server remembers of sessions that were: in memory, the oldest forgotten first; found by room and day. Pure.

Source: server-api.md section 8.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.settings import INVALID
from bots.wire import read_json

__all__ = ["MOST_KEPT", "Report", "Reports", "read_period"]

MOST_KEPT = 20_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Report:
    """One item, and what it is found by; as JSON text, if it changes no more, it takes half of the memory."""

    room_id: str
    conf_num: str
    at: datetime
    item: Mapping[str, Any] | str


class Reports:
    """Items of one kind, in the order in which they were filed."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._filed: deque[Report] = deque(maxlen=most)

    def file(self, report: Report) -> None:
        self._filed.append(report)

    def find(
        self, *, room_id: str | None = None, conf_num: str | None = None, period: tuple[date, date] | None = None
    ) -> list[Mapping[str, Any]]:
        """The items of a room, of a session, of days (UTC, both included); of everything that is asked together."""
        return [
            read_json(report.item) if isinstance(report.item, str) else report.item
            for report in self._filed
            if room_id in (None, report.room_id)
            and conf_num in (None, report.conf_num)
            and (period is None or period[0] <= report.at.astimezone(UTC).date() <= period[1])
        ]


def read_period(first: str, last: str) -> tuple[date, date]:
    """Two days of a path, `YYYY-MM-DD`, UTC.

    Raises:
        ApiRefusal: one of them is no day, or the last one is before the first.
    """
    days = _day(first), _day(last)
    if days[1] < days[0]:
        raise ApiRefusal(400, INVALID, "Invalid period", f"{last} is before {first}; write the earlier day first.")
    return days


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ApiRefusal(400, INVALID, "Invalid date", f"{text!r} is no day; write YYYY-MM-DD, UTC.")
