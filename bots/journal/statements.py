"""The statements that write the journal, made once for a kind of database."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, Table, bindparam, func, update
from sqlalchemy.dialects import sqlite

from bots.journal.tables import bots, invites, runs, sessions, steps

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

__all__ = ["Statements", "statements_for", "upsert"]


def upsert(kind: str, table: Table, *, columns: Sequence[str] = (), first: str = "", counting: str = "") -> Executable:
    """Insert a row, or change these columns of the one that is there; without columns the row stays as it is.

    Args:
        kind: of database.
        first: a column that keeps its first value.
        counting: a column that grows by one where the row is there.
    """
    insert = _insert(kind, table)
    keys = [column.name for column in table.primary_key]
    changes: dict[str, Any] = {name: insert.excluded[name] for name in columns}
    if first:
        changes[first] = func.coalesce(table.c[first], insert.excluded[first])
    if counting:
        changes[counting] = table.c[counting] + 1
    if not changes:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)


def _insert(kind: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    if kind == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # 60 ms, and most journals are a file

    return postgresql.insert(table)


def _change(table: Table, *columns: str) -> Executable:
    """Change columns of one row; its keys are bound as `at_KEY`."""
    statement = update(table)
    for key in table.primary_key:
        statement = statement.where(key == bindparam(f"at_{key.name}"))
    return statement.values({name: bindparam(name) for name in columns})


class Statements:
    """One for a store.

    Args:
        kind: of database.
    """

    def __init__(self, kind: str) -> None:
        self.bot_in = upsert(kind, bots, columns=("state", "client_id"), first="joined_at")
        self.bot_out = upsert(kind, bots, columns=("state", "reason"))
        self.bot_facts = upsert(kind, bots, columns=("facts",))
        self.run_begun = upsert(kind, runs)
        self.run_ended = _change(runs, "ended_at", "outcome", "reason")
        self.step_intended = upsert(kind, steps, columns=("state",), counting="attempts")
        self.step_settled = upsert(kind, steps, columns=("state", "settled_at"))
        self.step_noted = _change(steps, "detail")
        self.invite_received = upsert(
            kind, invites, columns=("received_at", "decision", "due_at", "outcome", "ended_at")
        )
        self.invite_ended = _change(invites, "outcome", "ended_at")
        self.session_facts = _change(sessions, "facts")


@cache
def statements_for(kind: str) -> Statements:
    """Those for a kind of database: made once, as that takes milliseconds and every bot has a diary."""
    return Statements(kind)
