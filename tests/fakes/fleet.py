"""A fleet without bots: remembers what it is told, and tells what the test says."""

import asyncio
from collections.abc import AsyncIterator

from bots.bot import BotEvent, BotSpec, Command

__all__ = ["FakeFleet"]


class FakeFleet:
    """Implements `bots.fleet.Fleet`."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.commands: list[tuple[str, Command]] = []
        self._events: asyncio.Queue[BotEvent] = asyncio.Queue()

    def tell(self, *events: BotEvent) -> None:
        for event in events:
            self._events.put_nowait(event)

    async def start(self, spec: BotSpec) -> None:
        self.started.append(spec.id)

    async def stop(self, bot_id: str) -> None:
        self.stopped.append(bot_id)

    def command(self, bot_id: str, command: Command) -> None:
        self.commands.append((bot_id, command))

    async def events(self) -> AsyncIterator[BotEvent]:
        while True:
            yield await self._events.get()
