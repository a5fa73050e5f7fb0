"""How far schedules have been decided: kept, changed, forgotten; the same on every kind of database."""

from datetime import UTC, datetime, timedelta

from bots.clock import SystemClock
from bots.journal import Journal

AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


async def test_the_last_decision_is_there_after_a_restart(journal: Journal, url: str) -> None:
    for minutes in (0, 1, 2):
        journal.schedules.decided("a.yaml#lesson", "v1", AT + timedelta(minutes=minutes))
    journal.schedules.decided("b.yaml#lesson", "v2", AT)
    await journal.store.flushed()
    async with Journal(url, SystemClock()) as second:
        assert {"a.yaml#lesson": ("v1", AT + timedelta(minutes=2)), "b.yaml#lesson": ("v2", AT)} == dict(
            await second.schedules.all()
        )


async def test_what_is_forgotten_is_gone_and_the_others_stay(journal: Journal) -> None:
    journal.schedules.decided("a.yaml#lesson", "v1", AT)
    journal.schedules.decided("b.yaml#lesson", "v1", AT)
    journal.schedules.forget(["a.yaml#lesson"])
    journal.schedules.forget([])
    await journal.store.flushed()
    assert ["b.yaml#lesson"] == list(await journal.schedules.all())
