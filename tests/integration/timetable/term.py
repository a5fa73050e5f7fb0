"""A timetable on a virtual clock: a real folder, a real journal, sessions that only take their time."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bots.fleet import SessionResult
from bots.journal import Journal, SessionRecord
from bots.playbook import load
from bots.schedule import AlarmClock
from bots.simulation import VirtualClock, run_virtually
from bots.timetable import Part, Shelf, Timetable

__all__ = ["MONDAY", "Term", "lesson"]

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)  # clocks go forward on the Sunday of this week, in Europe


def lesson(name: str, *entries: str, zone: str = "Europe/Madrid") -> str:
    """A playbook with these schedule entries."""
    return f"""\
playbook: 1
name: {name}
timezone: {zone}
room: {{id: {name.lower()}-room}}
schedule: [{", ".join(entries)}]
bots: {{helper: {{role: moderator, microphone: none}}}}
""".replace(", microphone: none", "")


class Term:
    """A folder, a journal and a clock, for one process after another.

    Attributes:
        played: each session that was begun or gone on with, and when.
        ended: each that came to an end, and how.
    """

    def __init__(self, folder: Path, at: datetime = MONDAY) -> None:
        self.folder = folder / "playbooks"
        self.folder.mkdir()
        self._store = f"sqlite:///{folder}/journal.db"
        self.clock = VirtualClock(at)
        self.played: list[tuple[str, datetime]] = []
        self.ended: list[tuple[str, str, datetime]] = []
        self.records: list[SessionRecord] = []
        self.forgotten: list[str] = []
        self.abandoned: list[str] = []

    def write(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text, encoding="utf-8")

    def process(self, until: datetime, meanwhile: Callable[["Day"], Coroutine[Any, Any, None]] | None = None) -> None:
        """A process from now until an instant, at which it is killed."""
        run_virtually(lambda: self._live(until, meanwhile), self.clock)

    def pass_to(self, at: datetime) -> None:
        """Nobody runs."""
        self.clock.leap((at - self.clock.now()).total_seconds())

    async def _live(self, until: datetime, meanwhile: Callable[["Day"], Coroutine[Any, Any, None]] | None) -> None:
        alarms = AlarmClock(self.clock, max_sleep_s=1e9)
        alarms.start()
        async with Journal(self._store, self.clock, lease_s=86_400.0) as journal:
            shelf = Shelf(self.folder, find=lambda: sorted(self.folder.glob("*.yaml")), read=_read)
            table = Timetable(
                self.folder,
                shelf,
                journal,
                self._play,
                clock=self.clock,
                alarms=alarms,
                look_s=600.0,
                adopt_s=3600.0,
                forgotten=lambda gone: self.forgotten.extend(one.id for one in gone),
                abandoned=self._abandon,
            )
            day = Day(self, table)
            life = asyncio.create_task(table.run(day.stop))
            try:
                if meanwhile is not None:
                    await meanwhile(day)
                await self._until(until)
                if day.stop.is_set():
                    await life
            finally:
                life.cancel()
                await asyncio.gather(life, return_exceptions=True)
            await journal.store.flushed()
            self.records = journal.listed(100_000)
        alarms.stop()

    async def _abandon(self, record: SessionRecord) -> None:
        self.abandoned.append(record.id)

    async def _until(self, at: datetime) -> None:
        await asyncio.sleep((at - self.clock.now()).total_seconds())

    async def _play(self, part: Part) -> SessionResult:
        assert part.opened is not None
        record = part.record
        self.played.append((record.id, self.clock.now()))
        if part.playbook is not None:
            await part.opened.planned(room_id="r", provider="p", plan="plan")
        over = asyncio.create_task(self._until(record.ends_at))
        stopped = asyncio.create_task(part.stop.wait())
        try:
            await asyncio.wait([over, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            stopped.cancel()
        outcome: Any = "finished" if over.done() and not over.cancelled() and not part.stop.is_set() else "stopped"
        self.ended.append((record.id, outcome, self.clock.now()))
        await part.opened.end(outcome, None, None, self.clock.now())
        return SessionResult(
            session=record.id, outcome=outcome, reason=None, counts={}, expectations=(), bots=1, joined=1
        )  # fmt: skip


class Day:
    """What a test does while a process lives."""

    def __init__(self, term: Term, table: Timetable) -> None:
        self.term, self.table = term, table
        self.stop = asyncio.Event()

    async def until(self, at: datetime) -> None:
        await asyncio.sleep((at - self.term.clock.now()).total_seconds())


def _read(path: Path) -> Any:
    return load(path, environment={}, inputs={})
