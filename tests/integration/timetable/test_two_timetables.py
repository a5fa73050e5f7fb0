"""Two processes serve one folder: each of a hundred sessions is begun and ended once, whatever befalls a process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import psycopg
import pytest

from bots.clock import SystemClock
from bots.journal import Journal
from bots.playbook import load
from bots.timetable.row import version_of
from tests.fakes.postgres import PostgresServer

SESSIONS = 100
LEASE_S = 1.5
WORKER = """
import asyncio, os, sys
from pathlib import Path
from bots.clock import SystemClock
from bots.errors import SessionHeld
from bots.fleet import SessionResult
from bots.journal import Journal
from bots.playbook import load
from bots.schedule import AlarmClock
from bots.timetable import Shelf, Timetable

folder, url, room = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
count, lease_s = int(sys.argv[4]), float(sys.argv[5])
clock = SystemClock()

def tell(what, part):
    if not part.opened.hold.may_send():
        raise SessionHeld(part.record.id, "another process")
    with room.open("a") as file:
        file.write(f"{what} {part.record.entry}\\n")

async def play(part):
    if part.playbook is not None:
        await part.opened.planned(room_id="r", provider="p", plan="plan")
    if f"start {part.record.entry}\\n" not in room.read_text():
        tell("start", part)
    await asyncio.sleep(2.0)
    if f"end {part.record.entry}\\n" not in room.read_text():
        tell("end", part)
    await part.opened.end("finished", None, None, clock.now())
    return SessionResult(
        session=part.record.id, outcome="finished", reason=None, counts={}, expectations=(), bots=1, joined=1
    )

async def until_all(stop):
    while room.read_text().count("end ") < count:
        await asyncio.sleep(0.1)
    stop.set()

async def main():
    alarms, stop = AlarmClock(clock), asyncio.Event()
    alarms.start()
    shelf = Shelf(folder, find=lambda: sorted(folder.glob("*.yaml")), read=lambda path: load(path, environment={}))
    async with Journal(url, clock, lease_s=lease_s) as journal:
        table = Timetable(folder, shelf, journal, play, forgotten=print, clock=clock, alarms=alarms, adopt_s=1.0)
        (room.parent / f"up-{os.getpid()}").touch()
        while len(list(room.parent.glob("up-*"))) < 2:
            await asyncio.sleep(0.01)
        watching = asyncio.create_task(until_all(stop))
        await table.run(stop)
        await watching
    alarms.stop()

asyncio.run(main())
"""


async def prepare(folder: Path, url: str) -> None:
    """A hundred sessions that began two minutes ago, and nobody was there."""
    began = datetime.now(UTC) - timedelta(minutes=2)
    entry = f'cron: "{began.minute} {began.hour} * * *", length: 2h, if_missed: {{start_within: 1h}}'
    entries = "".join(f"  - {{id: s{number:03}, {entry}}}\n" for number in range(SESSIONS))
    (folder / "all.yaml").write_text(
        f"playbook: 1\nname: All\ntimezone: UTC\nroom: {{id: r}}\nschedule:\n{entries}"
        "bots: {helper: {role: moderator}}\n",
        encoding="utf-8",
    )
    playbook = load(folder / "all.yaml", environment={})
    async with Journal(url, SystemClock()) as journal:
        for one in playbook.schedule:
            journal.schedules.decided(
                f"{folder}/all.yaml#{one.id}", version_of(playbook, one), began - timedelta(minutes=9)
            )  # fmt: skip
        await journal.store.flushed()


def start(folder: Path, url: str, room: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WORKER, str(folder), url, str(room), str(SESSIONS), str(LEASE_S)])


@pytest.mark.parametrize("befalls", ["nothing", "frozen", "killed"])
async def test_each_session_is_begun_once_and_ends_once(
    tmp_path: Path, befalls: Literal["nothing", "frozen", "killed"]
) -> None:
    await play_all(tmp_path, f"sqlite:///{tmp_path}/journal.db", befalls)


async def test_so_it_is_with_postgresql(tmp_path: Path, postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE timetables")
    await play_all(tmp_path, postgres.url("timetables"), "killed")


async def play_all(tmp_path: Path, url: str, befalls: Literal["nothing", "frozen", "killed"]) -> None:
    (folder := tmp_path / "playbooks").mkdir()
    room = tmp_path / "room.txt"
    room.touch()
    await prepare(folder, url)
    processes = [start(folder, url, room), start(folder, url, room)]
    try:
        if befalls != "nothing":
            while len(room.read_text().splitlines()) < 10:
                assert processes[0].poll() is None
                await asyncio.sleep(0.01)
        if befalls == "frozen":
            os.kill(processes[0].pid, signal.SIGSTOP)
            await asyncio.sleep(3 * LEASE_S)
            os.kill(processes[0].pid, signal.SIGCONT)
        if befalls == "killed":
            processes[0].kill()
        codes = [await asyncio.to_thread(process.wait, 180) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert [-9 if befalls == "killed" else 0, 0] == codes
    expected = {f"{what} s{number:03}": 1 for number in range(SESSIONS) for what in ("start", "end")}
    assert expected == dict(Counter(room.read_text().splitlines()))
