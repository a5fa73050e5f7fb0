"""When the rounds of a rotation begin and end: as planned, shorter, or fewer. Pure.

Rounds give way to the end, not the end to the rounds: a class that begins late plays shorter rounds, down to the
shortest that is worth having, then fewer of them.
"""

from dataclasses import dataclass

__all__ = ["RoundTime", "timetable"]


@dataclass(frozen=True, slots=True)
class RoundTime:
    """One round, in seconds of the clock that was handed in."""

    starts_s: float
    ends_s: float

    @property
    def length_s(self) -> float:
        return self.ends_s - self.starts_s


def timetable(
    now_s: float, rounds: int, *, length_s: float, shortest_s: float, gap_s: float, end_s: float
) -> tuple[RoundTime, ...]:
    """The rounds that fit between now and the end; none if not even one of the shortest does.

    Args:
        rounds: how many are still to be played.
        length_s: of a round that has all its time.
        shortest_s: a round is played for so long or not at all.
        gap_s: between two rounds.
        end_s: when the last one must be over.
    """
    for count in range(rounds, 0, -1):
        fitting_s = (end_s - now_s - (count - 1) * gap_s) / count
        if fitting_s >= min(shortest_s, length_s) - 1e-6:
            each_s = min(length_s, fitting_s)
            starts = [now_s + number * (each_s + gap_s) for number in range(count)]
            return tuple(RoundTime(start_s, start_s + each_s) for start_s in starts)
    return ()
