"""A diary in memory: what one life of a bot writes, the next one finds."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from bots.journal import Diary, InvitePast, Past, RunPast, StepPast, StepState

__all__ = ["FakeDiary"]


class FakeDiary(Diary):
    """Implements `bots.journal.Diary`; `killed` gives the diary of the next life.

    What it is given is kept as text, and read by `killed`: a journal does no more.

    Args:
        on_write: called before everything that is written; nothing is, once the diary is closed.
    """

    def __init__(self, past: Past | None = None, on_write: Callable[[], None] = lambda: None) -> None:
        super().__init__(past=past)
        self.on_write = on_write
        self.state, self.client_id, self.joined_at = self.past.state, self.past.client_id, self.past.joined_at
        self._facts = json.dumps(self.past.facts)
        self.runs = {run.number: run for run in self.past.runs}
        self.steps = {
            (run.number, place): replace(step, detail=_text(step.detail))
            for run in self.past.runs
            for place, step in run.steps.items()
        }
        self.invites = {one.breakout_id: one for one in self.past.invites}
        self.intended: list[str] = []

    @property
    def is_kept(self) -> bool:
        return True

    @property
    def facts(self) -> dict[str, Any]:
        """What the bot wants to know again, as it would find it."""
        return json.loads(self._facts)  # type: ignore[no-any-return]

    def _may_write(self) -> bool:
        self.on_write()
        return not self._is_closed

    def killed(self) -> "FakeDiary":
        """What the next life finds; this one's is worth nothing any more."""
        self.close()
        runs = []
        for number, run in sorted(self.runs.items()):
            mine = {place: step for (of, place), step in self.steps.items() if of == number}
            steps = {place: replace(step, detail=_value(step.detail)) for place, step in mine.items()}
            firing = json.loads(json.dumps(run.firing))
            runs.append(RunPast(number, run.rule, firing, run.planned_at, run.started_at, run.outcome, steps))
        past = Past(self.state, self.client_id, self.joined_at, self.facts, tuple(runs), tuple(self.invites.values()))
        return FakeDiary(past)

    def states(self) -> dict[str, str]:
        """Place -> state of every step of the first run."""
        return {place: step.state for (number, place), step in self.steps.items() if number == 1}

    def joined(self, client_id: str, at: datetime) -> None:
        if self._may_write():
            self.state, self.client_id, self.joined_at = "in", client_id, self.joined_at or at

    def left(self, state: Literal["left", "failed"], reason: str) -> None:
        if self._may_write():
            self.state = state

    def remember(self, facts: Mapping[str, Any]) -> None:
        if self._may_write():
            self._facts = json.dumps(facts)

    def run_begun(self, run: int, rule: str, *, firing: Any, planned_at: datetime | None, started_at: datetime) -> None:
        if self._may_write():
            self.runs[run] = RunPast(run, rule, firing, planned_at, started_at, None)

    def run_ended(self, run: int, outcome: str, reason: str | None, at: datetime) -> None:
        if self._may_write():
            old = self.runs[run]
            self.runs[run] = RunPast(run, old.rule, old.firing, old.planned_at, old.started_at, outcome)

    def begin(self, run: int, place: str, *, path: str, kind: str, at: datetime) -> None:
        known = self.steps.get((run, place))
        if self._may_write():
            since, detail = (at, None) if known is None else (known.intent_at, known.detail)
            self.steps[run, place] = StepPast("intent", since, path, detail)

    async def intend(self, run: int, place: str, *, path: str, kind: str, at: datetime) -> None:
        self.begin(run, place, path=path, kind=kind, at=at)
        self.intended.append(path)
        await self._answered()

    async def _answered(self) -> None:
        """Who was killed is never answered."""
        while self._is_closed:
            await asyncio.sleep(3600)

    def note(self, run: int, place: str, detail: Any) -> None:
        if self._may_write():
            old = self.steps[run, place]
            self.steps[run, place] = StepPast(old.state, old.intent_at, old.path, _text(detail))

    async def noted(self, run: int, place: str, detail: Any) -> None:
        self.note(run, place, detail)
        await self._answered()

    def settle(self, run: int, place: str, state: StepState, *, path: str, kind: str, at: datetime) -> None:
        if self._may_write():
            old = self.steps.get((run, place), StepPast(state, at, path))
            self.steps[run, place] = StepPast(state, old.intent_at, path, old.detail)

    def invite_kept(self, breakout_id: str, *, received_at: datetime, decision: Any, due_at: datetime | None) -> None:
        if self._may_write():
            self.invites[breakout_id] = InvitePast(breakout_id, received_at, decision, due_at)

    def invite_ended(self, breakout_id: str, outcome: str, at: datetime) -> None:
        if self._may_write():
            self.invites.pop(breakout_id, None)


def _text(detail: Any) -> str | None:
    return None if detail is None else json.dumps(detail)


def _value(written: str | None) -> Any:
    return None if written is None else json.loads(written)
