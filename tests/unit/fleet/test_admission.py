"""A session is refused before it starts where the event loop is late, and says by how much and what to do."""

import pytest
from structlog.testing import capture_logs

from bots.clock import SystemClock
from bots.errors import Overloaded
from bots.fleet.admission import LAG_LIMIT_S, PROBES, TRIES, admit, measure
from tests.fakes.clock import LateClock


async def test_what_is_late_by_so_much_is_measured_so() -> None:
    lag = await measure(LateClock(lambda number: 0.003 * (number % 2)))
    assert pytest.approx(0.0015) == lag.typical_s
    assert pytest.approx(0.003) == lag.worst_s


async def test_a_loop_that_is_on_time_takes_the_session_and_the_numbers_are_logged() -> None:
    with capture_logs() as logs:
        await admit(LateClock(lambda _: 0.002), session="lesson", bots=3)
    assert [
        ("load_measured", "lesson", 3, 2.0, 2.0, 20.0, 1),
    ] == [tuple(line[key] for key in ("event", "session", "bots", "lag_p50_ms", "lag_max_ms", "limit_ms", "looks"))
          for line in logs]  # fmt: skip


async def test_a_loop_that_stays_late_refuses_with_the_numbers_and_what_to_do() -> None:
    clock = LateClock(lambda _: LAG_LIMIT_S * 1.5)
    with pytest.raises(Overloaded, match=r"3 bots; .* 30 ms late .* limit is 20 ms\. Stop other work") as refused:
        await admit(clock, session="lesson", bots=3)
    assert (TRIES * PROBES, True) == (clock.slept, refused.value.retryable)


async def test_a_loop_that_was_late_for_a_moment_takes_the_session() -> None:
    clock = LateClock(lambda number: 0.5 if number < PROBES * (TRIES - 1) else 0.0)
    await admit(clock, session="lesson", bots=3)
    assert TRIES * PROBES == clock.slept


async def test_one_stall_among_punctual_probes_is_no_overload() -> None:
    assert not (await measure(LateClock(lambda number: 1.0 if number == 3 else 0.0))).is_too_much


async def test_the_loop_of_this_process_is_measured_on_its_own_clock() -> None:
    assert (await measure(SystemClock())).worst_s >= 0.0
