"""Which planned start runs now, and which was missed."""

from datetime import UTC, datetime, timedelta

from bots.schedule import PUNCTUAL, Due, due, is_misfired

TEN = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_nothing_is_due_before_its_time() -> None:
    assert Due() == due([TEN], TEN - timedelta(microseconds=1), start_within=10 * MINUTE)


def test_a_planned_time_is_due_at_its_instant() -> None:
    assert Due(start=TEN) == due([TEN], TEN)


def test_a_late_wake_up_still_starts_without_any_grace() -> None:
    assert Due(start=TEN) == due([TEN], TEN + PUNCTUAL)


def test_without_if_missed_a_start_that_is_late_is_a_misfire() -> None:
    assert Due(misfired=(TEN,)) == due([TEN], TEN + MINUTE)


def test_start_within_counts_to_its_last_moment() -> None:
    assert Due(start=TEN) == due([TEN], TEN + 10 * MINUTE, start_within=10 * MINUTE)
    assert Due(misfired=(TEN,)) == due([TEN], TEN + 10 * MINUTE + timedelta(seconds=1), start_within=10 * MINUTE)


def test_of_several_starts_within_grace_the_latest_runs_and_the_others_are_told() -> None:
    planned = [TEN + 2 * MINUTE, TEN - 20 * MINUTE, TEN, TEN + 30 * MINUTE]
    expected = Due(start=TEN + 2 * MINUTE, misfired=(TEN - 20 * MINUTE,), superseded=(TEN,))
    assert expected == due(planned, TEN + 3 * MINUTE, start_within=10 * MINUTE)


def test_every_past_time_is_started_missed_or_superseded() -> None:
    planned = [TEN + n * MINUTE for n in range(-30, 30)]
    result = due(planned, TEN, start_within=5 * MINUTE)
    assert {at for at in planned if at <= TEN} == {result.start, *result.misfired, *result.superseded}


def test_a_time_to_come_is_no_misfire() -> None:
    assert not is_misfired(TEN, TEN - MINUTE)
