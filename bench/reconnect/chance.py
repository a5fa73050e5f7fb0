"""Random sequences of faults by seed: afterwards the bot is there again, and nothing is lost or doubled."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from bench.reconnect.faults import DOWN_S
from bench.reconnect.stage import Stage, stage
from bots.server import TokenMint

__all__ = ["sequence", "sequences"]

AT_ONCE = 6
LENGTH_S = 16
LIMIT_S = 75.0
SETTLE_S = 5.0


async def _cut(scene: Stage, rng: Random) -> None:
    for link in scene.links():
        if rng.random() < 0.7:
            link.cut()


async def _refuse(scene: Stage, rng: Random) -> None:
    scene.proxy.refuse(is_refusing=True)
    for link in scene.links():
        link.cut()
    await asyncio.sleep(rng.uniform(0.2, 3.0))
    scene.proxy.refuse(is_refusing=False)


async def _hold(scene: Stage, rng: Random) -> None:
    links = scene.links()
    scene.proxy.hold()
    for link in links:
        link.hold()
    await asyncio.sleep(rng.uniform(0.2, 3.0))
    scene.proxy.release()
    for link in links:
        link.release()


async def _half_open(scene: Stage, rng: Random) -> None:
    for link in scene.links():
        if rng.random() < 0.5:
            link.drop()


async def _media(scene: Stage, rng: Random) -> None:
    for link in scene.links():
        if rng.random() < 0.5:
            link.drop_media()


async def _tokens(scene: Stage, rng: Random) -> None:
    scene.server.rooms.mint = TokenMint()
    await _cut(scene, rng)


async def _restart(scene: Stage, rng: Random) -> None:
    await scene.restart_server(rng.uniform(0.0, DOWN_S))


KINDS: tuple[tuple[Callable[[Stage, Random], Awaitable[None]], float], ...] = (
    (_cut, 5.0), (_refuse, 2.0), (_hold, 2.0), (_half_open, 1.0), (_media, 1.0), (_tokens, 1.0), (_restart, 0.5),
)  # fmt: skip


async def sequence(tone: Path, seed: int) -> str:
    """Play the faults of one seed; what was wrong at the end, nothing if nothing."""
    rng = Random(seed)
    faults = rng.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS], k=rng.randint(2, 5))
    in_breakout, is_playing = rng.random() < 0.5, rng.random() < 0.5
    names = " ".join(fault.__name__.strip("_") for fault in faults)
    try:
        async with stage(
            tone, in_breakout=in_breakout, is_playing=is_playing, length_s=LENGTH_S, seed=str(seed)
        ) as scene:
            await asyncio.sleep(6)
            for fault in faults:
                await fault(scene, rng)
                await asyncio.sleep(rng.uniform(0.05, 2.5))
            wrong = await _judged(scene)
    except Exception as error:  # noqa: BLE001 -- told with its seed
        wrong = f"{type(error).__name__}: {error}"
    return wrong and f"seed {seed} ({names}; {'breakout' if in_breakout else 'parent'}): {wrong}"


async def _judged(scene: Stage) -> str:
    last = f"line {scene.lines - 1}"
    await scene.until(lambda: scene.is_over or (scene.is_there and scene.said()[last] > 0), LIMIT_S)
    await scene.until(lambda: not scene.lost(), SETTLE_S)
    said, lost = scene.said(), scene.lost()
    found = {
        "the bot has ended: " + scene.ended: scene.is_over,
        "stuck: not connected": not scene.is_there,
        f"lost {lost}": bool(lost),
        f"said twice {[one for one in said if said[one] > 1]}": any(count > 1 for count in said.values()),
        "twice in a list of people": scene.twice_in_a_list(),
    }
    return "; ".join(words for words, is_so in found.items() if is_so)


async def sequences(tone: Path, first: int, count: int) -> bool:
    """Play the seeds and print what was wrong; whether nothing was."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(seed: int) -> str:
        async with gate:
            wrong = await sequence(tone, seed)
            if wrong:
                print(f"  {wrong}", flush=True)
            return wrong

    wrongs = await asyncio.gather(*(one(seed) for seed in range(first, first + count)))
    bad = sum(map(bool, wrongs))
    print(f"random sequences of faults: {count}, seeds from {first}: {count - bad} right, {bad} wrong")
    return not bad
