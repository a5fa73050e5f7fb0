"""What a bot costs as their number grows, and how evenly its packets leave at part of what a core can carry.

Bots send to a sink in another process (`bench.sound.sink`) without a room. The pacing error is seen there, by the
kernel's time stamps: how late a packet came against the most punctual ones of its stream.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.playing import pacing_errors_ms
from bench.plot import Bars, Lines, write_plot
from bench.processes import pss_bytes, stolen_seconds
from bench.sound.floor import Missing, built_floor, packet_us
from bench.sound.hand import Players, apart, ask_sink, players, sink

__all__ = ["main"]

CLIP = "playbooks/audio/chatter.ogg"
COUNTS = (1, 10, 50, 100, 500, 1000)
LOADS = (0.1, 0.5, 0.8)
WINDOWS, WINDOW_S = 3, 5.0
PAIRED = 200
WATCHED = 20
SETTLING_S = 2.5
PACKETS_A_SECOND = 50


async def main(counts: Sequence[int] = COUNTS, loads: Sequence[float] = LOADS) -> None:
    """Measure both, print the tables; write the plots if nothing is left out."""
    print(f"bots that send to a sink, {WINDOWS} windows of {WINDOW_S:g} s for each number")
    print("   bots | us a packet (lowest to highest) | CPU of a core | memory kB a bot")
    costs: list[float] = []
    for bots in counts:
        async with sink() as port, players() as group:
            empty = pss_bytes(group.pid)
            await begin(group, port, bots)
            shares = [await group.cpu_during(WINDOW_S) for _ in range(WINDOWS)]
            await check(port, bots, WINDOWS * WINDOW_S)
            memory = (pss_bytes(group.pid) - empty) / bots / 1024
        each = [share / bots / PACKETS_A_SECOND * 1e6 for share in shares]
        costs.append(float(np.median(each)))
        spread = f"{min(each):.1f} to {max(each):.1f}"
        print(f"  {bots:5d} | {costs[-1]:11.1f} ({spread}) | {np.median(shares):13.1%} | {memory:.0f}")
    print(f"  500 against 50: {costs[counts.index(500)] / costs[counts.index(50)]:.2f} times")
    if counts == COUNTS:
        lines = {"ours": costs}
        write_plot("sound-growth", Lines("CPU of one packet, microseconds", "bots", COUNTS, lines, is_log=True))
    await beside_floor()
    capacity = 1e6 / (costs[counts.index(500)] * PACKETS_A_SECOND)
    print(f"pacing error at the receiver; one core carries {capacity:.0f} bots by the cost at 500")
    print("  load | bots | p50 ms | p99 ms | max ms | CPU of a core | stolen ms")
    found = [await pacing(load, round(capacity * load)) for load in loads]
    if loads != LOADS:
        return
    errors = dict(zip(("p50", "p99", "max"), zip(*found, strict=True), strict=True))
    percents = [load * 100 for load in LOADS]
    write_plot(
        "sound-pacing", Lines("Pacing error, milliseconds", "% of what a core carries", percents, errors, is_log=True)
    )


async def beside_floor() -> None:
    """The same bots beside a C program that only protects and sends; in turns, in one run."""
    try:
        with built_floor() as floor:
            async with sink() as port, players() as group:
                await group.ask(sink=port, add=PAIRED)
                await asyncio.sleep(SETTLING_S)
                sizes: list[int] = (await group.ask(play=CLIP))["packet_bytes"]
                await asyncio.sleep(SETTLING_S)
                pairs: list[tuple[float, float]] = []
                for _ in range(WINDOWS):
                    ours = await group.cpu_during(WINDOW_S) / PAIRED / PACKETS_A_SECOND * 1e6
                    low = await packet_us(floor, streams=PAIRED, seconds=WINDOW_S, packet_bytes=sizes[:1000])
                    pairs.append((ours, low))
                    print(f"  {PAIRED} bots: {ours:.1f} us a packet, SRTP and sendto alone in C {low:.1f} us")
        ratios = [ours / low for ours, low in pairs]
        print(f"  {np.median(ratios):.2f} times the floor ({min(ratios):.2f} to {max(ratios):.2f})")
        bars = zip(("ours", "SRTP and sendto in C"), np.median(pairs, axis=0).tolist(), strict=True)
        write_plot("sound-floor", Bars("CPU of one packet, microseconds (log scale)", dict(bars)))
    except Missing as missing:
        print(f"  the floor is not measured: {missing}")


async def pacing(load: float, bots: int) -> tuple[float, float, float]:
    """The error's p50, p99 and largest, milliseconds, with so many bots, where the machine below took the least."""
    async with apart(WATCHED) as (port, group):
        await begin(group, port, bots)
        await ask_sink(port)
        looks = [await look_at(group, port, WINDOWS * WINDOW_S) for _ in range(WINDOWS)]
    for look in looks:
        print(f"  {load:4.0%} | {bots:4d} | {look.row()}")
    quietest = min(looks, key=lambda one: one.stolen_s)
    return quietest.p50_ms, quietest.p99_ms, quietest.max_ms


@dataclass(frozen=True, slots=True)
class Look:
    """How late packets came in some seconds, and what part of the bots' core they used and the machine below took."""

    packets: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    core_share: float
    stolen_s: float

    def row(self) -> str:
        times = f"{self.p50_ms:6.2f} | {self.p99_ms:6.2f} | {self.max_ms:6.2f}"
        return f"{times} | {self.core_share:13.1%} | {self.stolen_s * 1000:9.0f}"


async def look_at(group: Players, port: int, seconds: float) -> Look:
    """What came in the time since the last question to the sink, of bots that have a core to themselves."""
    assert group.core is not None
    before_s = stolen_seconds(group.core)
    share = await group.cpu_during(seconds)
    told = await ask_sink(port)
    errors = np.concatenate([pacing_errors_ms(stream) for stream in told["streams"]])
    p50, p99 = (float(np.percentile(errors, part)) for part in (50, 99))
    stolen_s = stolen_seconds(group.core) - before_s
    return Look(told["packets"], p50, p99, float(errors.max()), share, stolen_s)


async def begin(group: Players, port: int, bots: int) -> None:
    """Connect them and let them play; returns when the sink has all of them."""
    await group.ask(sink=port, add=bots)
    await asyncio.sleep(SETTLING_S)
    await group.ask(play=CLIP)
    await asyncio.sleep(SETTLING_S)


async def check(port: int, bots: int, seconds: float) -> None:
    """Did what was to be measured happen?"""
    packets = (await ask_sink(port))["packets"]
    assert packets > 0.9 * bots * seconds * PACKETS_A_SECOND, f"only {packets} packets of {bots} bots came"


if __name__ == "__main__":
    asyncio.run(main())
