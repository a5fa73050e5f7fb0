"""How long a search may go on: a number of moves, so that a seed gives one plan everywhere, and a time as a cap."""

import time
from collections.abc import Callable

__all__ = ["MOVES", "Budget"]

MOVES = 300_000


class Budget:
    """Moves left to try, shared by the parts of one search.

    Args:
        moves: how many.
        seconds: when this time is over, no moves are left.
        now: seconds on a clock that never steps back.
    """

    def __init__(
        self, moves: int = MOVES, seconds: float = 1.0, *, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self.left = moves
        self.is_cut = False
        self._now = now
        self._until = now() + seconds

    def is_over(self) -> bool:
        """Is no time left?"""
        if self._now() < self._until:
            return False
        self.is_cut = True
        return True

    def take(self, moves: int) -> int:
        """Moves that may be tried now, `moves` at most; 0 when moves or time are over."""
        if self._now() >= self._until:
            self.is_cut = self.is_cut or self.left > 0
            self.left = 0
        given = min(moves, self.left)
        self.left -= given
        return given
