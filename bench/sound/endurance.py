"""Many bots that speak on one core for long: is every packet sent, in time, and does nothing grow?

python -m bench.sound.endurance [BOTS [MINUTES]]

One process of bots, pinned to one core, sends to a sink in another process, without a room. Half a minute at a time:
packets that came of those that were due, the pacing error by the kernel's time stamps, CPU, memory, file descriptors
and tasks.
"""

import asyncio
import os
import sys
from contextlib import suppress

import numpy as np

from bench.playing import pacing_errors_ms
from bench.plot import Lines, write_plot
from bench.processes import open_files, pss_bytes
from bench.sound.growth import PACKETS_A_SECOND, URGENT, WATCHED, begin
from bench.sound.hand import ask_sink, players, sink

__all__ = ["main"]

BOTS, MINUTES = 500, 10.0
LOOK_S = 15.0


async def main(bots: int = BOTS, minutes: float = MINUTES) -> None:
    """Let them speak, print a line for each look, and write the plot."""
    print(f"{bots} bots that speak on one core for {minutes:g} minutes")
    print("  minute | packets of those due | late p50  p99  max ms | CPU of the core | MB | files | tasks")
    loop = asyncio.get_running_loop()
    looks: list[tuple[float, float, float, float]] = []
    async with sink(WATCHED) as port, players() as group:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(group.pid, cores[:1])
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, group.pid, URGENT)
        await begin(group, port, bots)
        before = (await ask_sink(port))["packets"]
        began = due_from = loop.time()
        while loop.time() - began < minutes * 60:
            share = await group.cpu_during(min(LOOK_S, minutes * 60))
            told = await ask_sink(port)
            due = (loop.time() - due_from) * bots * PACKETS_A_SECOND
            due_from = loop.time()
            errors = np.concatenate([pacing_errors_ms(stream) for stream in told["streams"]])
            p50, p99 = (float(np.percentile(errors, part)) for part in (50, 99))
            tasks = (await group.ask(count=True))["tasks"]
            minute, came, memory = (loop.time() - began) / 60, (told["packets"] - before) / due, pss_bytes(group.pid)
            looks.append((minute, came * 100, share * 100, memory / 2**20))
            print(
                f"  {minute:6.1f} | {came:20.2%} | "
                f"{p50:8.2f} {p99:5.2f} {errors.max():5.2f} | {share:15.1%} | {memory / 2**20:.1f} | "
                f"{open_files(group.pid)} | {tasks}",
                flush=True,
            )
            before = told["packets"]
    at, came_percent, core_percent, megabytes = zip(*((round(one[0], 1), *one[1:]) for one in looks), strict=True)
    lines = {
        "packets that came, % of those due": came_percent,
        "memory, MB": megabytes,
        "CPU, % of a core": core_percent,
    }
    write_plot("sound-endurance", Lines(f"{bots} bots that speak on one core", "minutes", at, lines, is_even=True))


if __name__ == "__main__":
    asyncio.run(main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:], strict=False))))
