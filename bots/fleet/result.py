"""How a session went, and how it goes: frozen values for the command, the log and whoever watches."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from bots.bot import RoundStands
from bots.fleet.expect import ExpectResult

__all__ = ["Outcome", "SessionResult", "SessionSnapshot"]

Outcome = Literal["finished", "ended_early", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResult:
    """How a session went.

    Attributes:
        session: its label.
        outcome: `finished`; `ended_early`: every bot had lost its room; `stopped`: asked to; `failed`: nobody got in.
        reason: of an early or failed end.
        bots, joined: how many were planned, how many got in; a bot whose time never came is no failure.
        refused: how many tried and did not get in.
        errors: why bots failed, one sentence each.
        left_behind: bots that had not left in order when the time for it was over.
        unknown: steps of which nobody knows whether they were done, for the process was killed meanwhile.
    """

    session: str
    outcome: Outcome
    reason: str | None
    counts: dict[str, int]
    expectations: tuple[ExpectResult, ...]
    bots: int
    joined: int
    refused: int = 0
    errors: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, to be kept."""
        return _RESULT.dump_python(self, mode="json")  # type: ignore[no-any-return]  # pydantic says Any

    @property
    def joined_all(self) -> bool:
        """Did every bot that tried get in?"""
        return self.refused == 0

    @property
    def expect_met(self) -> bool:
        return all(one.is_met for one in self.expectations)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSnapshot:
    """A session at one instant, for whoever watches; with the rotations that are played."""

    session: str
    starts_at: datetime
    ends_at: datetime
    bots: int
    present: int
    gone: int
    counts: dict[str, int] = field(default_factory=dict)
    rounds: tuple[RoundStands, ...] = ()


_RESULT = TypeAdapter(SessionResult)
