"""A listener in a process of its own: joins, and on "listen" prints when the packets of each slot came, as JSON.

python -m bench.ear TOKEN SECONDS
"""

import asyncio
import json
import sys
from collections import defaultdict

from bots.clock import SystemClock
from bots.media import IncomingAudio, Pacer, parse_rtp
from bots.room import Room

RATE_HZ = 48_000


async def main(token: str, seconds: float) -> None:
    """Hear what comes for a while."""
    arrivals: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    is_listening = False

    def take(_self: IncomingAudio, packet: bytes, at_s: float) -> None:
        parsed = parse_rtp(packet, None)
        if is_listening and parsed is not None and len(parsed[1]) > 3:  # not the relay's silence
            arrivals[parsed[0].ssrc].append((parsed[0].timestamp / RATE_HZ, at_s))

    IncomingAudio.take = take  # type: ignore[method-assign, assignment]  # a bench may look inside: no decoding here
    clock = SystemClock()
    room = await Room.join(token, clock=clock, pacer=Pacer(clock), publish=False, listen=True, timeout_s=30)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    is_listening = True
    await asyncio.sleep(seconds / 2)
    print(json.dumps(list(arrivals.values())), flush=True)
    await room.leave()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
