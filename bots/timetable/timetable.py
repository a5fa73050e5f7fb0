"""The timetable of a folder: begins sessions at their times, goes on with what was cut off, follows changed files."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from copy import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bots.clock import Clock
from bots.errors import BotsError, JournalError, Overloaded, ScheduleError, SessionHeld, StartMissed
from bots.journal import Journal, OpenSession, SessionRecord
from bots.playbook import Playbook
from bots.schedule import Alarms, Planned, is_misfired
from bots.timetable.agenda import Agenda
from bots.timetable.part import Part, Play
from bots.timetable.row import Row, version_of
from bots.timetable.shelf import Book, Change, Shelf
from bots.timetable.starts import Begun, Starts
from bots.timetable.status import BookStatus, Counts, EntryStatus, RunningStatus, Status
from bots.timetable.versions import Versions

__all__ = ["Timetable"]

LOOK_S = 1.0  # between two looks at the folder
SPARING = 20  # as many times as a look took, at least, until the next one
ADOPT_S = 5.0  # between two looks for sessions whose process has gone
PAUSE_S = 5.0  # after a fault of ours
KEPT = timedelta(days=400)  # sessions that have ended: a school year, and the holidays after it
CLEAN_S = 86_400.0  # between two times of forgetting

log = structlog.get_logger()


class Timetable:
    """Runs the sessions of one folder, in this process.

    Args:
        folder: of the playbooks; sessions of files in it are gone on with, too, whoever began them.
        play: plays one session to its end.
        forgotten: takes sessions of which the journal keeps nothing any more.
        abandoned: takes one that was cut off, and that nobody goes on with.
        look_s, adopt_s: how often to look for changed files, and for sessions whose process has gone.
    """

    def __init__(
        self,
        folder: Path,
        shelf: Shelf,
        journal: Journal,
        play: Play,
        *,
        forgotten: Callable[[Sequence[SessionRecord]], None],
        abandoned: Callable[[SessionRecord], Coroutine[Any, Any, None]] | None = None,
        clock: Clock,
        alarms: Alarms,
        look_s: float = LOOK_S,
        adopt_s: float = ADOPT_S,
    ) -> None:
        self._folder = folder
        self._shelf = shelf
        self._journal = journal
        self._play = play
        self._forgotten = forgotten
        self._abandoned = abandoned
        self._clock = clock
        self._alarms = alarms
        self._look_s, self._adopt_s = look_s, adopt_s
        self._counts = Counts()
        self._versions = Versions(folder, journal, clock)
        self._starts = Starts(journal, clock=clock, alarms=alarms, counts=self._counts)
        self._rows: dict[str, list[Row]] = {}
        self._agenda = Agenda()
        self._cursors: dict[str, tuple[str, datetime]] = {}
        self._running: dict[str, Part] = {}
        self._started: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._looked_s = 0.0
        self._is_open = self._is_stopping = False

    async def run(self, stop: asyncio.Event) -> Counts:
        """Play what is due, until `stop` is set and every session that runs here has ended.

        Raises:
            JournalError: at the beginning, the journal cannot be read.
        """
        await self._open()
        async with asyncio.TaskGroup() as group:
            self._group = group
            await self._adopt()
            self._tell_open()
            helpers = [
                group.create_task(self._again_and_again("starts", self._decide), name="timetable/starts"),
                group.create_task(self._again_and_again("folder", self._look), name="timetable/folder"),
                group.create_task(self._again_and_again("adopting", self._adopt_later), name="timetable/adopting"),
                group.create_task(self._again_and_again("retention", self._clean), name="timetable/retention"),
            ]
            await stop.wait()
            self._is_stopping = True
            for helper in helpers:
                helper.cancel()
            log.info("timetable_stopping", running=len(self._running))
            playing = {part.task for part in self._running.values()}
            for part in list(self._running.values()):
                self._stop(part)
            for starting in self._started - playing:
                starting.cancel()  # not written yet, and perhaps cannot be for long: the next process begins it
        return self._counts

    def status(self) -> Status:
        """Everything as it is now."""
        books = tuple(
            BookStatus(
                book.file, None if book.playbook is None else book.playbook.name, book.problem,
                tuple(map(_entry_status, self._rows.get(book.file, ()))), self._versions.since(book.file),
            )
            for book in self._shelf.books.values()
        )  # fmt: skip
        running = tuple(map(_running_status, self._running.values()))
        counts = copy(self._counts)
        counts.ended = self._counts.ended.copy()
        store = self._journal.store
        return Status(self._is_open, self._is_stopping, store.is_away, store.backlog, books, running, counts)

    def end(self, session: str) -> bool:
        """Ask a session that runs here to end in order; is there one?"""
        part = self._running.get(session)
        if part is not None:
            part.stop.set()
        return part is not None

    def steer(self, session: str, text: str) -> bool:
        """Steer the rotation of a session that runs here; is there one? See `Session.steer`."""
        part = self._running.get(session)
        if part is None or part.session is None:
            return False
        part.session.steer(text)
        return True

    # ---- the folder

    async def _open(self) -> None:
        self._cursors = dict(await self._journal.schedules.all())
        await self._versions.open()
        found = await asyncio.to_thread(self._shelf.open)
        self._apply(Change(tuple([await self._recalled(book) for book in found.books])))
        known = {row.id for rows in self._rows.values() for row in rows}
        files = set(self._shelf.books)
        ours = [one for one in self._cursors if one not in known and self._is_ours(one)]
        self._forget(one for one in ours if not any(one.startswith(f"{file}#") for file in files))
        self._versions.forget_all_but(files)

    async def _recalled(self, book: Book) -> Book:
        """A file that is broken when a process begins goes on with its last good version."""
        playbook = None if book.problem is None else await self._versions.last(book.file)
        if playbook is None or self._shelf.has(playbook.name):
            return book
        try:
            self._schedule(book.file, playbook)
        except ScheduleError as gone:
            log.warning("playbook_not_recalled", file=book.file, reason=str(gone))
            return book
        return self._shelf.recall(book.file, playbook)

    def _tell_open(self) -> None:
        self._is_open = True
        broken = [book.file for book in self._shelf.books.values() if book.problem is not None]
        log.info(
            "timetable_opened", folder=str(self._folder), playbooks=len(self._rows), broken=broken,
            resumed=self._counts.resumed,
        )  # fmt: skip

    async def _look(self) -> None:
        """A folder that takes long to look at is looked at less often."""
        await self._clock.sleep_until(self._clock.monotonic() + max(self._look_s, SPARING * self._looked_s))
        began_s = self._clock.monotonic()
        self._apply(await asyncio.to_thread(self._shelf.look))
        self._looked_s = self._clock.monotonic() - began_s

    def _apply(self, change: Change) -> None:
        """Sessions that run keep the version that they began with; what is to come follows the new one."""
        if not (change.books or change.gone):
            return
        for file in change.gone:
            log.info("playbook_removed", file=file)
            self._versions.forget([file])
            self._forget(row.id for row in self._rows.pop(file, []))
        for book in change.books:
            if book.problem is not None:
                log.error(
                    "playbook_broken", file=book.file, reason=book.problem, is_kept=book.playbook is not None,
                    good_since=self._versions.since(book.file),
                )  # fmt: skip
            elif book.playbook is not None:
                log.info(
                    "playbook_loaded", playbook=book.playbook.name, file=book.file,
                    bots=len(book.playbook.instances()),
                )  # fmt: skip
                self._schedule(book.file, book.playbook)
                self._versions.good(book.file, book.playbook)
        self._agenda = Agenda(row for rows in self._rows.values() for row in rows)
        self._changed.set()

    def _schedule(self, file: str, playbook: Playbook) -> None:
        """Its sessions are those of this version from now on."""
        before = {row.id for row in self._rows.get(file, ())}
        now, rows = self._clock.now(), []
        for entry in playbook.schedule:
            version, since = self._cursors.get(f"{file}#{entry.id}", ("", now))
            is_same = version == version_of(playbook, entry)
            rows.append(Row(file, playbook, entry, decided_until=since if is_same else now, now=now))
            if rows[-1].untold_since is not None:
                log.warning(
                    "starts_untold", file=file, entry=entry.id, since=rows[-1].untold_since,
                    until=rows[-1].decided_until,
                )  # fmt: skip
            if not is_same:
                self._decided(rows[-1])
        self._rows[file] = rows
        self._forget(before - {row.id for row in rows})

    def _decided(self, row: Row) -> None:
        self._cursors[row.id] = row.version, row.decided_until
        self._journal.schedules.decided(row.id, row.version, row.decided_until)

    def _is_current(self, row: Row) -> bool:
        """Or has its file changed meanwhile?"""
        return row in self._rows.get(row.file, ())

    def _forget(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        for one in gone:
            self._cursors.pop(one, None)
        self._journal.schedules.forget(gone)

    def _is_ours(self, file: str) -> bool:
        return Path(file).is_relative_to(self._folder)

    # ---- starts

    async def _decide(self) -> None:
        """Decide what is due, then wait for the next start, or a change of the folder."""
        self._changed.clear()
        agenda = self._agenda
        due = agenda.take(self._clock.now())
        try:
            for row in due:
                if self._is_current(row):  # its file may have changed while the one before was written
                    await self._take(row)
        finally:
            for row in due:
                agenda.add(row)
        next_at = self._agenda.next_at  # of another one, if the folder has changed meanwhile
        cancel = self._alarms.at(next_at, "timetable", self._changed.set) if next_at is not None else lambda: None
        try:
            await self._changed.wait()
        finally:
            cancel()

    async def _take(self, row: Row) -> None:
        taken = row.take(self._clock.now())
        if taken.missed:
            await self._starts.miss(row, taken.missed)
        for start in taken.starts:
            starting = self._group.create_task(self._start(row, start), name=f"timetable/{row.id}")
            self._started.add(starting)
            starting.add_done_callback(self._started.discard)
        if taken.missed and not taken.starts and self._is_current(row):
            self._decided(row)

    async def _start(self, row: Row, start: Planned) -> None:
        begun = await self._starts.begin(row, start)
        row.decided(start)
        if self._is_current(row):
            self._decided(row)
        if begun is None:
            return
        self._counts.started += 1
        part = Part(
            record=begun.record, opened=begun.opened, playbook=row.playbook, begin_by=start.starts_at + row.grace
        )  # fmt: skip
        await self._perform(part, begun)

    async def _perform(self, part: Part, begun: Begun | None = None) -> None:
        """Play a session; what goes wrong with it concerns no other."""
        session = part.record.id
        self._running[session], part.task = part, asyncio.current_task()
        if self._is_stopping:
            self._stop(part)
        try:
            if begun is not None and begun.others:
                await self._starts.make_room(begun, part.stop, self.end)
            result = await self._play(part)
            self._counts.ended[result.outcome] += 1
            self._counts.left_behind += len(result.left_behind)
        except asyncio.CancelledError:
            if part.opened is not None:
                await part.opened.let_go()
            raise
        except SessionHeld as lost:
            log.warning("session_not_played", session=session, reason=str(lost))
            if part.opened is not None:
                await part.opened.let_go()  # if it was not taken after all, whoever looks next goes on with it
        except (StartMissed, Overloaded) as missed:  # it has been told
            self._counts.missed += 1
            self._counts.refused += isinstance(missed, Overloaded)
        except BotsError as failure:
            log.warning("session_not_played", session=session, reason=str(failure))
            if failure.retryable and part.playbook is None and part.opened is not None:
                await part.opened.let_go()  # it goes on as soon as it can, if that is before its end
            else:
                await self._fail(part, str(failure))
        except Exception as bug:  # the border of a session
            log.exception("session_not_played", session=session, reason=f"{type(bug).__name__}: {bug}")
            await self._fail(part, "a fault of ours")
        finally:
            del self._running[session]
            if begun is not None and begun.hold is not None:
                await self._journal.keeper.give_back(begun.hold)

    def _stop(self, part: Part) -> None:
        """End it in order; one that has not started is left for the next process."""
        if part.record.starts_at <= self._clock.now() or part.task is None or part.opened is None:
            part.stop.set()
        else:
            part.task.cancel()

    async def _fail(self, part: Part, reason: str) -> None:
        self._counts.failed += 1
        if part.opened is not None:
            await part.opened.end("failed", reason, None, self._clock.now())

    # ---- sessions whose process has gone

    async def _adopt_later(self) -> None:
        await self._clock.sleep_until(self._clock.monotonic() + self._adopt_s)
        await self._adopt()

    async def _adopt(self) -> None:
        try:
            found = await self._journal.open_sessions()
        except JournalError as failure:
            log.warning("journal_not_kept", reason=str(failure))
            return
        for record in found:
            if record.id not in self._running and self._is_ours(record.file):
                try:
                    opened = await self._journal.resume(record.id)
                except (SessionHeld, JournalError):
                    continue  # it runs elsewhere, or has ended meanwhile; else the next look will tell
                await self._go_on(opened)

    async def _go_on(self, opened: OpenSession) -> None:
        record, now = opened.record, self._clock.now()
        row = next((one for one in self._rows.get(record.file, ()) if one.entry.id == record.entry), None)
        if record.ends_at <= now:
            reason = "no process ran it when it ended"
        elif record.plan is not None:
            self._counts.resumed += 1
            part = Part(record=record, opened=opened, playbook=None)
            self._group.create_task(self._perform(part), name=f"timetable/{record.id}")
            return
        elif row is not None and not is_misfired(record.starts_at, now, start_within=row.grace):
            self._counts.started += 1
            part = Part(
                record=record, opened=opened, playbook=row.playbook, begin_by=record.starts_at + row.grace
            )  # fmt: skip
            self._group.create_task(self._perform(part), name=f"timetable/{record.id}")
            return
        else:
            reason = "it was cut off before it was planned"
        log.warning("session_given_up", session=record.id, reason=reason)
        await opened.end("ended_early", reason, None, now)
        if self._abandoned is not None:
            self._group.create_task(self._abandoned(record), name=f"timetable/{record.id}/abandoned")

    # ---- retention

    async def _clean(self) -> None:
        """Forget what ended long ago, whatever folder it was of; then let a day pass."""
        before = self._clock.now() - KEPT
        try:
            gone = await self._journal.forget(before)
        except JournalError as failure:
            log.warning("journal_not_kept", reason=str(failure))
        else:
            if gone:
                log.info("sessions_forgotten", count=len(gone), before=before)
                await asyncio.to_thread(self._forgotten, gone)
        await self._clock.sleep_until(self._clock.monotonic() + CLEAN_S)

    async def _again_and_again(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """A fault of ours in one part of the timetable must not end the sessions that run."""
        while True:
            try:
                await work()
            except Exception:
                log.exception("timetable_failed", what=what)
                await self._clock.sleep_until(self._clock.monotonic() + PAUSE_S)


def _entry_status(row: Row) -> EntryStatus:
    coming = row.coming
    if coming is None:
        return EntryStatus(row.entry.id, None, None)
    return EntryStatus(row.entry.id, coming.starts_at, coming.ends_at)


def _running_status(part: Part) -> RunningStatus:
    record = part.record
    snapshot = None if part.session is None else part.session.snapshot()
    return RunningStatus(
        record.id, record.playbook, record.entry, record.starts_at, record.ends_at, part.stop.is_set(), snapshot
    )  # fmt: skip
