"""Many bots that speak on one core for long: is every packet sent, in time, and does nothing grow?

python -m bench.sound.endurance [BOTS [MINUTES]]

One process of bots, with a core of its own, sends to a sink in another process on the others, without a room. A
quarter of a minute at a time: packets that came of those that were due, the pacing error by the kernel's time stamps,
CPU, memory, file descriptors and tasks.
"""

import asyncio
import sys

from bench.plot import Lines, write_plot
from bench.processes import open_files, pss_bytes
from bench.sound.growth import PACKETS_A_SECOND, WATCHED, begin, look_at
from bench.sound.hand import apart, ask_sink

__all__ = ["main"]

BOTS, MINUTES = 500, 10.0
LOOK_S = 15.0


async def main(bots: int = BOTS, minutes: float = MINUTES) -> None:
    """Let them speak, print a line for each look, and write the plot."""
    print(f"{bots} bots that speak on one core for {minutes:g} minutes")
    print(
        "  minute | packets of those due | p50 ms | p99 ms | max ms | CPU of a core | stolen ms |    MB | files | tasks"
    )
    loop = asyncio.get_running_loop()
    looks: list[tuple[float, float, float, float]] = []
    async with apart(WATCHED) as (port, group):
        await begin(group, port, bots)
        before = (await ask_sink(port))["packets"]
        began = due_from = loop.time()
        while loop.time() - began < minutes * 60:
            look = await look_at(group, port, min(LOOK_S, minutes * 60))
            due = (loop.time() - due_from) * bots * PACKETS_A_SECOND
            due_from = loop.time()
            tasks = (await group.ask(count=True))["tasks"]
            minute, came, memory = (loop.time() - began) / 60, (look.packets - before) / due, pss_bytes(group.pid)
            looks.append((minute, came * 100, look.core_share * 100, memory / 2**20))
            print(
                f"  {minute:6.1f} | {came:20.2%} | {look.row()} | "
                f"{memory / 2**20:5.1f} | {open_files(group.pid):5} | {tasks}",
                flush=True,
            )
            before = look.packets
    at, came_percent, core_percent, megabytes = zip(*((round(one[0], 1), *one[1:]) for one in looks), strict=True)
    lines = {
        "packets that came, % of those due": came_percent,
        "memory, MB": megabytes,
        "CPU, % of a core": core_percent,
    }
    write_plot("sound-endurance", Lines(f"{bots} bots that speak on one core", "minutes", at, lines, is_even=True))


if __name__ == "__main__":
    asyncio.run(main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:], strict=False))))
