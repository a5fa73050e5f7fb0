"""One database and the way to write it: everything that is handed in while one transaction is being committed goes
into the next one, off the event loop. Where the database is away, writes wait in memory, in order, and are told.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Executable, select

from bots.errors import JournalError
from bots.journal.database import is_outage, open_database, reading
from bots.journal.tables import sessions

__all__ = ["Fence", "Store", "Write"]

T = TypeVar("T")
Write = tuple[Executable, Mapping[str, Any]]

PATIENCE_S = 1.0  # nobody waits longer for a write than this; the class goes on
RETRY_S = 0.25
LONGEST_RETRY_S = 2.0
MOST_TOGETHER = 2000  # writes in one transaction
MOST_ASKED = 500  # sessions in one question
MOST_WAITING = 200_000  # writes that wait for a database that is away

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, eq=False)
class Fence:
    """Who may write about a session: the process that took it last.

    Attributes:
        token: of this process's hold.
        on_stale: called, on the event loop, when another process has taken it since.
    """

    session: str
    token: int
    on_stale: Callable[[], None]


@dataclass(slots=True, eq=False)
class _Entry:
    """Writes that belong together, or work that needs a connection; `done` is there if somebody waits."""

    writes: tuple[Write, ...] = ()
    make: Callable[[], Write] | None = None
    work: Callable[[Connection], Any] | None = None
    fence: Fence | None = None
    slot: str | None = None
    done: asyncio.Future[Any] | None = field(default=None)

    def end(self, result: Any) -> None:
        if self.done is None or self.done.done():
            return
        if isinstance(result, BaseException):
            self.done.set_exception(result)
            self.done.exception()  # whoever waited may have been cancelled; nobody else is to hear of it
        else:
            self.done.set_result(result)


class _Stale(Exception):
    """Another process has taken the session."""


class Store:
    """One database. `read` and `close` may be called anywhere, everything else on the event loop.

    Args:
        url: see `open_database`.

    Raises:
        ConfigError, JournalError: as `open_database`.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_database(url)
        self.kind = self.engine.dialect.name
        self._thread = ThreadPoolExecutor(1, "journal")
        self._waiting: deque[_Entry] = deque()
        self._slots: dict[str, _Entry] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._is_away = False
        self._lost = 0

    @property
    def is_away(self) -> bool:
        """Is the database not to be written now? What is handed in meanwhile waits in memory."""
        return self._is_away

    @property
    def backlog(self) -> int:
        """How many writes wait."""
        return len(self._waiting)

    # ---- reading

    def read(self, work: Callable[[Connection], T]) -> T:
        """Ask something, in this thread.

        Raises:
            JournalError: the database does not answer.
        """
        try:
            with reading(self.engine) as connection:
                return work(connection)
        except Exception as error:
            if is_outage(error):
                raise JournalError(f"the journal cannot be read: {error.__cause__ or error}") from error
            raise

    async def ask(self, work: Callable[[Connection], T]) -> T:
        """Ask something, off the event loop; what was handed in before is not waited for. Raises as `read`."""
        return await asyncio.get_running_loop().run_in_executor(None, self.read, work)

    # ---- writing

    def put(self, *writes: Write, fence: Fence | None = None, slot: str | None = None) -> None:
        """Hand in writes that nobody waits for; never raises.

        Args:
            slot: a later hand-in of the same slot replaces this one, if it has not been written yet.
        """
        if slot is not None and slot in self._slots:
            self._slots[slot].writes = writes
            return
        entry = _Entry(writes, fence=fence, slot=slot)
        if self._hand_in(entry) and slot is not None:
            self._slots[slot] = entry

    def put_last(self, slot: str, make: Callable[[], Write], *, fence: Fence | None = None) -> None:
        """Hand in a write that is made when its turn comes, as things are then; never raises."""
        if slot not in self._slots:
            entry = _Entry(make=make, fence=fence, slot=slot)
            if self._hand_in(entry):
                self._slots[slot] = entry

    async def write(self, *writes: Write, fence: Fence | None = None, slot: str | None = None) -> bool:
        """Hand in writes, and wait until they are kept; false if the database is away and they wait in memory.

        Args:
            slot: what is handed in for it from now on comes after this.

        Raises:
            JournalError: another process has taken the session.
        """
        if slot is not None:
            self._slots.pop(slot, None)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()
        entry = _Entry(writes, fence=fence, done=done)
        if not self._hand_in(entry) or self._is_away:
            return False
        patience = loop.call_later(PATIENCE_S, entry.end, False)
        try:
            is_kept = await done
        finally:
            patience.cancel()
        if not is_kept:
            entry.done = None  # nobody waits any more: should it fail, it is told
        return is_kept

    async def transact(self, work: Callable[[Connection], T], *, within_s: float = 5.0) -> T:
        """Do work in a transaction, together with other writes and after those that were handed in before.

        Args:
            work: in a thread; may be done again from its beginning, so it does nothing but ask and write.

        Raises:
            JournalError: it could not be done within this time.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        entry = _Entry(work=work, done=done)
        if self._hand_in(entry):
            await asyncio.wait([done], timeout=within_s)
        if done.done():
            return done.result()
        done.cancel()
        entry.work = None  # it may be in a transaction right now, so it keeps its place
        raise JournalError(f"the journal takes no writes for {within_s:g} s; is its disk full, or its database down?")

    async def flushed(self, within_s: float = 5.0) -> bool:
        """Wait until everything is written, at most so long; is it?"""
        flushing = self._flushing
        if flushing is not None:
            await asyncio.wait([flushing], timeout=within_s)
        return not self._waiting

    async def stop(self, within_s: float = 5.0) -> None:
        """Write what waits, then close; what cannot be written by then is told."""
        if not await self.flushed(within_s):
            log.error("journal_incomplete", writes=len(self._waiting))
        if self._flushing is not None:
            self._flushing.cancel()
            await asyncio.gather(self._flushing, return_exceptions=True)
        self.close()

    def close(self) -> None:
        """Close the database; may be called twice."""
        self._thread.shutdown(wait=True)
        self.engine.dispose()

    # ---- inside

    def _hand_in(self, entry: _Entry) -> bool:
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            return False
        self._waiting.append(entry)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush(), name="journal/flush")
        return True

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        pause_s, since_s, reason = RETRY_S, loop.time(), ""
        while self._waiting:
            batch = list(itertools.islice(self._waiting, MOST_TOGETHER))
            for entry in batch:
                if entry.slot is not None and self._slots.get(entry.slot) is entry:
                    del self._slots[entry.slot]  # it is being written: what comes now is another entry
                if entry.make is not None:
                    entry.writes = (entry.make(),)
            try:
                results = await loop.run_in_executor(self._thread, self._commit, batch)
            except Exception as error:
                if not is_outage(error):
                    raise
                if not self._is_away or str(error.__cause__) != reason:
                    since_s, reason = since_s if self._is_away else loop.time(), str(error.__cause__)
                    log.warning("journal_interrupted", reason=reason, writes=len(self._waiting))
                self._go_away()
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_RETRY_S)
                continue
            if self._is_away:
                log.warning(
                    "journal_restored", writes=len(self._waiting), lost=self._lost,
                    away_s=round(loop.time() - since_s, 3),
                )  # fmt: skip
                self._is_away, self._lost, pause_s = False, 0, RETRY_S
            for entry, result in zip(batch, results, strict=True):
                self._waiting.popleft()
                self._end(entry, result)

    def _go_away(self) -> None:
        self._is_away = True
        for entry in self._waiting:
            if entry.work is None:
                entry.end(False)  # whoever waits goes on without

    def _end(self, entry: _Entry, result: Any) -> None:
        if isinstance(result, _Stale):
            assert entry.fence is not None, "only what has a fence can be stale"
            entry.fence.on_stale()
            result = JournalError(f"another process has taken {entry.fence.session}")
        elif isinstance(result, BaseException) and entry.done is None:
            log.error("journal_failed", reason=f"{type(result).__name__}: {result}")
        entry.end(result)

    def _commit(self, batch: Sequence[_Entry]) -> list[Any]:
        """In the journal's thread: everything in one transaction; what each came to.

        Raises:
            DBAPIError: the database is away; nothing was written.
        """
        try:
            with self.engine.begin() as connection:
                return self._apply(connection, batch)
        except Exception as error:
            if is_outage(error):
                raise
            if len(batch) == 1:
                return [error]
        return [self._commit([entry])[0] for entry in batch]  # one of them is at fault: each by itself

    @staticmethod
    def _apply(connection: Connection, batch: Sequence[_Entry]) -> list[Any]:
        stale = _stale_of(connection, {entry.fence for entry in batch if entry.fence is not None})
        results: list[Any] = []
        ready: list[Write] = []
        for entry in batch:
            if entry.fence in stale:
                results.append(_Stale())
                continue
            if entry.work is not None:
                _execute(connection, ready)
                ready = []
                results.append(entry.work(connection))
                continue
            ready += entry.writes
            results.append(True)
        _execute(connection, ready)
        return results


def _stale_of(connection: Connection, fences: set[Fence]) -> set[Fence]:
    """Those whose session another process has taken; a hundred lessons that write at once are asked for together."""
    ids = sorted({fence.session for fence in fences})
    tokens: dict[str, int] = {}
    for first in range(0, len(ids), MOST_ASKED):
        asked = sessions.c.id.in_(ids[first : first + MOST_ASKED])
        held = select(sessions.c.id, sessions.c.token).where(asked).with_for_update(read=True)
        tokens.update(connection.execute(held).all())
    return {fence for fence in fences if tokens.get(fence.session) != fence.token}


def _execute(connection: Connection, writes: Sequence[Write]) -> None:
    """Statements that follow each other and are the same go to the database at once."""
    for statement, group in itertools.groupby(writes, key=lambda write: write[0]):
        rows = [values for _, values in group]
        connection.execute(statement, rows if len(rows) > 1 else rows[0])
