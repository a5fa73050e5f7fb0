"""A bot as a program: it plays a sound without end, listens, and tells what it notices, one JSON object a line.

`python -m bench.network.person JSON` with `api_url`, `app_id`, `app_key`, `room_id`, `name` and `sound`; until SIGTERM.
Times are of the machine's monotonic clock, which all its processes share.
"""

import asyncio
import json
import sys
import time
from random import Random

import numpy as np
import structlog

from bots.clock import SystemClock
from bots.media import Pacer, load_clip, match
from bots.room import ComeBack, ConnectionLost, ConnectionRestored, Room, RoomEvent, ServerApi


def tell(kind: str, **values: object) -> None:
    """Say what has just happened."""
    print(json.dumps({"kind": kind, "at_s": time.monotonic(), **values}), flush=True)


def hear(event: RoomEvent) -> None:
    """Losses and returns."""
    match event:
        case ConnectionLost(reason=reason):
            tell("lost", reason=reason)
        case ConnectionRestored(away_s=away_s, tries=tries):
            tell("restored", away_s=away_s, tries=tries)
        case _:
            pass


async def live(told: dict[str, str]) -> None:
    """Join, play, and look again and again whether the other one's sound is heard."""
    clip, clock = await load_clip(told["sound"]), SystemClock()
    look_s = 2 * clip.duration_s + 0.5  # the clip is in it as a whole, wherever it begins
    async with ServerApi(told["api_url"], told["app_id"], told["app_key"]) as api:

        async def fetch() -> str:
            return await api.fetch_token(
                told["room_id"], name=told["name"], role="participant", user_ref=f"ref-{told['name']}"
            )

        room = await Room.join(
            await fetch(), clock=clock, pacer=Pacer(clock), listen=True, on_event=hear,
            come_back=ComeBack(fetch, Random(told["name"])), timeout_s=30,
        )  # fmt: skip
        assert room.outgoing is not None, "it publishes"
        room.outgoing.play(clip, loop=True)
        tell("joined")
        while True:
            since_s = clock.monotonic()
            await clock.sleep_until(since_s + look_s + 0.5)
            slots = [one.samples(since_s, since_s + look_s) for one in room.incoming.values()]
            heard = np.sum(slots, axis=0, dtype=np.int32).clip(-32768, 32767).astype(np.int16)
            found = await asyncio.to_thread(match_of, clip, heard)
            tell("looked", score=round(found.score, 2), is_heard=found.is_heard, since_s=since_s)


match_of = match  # `match` is also a word of the language

if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(live(json.loads(sys.argv[1])))
