"""The alarm clock: calls back at an instant. APScheduler keeps the alarms and the timer, and decides nothing.

APScheduler 3.11 with its defaults loses alarms: it drops what is a second late, merges what came together,
and stops for good when one store raises. Here it runs in UTC, from memory, and its wake-up is written anew: what is due
is taken off and rung on the loop, without grace, merging, instance limit or a task for each. It never sleeps longer
than a second, so a stepped wall clock and a resumed laptop are noticed within a second.

Inner interfaces of APScheduler 3.11 used: `_process_jobs`, `_jobstores`, `_jobstores_lock`, `_eventloop`,
`_start_timer`, `_stop_timer`; tests/integration/test_alarm_clock.py notices a change.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.base import STATE_RUNNING, BaseScheduler
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

        def ring() -> None:
            if is_taken_back or not self._scheduler.running:  # by another one of its instant, which rang first
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
        super().__init__(logger=quiet, timezone=UTC, jobstores={"default": MemoryJobStore()})
        self._clock = clock
        self._max_sleep_s = max_sleep_s
        self._is_woken = False

    def wakeup(self) -> None:
        """Look soon: once, however many alarms are set until then. On the loop, as everything here."""
        if not self._is_woken:
            self._is_woken = True
            self._eventloop.call_soon(self._look)

    def shutdown(self, wait: bool = True) -> None:
        """Now: APScheduler puts it off to the next turn of the loop, and fails there if it was asked twice."""
        BaseScheduler.shutdown(self, wait)
        self._stop_timer()

    def _look(self) -> None:
        self._is_woken = False
        self._start_timer(self._process_jobs())

    def _process_jobs(self) -> float | None:
        """Ring what is due; returns the seconds until the next look, None when no alarm is left."""
        if self.state != STATE_RUNNING:
            return None
        try:
            next_at = self._ring_due(self._clock.now())
        except Exception:
            log.exception("alarm_failed", alarm="wake-up")
            return MAX_SLEEP_S
        if next_at is None:
            return None
        return float(min(self._max_sleep_s, max(0.0, (next_at - self._clock.now()).total_seconds())))

    def _ring_due(self, now: datetime) -> datetime | None:
        """Take the due alarms off, to ring in order; returns the next instant of those that are left."""
        [store] = self._jobstores.values()
        with self._jobstores_lock:
            next_at: datetime | None = store.get_next_run_time()
            if next_at is not None and next_at <= now:
                for job in store.get_due_jobs(now):
                    store.remove_job(job.id)
                    self._eventloop.call_soon(job.func)
                next_at = store.get_next_run_time()
        return next_at
