"""The hand of a bench on its children: players, a sink; told by lines of JSON, measured from /proc."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bench.processes import child, cpu_seconds

__all__ = ["Players", "ask_sink", "players", "sink"]


@dataclass(frozen=True, slots=True)
class Players:
    """A process of bots."""

    process: asyncio.subprocess.Process

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


async def ask_sink(port: int) -> dict[str, Any]:
    """What came since the last question."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 28)
    writer.write(b'{"report": true}\n')
    answer: dict[str, Any] = json.loads(await reader.readline())
    writer.close()
    return answer
