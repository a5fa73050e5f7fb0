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
    assert ExpectResult("heard", wanted, value, is_met) == judge(Expected("heard", expectation, None), counts, {})


def test_each_percentile_is_an_expectation_of_its_own() -> None:
    found = expected(join_time={"p99": "2s", "p50": {"at_most": "500ms"}, "by": "start + 1m"})
    assert ["join_time p50", "join_time p99"] == [one.name for one in found]
    assert {START + timedelta(minutes=1)} == {one.at for one in found}


@pytest.mark.parametrize(
    ("values_s", "value", "is_met", "shown"),
    [
        ([0.1] * 99 + [5.0], 0.1, True, "100ms"), ([0.1] * 98 + [5.0] * 2, 5.0, False, "5s"),
        ([2.0], 2.0, True, "2s"), ([], None, False, "nothing was measured"),
    ],
)  # fmt: skip
def test_a_percentile_is_one_of_the_values_and_nothing_measured_is_not_met(
    values_s: list[float], value: float | None, is_met: bool, shown: str
) -> None:
    [one] = expected(join_time={"p99": "2s"})
    result = judge(one, {}, {"join_time": values_s})
    assert ExpectResult("join_time p99", "at most 2s by end", value, is_met) == result
    assert shown == result.shown
