"""`python -m bench.steps`: how late a step is sent that is due, with the journal on (SQLite, every commit on the disk).

Bots as they are, each with a diary of its own session, in rooms that only write down when they were asked; so this is
what alarm, run and journal take, without a network. Asked for (figures S1 and S2, design 10): 1,000 steps over 10 s
p99 15 ms and at most 50 ms; 100 rooms to open in one instant within 50 ms, 1,000 within 300 ms. The last row is of
bots that come in that instant, too.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from bots.bot import Bot, Provider
from bots.clock import SystemClock
from bots.fleet import plan
from bots.journal import Journal, SessionRecord
from bots.log import configure
from bots.loop import run
from bots.playbook import Playbook, read
from bots.schedule import AlarmClock
from tests.fakes.clock import FakeClock
from tests.fakes.room import FakeDoor, FakeRoom, load_fake

__all__ = ["main"]

SAYS, OPENS = "say", "create_breakouts"
SPREAD = """\
playbook: 1
name: Spread
room: {id: r}
schedule: [{length: 1m}]
bots: {helper: {role: moderator, timeline: [ENTRIES]}}
"""
READY_S, SETTLED_S = 5.0, 5.0
AT_ONCE = ((100, SETTLED_S), (1000, SETTLED_S), (100, 0.0))
LIMIT_S = 120.0


class Awaited:
    """So many requests of a kind."""

    def __init__(self, what: str, count: int) -> None:
        self.what, self._left = what, count
        self.are_all_there = asyncio.Event()

    def came(self) -> None:
        self._left -= 1
        if not self._left:
            self.are_all_there.set()


class TimedRoom(FakeRoom):
    """Knows when it was asked for what is awaited."""

    def __init__(self, clock: SystemClock, awaited: Awaited) -> None:
        super().__init__(cast("FakeClock", clock))
        self._awaited = awaited
        self.asked_at: list[datetime] = []

    def _do(self, *request: Any) -> None:
        if request[0] == self._awaited.what:
            self.asked_at.append(datetime.now(UTC))
            self._awaited.came()


def playbook_of(*entries: str) -> Playbook:
    return read(SPREAD.replace("ENTRIES", ", ".join(entries)))


async def late_ms(
    folder: Path, playbook: Playbook, bots: int, apart: timedelta, what: str, *, after_s: float = 0.0
) -> list[float]:  # fmt: skip
    """How late each step was sent, ms, sorted.

    Args:
        bots: each of its own session.
        apart: from one's start to that of the next.
        what: the requests that count; each bot has as many as its playbook has timeline entries, one a second.
        after_s: when the first of them is, from the bot's start on.
    """
    clock, alarms = SystemClock(), AlarmClock(SystemClock())
    alarms.start()
    late: list[float] = []
    async with Journal(f"sqlite:///{folder}/journal.db", clock) as journal:
        opened = await asyncio.gather(*(journal.begin(_record(f"{what}-{number}")) for number in range(bots)))
        first = datetime.now(UTC) + timedelta(seconds=READY_S * max(1, bots / 200))
        awaited = Awaited(what, bots * len(playbook.bots["helper"].timeline))
        lives, rooms = [], []
        for number, one in enumerate(opened):
            assert one is not None, "a new journal"
            [spec] = plan(playbook, provider=Provider("", "", ""), room_id="r", starts_at=first + number * apart)
            door = FakeDoor(cast("FakeClock", clock))
            door.room = room = TimedRoom(clock, awaited)
            rooms.append((room, spec.starts_at))
            bot = Bot(
                spec, clock=clock, alarms=alarms, join=door, load=load_fake, emit=lambda _: None,
                diary=one.diary(spec.id),
            )  # fmt: skip
            lives.append(asyncio.create_task(bot.run()))
        async with asyncio.timeout(LIMIT_S):
            await awaited.are_all_there.wait()
        for room, starts_at in rooms:
            for number, at in enumerate(room.asked_at):
                late.append((at - starts_at - timedelta(seconds=after_s + number)).total_seconds() * 1000)
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)
        await journal.store.flushed(60)
    alarms.stop()
    return sorted(late)


def _record(session: str) -> SessionRecord:
    now = datetime.now(UTC)
    return SessionRecord(
        id=session, playbook="Spread", file="", entry="session", starts_at=now, ends_at=now + timedelta(minutes=1)
    )  # fmt: skip


def _row(name: str, late: list[float]) -> None:
    p50, p99 = (late[int(len(late) * share)] for share in (0.5, 0.99))
    print(f"  {name:40} {len(late):5} {p50:8.2f} {p99:8.2f} {late[-1]:8.2f}", flush=True)


async def _spread(folder: Path) -> None:
    playbook = playbook_of(*(f"{{at: start + {number}s, do: [{{say: Now}}]}}" for number in range(10)))
    _row("lines over 10 s", await late_ms(folder, playbook, 100, timedelta(milliseconds=10), SAYS))


async def _at_once(folder: Path, rooms: int, after_s: float) -> None:
    playbook = playbook_of(f"{{at: start + {after_s:g}s, do: [{{breakouts: {{open: [red, blue]}}}}]}}")
    late = await late_ms(folder, playbook, rooms, timedelta(0), OPENS, after_s=after_s)
    _row(f"{rooms} rooms to open in one instant" + (", on coming" if not after_s else ""), late)


def main() -> None:
    """Print the table."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        configure("json", nowhere)
        print(f"sent late, ms {'':28} sent      p50      p99      max")
        works: list[Callable[[Path], Coroutine[Any, Any, None]]] = [_spread]
        works += [partial(_at_once, rooms=rooms, after_s=after_s) for rooms, after_s in AT_ONCE]
        for work in works:
            with tempfile.TemporaryDirectory() as name:
                run(work(Path(name)))


if __name__ == "__main__":
    main()
