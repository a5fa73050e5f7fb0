"""What is due, what was missed: decisions over planned times, without a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, assert_never

__all__ = ["PUNCTUAL", "Due", "Overlap", "due", "is_misfired", "when_running"]

Overlap = Literal["start", "skip", "restart"]

PUNCTUAL = timedelta(seconds=5)  # a start within it counts as on time, whatever `if_missed` says


@dataclass(frozen=True, slots=True)
class Due:
    """The decision about planned times that have passed.

    Attributes:
        start: the planned time to start now, or None.
        misfired: planned times whose grace is over, oldest first; each must be reported.
        superseded: planned times still within grace, given up for the later `start`; reported too.
    """

    start: datetime | None = None
    misfired: tuple[datetime, ...] = ()
    superseded: tuple[datetime, ...] = ()


def due(planned: Sequence[datetime], now: datetime, *, start_within: timedelta = timedelta(0)) -> Due:
    """Start the latest planned time within grace; a time older than grace is a misfire.

    Args:
        planned: planned instants, aware, in any order; future ones are left alone.
        now: aware.
        start_within: the playbook's `if_missed.start_within`; never counts as less than `PUNCTUAL`.
    """
    past = sorted(at for at in planned if at <= now)
    on_time = [at for at in past if not is_misfired(at, now, start_within=start_within)]
    missed = past[: len(past) - len(on_time)]
    if not on_time:
        return Due(misfired=tuple(missed))
    return Due(start=on_time[-1], misfired=tuple(missed), superseded=tuple(on_time[:-1]))


def is_misfired(planned_at: datetime, now: datetime, *, start_within: timedelta = timedelta(0)) -> bool:
    """Is it too late to do what was planned for `planned_at`?"""
    return now - planned_at > max(start_within, PUNCTUAL)


def when_running(policy: Literal["skip", "restart", "both"], *, is_running: bool) -> Overlap:
    """What a start does (the playbook's `if_still_running`), if the session before it goes on or not.

    `start` it, beside the other if there is one; `skip` it, and report that; or `restart`: end the other, then start.
    """
    if not is_running or policy == "both":
        return "start"
    match policy:
        case "skip" | "restart":
            return policy
        case _:
            assert_never(policy)
