"""`python -m bench`: every bench, one after the other."""

import asyncio

from bench.playing import main

if __name__ == "__main__":
    asyncio.run(main())
