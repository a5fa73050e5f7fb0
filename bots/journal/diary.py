"""What one bot writes down of one session, and what it finds there when it lives again."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from bots.journal.instants import maybe_us_of, us_of
from bots.journal.past import Past
from bots.journal.statements import Statements, statements_for
from bots.journal.store import Fence, Write

__all__ = ["Diary", "StepState"]

StepState = Literal["done", "skipped", "unknown", "failed", "stopped"]


class Book(Protocol):
    """What a diary writes to; `Store` is one."""

    def put(self, *writes: Write, fence: Fence | None = None, slot: str | None = None) -> None: ...
    async def write(self, *writes: Write, fence: Fence | None = None, slot: str | None = None) -> bool: ...


class Diary:
    """The diary of one bot in one session. Only `intend` waits: what it says is kept before the step is done.

    Without a store it keeps nothing, and is never asked to wait: a simulation, a machine that cannot write.

    Args:
        past: what an earlier life of this bot has written.
    """

    def __init__(
        self,
        store: Book | None = None,
        statements: Statements | None = None,
        *,
        session: str = "",
        bot: str = "",
        fence: Fence | None = None,
        past: Past | None = None,
    ) -> None:
        self.past = past or Past()
        self._store = store
        self._say = statements or statements_for("sqlite")
        self._key = {"session": session, "bot": bot}
        self._at = {"at_session": session, "at_bot": bot}
        self._fence = fence
        self._numbers = max((run.number for run in self.past.runs), default=0)
        self._is_closed = False
        self._is_stopping = False

    @property
    def is_kept(self) -> bool:
        """Does anything come of what is written here?"""
        return self._store is not None

    def close(self) -> None:
        """The life is cut short: how its runs end now is no end of them."""
        self._is_closed = True

    def stopping(self) -> None:
        """The session is asked to stop: what that cuts off is over with the session, if it comes to an end at all."""
        self._is_stopping = True

    def is_end(self, outcome: str) -> bool:
        """Is a run or a step that ended like this over for the lives to come, too?"""
        return outcome != "stopped" or not self._is_stopping

    # ---- the bot

    def joined(self, client_id: str, at: datetime) -> None:
        """It is in the room, under this connection."""
        row = {**self._key, "state": "in", "client_id": client_id, "joined_at": us_of(at)}
        self._put((self._say.bot_in, row))

    def left(self, state: Literal["left", "failed"], reason: str) -> None:
        """It has gone for good."""
        self._put((self._say.bot_out, {**self._key, "state": state, "reason": reason}))

    def remember(self, facts: Mapping[str, Any]) -> None:
        """All that it must know to go on, beside its runs; JSON."""
        row = {**self._key, "state": "waiting", "facts": json.dumps(facts)}
        self._put((self._say.bot_facts, row), slot=self._slot("facts"))

    # ---- runs and steps

    def next_number(self) -> int:
        """For a new run; goes on where an earlier life stopped."""
        self._numbers += 1
        return self._numbers

    def numbered(self, run: int) -> None:
        """An earlier life has given away the numbers up to this one."""
        self._numbers = max(self._numbers, run)

    def run_begun(self, run: int, rule: str, *, firing: Any, planned_at: datetime | None, started_at: datetime) -> None:
        """A run begins.

        Args:
            firing: why; JSON.
            planned_at: when it was due, of a timeline entry.
        """
        row = {
            **self._key, "run": run, "rule": rule, "firing": json.dumps(firing), "planned_at": maybe_us_of(planned_at),
            "started_at": us_of(started_at),
        }  # fmt: skip
        self._put((self._say.run_begun, row))

    def run_ended(self, run: int, outcome: str, reason: str | None, at: datetime) -> None:
        values = {"at_run": run, "ended_at": us_of(at), "outcome": outcome, "reason": reason}
        self._put((self._say.run_ended, {**self._at, **values}))

    def begin(self, run: int, place: str, *, path: str, kind: str, at: datetime) -> None:
        """A step begins that does nothing outside."""
        self._put(self._intent(run, place, path, kind, at))

    async def intend(self, run: int, place: str, *, path: str, kind: str, at: datetime) -> None:
        """A step is about to be done; returns when that is kept, or when the journal is known to be away.

        Of a step that is begun again the first instant stays, and what it noted.

        Raises:
            JournalError: another process has taken the session; nothing may be done.
        """
        if self._store is not None:
            await self._store.write(self._intent(run, place, path, kind, at), fence=self._fence)

    def _intent(self, run: int, place: str, path: str, kind: str, at: datetime) -> Write:
        row = {
            **self._key, "run": run, "place": place, "path": path, "kind": kind, "state": "intent",
            "intent_at": us_of(at), "attempts": 1,
        }  # fmt: skip
        return self._say.step_intended, row

    def note(self, run: int, place: str, detail: Any) -> None:
        """What a step that goes on must know to go on; replaces what it kept before."""
        row = {**self._at, "at_run": run, "at_place": place, "detail": _written(detail)}
        self._put((self._say.step_noted, row), slot=self._slot(run, place))

    async def noted(self, run: int, place: str, detail: Any) -> None:
        """As `note`, and wait until it is kept. Raises as `intend`."""
        if self._store is None:
            return
        row = {**self._at, "at_run": run, "at_place": place, "detail": _written(detail)}
        await self._store.write((self._say.step_noted, row), fence=self._fence, slot=self._slot(run, place))

    def settle(self, run: int, place: str, state: StepState, *, path: str, kind: str, at: datetime) -> None:
        """A step has ended, or is not done at all."""
        row = {
            **self._key, "run": run, "place": place, "path": path, "kind": kind, "state": state,
            "intent_at": us_of(at), "settled_at": us_of(at), "attempts": 0,
        }  # fmt: skip
        self._put((self._say.step_settled, row))

    # ---- invites

    def invite_kept(self, breakout_id: str, *, received_at: datetime, decision: Any, due_at: datetime | None) -> None:
        """An invite waits for its answer until `due_at`."""
        row = {
            **self._key, "breakout_id": breakout_id, "received_at": us_of(received_at),
            "decision": _written(decision), "due_at": maybe_us_of(due_at), "outcome": None, "ended_at": None,
        }  # fmt: skip
        self._put((self._say.invite_received, row))

    def invite_ended(self, breakout_id: str, outcome: str, at: datetime) -> None:
        row = {**self._at, "at_breakout_id": breakout_id, "outcome": outcome, "ended_at": us_of(at)}
        self._put((self._say.invite_ended, row))

    def _slot(self, *what: object) -> str:
        return "/".join(map(str, (self._key["session"], self._key["bot"], *what)))

    def _put(self, *writes: Write, slot: str | None = None) -> None:
        if self._store is not None and writes and not self._is_closed:
            self._store.put(*writes, fence=self._fence, slot=slot)


def _written(detail: Any) -> str | None:
    return None if detail is None else json.dumps(detail)
