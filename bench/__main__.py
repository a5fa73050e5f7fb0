"""`python -m bench`: the benches, one after the other, in a short form; `python -m bench.NAME` runs one at length."""

import asyncio

from bench import alarms, linting, playing, rotation, schedules, simulation, steps
from bench.sound import compare, growth, heard, memory


async def main() -> None:
    """Print every table."""
    await playing.main()
    print()
    await growth.main(counts=(50, 500), loads=(0.5,))
    print()
    await compare.main()
    print()
    await memory.main()
    print()
    await heard.main(trials=100)
    print()
    await alarms.main()


if __name__ == "__main__":
    asyncio.run(main())
    print()
    steps.main()
    print()
    schedules.main()
    print()
    simulation.main()
    print()
    linting.main()
    print()
    rotation.main()
