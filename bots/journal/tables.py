"""The tables of the journal. Instants are microseconds since 1970, UTC; texts that hold structure are JSON.

`migrations.py` makes them; a test compares the two on every kind of database.
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

__all__ = [
    "METADATA",
    "OF_SESSIONS",
    "books",
    "bots",
    "invites",
    "leases",
    "meta",
    "runs",
    "schedules",
    "sessions",
    "steps",
]

METADATA = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _number_key(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _maybe(name: str) -> Column[str]:
    return Column(name, Text)


def _at(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _maybe_at(name: str) -> Column[int]:
    return Column(name, BigInteger)


meta = Table("meta", METADATA, _key("name"), _text("value"))

sessions = Table(
    "sessions",
    METADATA,
    _key("id"),
    _text("playbook"),
    _text("file"),
    _text("entry"),
    _at("starts_at"),
    _at("ends_at"),
    _text("state"),  # open, ended
    _maybe("outcome"),
    _maybe("reason"),
    _at("token"),  # grows with every process that takes the session; an older one writes no more
    _maybe("room_id"),
    _maybe("provider"),  # address of its Server API, never a key
    _maybe("plan"),  # its bots and expectations, as planned: packed JSON without the provider's key
    _maybe("facts"),  # what the session as a whole must know to go on
    _maybe("result"),
    _maybe("traces"),
    _at("made_at"),
    _maybe_at("ended_at"),
    Index("sessions_by_start", "starts_at"),
    Index("sessions_by_playbook", "file", "state"),
)

bots = Table(
    "bots",
    METADATA,
    _key("session"),
    _key("bot"),
    _text("state"),  # in, left, failed
    _maybe("client_id"),
    _maybe_at("joined_at"),  # for the first time
    _maybe("reason"),
    _maybe("facts"),  # what the bot must know to go on
)

runs = Table(
    "runs",
    METADATA,
    _key("session"),
    _key("bot"),
    _number_key("run"),
    _text("rule"),
    _text("firing"),
    _maybe_at("planned_at"),
    _at("started_at"),
    _maybe_at("ended_at"),
    _maybe("outcome"),
    _maybe("reason"),
)

steps = Table(
    "steps",
    METADATA,
    _key("session"),
    _key("bot"),
    _number_key("run"),
    _key("place"),  # its way through the run: which round of a repeat, which branch
    _text("path"),  # its place in the playbook
    _text("kind"),
    _text("state"),  # intent, done, skipped, unknown, failed, stopped; one that is not here is pending
    _at("intent_at"),
    _maybe_at("settled_at"),
    Column("attempts", Integer, nullable=False),
    _maybe("detail"),  # what it must know to go on
)

invites = Table(
    "invites",
    METADATA,
    _key("session"),
    _key("bot"),
    _key("breakout_id"),
    _at("received_at"),
    _maybe("decision"),
    _maybe_at("due_at"),
    _maybe("outcome"),  # none while it waits
    _maybe_at("ended_at"),
)

schedules = Table(
    "schedules",
    METADATA,
    _key("id"),  # folder, file and entry
    _text("version"),  # of what decides when: a change begins anew
    _at("decided_until"),  # every planned start up to here has been started or reported
)

books = Table(
    "books",
    METADATA,
    _key("file"),  # of a playbook, absolute
    _text("version"),  # of what was read of it, with all that it uses
    _at("since"),  # it has been the last good version
    _text("text"),  # the playbook, as JSON
)

leases = Table(
    "leases",
    METADATA,
    _key("key"),
    _text("holder"),
    _text("host"),
    Column("pid", Integer, nullable=False),
    _at("since"),
    _text("boot"),  # which run of the machine `until` counts in; empty where the database's own clock does
    Column("until", Float, nullable=False),  # seconds
)

OF_SESSIONS = (bots, runs, steps, invites)
"""The tables whose rows belong to a session, by its id in `session`."""
