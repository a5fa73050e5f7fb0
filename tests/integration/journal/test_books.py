"""The last good version of playbook files: kept, replaced, forgotten; the same on every kind of database."""

from datetime import UTC, datetime, timedelta

from bots.clock import SystemClock
from bots.journal import Journal

AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


async def test_the_last_version_of_each_file_is_there_after_a_restart(journal: Journal, url: str) -> None:
    for number in (1, 2):
        journal.books.keep("/p/a.yaml", f"v{number}", AT + timedelta(days=number), f"text {number}")
    journal.books.keep("/p/b.yaml", "v1", AT, "another text")
    await journal.store.flushed()
    async with Journal(url, SystemClock()) as second:
        kept = dict(await second.books.versions())
        assert {"/p/a.yaml": ("v2", AT + timedelta(days=2)), "/p/b.yaml": ("v1", AT)} == kept
        assert ("text 2", None) == (await second.books.text_of("/p/a.yaml"), await second.books.text_of("/p/c.yaml"))


async def test_what_is_forgotten_is_gone_and_the_others_stay(journal: Journal) -> None:
    for file in ("a", "b"):
        journal.books.keep(file, "v1", AT, "text")
    journal.books.forget(["a"])
    journal.books.forget([])
    await journal.store.flushed()
    assert ["b"] == list(await journal.books.versions())
