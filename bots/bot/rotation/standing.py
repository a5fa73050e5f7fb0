"""Where somebody stands in a round: where they belong, where they are, what they make of their invite. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from bots.bot.rotation.acts import Why
from bots.bot.rotation.kept import Times

__all__ = ["Standing"]


@dataclass(slots=True)
class Standing:
    """Where somebody belongs (`room`), where they are (`at`; None: no breakout), and what they make of it.

    `due`: the invite goes out at `retry_s`. `waiting`: no group can take them now. `gone`: out of the meeting; a
    breakout that they were in (`seat_in`), or were invited to (`asked_to`; no seat is kept), may let them in up to
    `retry_s` without another invite.
    `alone_since_s`: they are in a breakout with too few others. `is_unsure`: they may have followed their invite while
    nobody looked, and the room does not tell.
    """

    room: int | None
    state: Literal["invited", "due", "ignored", "there", "out", "waiting", "refused", "gone"]
    asked_at_s: float
    at: int | None = None
    is_reminded: bool = False
    is_answered: bool = False
    returns: int = 0
    failures: int = 0
    retry_s: float = 0.0
    due_why: Why = "again"
    seat_in: int | None = None
    asked_to: int | None = None
    alone_since_s: float | None = None
    is_unsure: bool = False

    @property
    def may_be_in(self) -> int | None:
        """The breakout they are in, as far as anybody can know."""
        return self.room if self.at is None and self.is_unseen else self.at

    @property
    def is_unseen(self) -> bool:
        """May they be in the breakout of their invite?"""
        return self.is_unsure and self.state == "invited"

    @property
    def is_called_out(self) -> bool:
        """Are they in one breakout and belong to another?"""
        return self.at is not None and self.room is not None and self.at != self.room

    @property
    def has_seat(self) -> bool:
        """May somebody whose connection is lost still come back into the breakout by themselves?"""
        return self.state == "gone" and self.seat_in is not None

    @property
    def may_come_to(self) -> int | None:
        """The breakout into which somebody may still come who is gone."""
        if self.state != "gone":
            return None
        return self.asked_to if self.seat_in is None else self.seat_in

    def kept(self, times: Times) -> dict[str, Any]:
        """What must be known to go on in another process; JSON."""
        values = {name: getattr(self, name) for name in _FIELDS}  # as asdict, which copies what needs no copy
        return {**values, **{name: times.kept(at_s) for name, at_s in self._instants()}}

    @staticmethod
    def of(kept: Mapping[str, Any], times: Times) -> "Standing":
        """One that was kept."""
        found = Standing(**kept)
        for name, at_s in found._instants():
            setattr(found, name, times.here(at_s))
        return found

    def _instants(self) -> list[tuple[str, float]]:
        known = [("asked_at_s", self.asked_at_s), ("retry_s", self.retry_s), ("alone_since_s", self.alone_since_s)]
        return [(name, at_s) for name, at_s in known if at_s is not None]


_FIELDS = tuple(field.name for field in fields(Standing))
