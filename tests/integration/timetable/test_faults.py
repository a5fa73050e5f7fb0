"""A timetable whose journal takes no writes: classes begin, and it is said loudly."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from structlog.testing import capture_logs

from bots.clock import SystemClock
from bots.fleet import SessionResult
from bots.journal import Journal, SessionRecord
from bots.playbook import load
from bots.schedule import AlarmClock
from bots.timetable import Counts, Part, Shelf, Timetable
from bots.timetable.row import Row, version_of
from bots.timetable.starts import Starts, record_of
from tests.integration.timetable.term import lesson


def hold_up_missed(journal: Journal) -> tuple[asyncio.Event, asyncio.Event]:
    """Let the writing of missed starts stand still; returns what is set when it begins, and what lets it go on."""
    writing, written, note = asyncio.Event(), asyncio.Event(), journal.note_unplayed

    async def take_long(records: Sequence[SessionRecord]) -> list[str]:
        writing.set()
        await written.wait()
        return await note(records)

    journal.note_unplayed = take_long  # type: ignore[method-assign]
    return writing, written


async def test_a_class_whose_time_has_come_begins_though_the_journal_is_locked(tmp_path: Path) -> None:
    (folder := tmp_path / "playbooks").mkdir()
    began = datetime.now(UTC) - timedelta(minutes=1)
    entry = f'{{id: e, cron: "{began.minute} {began.hour} * * *", length: 1h, if_missed: {{start_within: 30m}}}}'
    (folder / "one.yaml").write_text(lesson("One", entry, zone="UTC"), encoding="utf-8")
    played: list[Part] = []

    async def play(part: Part) -> SessionResult:
        played.append(part)
        await part.stop.wait()
        return SessionResult(
            session=part.record.id, outcome="stopped", reason=None, counts={}, expectations=(), bots=1, joined=1
        )  # fmt: skip

    clock, stop = SystemClock(), asyncio.Event()
    alarms = AlarmClock(clock)
    alarms.start()
    shelf = Shelf(folder, find=lambda: [folder / "one.yaml"], read=lambda path: load(path, environment={}))
    book = load(folder / "one.yaml", environment={})
    with capture_logs() as lines:
        async with Journal(f"sqlite:///{tmp_path}/journal.db", clock) as journal:
            table = Timetable(
                folder, shelf, journal, play, forgotten=lambda gone: None, clock=clock, alarms=alarms
            )  # fmt: skip
            journal.schedules.decided(
                f"{folder}/one.yaml#e", version_of(book, book.entry()), began - timedelta(hours=1)
            )
            await journal.store.flushed()
            with contextlib.closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                life = asyncio.create_task(table.run(stop))
                async with asyncio.timeout(60):
                    while not played:
                        await asyncio.sleep(0.05)
                    assert table.status().is_journal_away
                    other.execute("ROLLBACK")
                    while table.status().is_journal_away:
                        await asyncio.sleep(0.05)
                    stop.set()
                    counts = await life
    alarms.stop()
    assert [None] == [part.opened for part in played]
    assert (1, 0) == (counts.started, counts.missed)
    assert "error" in {line["log_level"] for line in lines if line["event"] == "journal_not_kept"}


async def test_a_session_whose_process_died_before_it_was_written_is_begun_by_another(tmp_path: Path) -> None:
    (folder := tmp_path / "playbooks").mkdir()
    began = datetime.now(UTC) - timedelta(minutes=1)
    entry = f'{{id: e, cron: "{began.minute} {began.hour} * * *", length: 1h, if_missed: {{start_within: 30m}}}}'
    (folder / "one.yaml").write_text(lesson("One", entry, zone="UTC"), encoding="utf-8")
    book, clock = load(folder / "one.yaml", environment={}), SystemClock()
    alarms = AlarmClock(clock)
    alarms.start()
    now = clock.now()
    row = Row(str(folder / "one.yaml"), book, book.entry(), decided_until=began - timedelta(minutes=9), now=now)
    [start] = row.take(now).starts
    async with Journal(f"sqlite:///{tmp_path}/journal.db", clock) as journal:
        hold = await journal.keeper.take(record_of(row, start).id, now)  # and no more than that
        starts = Starts(journal, clock=clock, alarms=alarms, counts=Counts())
        with capture_logs() as lines:
            beginning = asyncio.create_task(starts.begin(row, start))
            async with asyncio.timeout(60):
                while not lines:
                    await asyncio.sleep(0.05)
                await journal.keeper.give_back(hold)
                begun = await beginning
        assert begun is not None
        assert begun.opened is not None
        assert {"start_retried"} == {line["event"] for line in lines}
    alarms.stop()


async def test_a_process_that_is_asked_to_end_does_not_wait_for_a_session_that_cannot_be_written(
    tmp_path: Path,
) -> None:
    (folder := tmp_path / "playbooks").mkdir()
    clock, stop = SystemClock(), asyncio.Event()
    starts_at = (clock.now() + timedelta(minutes=30)).replace(second=0)
    entry = f'{{id: e, cron: "{starts_at.minute} {starts_at.hour} * * *", length: 1h, join_early: 1h}}'
    (folder / "one.yaml").write_text(lesson("One", entry, zone="UTC"), encoding="utf-8")

    async def play(part: Part) -> SessionResult:
        raise AssertionError("it has not begun")

    alarms = AlarmClock(clock)
    alarms.start()
    shelf = Shelf(folder, find=lambda: [folder / "one.yaml"], read=lambda path: load(path, environment={}))
    with capture_logs() as lines:
        async with Journal(f"sqlite:///{tmp_path}/journal.db", clock) as journal:
            table = Timetable(
                folder, shelf, journal, play, forgotten=lambda gone: None, clock=clock, alarms=alarms
            )  # fmt: skip
            with contextlib.closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                life = asyncio.create_task(table.run(stop))
                async with asyncio.timeout(60):
                    while not any(line["event"] == "journal_not_kept" for line in lines):
                        await asyncio.sleep(0.05)
                    stop.set()
                    counts = await life
                other.execute("ROLLBACK")
    alarms.stop()
    assert (0, 0) == (counts.started, counts.missed)


async def test_a_file_that_changes_while_its_missed_starts_are_written_keeps_its_new_version(tmp_path: Path) -> None:
    (folder := tmp_path / "playbooks").mkdir()
    clock, stop = SystemClock(), asyncio.Event()
    entry = '{{id: e, cron: "{} * * * *", length: 1m}}'
    missed = clock.now() - timedelta(minutes=10)
    (folder / "one.yaml").write_text(lesson("One", entry.format(missed.minute), zone="UTC"), encoding="utf-8")
    before = load(folder / "one.yaml", environment={})

    async def play(part: Part) -> SessionResult:
        raise AssertionError("nothing is due")

    alarms = AlarmClock(clock)
    alarms.start()
    shelf = Shelf(folder, find=lambda: [folder / "one.yaml"], read=lambda path: load(path, environment={}))
    row = f"{folder}/one.yaml#e"
    with capture_logs() as lines:
        async with Journal(f"sqlite:///{tmp_path}/journal.db", clock) as journal:
            writing, written = hold_up_missed(journal)
            journal.schedules.decided(row, version_of(before, before.entry()), missed - timedelta(minutes=30))
            await journal.store.flushed()
            table = Timetable(
                folder, shelf, journal, play, forgotten=lambda gone: None, clock=clock, alarms=alarms, look_s=0.1
            )  # fmt: skip
            life = asyncio.create_task(table.run(stop))
            async with asyncio.timeout(60):
                later = (clock.now() + timedelta(minutes=20)).minute
                await writing.wait()
                (folder / "one.yaml").write_text(lesson("One", entry.format(later), zone="UTC"), encoding="utf-8")
                while 2 > [line["event"] for line in lines].count("playbook_loaded"):
                    await asyncio.sleep(0.05)
                written.set()
                while not any(line["event"] == "start_missed" for line in lines):
                    await asyncio.sleep(0.05)
                stop.set()
                await life
            await journal.store.flushed()
            after = load(folder / "one.yaml", environment={})
            version, _ = dict(await journal.schedules.all())[row]
    alarms.stop()
    assert version_of(after, after.entry()) == version


async def test_a_start_that_is_not_written_yet_is_left_for_the_next_process_though_a_later_one_is(
    tmp_path: Path,
) -> None:
    (folder := tmp_path / "playbooks").mkdir()
    clock, stop = SystemClock(), asyncio.Event()
    first = (clock.now() + timedelta(minutes=30)).replace(second=0, microsecond=0)
    times = [first, first + timedelta(minutes=1)]
    entry = "{{id: e, cron: '{0},{1} * * * *', length: 1m, join_early: 40m, if_still_running: both}}"
    text = entry.format(*(one.minute for one in times))
    (folder / "one.yaml").write_text(lesson("One", text, zone="UTC"), encoding="utf-8")
    book, file = load(folder / "one.yaml", environment={}), f"{folder}/one.yaml"
    played: list[datetime] = []

    async def play(part: Part) -> SessionResult:
        played.append(part.record.starts_at)
        await part.stop.wait()
        raise AssertionError("it is left for the next process")

    def row_of(decided_until: datetime) -> Row:
        return Row(file, book, book.entry(), decided_until=decided_until, now=clock.now())

    alarms = AlarmClock(clock)
    alarms.start()
    shelf = Shelf(folder, find=lambda: [folder / "one.yaml"], read=lambda path: load(path, environment={}))
    with capture_logs() as lines:
        async with Journal(f"sqlite:///{tmp_path}/journal.db", clock) as journal:
            row = row_of(clock.now())
            await journal.keeper.take(record_of(row, row.take(clock.now()).starts[0]).id, clock.now())  # by somebody
            table = Timetable(folder, shelf, journal, play, forgotten=lambda gone: None, clock=clock, alarms=alarms)
            life = asyncio.create_task(table.run(stop))
            async with asyncio.timeout(60):
                while not played or not any(line["event"] == "start_retried" for line in lines):
                    await asyncio.sleep(0.05)
                stop.set()
                await life
            await journal.store.flushed()
            _, decided_until = dict(await journal.schedules.all())[f"{file}#e"]
    alarms.stop()
    assert times[1:] == played
    assert times == [start.starts_at for start in row_of(decided_until).take(clock.now()).starts]


async def test_a_file_that_is_removed_while_the_missed_starts_of_another_are_written_begins_nothing(
    tmp_path: Path,
) -> None:
    (folder := tmp_path / "playbooks").mkdir()
    clock, stop = SystemClock(), asyncio.Event()
    missed, coming = clock.now() - timedelta(minutes=10), clock.now() + timedelta(minutes=10)
    entry = '{{id: e, cron: "{} * * * *", length: 1m, join_early: {}}}'
    for name, at, early in (("One", missed, "0s"), ("Two", coming, "20m")):
        text = lesson(name, entry.format(at.minute, early), zone="UTC")
        (folder / f"{name.lower()}.yaml").write_text(text, encoding="utf-8")
    before = load(folder / "one.yaml", environment={})
    played: list[str] = []

    async def play(part: Part) -> SessionResult:
        played.append(part.record.id)
        await part.stop.wait()
        raise AssertionError("its file is gone")

    alarms = AlarmClock(clock)
    alarms.start()
    shelf = Shelf(folder, find=lambda: sorted(folder.iterdir()), read=lambda path: load(path, environment={}))
    with capture_logs() as lines:
        async with Journal(f"sqlite:///{tmp_path}/journal.db", clock) as journal:
            writing, written = hold_up_missed(journal)
            row = f"{folder}/one.yaml#e"
            journal.schedules.decided(row, version_of(before, before.entry()), missed - timedelta(minutes=30))
            await journal.store.flushed()
            table = Timetable(
                folder, shelf, journal, play, forgotten=lambda gone: None, clock=clock, alarms=alarms, look_s=0.1
            )  # fmt: skip
            life = asyncio.create_task(table.run(stop))
            async with asyncio.timeout(60):
                await writing.wait()
                (folder / "two.yaml").unlink()
                while not any(line["event"] == "playbook_removed" for line in lines):
                    await asyncio.sleep(0.05)
                written.set()
                while not any(line["event"] == "start_missed" for line in lines):
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0.5)  # long enough for a session to be begun
                stop.set()
                await life
            assert [] == [one.id for one in await journal.open_sessions()]
    alarms.stop()
    assert [] == played
