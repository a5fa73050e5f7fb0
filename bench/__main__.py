"""`python -m bench`: every bench, one after the other."""

import asyncio

from bench import alarms, linting, playing, rotation, simulation
from bench.sound import compare, growth


async def main() -> None:
    """Print every table."""
    await playing.main()
    print()
    await growth.main()
    print()
    await compare.main()
    print()
    await alarms.main()


if __name__ == "__main__":
    asyncio.run(main())
    print()
    simulation.main()
    print()
    linting.main()
    print()
    rotation.main()
