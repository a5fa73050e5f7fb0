"""`python -m bench.hostile N`: N hostile messages to a room server of its own; exit status 1 after any fault."""

import argparse
import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bench.hostile.play import Report, play

WARM_UP = 1_000  # messages before memory is looked at for the first time
SETTLED_S = 7.0  # lost connections are kept for five seconds
_FAULT = re.compile(r'"level": "(error|critical)"|^Traceback|never retrieved')


async def main(messages: int, seed: int) -> bool:
    """Print the report; whether all is well."""
    log: list[str] = []
    async with _server(log) as (pid, api_url), _api(api_url) as api:
        address = api_url.split("//")[1].split("/")[0]
        empty = _rss_mb(pid)
        first = await play(address, api, seed=seed, messages=min(WARM_UP, messages))
        await asyncio.sleep(SETTLED_S)
        before = _rss_mb(pid)
        second = await play(address, api, seed=seed + 1, messages=max(0, messages - first.messages), tell=_tell)
        await asyncio.sleep(SETTLED_S)
        after = _rss_mb(pid)
    faults = [*first.faults, *second.faults, *(f"log: {line}" for line in log if _FAULT.search(line))]
    _print(first, second, faults)
    print(
        f"memory of the server, MB: {empty:.0f} at first, {before:.0f} after {first.messages} messages, {after:.0f} now"
    )
    return not faults


def _print(first: Report, second: Report, faults: list[str]) -> None:
    said = first.said + second.said
    print(f"\n{said.total()} messages: " + ", ".join(f"{count} {kind}" for kind, count in said.most_common()))
    print(f"{first.answered + second.answered} answers, {first.closed + second.closed} sockets closed by the server")
    print(f"{len(faults)} faults")
    for fault in faults[:40]:
        print(f"  {fault}")


def _tell(said: int) -> None:
    if said % 1000 < 12:
        print(f"\r{said} messages", end="", file=sys.stderr, flush=True)


@asynccontextmanager
async def _api(api_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=api_url, auth=("app", "key"), timeout=30) as api:
        yield api


@asynccontextmanager
async def _server(log: list[str]) -> AsyncIterator[tuple[int, str]]:
    """`bots room` in a process of its own: its id and API address; all that it prints goes into `log`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots", "room", "--port", "0", "--app-id", "app", "--app-key", "key",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=2**24,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            while not (found := re.search(r"BOTS_API_URL=(\S+)", (await process.stdout.readline()).decode())):
                pass
        reading = asyncio.create_task(_read(process.stdout, log), name="hostile/log")
        yield process.pid, found[1]
        process.terminate()
        await reading
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _read(lines: asyncio.StreamReader, log: list[str]) -> None:
    log.extend([line.decode(errors="replace").rstrip() async for line in lines])


def _rss_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    parser.add_argument("messages", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    sys.exit(0 if asyncio.run(main(chosen.messages, chosen.seed)) else 1)
