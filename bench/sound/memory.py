"""What a bot takes in memory: one that is only in the room, one that listens too, one that plays.

Each kind in a process and a room of its own, without and with so many more bots: the difference is theirs, as the
proportional share (PSS). What a process takes once (libraries, the clip, the first bots) is not in it.
"""

import asyncio

from bench.plot import Bars, write_plot
from bench.processes import pss_bytes, room_server
from bench.sound.compare import CLIP, tokens
from bench.sound.hand import players

__all__ = ["main"]

FIRST, MORE = 10, 40
SETTLING_S = 4.0
KINDS = (("in the room only", False, False), ("listens", True, False), ("plays", False, True))


async def main() -> None:
    """Measure each kind, print the table, write the plot."""
    took: dict[str, float] = {}
    print(f"memory of a bot: {MORE} more in a room of {FIRST + MORE}")
    for name, listens, publishes in KINDS:
        async with room_server() as server, players() as group:
            given = await tokens(server, FIRST + MORE)

            async def join(some: list[str], *, listen: bool = listens, publish: bool = publishes) -> int:
                await group.ask(tokens=some, listen=listen, publish=publish)
                if publish:
                    await group.ask(play=CLIP)
                await asyncio.sleep(SETTLING_S)
                return pss_bytes(group.pid)

            before = await join(given[:FIRST])
            after = await join(given[FIRST:])
        took[name] = (after - before) / MORE / 1024
        print(f"  {name:17s} | {took[name]:6.0f} kB")
    write_plot("sound-memory", Bars("Memory of one more bot, kB (log scale)", took))


if __name__ == "__main__":
    asyncio.run(main())
