"""A timetable that stands still, and a client for its endpoints."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx

from bots.dashboard import endpoints
from bots.fleet import SessionSnapshot
from bots.timetable import BookStatus, Counts, EntryStatus, RunningStatus, Status

__all__ = ["AT", "SESSION", "TOKEN", "FakeTimetable", "client_of", "status_of"]

TOKEN = "a-token-of-a-test-1234567890"
AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
SESSION = "Spanish 9B/lesson@2026-03-30T08:00Z"


def ended_once() -> Counts:
    """As a timetable counts."""
    counts = Counts(started=7, missed=1, refused=1)
    counts.ended["finished"] += 1
    return counts


def status_of(**values: object) -> Status:
    snapshot = SessionSnapshot(session=SESSION, starts_at=AT, ends_at=AT, bots=4, present=3, gone=0)
    return replace(
        Status(
            is_open=True,
            is_stopping=False,
            is_journal_away=False,
            journal_backlog=2,
            books=(
                BookStatus("/p/a.yaml", "Spanish 9B", None, (EntryStatus("lesson", AT, AT),)),
                BookStatus("/p/b.yaml", None, "b.yaml:1:1: error[no-name] …", ()),
            ),
            running=(RunningStatus(SESSION, "Spanish 9B", "lesson", AT, AT, False, snapshot),),
            counts=ended_once(),
        ),
        **values,  # type: ignore[arg-type]  # any field of it
    )


class FakeTimetable:
    """Implements `Watched`."""

    def __init__(self, **values: object) -> None:
        self.values = values
        self.asked: list[tuple[str, ...]] = []

    def status(self) -> Status:
        return status_of(**self.values)

    def end(self, session: str) -> bool:
        self.asked.append(("end", session))
        return session == SESSION

    def steer(self, session: str, text: str) -> bool:
        self.asked.append(("steer", session, text))
        return session == SESSION


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def client_of(
    timetable: FakeTimetable, *, token: str = TOKEN, now_s: Seconds | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(endpoints(timetable, token=token, now_s=now_s or Seconds()))
    async with httpx.AsyncClient(transport=transport, base_url="http://bots") as client:
        yield client
