"""The expectations of a playbook, judged each at its instant. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.playbook import Expectation, Playbook
from bots.schedule import SessionTimes, instant_at

__all__ = ["ExpectResult", "Expected", "expectations_of", "judge"]


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of one session.

    Attributes:
        at: the instant at which it is judged; None for the end of the session, whenever that comes.
    """

    counter: str
    expectation: Expectation
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ExpectResult:
    """How an expectation turned out; `wanted` in words, like `at least 24 by start + 10s`."""

    counter: str
    wanted: str
    value: int
    is_met: bool


def expectations_of(playbook: Playbook, times: SessionTimes) -> tuple[Expected, ...]:
    """What this session is judged by, in the order of the playbook."""
    found = []
    for counter, expectation in playbook.expect.items():
        at = instant_at(expectation.by, times)
        found.append(Expected(counter, expectation, None if at >= times.ends_at else at))
    return tuple(found)


def judge(expected: Expected, counts: Mapping[str, int]) -> ExpectResult:
    """Is it so now?"""
    value = counts[expected.counter]
    return ExpectResult(expected.counter, wanted(expected.expectation), value, expected.expectation.holds(value))


def wanted(expectation: Expectation) -> str:
    """The expectation in words."""
    limits = (
        ("", expectation.equals),
        ("at least ", expectation.at_least),
        ("at most ", expectation.at_most),
    )
    numbers = " and ".join(f"{word}{number}" for word, number in limits if number is not None)
    return f"{numbers} by {expectation.by}"
