"""`python -m bench.network`: five minutes of 5 % loss and 50 ms of jitter, then cuts of 20 s."""

import argparse
import asyncio
import sys
import time

from bench.network.link import missing
from bench.network.scene import Scene, scene
from bench.network.weather import Weather

SOUND = "playbooks/audio/welcome.ogg"
BAD = Weather(loss=0.05, delay_s=0.06, jitter_s=0.05)
CUT = Weather(is_cut=True)
CUT_S = 20.0


async def bad_weather(here: Scene, lasts_s: float) -> bool:
    """Print what came of it; whether nobody was lost and everything was recognised."""
    began_s = await here.endure(BAD, lasts_s)
    good = True
    for name, seen in (("behind the link", here.near), ("beside the server", here.far)):
        looks, losses = seen.of("looked", began_s), seen.of("lost", began_s)
        heard = sum(one["is_heard"] for one in looks)
        scores = sorted(one["score"] for one in looks) or [0.0]
        good &= not losses and bool(looks) and heard == len(looks)
        print(f"  {name:17}: reconnects {len(losses)}, recognised {heard}/{len(looks)}, lowest score {scores[0]:.2f}")
    share = here.link.lost / max(1, here.link.lost + here.link.carried)
    print(f"  packets lost by the link: {share:.1%} of {here.link.lost + here.link.carried}")
    return good


async def cut(here: Scene, number: int) -> bool:
    """Cut the link; whether the bot was back within five seconds of its return."""
    began_s = await here.endure(CUT, CUT_S)
    mended_s = time.monotonic()
    await here.until(lambda: len(here.near.of("restored", began_s)) >= len(here.near.of("lost", began_s)) > 0, 60)
    back_s = max((one["at_s"] for one in here.near.of("restored", began_s)), default=float("inf")) - mended_s
    heard = await here.until(lambda: any(one["is_heard"] for one in here.far.of("looked", mended_s)), 60)
    print(f"  cut {number}: back {back_s:.1f} s after the network, heard again: {'yes' if heard else 'no'}")
    return back_s <= 5.0 and heard


async def work(minutes: float, cuts: int) -> bool:
    async with scene(SOUND) as here:
        print(f"5 % loss, 60 ms +- 50 ms each way, {minutes:g} min")
        good = await bad_weather(here, minutes * 60) if minutes else True
        print(f"cuts of {CUT_S:g} s")
        for number in range(1, cuts + 1):
            await asyncio.sleep(12)  # what was lost a moment ago is another case
            good &= await cut(here, number)
    return good


def main() -> None:
    """Exit status 1 where something did not come out as it should."""
    parser = argparse.ArgumentParser(prog="python -m bench.network", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="of bad weather")
    parser.add_argument("--cuts", type=int, default=5)
    chosen = parser.parse_args()
    if why := missing():
        sys.exit(f"no bad network can be made here: {why}")
    sys.exit(0 if asyncio.run(work(chosen.minutes, chosen.cuts)) else 1)


if __name__ == "__main__":
    main()
