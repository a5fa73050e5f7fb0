"""Expectations, judged at their instants."""

from datetime import timedelta
from typing import Any

import pytest

from bots.fleet import ExpectResult, session_times
from bots.fleet.expect import Expected, expectations_of, judge
from bots.playbook import COUNTERS, Expectation
from tests.unit.fleet.lesson import START, playbook_of


def expected(**expect: Any) -> tuple[Expected, ...]:
    playbook = playbook_of(expect=expect)
    return expectations_of(playbook, session_times(playbook, START))


def test_an_expectation_is_judged_at_its_by_or_at_the_end_whenever_that_comes() -> None:
    found = expected(joined={"equals": 4, "by": "start + 10s"}, heard=2, back={"at_least": 1, "by": "end + 5s"})
    assert [START + timedelta(seconds=10), None, None] == [one.at for one in found]


@pytest.mark.parametrize(
    ("expectation", "wanted", "value", "is_met"),
    [
        (Expectation(equals=4), "4 by end", 4, True),
        (Expectation(equals=4), "4 by end", 5, False),
        (Expectation(at_least=2, at_most=4), "at least 2 and at most 4 by end", 4, True),
        (Expectation(at_most=0), "at most 0 by end", 1, False),
    ],
)
def test_the_result_says_what_was_wanted_and_what_was(
    expectation: Expectation, wanted: str, value: int, is_met: bool
) -> None:
    counts = dict.fromkeys(COUNTERS, 0) | {"heard": value}
    assert ExpectResult("heard", wanted, value, is_met) == judge(Expected("heard", expectation, None), counts)
