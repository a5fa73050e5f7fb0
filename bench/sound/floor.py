"""Builds and runs the floor: a C program that does SRTP and the system call, and nothing else."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Missing", "built_floor", "packet_us"]

SOURCE = Path(__file__).with_name("floor.c")


class Missing(Exception):
    """What the floor needs is not installed; the text says what to do."""


@contextmanager
def built_floor() -> Iterator[Path]:
    """The program, built for the time of the block.

    Raises:
        Missing: there is no compiler or no libsrtp2 to build it with.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not Path("/usr/include/srtp2/srtp.h").exists():
        raise Missing("the C floor needs gcc and libsrtp2-dev; install both: apt-get install gcc libsrtp2-dev")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "floor"
        subprocess.run([compiler, "-O2", str(SOURCE), "-o", str(program), "-lsrtp2"], check=True)
        yield program


async def packet_us(program: Path, *, streams: int, seconds: float, packet_bytes: Sequence[int]) -> float:
    """CPU for a packet, microseconds, with the payload sizes of a real clip."""
    process = await asyncio.create_subprocess_exec(
        program, str(streams), str(seconds), *map(str, packet_bytes), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    packets, cpu_s = (await process.stdout.read()).split()
    await process.wait()
    return float(cpu_s) / int(packets) * 1e6
