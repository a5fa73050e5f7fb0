"""Other processes of a bench: a room server, a listener. Started and ended here, by their pids."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Server", "child", "cpu_seconds", "family", "open_files", "pss_bytes", "room_server", "stolen_seconds"]

START_LIMIT_S = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A room server in a process of its own."""

    pid: int
    api_url: str
    app_id: str
    app_key: str


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stolen_seconds(core: int) -> float:
    """Time that the machine below a virtual one has taken from a core so far."""
    [fields] = (
        line.split() for line in Path("/proc/stat").read_text("ascii").splitlines() if line.startswith(f"cpu{core} ")
    )
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


def open_files(pid: int) -> int:
    """How many file descriptors a process has."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def family(pid: int) -> tuple[int, ...]:
    """A process and all its descendants."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(entry.joinpath("stat").read_text("ascii").rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue  # it has just ended
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return tuple(found)


def pss_bytes(*pids: int) -> int:
    """The proportional share of memory of some processes: what is shared counts once in the sum."""
    total = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        match = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        assert match is not None
        total += int(match[1]) * 1024
    return total


@asynccontextmanager
async def child(
    *arguments: str, limit: int = 1 << 16
) -> AsyncIterator[asyncio.subprocess.Process]:  # fmt: skip
    """A Python process of this environment; ended at the end of the block. Its lines are up to `limit` bytes long."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=limit
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def room_server() -> AsyncIterator[Server]:
    """`bots room` on a free loopback port."""
    async with child("-m", "bots", "room", "--log-format", "json") as process:
        assert process.stdout is not None
        found: dict[str, str] = {}
        async with asyncio.timeout(START_LIMIT_S):
            while len(found) < 3:
                line = (await process.stdout.readline()).decode()
                if not line:
                    raise RuntimeError("the room server has ended before it was up; it said why above")
                if match := re.search(r"export BOTS_(\w+)=(\S+)", line):
                    found[match[1]] = match[2]
        log = asyncio.create_task(_pass_over(process.stdout), name="room-server/log")
        try:
            yield Server(process.pid, found["API_URL"], found["APP_ID"], found["APP_KEY"])
        finally:
            log.cancel()
            await asyncio.gather(log, return_exceptions=True)


async def _pass_over(log: asyncio.StreamReader) -> None:
    """Read on: a server whose log nobody reads stands still when the pipe is full."""
    while await log.read(1 << 16):
        pass
