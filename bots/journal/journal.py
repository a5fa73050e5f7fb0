"""The journal of sessions: who runs which, what was planned, what came of it, where one that was cut off goes on."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from bots.clock import Clock
from bots.errors import JournalError
from bots.journal.books import Books
from bots.journal.diary import Diary
from bots.journal.holders import Holder
from bots.journal.instants import instant_of, maybe_instant_of, us_of
from bots.journal.keeper import Hold, Keeper
from bots.journal.lease import Held, Leases
from bots.journal.past import Past, pasts_of
from bots.journal.people import names_person
from bots.journal.remote import NamedWrite
from bots.journal.schedules import Schedules
from bots.journal.statements import statements_for, upsert
from bots.journal.store import Fence, Store, Write
from bots.journal.tables import OF_SESSIONS, sessions

__all__ = ["Journal", "OpenSession", "SessionRecord"]

LEASE_S: Mapping[str, float] = {"sqlite": 5.0, "postgresql": 10.0}
"""How long a session is held without a renewal; with a server, longer than its restart takes."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """One session, as it is kept.

    Attributes:
        id: its label; a second one of the same minute has `#2` behind it.
        file: of the playbook, absolute.
        state: `open` or `ended`.
        outcome, reason: of one that has ended; `missed` and `skipped` for one that never began.
        plan: what `begin` was given.
        facts: what it keeps to go on.
        result: of its end.
        traces: ids of its traces.
    """

    id: str
    playbook: str
    file: str
    entry: str
    starts_at: datetime
    ends_at: datetime
    state: str = "open"
    outcome: str | None = None
    reason: str | None = None
    room_id: str | None = None
    provider: str | None = None
    plan: str | None = None
    facts: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    traces: tuple[str, ...] = ()
    made_at: datetime | None = None
    ended_at: datetime | None = None


class OpenSession:
    """A session that this process runs.

    Attributes:
        record: as it was when it was opened.
    """

    def __init__(
        self, journal: "Journal", record: SessionRecord, hold: Hold, token: int, pasts: dict[str, Past]
    ) -> None:
        self.record = record
        self.hold = hold
        self._journal = journal
        self._pasts = pasts
        self._fence = Fence(record.id, token, hold.taken)

    @property
    def is_resumed(self) -> bool:
        """Has another process begun it?"""
        return self._fence.token > 1

    @property
    def pasts(self) -> Mapping[str, Past]:
        """Of the bots that have lived before, by their ids."""
        return self._pasts

    def diary(self, bot: str) -> Diary:
        """For one of its bots."""
        journal = self._journal
        return Diary(
            journal.store, journal.statements, session=self.record.id, bot=bot, fence=self._fence,
            past=self._pasts.get(bot),
        )  # fmt: skip

    def put(self, writes: Sequence[NamedWrite], slot: str | None) -> None:
        """What a bot in another process of this session writes; nobody waits for it."""
        self._journal.store.put(*self._made(writes), fence=self._fence, slot=slot)

    async def write(self, writes: Sequence[NamedWrite], slot: str | None) -> bool:
        """The same, and wait until it is kept; false if the database is away.

        Raises:
            JournalError: another process has taken the session.
        """
        return await self._journal.store.write(*self._made(writes), fence=self._fence, slot=slot)

    def _made(self, writes: Sequence[NamedWrite]) -> list[Write]:
        return [(getattr(self._journal.statements, name), row) for name, row in writes]

    async def pasts_now(self) -> dict[str, Past]:
        """What its bots have lived through up to now; for those whose process has gone while this one lives.

        Raises:
            JournalError: the journal cannot be read.
        """
        await self._journal.store.flushed()
        return await self._journal.store.ask(lambda connection: pasts_of(connection, self.record.id))

    def remember(self, facts: Callable[[], Mapping[str, Any]]) -> None:
        """Keep all that the session as a whole must know to go on.

        Args:
            facts: JSON; asked for when they are written, however often they changed before.
        """

        def made() -> Write:
            return self._journal.statements.session_facts, {"at_id": self.record.id, "facts": json.dumps(facts())}

        self._journal.store.put_last(f"{self.record.id}/facts", made, fence=self._fence)

    async def planned(self, *, room_id: str, provider: str, plan: str) -> None:
        """Keep what it needs to go on without its playbook; waits until that is kept.

        Raises:
            JournalError: another process has taken it.
        """
        changed = update(sessions).where(sessions.c.id == self.record.id)
        values = changed.values(room_id=room_id, provider=provider, plan=plan)
        await self._journal.store.write((values, {}), fence=self._fence)

    def traced(self, trace: str) -> None:
        """Where its events are."""
        traces = [*self.record.traces, trace]
        changed = update(sessions).where(sessions.c.id == self.record.id)
        self._journal.store.put((changed.values(traces=json.dumps(traces)), {}), fence=self._fence)

    async def end(self, outcome: str, reason: str | None, result: Mapping[str, Any] | None, at: datetime) -> None:
        """It is over, whatever came of it; others may have its lease."""
        changed = update(sessions).where(sessions.c.id == self.record.id)
        values = changed.values(
            state="ended", outcome=outcome, reason=reason, ended_at=us_of(at),
            result=None if result is None else json.dumps(result),
        )  # fmt: skip
        try:
            await self._journal.store.write((values, {}), fence=self._fence)
        except JournalError as stale:
            log.warning("session_not_kept", session=self.record.id, reason=str(stale))
        await self._journal.keeper.give_back(self.hold)

    async def let_go(self) -> None:
        """It is not over, and this process runs it no more."""
        await self._journal.store.flushed()
        await self._journal.keeper.give_back(self.hold)


class Journal:
    """One store with its leases; use it as an async context manager.

    Raises:
        ConfigError, JournalError: it cannot be opened.
    """

    def __init__(self, url: str, clock: Clock, *, lease_s: float | None = None) -> None:
        self.store = Store(url)
        self.statements = statements_for(self.store.kind)
        self.schedules = Schedules(self.store)
        self.books = Books(self.store)
        self._clock = clock
        holder = Holder.of_this_process()
        self._leases = Leases(self.store.engine, holder, ttl_s=lease_s or LEASE_S[self.store.kind])
        self.keeper = Keeper(self._leases)

    async def __aenter__(self) -> Self:
        await self.keeper.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.keeper.__aexit__(kind, error, trace)
        await self.store.stop()

    # ---- sessions

    async def begin(self, record: SessionRecord) -> OpenSession | None:
        """Begin a session; None if it was begun before, by whomever.

        Raises:
            SessionHeld: another process runs it.
            JournalError: the journal takes no writes.
        """
        hold = await self.keeper.take(record.id, self._clock.now())
        made_at = us_of(self._clock.now())

        def make(connection: Connection) -> bool:
            if self._is_added(connection, {**_row(record), "token": 1, "made_at": made_at}):
                return True
            columns = sessions.c
            mine = select(columns.id).where(columns.id == record.id, columns.token == 1, columns.made_at == made_at)
            return connection.execute(mine).first() is not None  # it was added, and the answer to that was lost

        try:
            is_new = await self.store.transact(make)
        except BaseException:
            await self.keeper.give_back(hold)
            raise
        if not is_new:
            await self.keeper.give_back(hold)
            return None
        return OpenSession(self, record, hold, 1, {})

    async def resume(self, session: str) -> OpenSession:
        """Go on with a session that was cut off.

        Raises:
            SessionHeld: another process runs it.
            JournalError: it has ended, or is not known; or the journal takes no writes.
        """
        hold = await self.keeper.take(session, self._clock.now())

        def take(connection: Connection) -> tuple[SessionRecord, int, dict[str, Past]] | None:
            taken = (
                update(sessions)
                .where(sessions.c.id == session, sessions.c.state == "open")
                .values(token=sessions.c.token + 1)
            )
            connection.execute(taken)
            row = connection.execute(select(sessions).where(sessions.c.id == session)).first()
            if row is None or row.state != "open":
                return None
            return _record(row), row.token, pasts_of(connection, session)

        try:
            found = await self.store.transact(take)
        except BaseException:
            await self.keeper.give_back(hold)
            raise
        if found is None:
            await self.keeper.give_back(hold)
            raise JournalError(f"{session} is not open: it has ended, or was never begun")
        return OpenSession(self, found[0], hold, found[1], found[2])

    async def open_sessions(self, file: str | None = None, entry: str | None = None) -> list[SessionRecord]:
        """Sessions that have not ended, the latest start last: cut off, or running somewhere.

        Args:
            file: only those of this playbook. entry: only those of this schedule entry.
        """
        wanted = select(sessions).where(sessions.c.state == "open")
        if file is not None:
            wanted = wanted.where(sessions.c.file == file)
        if entry is not None:
            wanted = wanted.where(sessions.c.entry == entry)
        rows = await self.store.ask(lambda connection: connection.execute(wanted).all())
        return sorted(map(_record, rows), key=lambda one: one.starts_at)

    async def knows(self, session: str) -> bool:
        """Is it in the journal, whatever became of it?

        Raises:
            JournalError: the journal cannot be read.
        """
        wanted = select(sessions.c.id).where(sessions.c.id == session)
        return await self.store.ask(lambda connection: connection.execute(wanted).first()) is not None

    async def note_unplayed(self, records: Sequence[SessionRecord]) -> list[str]:
        """Keep starts that are not played, with their reasons; the ids of those that were not known before."""
        made_at = us_of(self._clock.now())

        def make(connection: Connection) -> list[str]:
            return [
                record.id
                for record in records
                if self._is_added(connection, {**_row(record), "token": 0, "made_at": made_at, "ended_at": made_at})
            ]

        return await self.store.transact(make)

    def listed(self, count: int) -> list[SessionRecord]:
        """The newest sessions first. For commands: waits for the database, in this thread.

        Raises:
            JournalError: it does not answer.
        """
        wanted = select(sessions).order_by(sessions.c.starts_at.desc(), sessions.c.id).limit(count)
        return [_record(row) for row in self.store.read(lambda connection: connection.execute(wanted).all())]

    def held(self) -> Mapping[str, Held]:
        """Who runs which session now."""
        return self._leases.holders()

    async def facts_of(self, session: str) -> Mapping[str, Mapping[str, Any]]:
        """What each bot of a session kept, by its id."""
        pasts = await self.store.ask(lambda connection: pasts_of(connection, session))
        return {bot: past.facts for bot, past in pasts.items()}

    async def forget(self, before: datetime) -> list[SessionRecord]:
        """Remove the sessions that ended before an instant, with everything that is kept of them; which they were."""
        return await self._remove(sessions.c.ended_at < us_of(before))

    async def forget_session(self, session: str) -> list[SessionRecord]:
        """Remove one session; it is returned if it was there."""
        return await self._remove(sessions.c.id == session)

    async def forget_person(self, person: str) -> list[SessionRecord]:
        """Remove every session that has ended and in which somebody has this id or name; which they were.

        What a bot keeps names people in many places, so the whole session goes.
        """

        def named(connection: Connection) -> list[str]:
            ended = select(sessions.c.id, sessions.c.plan).where(sessions.c.state == "ended")
            plans = {row.id: row.plan for row in connection.execute(ended)}
            return [one for one, plan in plans.items() if names_person(connection, one, plan, person)]

        ids = await self.store.ask(named)
        return await self._remove(sessions.c.id.in_(ids))

    def _is_added(self, connection: Connection, row: Mapping[str, Any]) -> bool:
        """Add a session, unless it is there; in one statement, for another process may add it between two."""
        adding = upsert(self.store.kind, sessions)
        return connection.execute(adding, row, execution_options={"preserve_rowcount": True}).rowcount == 1

    async def _remove(self, which: ColumnElement[bool]) -> list[SessionRecord]:
        def remove(connection: Connection) -> list[SessionRecord]:
            gone = [_record(row) for row in connection.execute(select(sessions).where(which))]
            ids = [one.id for one in gone]
            for table in OF_SESSIONS:
                connection.execute(delete(table).where(table.c.session.in_(ids)))
            connection.execute(delete(sessions).where(sessions.c.id.in_(ids)))
            return gone

        return await self.store.transact(remove)


def _row(record: SessionRecord) -> dict[str, Any]:
    return {
        "id": record.id, "playbook": record.playbook, "file": record.file, "entry": record.entry,
        "starts_at": us_of(record.starts_at), "ends_at": us_of(record.ends_at), "state": record.state,
        "outcome": record.outcome, "reason": record.reason, "room_id": record.room_id, "provider": record.provider,
        "plan": record.plan,
    }  # fmt: skip


def _record(row: Row[Any]) -> SessionRecord:
    return SessionRecord(
        id=row.id, playbook=row.playbook, file=row.file, entry=row.entry, starts_at=instant_of(row.starts_at),
        ends_at=instant_of(row.ends_at), state=row.state, outcome=row.outcome, reason=row.reason,
        room_id=row.room_id, provider=row.provider, plan=row.plan,
        facts=None if row.facts is None else json.loads(row.facts),
        result=None if row.result is None else json.loads(row.result),
        traces=() if row.traces is None else tuple(json.loads(row.traces)),
        made_at=maybe_instant_of(row.made_at), ended_at=maybe_instant_of(row.ended_at),
    )  # fmt: skip
