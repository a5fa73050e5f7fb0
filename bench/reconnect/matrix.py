"""Every fault, in the main room and in a breakout, with a bot that plays and one that listens."""

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.reconnect.faults import FAULTS, Fault
from bench.reconnect.stage import Stage, back_at_s, lost_in, now_s, stage
from bots.errors import BotsError

__all__ = ["Case", "Outcome", "matrix", "play"]

AT_ONCE = 8
LIMIT_S = 75.0
SETTLE_S = 2.5


@dataclass(frozen=True, slots=True)
class Case:
    fault: Fault
    in_breakout: bool
    is_playing: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run showed.

    Attributes:
        is_right: the bot is where it should be, connected, or gone for good.
        back_s: from the instant at which the network was in order again; None where nothing had to come back.
        gap_s: longest silence, from the fault to the return; None where the bot does not stay.
        seen: how often others were told that it left, and joined.
        lost, repeated: its lines that nobody heard, and those that were heard twice.
    """

    is_right: bool
    place: str
    back_s: float | None
    gap_s: float | None
    seen: tuple[int, int]
    lost: int
    repeated: int
    is_twice: bool


async def play(case: Case, tone: Path, seed: str) -> Outcome:
    """Make the fault once."""
    expected = case.fault.in_breakout if case.in_breakout else case.fault.in_parent
    length_s = 45 if case.fault.make.__name__ == "_loss" else 22
    async with stage(
        tone, in_breakout=case.in_breakout, is_playing=case.is_playing, length_s=length_s, seed=seed
    ) as scene:
        await asyncio.sleep(7)  # into the timeline
        fault_s = now_s()
        await case.fault.make(scene)
        order_s = max(fault_s, now_s() if case.fault.name in ("server restart", "30 s of loss") else fault_s)
        if expected == "gone":
            await scene.until(lambda: scene.is_over, LIMIT_S)
            await asyncio.sleep(SETTLE_S)  # it must not come back
            return _outcome(scene, scene.place == "gone" and not scene.links(), fault_s, None, None)
        stays = expected == ("breakout" if case.in_breakout else "parent")
        await scene.until(lambda: not stays or lost_in(scene, fault_s), LIMIT_S)
        is_right = await scene.until(lambda: scene.is_there and scene.place == expected, LIMIT_S)
        back_s = back_at_s(scene, fault_s)
        gap_s = None
        if stays:
            await scene.until(lambda: scene.is_loud(now_s() - 0.5), 20)
            await asyncio.sleep(SETTLE_S)
            gap_s = scene.gap_s(fault_s, now_s() - 0.5)
        last = f"line {scene.lines - 1}"
        await scene.until(lambda: scene.said()[last] > 0, length_s + 20)
        await scene.until(lambda: not scene.lost(), SETTLE_S)
        return _outcome(
            scene, is_right and scene.place == expected, fault_s,
            None if back_s is None else max(0.0, back_s - order_s), gap_s,
        )  # fmt: skip


def _outcome(scene: Stage, is_right: bool, fault_s: float, back_s: float | None, gap_s: float | None) -> Outcome:
    said = scene.said()
    is_gone = scene.place == "gone"
    lost = 0 if is_gone else len(scene.lost())
    return Outcome(
        is_right, scene.place, back_s, gap_s, scene.seen_by_others(fault_s), lost,
        sum(count > 1 for count in said.values()), scene.twice_in_a_list(),
    )  # fmt: skip


async def matrix(tone: Path, rounds: int) -> bool:
    """Run and print it; whether everything came out as it should."""
    cases = [Case(fault, place, way) for fault in FAULTS for place in (False, True) for way in (True, False)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case, number: int) -> Outcome:
        seed = f"{case.fault.name}/{case.in_breakout}/{case.is_playing}/{number}"
        async with gate:
            try:
                return await play(case, tone, seed)
            except BotsError as error:  # the others go on
                print(f"  {seed} could not be played: {error}", flush=True)
                return Outcome(False, "-", None, None, (0, 0), 0, 0, False)

    print(f"reconnects: {len(cases)} cells, {rounds} runs each, {AT_ONCE} at once; seconds from the network's return")
    print(
        "  fault             | where    | bot     | right | then     | back p50   p95 | gap p50   p95 | "
        "told left/joined | lost | twice"
    )
    work = [[asyncio.create_task(one(case, number)) for number in range(rounds)] for case in cases]
    is_good = True
    for case, tasks in zip(cases, work, strict=True):
        outcomes = await asyncio.gather(*tasks)
        is_good &= _print(case, outcomes)
    print("everything as it should be" if is_good else "NOT everything as it should be")
    return is_good


def _print(case: Case, outcomes: Sequence[Outcome]) -> bool:
    right = sum(one.is_right for one in outcomes)
    back = [one.back_s for one in outcomes if one.back_s is not None]
    gap = [one.gap_s for one in outcomes if one.gap_s is not None]
    left, joined = (sum(one.seen[i] for one in outcomes) / len(outcomes) for i in (0, 1))
    lost, repeated = sum(one.lost for one in outcomes), sum(one.repeated + one.is_twice for one in outcomes)
    print(
        f"  {case.fault.name:17s} | {'breakout' if case.in_breakout else 'parent':8s} | "
        f"{'plays' if case.is_playing else 'listens':7s} | {right}/{len(outcomes)}   | {outcomes[0].place:8s} | "
        f"{_two(back)} | {_two(gap)} | {left:7.1f} / {joined:.1f}    | {lost:4d} | {repeated:5d}",
        flush=True,
    )
    return right == len(outcomes) and lost == repeated == 0


def _two(values: Sequence[float]) -> str:
    """Median and 95th percentile."""
    if not values:
        return "     -      -"
    ordered = sorted(values)
    return f"{statistics.median(ordered):6.2f} {ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]:6.2f}"
