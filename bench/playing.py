"""Bots that play: CPU for each, the time to join, and how evenly their packets arrive.

One process holds the bots, one the room server, one a listener; all talk over loopback with real ICE, DTLS and SRTP.
The listener takes the packets of the first slots as they arrive after the relay, so its pacing error has the relay's
share in it. Error of packet n: its arrival against a straight line of 20 ms steps through the earliest arrivals.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.processes import Server, child, cpu_seconds, room_server
from bots.clock import SystemClock
from bots.media import Pacer, load_clip
from bots.room import Room, ServerApi

__all__ = ["main"]

COUNTS = (1, 50, 200)
MEASURED_S = 10.0
SETTLING_S = 2.0
AT_ONCE = 10  # joins under way at the same time
CLIP = "playbooks/audio/chatter.ogg"
PACKETS_A_SECOND = 50


@dataclass(frozen=True, slots=True)
class Row:
    """What one number of bots showed; times in milliseconds, CPU as a share of one core."""

    bots: int
    cpu_share: float
    server_share: float
    join_p50_ms: float
    join_p99_ms: float
    pacing_p50_ms: float
    pacing_p99_ms: float
    pacing_max_ms: float

    @property
    def packet_us(self) -> float:
        """CPU of the bots' process for one packet, microseconds."""
        return self.cpu_share / self.bots / PACKETS_A_SECOND * 1e6


async def main() -> None:
    """Measure each number of bots in one run and print the table."""
    print(f"playing bots, {MEASURED_S:g} s each, one room server in another process")
    print("  bots | CPU/bot | µs/packet | server CPU/bot | join p50  p99 ms | pacing error p50  p99  max ms")
    for bots in COUNTS:
        async with room_server() as server:
            row = await measure(server, bots)
        print(
            f"  {row.bots:4d} | {row.cpu_share / row.bots:6.2%} | {row.packet_us:9.1f} | "
            f"{row.server_share / row.bots:14.2%} | {row.join_p50_ms:8.0f} {row.join_p99_ms:8.0f} | "
            f"{row.pacing_p50_ms:16.2f} {row.pacing_p99_ms:5.2f} {row.pacing_max_ms:5.2f}"
        )


async def measure(server: Server, bots: int) -> Row:
    """Let `bots` bots play the same clip in one room."""
    clock = SystemClock()
    pacer = Pacer(clock)
    clip = await load_clip(CLIP)
    async with ServerApi(server.api_url, server.app_id, server.app_key) as api:
        settings = {"participants": bots + 5, "moderators": 1, "max_active_talkers": 2}
        room_id = await api.create_room({"name": "bench", "owner_ref": "bench", "settings": settings})
        gate = asyncio.Semaphore(AT_ONCE)
        took_ms: list[float] = []

        async def join(number: int) -> Room:
            async with gate:
                started = time.perf_counter()
                token = await api.fetch_token(room_id, name=f"b{number}", role="participant", user_ref=f"b{number}")
                room = await Room.join(token, clock=clock, pacer=pacer, timeout_s=60)
                took_ms.append((time.perf_counter() - started) * 1000)
                return room

        ear_token = await api.fetch_token(room_id, name="ear", role="moderator", user_ref="ear")
        async with child("-m", "bench.ear", ear_token, str(SETTLING_S + MEASURED_S)) as ear:
            assert ear.stdout is not None
            assert b"ready" in await ear.stdout.readline()
            rooms = await asyncio.gather(*(join(number) for number in range(bots)))
            for room in rooms:
                assert room.outgoing is not None
                room.outgoing.play(clip, loop=True)
            await asyncio.sleep(SETTLING_S / 2)
            assert ear.stdin is not None
            ear.stdin.write(b"listen\n")
            own, theirs, began = time.process_time(), cpu_seconds(server.pid), time.perf_counter()
            await asyncio.sleep(MEASURED_S)
            seconds = time.perf_counter() - began
            cpu_share = (time.process_time() - own) / seconds
            server_share = (cpu_seconds(server.pid) - theirs) / seconds
            arrivals: list[Sequence[float]] = json.loads(await ear.stdout.readline())
        await asyncio.gather(*(room.leave() for room in rooms))
    errors = np.concatenate([pacing_errors_ms(slot) for slot in arrivals])
    return Row(
        bots, cpu_share, server_share, statistics.median(took_ms), percentile(took_ms, 99),
        percentile(errors, 50), percentile(errors, 99), float(errors.max()),
    )  # fmt: skip


Numbers = npt.NDArray[np.float64]


def pacing_errors_ms(pairs: Sequence[float]) -> Numbers:
    """How late each packet came against the most punctual ones, milliseconds.

    Args:
        pairs: media time and arrival of each packet of one stream, seconds; shape (n, 2).
    """
    media, arrival = np.asarray(pairs, dtype=np.float64).T
    lateness = arrival - media
    return np.asarray((lateness - np.percentile(lateness, 1)).clip(min=0) * 1000)


def percentile(values: Sequence[float] | Numbers, share: float) -> float:
    return float(np.percentile(values, share))
