"""A join storm: all bots of a process join one room in the same instant.

python -m bench.sound.storm [BOTS]
"""

import asyncio
import sys
import time

import numpy as np

from bench.plot import Lines, write_plot
from bench.processes import cpu_seconds, room_server
from bench.sound.compare import tokens
from bench.sound.hand import players

__all__ = ["main"]

BOTS = 500


async def main(bots: int = BOTS) -> None:
    """Let them all come, print how long it took and what it cost; write the plot."""
    async with room_server() as server, players() as group:
        given = await tokens(server, bots)
        own, theirs, began = cpu_seconds(group.pid), cpu_seconds(server.pid), time.perf_counter()
        took: list[float] = (await group.ask(tokens=given, at_once=bots))["joined_s"]
        last_s = time.perf_counter() - began
        own, theirs = cpu_seconds(group.pid) - own, cpu_seconds(server.pid) - theirs
    p50, p99 = (float(np.percentile(took, part)) for part in (50, 99))
    print(f"join storm, {bots} bots at once into one room: the last is in after {last_s:.2f} s")
    own_ms, their_ms = own / bots * 1000, theirs / bots * 1000
    print(f"  a join p50 {p50:.2f} s, p99 {p99:.2f} s | CPU a bot: {own_ms:.1f} ms, of the server {their_ms:.1f} ms")
    parts = range(10, 101, 10)
    after = [float(np.percentile(took, part)) for part in parts]
    title = f"{bots} bots join one room in the same instant: seconds until they are in"
    write_plot("sound-storm", Lines(title, "% of the bots", parts, {"in after, s": after}, is_even=True))


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
