"""The expectations of a playbook, judged each at its instant. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.playbook import Expectation, Percentiles, Playbook, format_duration, percentile
from bots.schedule import SessionTimes, instant_at

__all__ = ["ExpectResult", "Expected", "expectations_of", "judge"]


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of one session.

    Attributes:
        counter: or measure.
        at: the instant at which it is judged; None for the end of the session, whenever that comes.
        limit: of a measure, the one that is judged: `p99`.
    """

    counter: str
    expectation: Expectation | Percentiles
    at: datetime | None
    limit: str = ""

    @property
    def name(self) -> str:
        """`joined`, `join_time p99`."""
        return f"{self.counter} {self.limit}".rstrip()


@dataclass(frozen=True, slots=True)
class ExpectResult:
    """How an expectation turned out.

    Attributes:
        counter: `joined`, or `join_time p99`.
        wanted: in words, like `at least 24 by start + 10s`.
        value: a number; of a measure seconds, None if nothing was measured.
    """

    counter: str
    wanted: str
    value: int | float | None
    is_met: bool

    @property
    def shown(self) -> str:
        """The value for people."""
        if self.value is None:
            return "nothing was measured"
        return format_duration(self.value) if isinstance(self.value, float) else str(self.value)


def expectations_of(playbook: Playbook, times: SessionTimes) -> tuple[Expected, ...]:
    """What this session is judged by, in the order of the playbook."""
    found = []
    for counter, expectation in playbook.expect.items():
        instant = instant_at(expectation.by, times)
        at = None if instant >= times.ends_at else instant
        limits = expectation.limits() if isinstance(expectation, Percentiles) else [""]
        found += [Expected(counter, expectation, at, limit) for limit in limits]
    return tuple(found)


def judge(expected: Expected, counts: Mapping[str, int], times: Mapping[str, list[float]]) -> ExpectResult:
    """Is it so now? Of what was never measured nothing is so."""
    expectation = expected.expectation
    if isinstance(expectation, Percentiles):
        limit_s = expectation.limits()[expected.limit]
        value_s = percentile(expected.limit, times.get(expected.counter, []))
        words = f"at most {format_duration(limit_s)} by {expectation.by}"
        return ExpectResult(expected.name, words, value_s, value_s is not None and value_s <= limit_s)
    value = counts[expected.counter]
    return ExpectResult(expected.name, wanted(expectation), value, expectation.holds(value))


def wanted(expectation: Expectation) -> str:
    """The expectation in words."""
    limits = (
        ("", expectation.equals),
        ("at least ", expectation.at_least),
        ("at most ", expectation.at_most),
    )
    numbers = " and ".join(f"{word}{number}" for word, number in limits if number is not None)
    return f"{numbers} by {expectation.by}"
