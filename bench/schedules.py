"""`python -m bench.schedules`: what 10,000 schedule entries cost `bots serve`, and what a year without a process does.

The timetable of `bots serve` with its real journal (SQLite, every commit on the disk) and its real alarm clock, on a
clock that is set to the instant in question; sessions end as soon as they are begun. Reading the files is not counted.
Asked for (figures S9 and S13): load and arm 2 s, an idle wake-up 50 us, 1,000 due at once 50 ms; the start after an
outage of a year, with the most frequent schedule that there is and a window of 5 minutes, 50 ms. Then a week of more
than 15,000 starts on a virtual clock, without a journal: none missing (S3), in 10 s (S8).
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from bots.clock import SystemClock
from bots.fleet import SessionResult
from bots.journal import Journal
from bots.log import configure
from bots.loop import run
from bots.playbook import Playbook, load, read
from bots.schedule import AlarmClock, Planned, planned, wait_until
from bots.simulation import VirtualClock, run_virtually
from bots.timetable import Part, Shelf, Timetable
from bots.timetable.agenda import Agenda
from bots.timetable.row import Row, version_of

__all__ = ["main"]

FILES, ENTRIES, AT_ONCE = 100, 100, 1000
SUNDAY = datetime(2026, 3, 22, 12, tzinfo=UTC)  # nothing starts on a Sunday
MONDAY_AT_NINE = datetime(2026, 3, 23, 8, tzinfo=UTC)  # of Madrid
NEVER_S = 1e9
IDLE_S = 20
BOOK = """\
playbook: 1
name: Book {number}
timezone: Europe/Madrid
room: {{id: room-{number}}}
schedule:
{entries}
bots: {{helper: {{role: moderator}}, pupil: {{count: 24}}}}
"""
EACH_MINUTE = '  - {id: minute, cron: "* * * * *", length: 5m, if_missed: {start_within: 5m}, if_still_running: both}'


class SetClock(SystemClock):
    """The system's, set to another instant.

    Args:
        at: aware; what it shows now.
    """

    def __init__(self, at: datetime) -> None:
        self._ahead = at - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@dataclass(frozen=True, slots=True)
class Moment:
    """On the machine's clock, and in CPU time of the event loop's thread; seconds."""

    at_s: float
    cpu_s: float

    @staticmethod
    def now() -> "Moment":
        return Moment(time.perf_counter(), time.thread_time())


class WatchedAlarms(AlarmClock):
    """The alarm clock, and when it was set and rang last.

    Attributes:
        touched: rings when it is set.
        looks_s: CPU time of each wake-up, and of the same look once more at once, when nothing has to be fetched first.
    """

    def __init__(self, clock: SystemClock) -> None:
        super().__init__(clock)
        self.touched = asyncio.Event()
        self.set_at = self.rang_at = Moment(0.0, 0.0)
        self.looks_s: list[tuple[float, float]] = []
        look = self._scheduler._process_jobs

        def timed() -> float | None:
            began_s = time.thread_time()
            look()
            seen_s = time.thread_time()
            sleep_s = look()
            self.looks_s.append((seen_s - began_s, time.thread_time() - seen_s))
            return sleep_s

        self._scheduler._process_jobs = timed  # type: ignore[method-assign]  # watched from inside

    async def set_after(self, before: Moment) -> None:
        """Return when it has been set later than then."""
        while self.set_at.at_s <= before.at_s:
            self.touched.clear()
            await self.touched.wait()

    def at(self, instant: datetime, name: str, callback: Callable[[], None]) -> Callable[[], None]:
        def ring() -> None:
            self.rang_at = Moment.now()
            callback()

        cancel = super().at(instant, name, ring)
        self.set_at = Moment.now()
        self.touched.set()
        return cancel


@dataclass
class Life:
    """One process of `bots serve`: when it began, what it has begun."""

    alarms: WatchedAlarms
    journal: Journal
    began_at: Moment
    begun: list[Moment] = field(default_factory=list)
    are_begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def play(self, part: Part) -> SessionResult:
        assert part.opened is not None, "the journal takes writes"
        self.begun.append(Moment.now())
        if len(self.begun) == AT_ONCE:
            self.are_begun.set()
        await part.opened.end("finished", None, None, part.record.ends_at)
        return SessionResult(
            session=part.record.id, outcome="finished", reason=None, counts={}, expectations=(), bots=1, joined=1
        )  # fmt: skip


@asynccontextmanager
async def living(folder: Path, books: dict[Path, Playbook], at: datetime) -> AsyncIterator[Life]:
    """From the moment at which its first alarm is set."""
    clock = SetClock(at)
    alarms = WatchedAlarms(clock)
    alarms.start()
    async with Journal(f"sqlite:///{folder}/journal.db", clock) as journal:
        life = Life(alarms, journal, Moment.now())
        shelf = Shelf(folder, find=lambda: sorted(books), read=lambda path: books[path])
        timetable = Timetable(
            folder, shelf, journal, life.play, forgotten=lambda _: None, clock=clock, alarms=alarms, look_s=NEVER_S,
            adopt_s=NEVER_S,
        )  # fmt: skip
        stop = asyncio.Event()
        running = asyncio.create_task(timetable.run(stop))
        await alarms.set_after(life.began_at)
        yield life
        stop.set()
        await running
        await journal.store.flushed(60)
    alarms.stop()


def entries_of(number: int) -> Iterator[str]:
    """Of the first thousand all on Monday at nine, the others somewhere in the week."""
    for index in range(ENTRIES):
        whole = number * ENTRIES + index
        hour, minute = 8 + whole % 10, (whole * 7) % 60
        if whole < AT_ONCE:
            yield f"  - {{id: e{index}, every: [mon], at: 09:00, length: 50m}}"
        elif whole % 2:
            yield f"  - {{id: e{index}, every: [mon, wed, fri], at: {hour:02}:{minute:02}, length: 50m}}"
        else:
            yield f'  - {{id: e{index}, cron: "{minute} {hour} * * mon-fri", length: 50m}}'


def written(folder: Path, number: int, entries: str) -> Path:
    file = folder / f"book-{number}.yaml"
    file.write_text(BOOK.format(number=number, entries=entries), encoding="utf-8")
    return file


async def many(folder: Path) -> None:
    """S9."""
    files = [written(folder, number, "\n".join(entries_of(number))) for number in range(FILES)]
    began_s = time.perf_counter()
    books = {file: load(file, environment={}) for file in files}
    print(f"{FILES} files with {ENTRIES} entries each, read in {time.perf_counter() - began_s:.2f} s")
    for what in ("the first time", "again"):
        async with living(folder, books, SUNDAY) as life:
            tell(f"load and arm, {what}", life.began_at, life.alarms.set_at, 2.0)
            await life.journal.store.flushed(60)
            if what == "again":
                await asyncio.sleep(2)
                life.alarms.looks_s.clear()
                await asyncio.sleep(IDLE_S)
                first, again = zip(*life.alarms.looks_s, strict=True)
                for name, looks_s in (("an idle wake-up", first), ("the same once more", again)):
                    print(f"  {name:40} {'':12} {statistics.median(looks_s) * 1e3:9.3f} ms  asked: 0.05 ms", flush=True)
    async with living(folder, books, MONDAY_AT_NINE - timedelta(seconds=25)) as life:
        await life.alarms.set_after(life.alarms.set_at)
        tell(f"{AT_ONCE} due at once: decided", life.alarms.rang_at, life.alarms.set_at, 0.05)
        await life.are_begun.wait()
        tell("all of them held and in the journal", life.alarms.rang_at, life.begun[-1], None)


async def after_a_year(folder: Path) -> None:
    """S13."""
    file = written(folder, 0, EACH_MINUTE)
    book = load(file, environment={})
    now = MONDAY_AT_NINE + timedelta(seconds=20)
    for what, outage in (("a minute", timedelta(minutes=1)), ("a year", timedelta(days=365))):
        async with Journal(f"sqlite:///{folder}/journal.db", SystemClock()) as journal:
            journal.schedules.decided(f"{file}#minute", version_of(book, book.entry()), now - outage)
        async with living(folder, {file: book}, now) as life:
            tell(f"start after {what} without a process", life.began_at, life.alarms.set_at, 0.05)
        (folder / "journal.db").unlink()


def a_week() -> None:
    """S3 and S8; clocks go forward at its end."""
    entries = [f'  - {{id: e{n}, cron: "{n % 40}-59/40 * * * *", length: 5m}}' for n in range(ENTRIES)]
    playbook = read(BOOK.format(number=0, entries="\n".join(entries)))
    since, until = SUNDAY, SUNDAY + timedelta(days=7)
    expected = Counter(
        start.starts_at
        for entry in playbook.schedule
        for start in takewhile(lambda one: one.starts_at <= until, planned(playbook, entry, after=since))
        if isinstance(start, Planned)
    )
    began_at, clock = Moment.now(), VirtualClock(since)
    found = run_virtually(lambda: taken(playbook, clock, until), clock)
    tell(f"a week, {found.total()} starts", began_at, Moment.now(), 10.0)
    wrong = (found - expected) + (expected - found)
    print(f"  {'of them not as planned':40} {wrong.total():9}")


async def taken(playbook: Playbook, clock: VirtualClock, until: datetime) -> Counter[datetime]:
    """The starts that a timetable's rows come to, one alarm after the other."""
    alarms = AlarmClock(clock, max_sleep_s=NEVER_S)
    alarms.start()
    rows = [
        Row("week.yaml", playbook, entry, decided_until=clock.now(), now=clock.now()) for entry in playbook.schedule
    ]
    agenda, found = Agenda(rows), Counter[datetime]()
    while agenda.next_at is not None and agenda.next_at <= until:
        await wait_until(alarms, agenda.next_at, "week")
        for row in agenda.take(clock.now()):
            found.update(start.starts_at for start in row.take(clock.now()).starts if start.starts_at <= until)
            agenda.add(row)
    alarms.stop()
    return found


def tell(what: str, since: Moment, until: Moment, budget_s: float | None) -> None:
    """A line of the table: how long it took, and the CPU time of the event loop's thread in it."""
    asked = "" if budget_s is None else f"asked: {budget_s * 1e3:g} ms"
    took_s, cpu_s = until.at_s - since.at_s, until.cpu_s - since.cpu_s
    print(f"  {what:40} {took_s * 1e3:9.1f} ms {cpu_s * 1e3:9.1f} ms  {asked}", flush=True)


def main() -> None:
    """Print the table."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, tempfile.TemporaryDirectory() as name:
        configure("json", nowhere)
        print(f"{'':42} {'took':>12} {'CPU':>12}")
        for work in (many, after_a_year):
            folder = Path(name).resolve() / work.__name__
            folder.mkdir()
            run(work(folder))
        a_week()


if __name__ == "__main__":
    main()
