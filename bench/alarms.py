"""`python -m bench.alarms`: how late alarms ring, beside asyncio's own timers. Budget: p99 10 ms (design 10)."""

import asyncio
from datetime import UTC, datetime, timedelta

from bots.clock import SystemClock
from bots.schedule import AlarmClock

OVER_S = 10.0
COUNT = 1000


def late_ms(planned: datetime) -> float:
    return (datetime.now(UTC) - planned).total_seconds() * 1000


async def spread() -> list[float]:
    """Alarms evenly over ten seconds; lateness of each, ms, sorted."""
    alarms, found = AlarmClock(SystemClock()), list[float]()
    alarms.start()
    start = datetime.now(UTC) + timedelta(seconds=0.2)
    for n in range(COUNT):
        at = start + timedelta(seconds=OVER_S * n / COUNT)
        alarms.at(at, f"bench/{n}", lambda at=at: found.append(late_ms(at)))  # type: ignore[misc]  # a default binds it
    await asyncio.sleep(OVER_S + 0.5)
    alarms.stop()
    return sorted(found)


async def at_once() -> list[float]:
    """All alarms in one instant; lateness of each, ms, sorted."""
    alarms, found = AlarmClock(SystemClock()), list[float]()
    alarms.start()
    at = datetime.now(UTC) + timedelta(seconds=0.5)
    for n in range(COUNT):
        alarms.at(at, f"bench/{n}", lambda: found.append(late_ms(at)))
    await asyncio.sleep(1.5)
    alarms.stop()
    return sorted(found)


async def bare() -> list[float]:
    """The same spread with the loop's own timers: the floor."""
    found, loop = list[float](), asyncio.get_running_loop()
    start_s, start = loop.time() + 0.2, datetime.now(UTC) + timedelta(seconds=0.2)
    for n in range(COUNT):
        at = start + timedelta(seconds=OVER_S * n / COUNT)
        loop.call_at(start_s + OVER_S * n / COUNT, lambda at=at: found.append(late_ms(at)))  # type: ignore[misc]  # a default binds it
    await asyncio.sleep(OVER_S + 0.5)
    return sorted(found)


async def main() -> None:
    print(f"{COUNT} alarms, lateness in ms          rung     p50     p99     max")
    for name, work in (
        ("asyncio, over 10 s", bare),
        ("alarm clock, over 10 s", spread),
        ("alarm clock, one instant", at_once),
    ):
        found = await work()
        p50, p99 = (found[int(len(found) * share)] for share in (0.5, 0.99))
        print(f"  {name:32} {len(found):5} {p50:7.2f} {p99:7.2f} {found[-1]:7.2f}")


if __name__ == "__main__":
    asyncio.run(main())
