"""From a store's URL to a database that is open and has its tables: SQLite or PostgreSQL."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bots.errors import ConfigError, JournalError
from bots.journal.migrations import is_current, migrate

__all__ = ["BUSY_S", "is_outage", "missing_file", "open_database", "reading"]

BUSY_S = 2.0  # how long a write waits for another process's
_SYNCHRONOUS = ("full", "normal")
_CANNOT_BE = ("IntegrityError", "ProgrammingError", "DataError", "NotSupportedError")


def open_database(url: str) -> Engine:
    """Open a database and bring its tables to this version.

    Args:
        url: `sqlite:////var/lib/bots/journal.db`, with `?synchronous=normal` to survive a killed process but not a
            power cut; or `postgresql://user@host/name`.

    Raises:
        ConfigError: no such kind of database, or its driver is missing.
        JournalError: it cannot be opened.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(f"{url!r} is no store; write sqlite:////path/journal.db or postgresql://host/name") from None
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    try:
        with reading(engine) as connection:
            is_ready = is_current(connection)
        if not is_ready:
            with engine.begin() as connection:
                migrate(connection)
    except DBAPIError as cause:
        engine.dispose()
        is_damaged = isinstance(cause.orig, sqlite3.DatabaseError) and not isinstance(
            cause.orig, sqlite3.OperationalError
        )
        hint = "; move it away, and the next session begins a new one" if is_damaged else ""
        raise JournalError(f"the journal {shown(parsed)} cannot be opened: {cause.orig}{hint}") from cause
    except JournalError:
        engine.dispose()
        raise
    return engine


def missing_file(url: str) -> Path | None:
    """The file of a store that is not there yet; None if it is there, or the store is no file."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None  # who opens it says what is wrong with it
    path = Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
    return None if path is None or path.exists() else path


def reading(engine: Engine) -> Connection:
    """A connection whose transaction takes no lock that others write under."""
    return engine.connect().execution_options(bots_reads=True)


def is_outage(error: BaseException) -> bool:
    """Is this the database's fault and not the statement's, so that trying again can help?"""
    return isinstance(error, DBAPIError) and type(error).__name__ not in _CANNOT_BE


def shown(url: URL) -> str:
    """The URL for people: without a password."""
    return url.render_as_string(hide_password=True)


def _sqlite(url: URL) -> Engine:
    synchronous = str(url.query.get("synchronous", "full"))
    if synchronous not in _SYNCHRONOUS or set(url.query) - {"synchronous"}:
        raise ConfigError(f"{shown(url)}: the only setting is ?synchronous=full or ?synchronous=normal")
    if not url.database or url.database == ":memory:":
        raise ConfigError(f"{shown(url)} names no file; write sqlite:////path/journal.db")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as cause:
        raise JournalError(f"the journal {path} cannot be made: {cause.strerror}") from cause
    engine = create_engine(url.set(query={}), connect_args={"timeout": BUSY_S, "check_same_thread": False})
    prepare_sqlite(engine, f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}")
    return engine


def prepare_sqlite(engine: Engine, pragmas: str) -> None:
    """Have each connection of an engine set up, and each transaction that writes take its lock at its beginning."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver opens no transactions of its own
        for pragma in pragmas.split("; "):
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get("bots_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    if url.get_backend_name() != "postgresql":
        raise ConfigError(f"{shown(url)}: a journal is kept in sqlite or postgresql")
    try:
        import psycopg  # noqa: F401 -- the driver; an extra, for most keep their journal in SQLite
    except ImportError:
        raise ConfigError("a journal in PostgreSQL needs its driver: pip install 'playbots[postgres]'") from None
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=4000 -c lock_timeout=2000"},
    )
