"""Two processes on one store: each session is run once, also when one of them stands still in the middle."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

SESSIONS = 100
LEASE_S = 1.5
WORKER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bots.clock import SystemClock
from bots.errors import JournalError, SessionHeld
from bots.journal import Journal, SessionRecord

url, room, count, lease_s = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)

async def play(journal, name):
    record = SessionRecord(id=name, playbook="P", file="/p", entry="e", starts_at=AT, ends_at=AT + timedelta(hours=1))
    opened = await journal.begin(record)
    if opened is None:
        opened = await journal.resume(name)  # JournalError if it has ended
    await opened.diary("b").intend(1, "0", path="p", kind="reconcile", at=AT)
    await asyncio.sleep(0.01)
    if name not in room.read_text().split() and opened.hold.may_send():
        with room.open("a") as file:
            file.write(name + "\\n")
    if opened.hold.may_send():
        await opened.end("finished", None, None, AT)
    else:
        await opened.let_go()
        raise SessionHeld(name, "another process")

async def main():
    async with Journal(url, SystemClock(), lease_s=lease_s) as journal:
        waiting = [f"s{number:03}" for number in range(count)]
        while waiting:
            held = []
            for name in waiting:
                try:
                    await play(journal, name)
                except SessionHeld:
                    held.append(name)
                except JournalError as over:
                    if "is not open" not in str(over):
                        held.append(name)
            waiting = held
            await asyncio.sleep(0.05)

asyncio.run(main())
"""


def start(url: str, room: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WORKER, url, str(room), str(SESSIONS), str(LEASE_S)])


async def until_lines(room: Path, count: int, one: "subprocess.Popen[bytes]") -> None:
    while len(room.read_text().split()) < count and one.poll() is None:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("is_frozen", [False, True])
async def test_each_of_a_hundred_sessions_is_run_once(url: str, tmp_path: Path, *, is_frozen: bool) -> None:
    room = tmp_path / "room.txt"
    room.touch()
    processes = [start(url, room), start(url, room)]
    try:
        for moment in (10, 40) if is_frozen else ():
            await until_lines(room, moment, processes[0])
            if processes[0].poll() is None:
                os.kill(processes[0].pid, signal.SIGSTOP)
                await asyncio.sleep(2 * LEASE_S)
                os.kill(processes[0].pid, signal.SIGCONT)
        for process in processes:
            assert 0 == await asyncio.to_thread(process.wait, 180)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert {f"s{number:03}": 1 for number in range(SESSIONS)} == dict(Counter(room.read_text().split()))
