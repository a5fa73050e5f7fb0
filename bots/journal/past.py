"""What the journal knows of a bot that has lived before: plain values, read once when a session goes on."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from bots.journal.instants import instant_of, maybe_instant_of
from bots.journal.tables import bots, invites, runs, steps

__all__ = ["InvitePast", "Past", "RunPast", "StepPast", "pasts_of"]


@dataclass(frozen=True, slots=True)
class StepPast:
    """A step that was begun.

    Attributes:
        state: `intent` if it is not known how it ended; else done, skipped, unknown, failed or stopped.
        intent_at: when it was begun, for the first time.
        path: its place in the playbook.
        detail: what it kept to go on.
    """

    state: str
    intent_at: datetime
    path: str = ""
    detail: Any = None


@dataclass(frozen=True, slots=True)
class RunPast:
    """A run; `outcome` is None if it had not ended. `steps` by their places in the run."""

    number: int
    rule: str
    firing: Any
    planned_at: datetime | None
    started_at: datetime
    outcome: str | None
    steps: Mapping[str, StepPast] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvitePast:
    """An invite that waited for its answer."""

    breakout_id: str
    received_at: datetime
    decision: Any
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Past:
    """A bot's life so far; empty for one that begins.

    Attributes:
        state: `waiting` before it has joined, `in`, `left`, `failed`.
        client_id: of its last connection.
        joined_at: for the first time.
        facts: what else it keeps.
        invites: those that waited.
    """

    state: str = "waiting"
    client_id: str = ""
    joined_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    runs: tuple[RunPast, ...] = ()
    invites: tuple[InvitePast, ...] = ()

    @property
    def is_over(self) -> bool:
        """Has it left for good?"""
        return self.state in ("left", "failed")


def pasts_of(connection: Connection, session: str) -> dict[str, Past]:
    """The past of every bot of a session, by its id."""
    done: defaultdict[tuple[str, int], dict[str, StepPast]] = defaultdict(dict)
    for row in _rows(connection, steps, session):
        done[row.bot, row.run][row.place] = StepPast(row.state, instant_of(row.intent_at), row.path, _read(row.detail))
    ran: defaultdict[str, list[RunPast]] = defaultdict(list)
    for row in sorted(_rows(connection, runs, session), key=lambda one: one.run):
        ran[row.bot].append(
            RunPast(
                row.run, row.rule, _read(row.firing), maybe_instant_of(row.planned_at), instant_of(row.started_at),
                row.outcome, done[row.bot, row.run],
            )
        )  # fmt: skip
    waiting: defaultdict[str, list[InvitePast]] = defaultdict(list)
    for row in _rows(connection, invites, session):
        if row.outcome is None:
            kept = InvitePast(
                row.breakout_id, instant_of(row.received_at), _read(row.decision), maybe_instant_of(row.due_at)
            )
            waiting[row.bot].append(kept)
    lives = {row.bot: row for row in _rows(connection, bots, session)}
    return {bot: _past(lives.get(bot), ran[bot], waiting[bot]) for bot in {*lives, *ran, *waiting}}


def _past(row: Row[Any] | None, runs: list[RunPast], invites: list[InvitePast]) -> Past:
    if row is None:
        return Past(runs=tuple(runs), invites=tuple(invites))
    return Past(
        row.state, row.client_id or "", maybe_instant_of(row.joined_at), _read(row.facts) or {}, tuple(runs),
        tuple(invites),
    )  # fmt: skip


def _rows(connection: Connection, table: Table, session: str) -> list[Row[Any]]:
    return list(connection.execute(select(table).where(table.c.session == session)))


def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)
