"""The timetable at one instant, for whoever watches: frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from bots.fleet import Outcome, SessionSnapshot

__all__ = ["BookStatus", "Counts", "EntryStatus", "RunningStatus", "Status"]


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """A schedule entry, and when its next session starts (None: never, or only by hand)."""

    entry: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookStatus:
    """A playbook file; with a `problem`, its entries are those of its last good version, if it had one.

    Attributes:
        good_since: when its last good version was read for the first time.
    """

    file: str
    playbook: str | None
    problem: str | None
    entries: tuple[EntryStatus, ...]
    good_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunningStatus:
    """A session that runs here; no snapshot while it is being made ready."""

    session: str
    playbook: str
    entry: str
    starts_at: datetime
    ends_at: datetime
    is_stopping: bool
    snapshot: SessionSnapshot | None


@dataclass(slots=True)
class Counts:
    """What has happened since the process began. Changes while it runs; `Status` has a copy."""

    started: int = 0
    resumed: int = 0
    missed: int = 0
    refused: int = 0
    skipped: int = 0
    failed: int = 0
    left_behind: int = 0
    ended: dict[str, int] = field(default_factory=lambda: dict.fromkeys(get_args(Outcome), 0))


@dataclass(frozen=True, slots=True)
class Status:
    """All of it."""

    is_open: bool
    is_stopping: bool
    is_journal_away: bool
    journal_backlog: int
    books: tuple[BookStatus, ...]
    running: tuple[RunningStatus, ...]
    counts: Counts
