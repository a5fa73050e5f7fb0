"""The event loop of a program, and memory that goes back to the system."""

import resource
import subprocess
import sys

PROGRAM = """\
import asyncio
from pathlib import Path
from bots import loop

loop.TRIM_EVERY_S = 0.05

def held_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

async def main():
    begun = held_mb()
    blocks = [bytes(2000) for _ in range(100_000)]
    full = held_mb()
    some = blocks[::100]  # what is still in use lies between what is not
    del blocks
    async with asyncio.timeout(60):
        while held_mb() - begun > (full - begun) / 4:
            await asyncio.sleep(0.05)
    print(type(asyncio.get_running_loop()).__module__.partition(".")[0], len(some))

loop.run(main())
"""

FILES = """\
import resource
from bots import loop

async def main():
    print(*resource.getrlimit(resource.RLIMIT_NOFILE))

loop.run(main())
"""


def test_memory_that_is_no_longer_used_goes_back_to_the_system() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=90, check=False
    )  # fmt: skip
    assert ["uvloop", "1000"] == ended.stdout.split(), ended.stderr


def test_a_program_may_open_as_many_files_as_its_hard_limit_allows() -> None:
    ended = subprocess.run(
        ["sh", "-c", 'ulimit -S -n 64 && exec "$0" -c "$1"', sys.executable, FILES],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert [str(most)] * 2 == ended.stdout.split(), ended.stderr
