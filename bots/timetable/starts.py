"""From a start that is due to a session that this process holds, or a reason why it is not played here."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace

import structlog

from bots.clock import Clock
from bots.errors import JournalError, SessionHeld
from bots.fleet import session_label
from bots.journal import Hold, Journal, OpenSession, SessionRecord
from bots.schedule import Alarms, Planned, is_misfired, wait_until, when_running
from bots.timetable.row import Row
from bots.timetable.status import Counts

__all__ = ["Begun", "Starts", "record_of"]

AGAIN_S = 1.0  # between two tries to write that a session begins
OTHERS_WITHIN_S = 60.0  # for the session before to end, where a start ends it

log = structlog.get_logger()


def record_of(row: Row, start: Planned, *, outcome: str | None = None, reason: str | None = None) -> SessionRecord:
    """A session as the journal keeps it; with an outcome, one that is not played."""
    return SessionRecord(
        id=session_label(row.playbook, start.starts_at, row.entry.id), playbook=row.playbook.name, file=row.file,
        entry=row.entry.id, starts_at=start.starts_at, ends_at=start.ends_at,
        state="open" if outcome is None else "ended", outcome=outcome, reason=reason,
    )  # fmt: skip


class Begun:
    """A session that begins here.

    Attributes:
        record: what it is.
        opened: of the journal; None if it took no writes.
        hold: in that case, what keeps other processes of this machine away.
        others: sessions of the same entry that go on, and are to be ended for it.
    """

    def __init__(
        self, record: SessionRecord, opened: OpenSession | None, hold: Hold | None, others: Collection[str]
    ) -> None:
        self.record, self.opened, self.hold, self.others = record, opened, hold, others


class Starts:
    """Decides starts, each once among all processes that share the journal."""

    def __init__(self, journal: Journal, *, clock: Clock, alarms: Alarms, counts: Counts) -> None:
        self._journal = journal
        self._clock = clock
        self._alarms = alarms
        self._counts = counts

    async def miss(self, row: Row, missed: Collection[tuple[Planned, str]]) -> None:
        """Keep and tell starts that were missed; those that another process has told are not told again."""
        records = [record_of(row, start, outcome="missed", reason=reason) for start, reason in missed]
        try:
            known = set(await self._journal.note_unplayed(records))
        except JournalError as failure:
            log.warning("journal_not_kept", reason=str(failure))
            known = {one.id for one in records}
        for record in records:
            if record.id in known:
                self._tell_missed(record, record.reason)

    async def begin(self, row: Row, start: Planned) -> Begun | None:
        """Begin a session; None if it is not to be played here.

        Tried again while the journal takes no writes, and while somebody holds the session who has not written it yet:
        they may be killed before they have.
        """
        record = record_of(row, start)
        while True:
            try:
                return await self._begin(row, record)
            except SessionHeld as held:
                if await self._is_taken(row, record):
                    return None
                log.info("start_retried", session=record.id, reason=str(held))
            except JournalError as failure:
                if self._clock.now() >= start.starts_at:
                    return await self._begin_unkept(record, failure)
                log.warning("journal_not_kept", session=record.id, reason=str(failure))
            await self._clock.sleep_until(self._clock.monotonic() + AGAIN_S)

    async def make_room(self, begun: Begun, stop: asyncio.Event, end: Callable[[str], bool]) -> None:
        """Wait for the start, end the sessions before it, and wait until they are over.

        Args:
            stop: of this session: then nothing is waited for.
            end: asks a session to end, if it runs in this process; another process ends its own.
        """
        await wait_until(self._alarms, begun.record.starts_at, f"{begun.record.id}/restart")
        for other in begun.others:
            end(other)
        deadline_s = self._clock.monotonic() + OTHERS_WITHIN_S
        while not stop.is_set() and self._clock.monotonic() < deadline_s:
            still = await self._others(begun.record)
            if not still & set(begun.others):
                return
            await self._clock.sleep_until(self._clock.monotonic() + AGAIN_S)

    async def _begin(self, row: Row, record: SessionRecord) -> Begun | None:
        others = await self._others(record)
        choice = when_running(row.entry.if_still_running, is_running=bool(others))
        if choice == "skip":
            await self._skip(record, f"{', '.join(sorted(others))} goes on (if_still_running: skip)")
            return None
        opened = await self._journal.begin(record)
        return None if opened is None else Begun(record, opened, None, others if choice == "restart" else ())

    async def _is_taken(self, row: Row, record: SessionRecord) -> bool:
        """Will somebody go on with it, whatever becomes of who holds it now; or is it too late?"""
        if is_misfired(record.starts_at, self._clock.now(), start_within=row.grace):
            return True
        try:
            return await self._journal.knows(record.id)
        except JournalError:
            return False

    async def _begin_unkept(self, record: SessionRecord, failure: JournalError) -> Begun | None:
        """A class is not left alone because a disk is full."""
        log.error("journal_not_kept", session=record.id, reason=str(failure))
        if self._journal.store.kind != "sqlite":
            self._tell_missed(record, str(failure))  # without the server nobody knows who else begins it
            return None
        try:
            hold = await self._journal.keeper.take(record.id, self._clock.now())
        except SessionHeld:
            return None
        except JournalError as worse:
            self._tell_missed(record, str(worse))
            return None
        return Begun(record, None, hold, ())

    def _tell_missed(self, record: SessionRecord, reason: str | None) -> None:
        self._counts.missed += 1
        log.error("start_missed", session=record.id, starts_at=record.starts_at, reason=reason)

    async def _skip(self, record: SessionRecord, reason: str) -> None:
        kept = replace(record, state="ended", outcome="skipped", reason=reason)
        if await self._journal.note_unplayed([kept]):
            self._counts.skipped += 1
            log.warning("start_skipped", session=record.id, starts_at=record.starts_at, reason=reason)

    async def _others(self, record: SessionRecord) -> set[str]:
        """Sessions of the same entry that go on when this one starts, wherever they run."""
        found = await self._journal.open_sessions(record.file, record.entry)
        return {one.id for one in found if one.id != record.id and one.starts_at < record.starts_at < one.ends_at}
