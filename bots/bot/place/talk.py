"""Who begins to talk in a room, and since when no person does. Pure: who talks and instants come in."""

from collections.abc import Collection
from dataclasses import dataclass, field
from math import inf

__all__ = ["PAUSE_S", "Conversation"]

PAUSE_S = 2.0  # who goes on after a shorter pause has not begun anew


@dataclass(slots=True)
class Conversation:
    """The talk in one room; all instants are seconds of the monotonic clock.

    Attributes:
        quiet_since_s: since when no person talks; None while one does.
    """

    quiet_since_s: float | None
    _talking: frozenset[str] = frozenset()
    _ended_s: dict[str, float] = field(default_factory=dict)

    def hear(self, talking: Collection[str], people: Collection[str], now_s: float) -> list[str]:
        """These talk now; returns who has begun to, in order.

        Args:
            talking: client ids, without the bot's own.
            people: those of them who are no bots.
        """
        begun = [one for one in sorted(set(talking) - self._talking) if now_s - self._ended_s.get(one, -inf) >= PAUSE_S]
        for one in self._talking - set(talking):
            self._ended_s[one] = now_s
        self._talking = frozenset(talking)
        if people:
            self.quiet_since_s = None
        elif self.quiet_since_s is None:
            self.quiet_since_s = now_s
        return begun
