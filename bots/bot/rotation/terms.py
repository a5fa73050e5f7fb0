"""The terms of a rotation: what its playbook says about time and people, as plain numbers."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["MOST_ROOMS", "Terms"]

MOST_ROOMS = 10  # breakouts of one parent at once; breakouts.md section 1, rule 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All times in seconds.

    Attributes:
        rounds: how many are planned.
        length_s, shortest_s, gap_s: of a round, of the shortest worth playing, between two.
        warnings_s: before the end of a round, one a warning.
        no_show_s: who has not come so long after the invite is not waited for; half of it later they are reminded.
        then: what happens to a group that is too small then: `regroup` gives its people to others, `wait` nothing.
        late: where somebody goes who comes while a round runs: the smallest group, or nowhere before the next round.
        at_least: people a group needs; 2 leaves nobody alone.
        capacity: people that fit into a breakout beside our own listeners and players.
    """

    rounds: int
    length_s: float
    shortest_s: float
    gap_s: float = 0.0
    warnings_s: tuple[float, ...] = ()
    no_show_s: float = 60.0
    then: Literal["regroup", "wait"] = "regroup"
    late: Literal["smallest_group", "next_round"] = "smallest_group"
    at_least: int = 2
    capacity: int = 5

    @property
    def whole_s(self) -> float:
        """From the first round's begin to the last one's end, if all have their whole time."""
        return self.rounds * self.length_s + (self.rounds - 1) * self.gap_s
