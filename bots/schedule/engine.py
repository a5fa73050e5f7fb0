"""The alarm clock: calls back at an instant. APScheduler keeps the alarms and the timer, and decides nothing.

APScheduler 3.11 with its defaults loses alarms: it drops what is a second late, merges what came together,
and stops for good when one trigger or store raises. Here it runs in UTC, from memory, without grace, merging
or instance limit, and its wake-up is written anew so that one broken alarm ends alone. It never sleeps longer
than a second, so a stepped wall clock and a resumed laptop are noticed within a second.

Inner interfaces of APScheduler 3.11 used: `_process_jobs`, `_jobstores`, `_jobstores_lock`,
`_lookup_executor`, `Job._get_run_times`; tests/integration/test_alarm_clock.py notices a change.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.base import STATE_RUNNING
from apscheduler.triggers.date import DateTrigger

from bots.clock import Clock

__all__ = ["AlarmClock", "Alarms", "wait_until"]

MAX_SLEEP_S = 1.0

log = structlog.get_logger()


class Alarms(Protocol):
    """Where a callback is left for an instant."""

    def at(self, instant: datetime, name: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` once, at or after `instant` (aware); returns what takes the alarm back."""
        ...


async def wait_until(alarms: Alarms, instant: datetime, name: str) -> None:
    """Return at or after an instant (aware), also when the wall clock is stepped meanwhile."""
    rung = asyncio.Event()
    cancel = alarms.at(instant, name, rung.set)
    try:
        await rung.wait()
    finally:
        cancel()


class AlarmClock:
    """Alarms on the running event loop; an instant that has passed rings at once.

    A callback is called once, on the loop, and must not block; what it raises is logged (`alarm_failed`) and
    concerns nobody else. Alarms of one instant ring in the order in which they were set.

    Args:
        clock: says what is due.
        max_sleep_s: how long to sleep at most, against stepped clocks; a clock that is never stepped needs no limit.
    """

    def __init__(self, clock: Clock, *, max_sleep_s: float = MAX_SLEEP_S) -> None:
        self._scheduler = _GuardedScheduler(clock, max_sleep_s)
        self._numbers = itertools.count()

    def start(self) -> None:
        """Begin to ring; call it on the event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more; alarms that are left are forgotten. May be called twice."""
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
            self._scheduler.shutdown(wait=False)

    def at(self, instant: datetime, name: str, callback: Callable[[], None]) -> Callable[[], None]:
        """See `Alarms.at`.

        Raises:
            ValueError: the instant has no zone.
        """
        if instant.tzinfo is None:
            raise ValueError(f"the instant of alarm {name!r} has no zone")

        is_taken_back = False

        async def ring() -> None:
            if is_taken_back:  # by another one of its instant, which rang first
                return
            try:
                callback()
            except Exception:
                log.exception("alarm_failed", alarm=name)

        job_id = f"{next(self._numbers):012}"  # alarms of one instant ring in the order of their ids
        run_at = instant.astimezone(UTC)
        self._scheduler.add_job(ring, DateTrigger(run_at), id=job_id, name=name, next_run_time=run_at)

        def cancel() -> None:
            nonlocal is_taken_back
            is_taken_back = True
            try:
                self._scheduler.remove_job(job_id)
            except JobLookupError:
                pass  # it has rung

        return cancel


class _GuardedScheduler(AsyncIOScheduler):  # type: ignore[misc]  # APScheduler ships no types
    """AsyncIOScheduler whose wake-up cannot fail as a whole, and that takes the time from our clock."""

    def __init__(self, clock: Clock, max_sleep_s: float) -> None:
        quiet = logging.getLogger("bots.alarms")
        quiet.setLevel(logging.WARNING)  # it tells every added and every run job otherwise
        super().__init__(
            logger=quiet,
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            job_defaults={"misfire_grace_time": None, "coalesce": False, "max_instances": 1_000_000},
        )
        self._clock = clock
        self._max_sleep_s = max_sleep_s

    def _process_jobs(self) -> float | None:
        """Start what is due; returns the seconds until the next look, None when no alarm is left."""
        if self.state != STATE_RUNNING:
            return None
        try:
            next_at = self._start_due(self._clock.now())
        except Exception:
            log.exception("alarm_failed", alarm="wake-up")
            return MAX_SLEEP_S
        if next_at is None:
            return None
        return float(min(self._max_sleep_s, max(0.0, (next_at - self._clock.now()).total_seconds())))

    def _start_due(self, now: datetime) -> datetime | None:
        """Start the due jobs of every store; returns the next run time of all stores."""
        upcoming: list[datetime] = []
        with self._jobstores_lock:
            for store in self._jobstores.values():
                for job in store.get_due_jobs(now):
                    self._start_job(store, job, now)
                next_at = store.get_next_run_time()
                if next_at is not None:
                    upcoming.append(next_at)
        return min(upcoming, default=None)

    def _start_job(self, store: Any, job: Any, now: datetime) -> None:
        """Run one due job and plan its next time; a job that raises on the way is removed, alone."""
        try:
            run_times = job._get_run_times(now)
            if run_times:
                self._lookup_executor(job.executor).submit_job(job, run_times)
            next_at = job.trigger.get_next_fire_time(run_times[-1] if run_times else None, now)
            if next_at is None:
                store.remove_job(job.id)
                return
            job._modify(next_run_time=next_at)
            store.update_job(job)
        except Exception:
            log.exception("alarm_failed", alarm=job.name)
            try:
                store.remove_job(job.id)
            except JobLookupError:
                pass
