"""The store: what is written together, in order, and what happens while the database is away."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text
from structlog.testing import capture_logs

from bots.errors import ConfigError, JournalError
from bots.journal.database import open_database
from bots.journal.statements import upsert
from bots.journal.store import Fence, Store, Write
from bots.journal.tables import meta, sessions


def entry(store: Store, name: str, value: str) -> Write:
    return (upsert(store.kind, meta, columns=("value",)), {"name": name, "value": value})


def entries(store: Store) -> dict[str, str]:
    wanted = select(meta).where(meta.c.name != "version")
    return {row.name: row.value for row in store.read(lambda connection: connection.execute(wanted).all())}


def new_session(token: int) -> Any:
    values: dict[str, Any] = {"id": "s", "playbook": "p", "file": "f", "entry": "e", "starts_at": 0, "ends_at": 0}
    return insert(sessions).values(**values, state="open", token=token, made_at=0)


@pytest.fixture
async def store(url: str) -> Any:
    opened = Store(url)
    yield opened
    await opened.stop()


async def test_what_was_waited_for_is_kept(store: Store) -> None:
    assert await store.write(entry(store, "a", "1"))
    assert {"a": "1"} == entries(store)


async def test_what_nobody_waits_for_is_kept_in_order(store: Store) -> None:
    for number in range(300):
        store.put(entry(store, f"k{number % 3}", str(number)))
    assert await store.flushed()
    assert {"k0": "297", "k1": "298", "k2": "299"} == entries(store)


async def test_everything_handed_in_during_one_commit_goes_into_the_next(store: Store) -> None:
    commits: list[int] = []
    event.listen(store.engine, "commit", lambda _connection: commits.append(1))
    store.put(entry(store, "k0", "x"))
    await asyncio.sleep(0)  # the first commit begins
    for number in range(1, 100):
        store.put(entry(store, f"k{number}", "x"))
    assert await store.flushed(within_s=30)
    assert 100 == len(entries(store))
    assert 1 <= len(commits) <= 2


async def test_only_the_newest_of_a_slot_is_written(store: Store) -> None:
    for number in range(50):
        store.put(entry(store, "slot", str(number)), slot="slot")
    assert 1 == store.backlog
    await store.flushed()
    assert {"slot": "49"} == entries(store)


async def test_what_is_waited_for_is_not_overtaken_by_an_older_hand_in_of_its_slot(store: Store) -> None:
    store.put(entry(store, "slot", "old"), slot="slot")
    waited = asyncio.create_task(store.write(entry(store, "slot", "waited for"), slot="slot"))
    await asyncio.sleep(0)
    store.put(entry(store, "slot", "newest"), slot="slot")
    assert await waited
    await store.flushed()
    assert {"slot": "newest"} == entries(store)


async def test_a_statement_that_cannot_be_takes_no_other_with_it(store: Store) -> None:
    broken = (insert(meta), {"name": None, "value": "x"})
    with capture_logs() as logs:
        store.put(entry(store, "before", "1"))
        store.put(broken)
        store.put(entry(store, "after", "1"))
        await store.flushed()
    assert {"before": "1", "after": "1"} == entries(store)
    assert ["journal_failed"] == [one["event"] for one in logs]


async def test_work_is_done_after_what_was_handed_in_before(store: Store) -> None:
    store.put(entry(store, "a", "1"))

    def count(connection: Connection) -> int:
        return len(connection.execute(select(meta)).all())

    assert 2 == await store.transact(count)  # the version is there, too


async def test_what_a_stale_process_writes_is_refused_and_told(store: Store) -> None:
    await store.transact(lambda connection: connection.execute(new_session(token=2)).rowcount)
    told: list[str] = []
    mine, older = Fence("s", 2, lambda: told.append("mine")), Fence("s", 1, lambda: told.append("older"))
    store.put(entry(store, "older", "1"), fence=older)
    store.put(entry(store, "mine", "1"), fence=mine)
    await store.flushed()
    assert {"mine": "1"} == entries(store)
    with pytest.raises(JournalError, match="another process has taken s"):
        await store.write(entry(store, "older", "2"), fence=older)
    assert ["older", "older"] == told


async def test_while_the_journal_is_locked_nobody_waits_for_long_and_nothing_is_lost(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/journal.db")
    other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with capture_logs() as logs:
        async with asyncio.timeout(5):
            assert not await store.write(entry(store, "a", "1"))
        for _ in range(100):
            if store.is_away:
                break
            await asyncio.sleep(0.1)
        async with asyncio.timeout(0.5):
            assert not await store.write(entry(store, "b", "2"))  # known to be away: at once
        with pytest.raises(JournalError, match="takes no writes"):
            await store.transact(lambda connection: None, within_s=0.1)
        other.execute("ROLLBACK")
        assert await store.flushed(within_s=30)
    assert {"a": "1", "b": "2"} == entries(store)
    assert ["journal_interrupted", "journal_restored"] == [one["event"] for one in logs]
    other.close()
    await store.stop()


async def test_a_database_that_restarts_is_written_when_it_is_back(postgres: Any) -> None:
    store = Store(postgres.url())
    assert await store.write(entry(store, "before", "1"))
    postgres.stop()
    with capture_logs() as logs:
        async with asyncio.timeout(5):
            await store.write(entry(store, "during", "1"))
        with pytest.raises(JournalError, match="cannot be read"):
            entries(store)
        postgres.start()
        assert await store.flushed(within_s=30)
    assert "journal_restored" in [one["event"] for one in logs]
    assert {"before": "1", "during": "1"} == entries(store)
    await store.stop()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("journal.db", "is no store"),
        ("sqlite://", "names no file"),
        ("sqlite:///x.db?synchronous=off", "the only setting"),
        ("mysql://host/name", "kept in sqlite or postgresql"),
    ],
)
def test_a_wrong_url_says_how_to_write_it(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        open_database(url)


def test_a_journal_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match="cannot be made: "):
        open_database(f"sqlite:///{tmp_path}/file/journal.db")
    (tmp_path / "broken.db").write_text("this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(JournalError, match="is not a database; move it away"):
        open_database(f"sqlite:///{tmp_path}/broken.db")


def test_a_password_is_not_shown() -> None:
    with pytest.raises(JournalError, match="cannot be opened") as caught:
        open_database("postgresql://bots:secret-word@127.0.0.1:1/none")
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(("setting", "level"), [("", 2), ("?synchronous=normal", 1)])
def test_a_power_cut_is_survived_unless_that_is_not_wanted(tmp_path: Path, setting: str, level: int) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/journal.db{setting}")
    with engine.connect() as connection:
        assert "wal" == connection.execute(text("PRAGMA journal_mode")).scalar()
        assert level == connection.execute(text("PRAGMA synchronous")).scalar()
    engine.dispose()


def test_only_its_owner_can_read_a_journal(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/new/journal.db").dispose()
    assert 0o600 == (tmp_path / "new" / "journal.db").stat().st_mode & 0o777
    assert 0o700 == (tmp_path / "new").stat().st_mode & 0o777
