"""The versions of the journal's tables: each brings a database from the one before it. Never changed, only added to."""

from sqlalchemy import Connection, inspect, text

from bots.errors import JournalError

__all__ = ["MIGRATIONS", "is_current", "migrate"]

_FIRST = (
    """CREATE TABLE sessions (
        id TEXT NOT NULL PRIMARY KEY, playbook TEXT NOT NULL, file TEXT NOT NULL, entry TEXT NOT NULL,
        starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, state TEXT NOT NULL, outcome TEXT, reason TEXT,
        token BIGINT NOT NULL, room_id TEXT, provider TEXT, plan TEXT, facts TEXT, result TEXT, traces TEXT,
        made_at BIGINT NOT NULL, ended_at BIGINT)""",
    "CREATE INDEX sessions_by_start ON sessions (starts_at)",
    "CREATE INDEX sessions_by_playbook ON sessions (file, state)",
    """CREATE TABLE bots (
        session TEXT NOT NULL, bot TEXT NOT NULL, state TEXT NOT NULL, client_id TEXT, joined_at BIGINT, reason TEXT,
        facts TEXT, PRIMARY KEY (session, bot))""",
    """CREATE TABLE runs (
        session TEXT NOT NULL, bot TEXT NOT NULL, run INTEGER NOT NULL, rule TEXT NOT NULL, firing TEXT NOT NULL,
        planned_at BIGINT, started_at BIGINT NOT NULL, ended_at BIGINT, outcome TEXT, reason TEXT,
        PRIMARY KEY (session, bot, run))""",
    """CREATE TABLE steps (
        session TEXT NOT NULL, bot TEXT NOT NULL, run INTEGER NOT NULL, place TEXT NOT NULL, path TEXT NOT NULL,
        kind TEXT NOT NULL, state TEXT NOT NULL, intent_at BIGINT NOT NULL, settled_at BIGINT,
        attempts INTEGER NOT NULL, detail TEXT, PRIMARY KEY (session, bot, run, place))""",
    """CREATE TABLE invites (
        session TEXT NOT NULL, bot TEXT NOT NULL, breakout_id TEXT NOT NULL, received_at BIGINT NOT NULL,
        decision TEXT, due_at BIGINT, outcome TEXT, ended_at BIGINT, PRIMARY KEY (session, bot, breakout_id))""",
    """CREATE TABLE groups (
        session TEXT NOT NULL, rotation TEXT NOT NULL, round INTEGER NOT NULL, person TEXT NOT NULL,
        room INTEGER NOT NULL, begun_at BIGINT NOT NULL, PRIMARY KEY (session, rotation, round, person))""",
    """CREATE TABLE pairs (
        scope TEXT NOT NULL, one TEXT NOT NULL, other TEXT NOT NULL, times DOUBLE PRECISION NOT NULL,
        last_at BIGINT NOT NULL, PRIMARY KEY (scope, one, other))""",
    """CREATE TABLE attendance (
        session TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, is_bot INTEGER NOT NULL,
        first_in BIGINT NOT NULL, last_out BIGINT, seconds DOUBLE PRECISION NOT NULL, PRIMARY KEY (session, person))""",
    """CREATE TABLE schedules (
        id TEXT NOT NULL PRIMARY KEY, version TEXT NOT NULL, decided_until BIGINT NOT NULL)""",
    """CREATE TABLE leases (
        key TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
        since BIGINT NOT NULL, boot TEXT NOT NULL, until DOUBLE PRECISION NOT NULL)""",
)

_NO_COPIES = ("DROP TABLE groups", "DROP TABLE pairs", "DROP TABLE attendance")  # what bots keep has all of it

_LAST_GOOD = (
    """CREATE TABLE books (
        file TEXT NOT NULL PRIMARY KEY, version TEXT NOT NULL, since BIGINT NOT NULL, text TEXT NOT NULL)""",
)

MIGRATIONS = (_FIRST, _NO_COPIES, _LAST_GOOD)

_META = "CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"


def is_current(connection: Connection) -> bool:
    """Are the tables there, in this version? Only reads, so it waits for nobody who writes.

    Raises:
        JournalError: a newer version of bots has written this journal.
    """
    return inspect(connection).has_table("meta") and _version(connection) == len(MIGRATIONS)


def migrate(connection: Connection) -> None:
    """Bring the tables to this version, in the transaction that is open; does nothing where they are.

    Raises:
        JournalError: a newer version of bots has written this journal.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(1651536755)"))  # two processes start at once
    if not inspect(connection).has_table("meta"):
        connection.execute(text(_META))
    version = _version(connection)
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(text(statement))
    if version < len(MIGRATIONS):
        upsert = "INSERT INTO meta VALUES ('version', :v) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        connection.execute(text(upsert), {"v": str(len(MIGRATIONS))})


def _version(connection: Connection) -> int:
    found = connection.execute(text("SELECT value FROM meta WHERE name = 'version'")).scalar()
    version = 0 if found is None else int(found)
    if version > len(MIGRATIONS):
        raise JournalError(
            f"this journal has version {version}, and this version of bots knows {len(MIGRATIONS)}: "
            "a newer one has written it; update bots, or give another --store"
        )
    return version
