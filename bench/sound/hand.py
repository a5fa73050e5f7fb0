"""The hand of a bench on its children: players, a sink; told by lines of JSON, measured from /proc."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from bench.processes import child, cpu_seconds

__all__ = ["Players", "apart", "ask_sink", "players", "sink"]


URGENT = -10  # nice; others use the machine, and what comes late is to be ours


@dataclass(frozen=True, slots=True)
class Players:
    """A process of bots."""

    process: asyncio.subprocess.Process
    core: int | None = None
    """The one that they have to themselves."""

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ask(self, **request: Any) -> dict[str, Any]:
        """Let it do something; returns its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        line = await self.process.stdout.readline()
        assert line, "the process of the bots has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def cpu_during(self, seconds: float) -> float:
        """CPU that it takes in a time, as a share of one core."""
        loop = asyncio.get_running_loop()
        before, began = cpu_seconds(self.pid), loop.time()
        await asyncio.sleep(seconds)
        return (cpu_seconds(self.pid) - before) / (loop.time() - began)


@asynccontextmanager
async def players(*stock_clip: str) -> AsyncIterator[Players]:
    """A process without any bots yet; with a clip, its bots are stock aiortc's and publish it."""
    async with child("-m", "bench.sound.players", *stock_clip, limit=1 << 24) as process:
        yield Players(process)


@asynccontextmanager
async def sink(watched: int = 0) -> AsyncIterator[int]:
    """A receiver; the value is its port."""
    async with child("-m", "bench.sound.sink", str(watched)) as process:
        assert process.stdout is not None
        yield int(await process.stdout.readline())


@asynccontextmanager
async def apart(watched: int) -> AsyncIterator[tuple[int, Players]]:
    """A sink, and players on a core of their own, at a raised priority: what comes late is the players' doing."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        async with sink(watched) as port, players() as group:
            os.sched_setaffinity(group.pid, cores[:1])
            with suppress(PermissionError):
                os.setpriority(os.PRIO_PROCESS, group.pid, URGENT)
            yield port, replace(group, core=cores[0])
    finally:
        os.sched_setaffinity(0, cores)


async def ask_sink(port: int) -> dict[str, Any]:
    """What came since the last question."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 28)
    writer.write(b'{"report": true}\n')
    answer: dict[str, Any] = json.loads(await reader.readline())
    writer.close()
    return answer
