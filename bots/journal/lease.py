"""Leases: one holder a key, judged by one clock that all contenders share. For threads: it waits for its database.

A journal in a file has its leases in a file of their own beside it, without a write-ahead log and always overwritten
in place: they are renewed also while the journal is locked or the disk is full. Their clock is the machine's, since
boot. In PostgreSQL the clock is the database's.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Float, Row, cast, create_engine, delete, func, inspect, select, update
from sqlalchemy.exc import DBAPIError

from bots.clock import since_boot_s
from bots.errors import JournalError
from bots.journal.database import prepare_sqlite, reading
from bots.journal.holders import Holder, HolderLock
from bots.journal.instants import instant_of, us_of
from bots.journal.statements import upsert
from bots.journal.tables import leases

__all__ = ["Held", "Leases"]

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_BUSY_S = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else holds it."""

    host: str
    pid: int
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class Leases:
    """The leases of one store.

    Args:
        engine: of the journal.
        ttl_s: how long a lease lasts that is not renewed.
        now_s: the machine's clock since boot; of a journal in PostgreSQL, of no use.
    """

    def __init__(
        self, engine: Engine, holder: Holder, *, ttl_s: float, now_s: Callable[[], float] = since_boot_s
    ) -> None:
        self.holder = holder
        self.ttl_s = ttl_s
        self._now_s = now_s
        self._lock: HolderLock | None = None
        self._boot = ""
        self._engine = engine
        if engine.dialect.name == "sqlite":
            assert engine.url.database is not None, "a journal in SQLite is a file"
            self._boot = _BOOT_ID.read_text(encoding="ascii").strip() if _BOOT_ID.exists() else "-"
            self._engine = _beside(engine.url.database)
            self._lock = HolderLock(Path(f"{engine.url.database}-holders"), holder)
        self._take = upsert(engine.dialect.name, leases, columns=("holder", "host", "pid", "since", "boot", "until"))

    def acquire(self, key: str, at: datetime) -> Held | None:
        """Take a lease that is free, run out, or held by a process that is dead; None, or who holds it.

        Args:
            at: now, aware, for people to read.

        Raises:
            DBAPIError: the database does not answer.
        """
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # there may be no row yet that could be locked
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))
            now = self._clock(connection)
            row = connection.execute(select(leases).where(leases.c.key == key)).first()
            if row is not None and self._is_held(row, now):
                return Held(row.host, row.pid, instant_of(row.since))
            connection.execute(
                self._take,
                {
                    "key": key, "holder": self.holder.id, "host": self.holder.host, "pid": self.holder.pid,
                    "since": us_of(at), "boot": self._boot, "until": now + self.ttl_s,
                },
            )  # fmt: skip
            return None

    def renew(self, keys: Collection[str]) -> set[str]:
        """Let the leases last on; those that are still held by this process. One that has run out and that nobody
        has taken since is still its own.

        Raises:
            DBAPIError: the database does not answer.
        """
        with self._engine.begin() as connection:
            renewed = (
                update(leases)
                .where(leases.c.holder == self.holder.id, leases.c.key.in_(keys))
                .values(until=self._clock(connection) + self.ttl_s)
                .returning(leases.c.key)
            )
            return set(connection.execute(renewed).scalars())

    def release(self, key: str) -> None:
        """Give a lease back; nothing if it is another's. Raises as `acquire`."""
        with self._engine.begin() as connection:
            connection.execute(delete(leases).where(leases.c.key == key, leases.c.holder == self.holder.id))

    def holders(self) -> dict[str, Held]:
        """Who holds what now. Raises as `acquire`."""
        with self._engine.begin() as connection:
            now = self._clock(connection)
            rows = connection.execute(select(leases)).all()
        return {row.key: Held(row.host, row.pid, instant_of(row.since)) for row in rows if self._is_held(row, now)}

    def close(self) -> None:
        """Release what this process holds."""
        if self._lock is not None:
            self._lock.close()
            self._engine.dispose()

    def _clock(self, connection: Connection) -> float:
        if connection.dialect.name == "sqlite":
            return self._now_s()
        now = select(cast(func.extract("epoch", func.clock_timestamp()), Float(53)))
        return float(connection.execute(now).scalar_one())

    def _is_held(self, row: Row[tuple[str, ...]], now: float) -> bool:
        if row.holder == self.holder.id:
            return False
        if row.boot != self._boot or row.until <= now:
            return False
        return self._lock is None or self._lock.is_alive(row.holder)


def _beside(journal: str) -> Engine:
    engine = create_engine(f"sqlite:///{journal}-leases", connect_args={"timeout": _BUSY_S, "check_same_thread": False})
    prepare_sqlite(engine, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF")
    try:
        with reading(engine) as connection:
            is_made = inspect(connection).has_table(leases.name)
        if not is_made:
            with engine.begin() as connection:
                leases.create(connection, checkfirst=True)
    except DBAPIError as cause:
        engine.dispose()
        raise JournalError(f"the leases {journal}-leases cannot be opened: {cause.orig}") from cause
    return engine
