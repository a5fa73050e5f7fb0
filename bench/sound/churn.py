"""Bots come, play and leave, over and over: does anything grow?

python -m bench.sound.churn [ROUNDS]

Each round ten bots join a room of their own, play for a moment and leave. An hour in which ten come every ten seconds
is 360 rounds. Memory, file descriptors and tasks of the bots' process and of the room server are looked at between
rounds; what the first rounds take once (libraries, the clip, caches) is not growth.
"""

import asyncio
import sys

import numpy as np

from bench.plot import Lines, write_plot
from bench.processes import open_files, pss_bytes, room_server
from bench.sound.compare import CLIP
from bench.sound.hand import Players, players
from bots.room import ServerApi

__all__ = ["main"]

ROUNDS, FIRST, BOTS = 360, 40, 10
PLAYED_S = 0.5
LOOKS = 10


async def main(rounds: int = ROUNDS) -> None:
    """Play the rounds, print a table of looks, and how much grows a round; write the plot."""
    print(f"churn: {rounds} rounds of {BOTS} bots that join, play {PLAYED_S:g} s and leave")
    print("  round | bots: MB, files, tasks | server: MB, files")
    seen: list[tuple[int, float, float]] = []
    looks: list[tuple[int, float, float]] = []
    async with (
        room_server() as server, players() as group,
        ServerApi(server.api_url, server.app_id, server.app_key) as api,
    ):  # fmt: skip
        for number in range(1, rounds + 1):
            await meet(api, group)
            seen.append((number, pss_bytes(group.pid) / 1024, pss_bytes(server.pid) / 1024))
            if number == FIRST or number % max(1, rounds // LOOKS) == 0:
                looks.append((number, seen[-1][1] / 1024, seen[-1][2] / 1024))
                tasks = (await group.ask(count=True))["tasks"]
                print(
                    f"  {number:5d} | {seen[-1][1] / 1024:6.1f}, {open_files(group.pid)}, {tasks}"
                    f" | {seen[-1][2] / 1024:6.1f}, {open_files(server.pid)}",
                    flush=True,
                )
    after, own, theirs = np.asarray(seen[FIRST:], dtype=np.float64).T
    if len(after) > 1:
        mine, its = (np.polyfit(after, kilobytes, 1)[0] / BOTS for kilobytes in (own, theirs))
        print(f"  memory a bot that came and went, after round {FIRST}: {mine:.2f} kB, in the server {its:.2f} kB")
    numbers, bots_mb, server_mb = zip(*looks, strict=True)
    lines = {"bots, MB": bots_mb, "room server, MB": server_mb}
    write_plot("sound-churn", Lines(f"{BOTS} bots come, play and leave", "rounds", numbers, lines, is_even=True))


async def meet(api: ServerApi, group: Players) -> None:
    """One round: a room is made, filled, heard, left and deleted."""
    settings = {"participants": BOTS, "moderators": 1, "max_active_talkers": 2}
    room_id = await api.create_room({"name": "bench", "owner_ref": "bench", "settings": settings})
    names = [f"b{number}" for number in range(BOTS)]
    tokens = [await api.fetch_token(room_id, name=one, role="participant", user_ref=one) for one in names]
    await group.ask(tokens=tokens)
    await group.ask(play=CLIP)
    await asyncio.sleep(PLAYED_S)
    await group.ask(leave=True)
    await api.delete_room(room_id)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
