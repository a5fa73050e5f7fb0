"""Cron lines: their shape."""

import pytest

from bots.playbook.values.cronline import cron_problem


@pytest.mark.parametrize(
    "line",
    [
        "0 19 * * fri",
        "*/5 8-18/2 1,15 jan-mar mon-fri,sun",
        "0 0 29 2 *",
        "0 0 1 JAN MON",
        "0 0 31 4,5 *",
        "0 0 28/3 feb *",
    ],
)
def test_a_line_of_the_right_shape_is_taken(line: str) -> None:
    assert cron_problem(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "", "0 19 * *", "60 0 * * *", "0 24 * * *", "0 0 0 * *", "0 0 * 13 *", "0 0 * * 5", "0 0 * * */2",
        "5-1 * * * *", "a * * * *", "*-5 * * * *", "*/0 * * * *", "0,, * * * *", "@daily",
        "0 0 30 2 *", "0 0 31 apr,6,9,11 *", "0 0 30/1 feb *",
    ],
)  # fmt: skip
def test_any_other_line_is_refused_with_a_sentence(line: str) -> None:
    assert "cron line" in (cron_problem(line) or "")
