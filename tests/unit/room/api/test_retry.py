"""When a call is made again, and after how long."""

import random
from datetime import UTC, datetime

import pytest

from bots.room.api.retry import is_worth_repeating, wait_s

NOW = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "if_repeatable", "if_not"),
    [(200, False, False), (400, False, False), (404, False, False), (409, False, False), (429, True, True),
     (500, True, False), (502, True, False), (503, True, True), (504, True, False)],
)  # fmt: skip
def test_only_what_can_succeed_later_and_does_no_harm_is_repeated(
    status: int, if_repeatable: bool, if_not: bool
) -> None:
    found = [is_worth_repeating(status, is_repeatable=is_repeatable) for is_repeatable in (True, False)]
    assert [if_repeatable, if_not] == found


def test_the_waits_grow_are_spread_and_end() -> None:
    waits = [[wait_s(calls, random.Random(seed), {}, NOW) for seed in range(50)] for calls in (1, 2, 3, 4)]
    for calls, spread in enumerate(waits[:3], start=1):
        assert all(wait is not None and 0.25 * 2 ** (calls - 1) <= wait <= 0.5 * 2 ** (calls - 1) for wait in spread)
        assert len(set(spread)) > 40
    assert {None} == set(waits[3])


@pytest.mark.parametrize(
    ("text", "asked_s"),
    [("3", 3.0), ("0", 0.0), ("Mon, 30 Mar 2026 08:00:20 GMT", 20.0), ("Mon, 30 Mar 2026 07:00:00 GMT", 0.0)],
)
def test_a_server_is_obeyed_in_how_long_to_stay_away(text: str, asked_s: float) -> None:
    waited = wait_s(1, random.Random(1), {"Retry-After": text}, NOW)
    assert waited is not None
    assert asked_s <= waited <= asked_s + 0.5


def test_a_server_that_wants_to_be_left_alone_for_long_gets_no_second_call() -> None:
    assert wait_s(1, random.Random(1), {"Retry-After": "3600"}, NOW) is None


@pytest.mark.parametrize("text", ["", "soon", "-5", "9" * 5000, "٣"])
def test_a_wait_that_cannot_be_read_is_as_if_not_there(text: str) -> None:
    waited = wait_s(1, random.Random(1), {"Retry-After": text}, NOW)
    assert waited is None or 0.25 <= waited <= 0.5
