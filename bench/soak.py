"""`bots serve` for a long time: what it holds after hundreds of sessions, joins, rotations and faults.

`python -m bench.soak [MINUTES]` (20 unless given). Every minute four sessions of 45 s begin, each with a moderator and
seven pupils in a room of its own: a greeting, a sound, two rounds of a rotation, attendance. In every third minute the
room server stands still for 8 s, in every fifth the journal is locked for 4 s. A line a minute: memory (PSS), file
descriptors, threads and tasks of the process that serves, memory of the room server, size of the journal.
"""

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.processes import Server, pss_bytes, room_server
from tests.e2e.program import PLAYBOOKS

__all__ = ["main"]

CLASSES = 4
FROZEN_S, LOCKED_S = 8, 4
CLASS = """\
playbook: 1
name: Class {number}
timezone: UTC
room:
  create: {{name: Class {number}, mode: group, max_active_talkers: 6, moderators: 1, participants: 8}}
schedule: [{{id: lesson, cron: "* * * * *", length: 45s, if_missed: {{start_within: 20s}}}}]
audio: {{bell: {{file: bell.ogg}}}}
rotations: {{talk: {{group_size: 4, rounds: 2, round_length: 10s, shortest_round: 5s}}}}
bots:
  helper:
    role: moderator
    timeline:
      - {{at: start + 4s, do: [{{say: "Good morning"}}, {{play: bell}}, {{rotate: talk}}, {{save: attendance.csv}}]}}
    rules: [{{id: greet, when: {{joined: first_time}}, do: [{{say: {{text: "Hello", to: person}}}}]}}]
  pupil: {{role: participant, count: 7, invites: [{{then: accept}}]}}
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What the two processes and the journal hold at one instant."""

    memory_mb: float
    descriptors: int
    threads: int
    tasks: int
    room_mb: float
    journal_mb: float

    def row(self) -> str:
        return (
            f"{self.memory_mb:9.1f} {self.descriptors:5} {self.threads:8} {self.tasks:6} {self.room_mb:9.1f} "
            f"{self.journal_mb:11.2f}"
        )  # fmt: skip


async def main() -> None:
    """Print a line a minute, and what came of the sessions."""
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory(prefix="bots-soak-") as name:
        await _soak(Path(name), minutes)


async def _soak(folder: Path, minutes: int) -> None:
    classes = folder / "classes"
    classes.mkdir()
    (classes / "bell.ogg").write_bytes((PLAYBOOKS / "audio" / "bell.ogg").read_bytes())
    for number in range(CLASSES):
        (classes / f"class-{number}.yaml").write_text(CLASS.format(number=number), encoding="utf-8")
    async with AsyncExitStack() as stack:
        room = await stack.enter_async_context(room_server())
        process, address = await stack.enter_async_context(_serving(folder, classes, room))
        print("minute memory MB files  threads  tasks room MB    journal MB  sessions", flush=True)
        for minute in range(minutes):
            await _until_second(10)
            if minute % 3 == 2:
                os.kill(room.pid, signal.SIGSTOP)
                await asyncio.sleep(FROZEN_S)
                os.kill(room.pid, signal.SIGCONT)
            if minute % 5 == 4:
                await asyncio.to_thread(_lock, folder / "journal.db")
            await _until_second(35)  # all sessions of this minute run, and those of the next are not being made ready
            held, ended = await asyncio.to_thread(_look, process, address, room, folder)
            print(f"{minute + 1:6} {held.row()}  {ended}", flush=True)
    for what, times in _outcomes(folder / "log").most_common():
        print(f"{times:5} {what}")


async def _until_second(second: int) -> None:
    """Of a minute of the wall clock, by which sessions begin."""
    await asyncio.sleep((second - time.time()) % 60)


@asynccontextmanager
async def _serving(folder: Path, classes: Path, room: Server) -> AsyncIterator[tuple[int, str]]:
    """`bots serve`: its pid, and the address of its endpoints."""
    provider = {"BOTS_API_URL": room.api_url, "BOTS_APP_ID": room.app_id, "BOTS_APP_KEY": room.app_key}
    log = folder / "log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bots", "serve", str(classes), "--store", f"sqlite:///{folder}/journal.db",
            "--http", "127.0.0.1:0", "--log-format", "json",
            stdout=out, env={**os.environ, **provider, "XDG_STATE_HOME": str(folder)},
        )  # fmt: skip
    try:
        yield process.pid, await asyncio.to_thread(_address, log)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _address(log: Path) -> str:
    """Where the endpoints are, once they are."""
    for _ in range(600):
        if found := re.search(r'"http_opened", "address": "([^"]+)"', log.read_text("utf-8")):
            return found[1]
        time.sleep(0.1)
    raise TimeoutError("bots serve has not opened its endpoints within a minute")


def _lock(journal: Path) -> None:
    """Keep everybody else from writing for a while."""
    with closing(sqlite3.connect(journal, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED_S)
        other.execute("ROLLBACK")


def _look(process: int, address: str, room: Server, folder: Path) -> tuple[Held, int]:
    """What is held now, and how many sessions have ended."""
    with httpx.Client(trust_env=False) as client:
        text = client.get(f"http://{address}/metrics", timeout=30).text
    tasks = re.search(r"^bots_tasks (\d+)", text, re.MULTILINE)
    ended = re.findall(r"^bots_sessions_ended_total\{\S+\} (\d+)", text, re.MULTILINE)
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    threads = re.search(r"^Threads:\s+(\d+)", status, re.MULTILINE)
    assert tasks is not None
    assert threads is not None
    journal = sum(one.stat().st_size for one in folder.glob("journal.db*") if one.is_file())
    held = Held(
        memory_mb=pss_bytes(process) / 1e6, descriptors=sum(1 for _ in Path(f"/proc/{process}/fd").iterdir()),
        threads=int(threads[1]), tasks=int(tasks[1]), room_mb=pss_bytes(room.pid) / 1e6, journal_mb=journal / 1e6,
    )  # fmt: skip
    return held, sum(map(int, ended))


def _outcomes(log: Path) -> Counter[str]:
    """How the sessions ended, and what else was told of how often."""
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    loud = [event for event in events if event["level"] in {"warning", "error"}]
    told = Counter(" ".join(filter(None, (event["event"], event.get("reason")))) for event in loud)
    return told + Counter(event["outcome"] for event in events if event["event"] == "session_finished")


if __name__ == "__main__":
    asyncio.run(main())
