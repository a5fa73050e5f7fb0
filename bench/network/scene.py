"""Two bots in a room, one of them behind a bad link; what they noticed."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from bench.network.link import FAR, FAR6, Link, link
from bench.network.weather import CLEAR, Weather

__all__ = ["Scene", "Seen", "scene"]

PORT = 8790
APP_ID, APP_KEY = "bench", "bench-key"


@dataclass(slots=True)
class Seen:
    """What one bot told."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def of(self, kind: str, since_s: float = 0.0) -> list[dict[str, Any]]:
        return [one for one in self.lines if one["kind"] == kind and one.get("since_s", one["at_s"]) >= since_s]


class Scene:
    """Make it with `scene`; `near` is behind the link, `far` beside the server.

    Args:
        way: the link.
        host: where the server listens, an address of its far end.
    """

    def __init__(self, way: Link, host: str = FAR) -> None:
        self.link = way
        self.host = host
        self.near, self.far = Seen(), Seen()
        self._processes: list[asyncio.subprocess.Process] = []
        self._readers: list[asyncio.Task[None]] = []

    async def open(self, sound: str) -> None:
        await self._start(
            self.link.far, None, "-m", "bots", "room", "--host", self.host, "--port", str(PORT), "--app-id", APP_ID,
            "--app-key", APP_KEY,
        )  # fmt: skip
        where = f"[{self.host}]" if ":" in self.host else self.host
        told = {"api_url": f"http://{where}:{PORT}/video/v2", "app_id": APP_ID, "app_key": APP_KEY, "sound": sound}
        room_id = await self._make_room(told)
        for namespace, seen, name in ((self.link.far, self.far, "Far"), (self.link.near, self.near, "Near")):
            about = json.dumps({**told, "room_id": room_id, "name": name})
            await self._start(namespace, seen, "-m", "bench.network.person", about)
        await self.until(lambda: bool(self.near.of("joined") and self.far.of("joined")), 60)

    async def close(self) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self._processes))
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def until(self, condition: Any, limit_s: float) -> bool:
        """Wait; whether it came true in time."""
        end_s = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > end_s:
                return False
            await asyncio.sleep(0.05)
        return True

    async def endure(self, weather: Weather, lasts_s: float) -> float:
        """Have this weather for a while; when it began."""
        began_s, self.link.weather = time.monotonic(), weather
        await asyncio.sleep(lasts_s)
        self.link.weather = CLEAR
        return began_s

    async def _make_room(self, told: dict[str, str]) -> str:
        """From inside: nobody else reaches the server."""
        settings = {"participants": 4, "moderators": 1, "max_active_talkers": 3}
        body = {"name": "Network", "owner_ref": "bench", "settings": settings}
        code = (
            "import asyncio, sys, json\nfrom bots.room import ServerApi\n"
            "async def make(told):\n"
            "    async with ServerApi(told['api_url'], told['app_id'], told['app_key']) as api:\n"
            f"        print(await api.create_room({body}))\n"
            "asyncio.run(make(json.loads(sys.argv[1])))\n"
        )
        for _ in range(60):  # the server is starting
            process = await asyncio.create_subprocess_exec(
                *Link.command(self.link.far, sys.executable, "-c", code, json.dumps(told)),
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            out, _ = await process.communicate()
            if process.returncode == 0:
                return out.decode().split()[-1]
        raise RuntimeError("the room server did not start in its namespace")

    async def _start(self, namespace: str, seen: Seen | None, *words: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *Link.command(namespace, sys.executable, *words),
            stdout=asyncio.subprocess.DEVNULL if seen is None else asyncio.subprocess.PIPE,
        )
        self._processes.append(process)
        if seen is not None:
            self._readers.append(asyncio.create_task(self._read(process, seen), name="scene/read"))

    @staticmethod
    async def _read(process: asyncio.subprocess.Process, seen: Seen) -> None:
        assert process.stdout is not None, "piped"
        async for line in process.stdout:
            seen.lines.append(json.loads(line))


@asynccontextmanager
async def scene(sound: str, seed: int = 1, *, only_ipv6: bool = False) -> AsyncIterator[Scene]:
    """A room with both bots in it, in good weather; see `link`."""
    async with link(seed, only_ipv6=only_ipv6) as way:
        self = Scene(way, FAR6 if only_ipv6 else FAR)
        try:
            await self.open(sound)
            yield self
        finally:
            await self.close()
