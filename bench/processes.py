"""Other processes of a bench: a room server, a listener. Started and ended here, by their pids."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Server", "child", "cpu_seconds", "room_server"]

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


@asynccontextmanager
async def child(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python process of this environment; ended at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
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
                if match := re.search(r"export BOTS_(\w+)=(\S+)", line):
                    found[match[1]] = match[2]
        yield Server(process.pid, found["API_URL"], found["APP_ID"], found["APP_KEY"])
