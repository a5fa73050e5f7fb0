"""When a bot leaves by itself: alone too long, among bots only too long, or long enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from bots.bot.contract.spec import LeaveRule
from bots.bot.rules.facts import Person

__all__ = ["Departure"]


@dataclass(slots=True)
class Departure:
    """Folds who is in the parent into the instant at which to leave. Pure: times are handed in.

    Attributes:
        joined_s: when the bot joined, seconds of the monotonic clock.
    """

    rule: LeaveRule
    joined_s: float
    _alone_since_s: float | None = None
    _only_bots_since_s: float | None = None

    def leave_at(self, people: Sequence[Person], now_s: float) -> float | None:
        """When to leave if nobody comes or goes from now on, monotonic seconds; None for never.

        Args:
            people: everybody in the parent, the bot included.
            now_s: monotonic seconds.
        """
        self._alone_since_s = _since(self._alone_since_s, now_s, holds=len(people) <= 1)
        self._only_bots_since_s = _since(self._only_bots_since_s, now_s, holds=all(one.is_bot for one in people))
        instants = [
            since_s + after_s
            for since_s, after_s in (
                (self._alone_since_s, self.rule.alone_s),
                (self._only_bots_since_s, self.rule.only_bots_s),
                (self.joined_s, self.rule.after_s),
            )
            if since_s is not None and after_s is not None
        ]
        return min(instants, default=None)


def _since(before_s: float | None, now_s: float, *, holds: bool) -> float | None:
    if not holds:
        return None
    return now_s if before_s is None else before_s
