"""When packets are due."""

import pytest

from bots.media.pacer import due_packets


@pytest.mark.parametrize(
    ("now", "first_at", "due"),
    [(0.0, 0.0, 1), (0.019, 0.0, 1), (0.02, 0.0, 2), (1.0, 0.0, 51), (0.0, 0.005, 0), (0.005, 0.005, 1)],
)
def test_packet_n_is_due_at_the_origin_plus_n_times_twenty_milliseconds(now: float, first_at: float, due: int) -> None:
    assert due == due_packets(now, first_at)


def test_rounding_never_loses_a_packet_in_an_hour() -> None:
    assert [n + 1 for n in range(180_000)] == [due_packets(7.123 + n * 0.02, 7.123) for n in range(180_000)]
