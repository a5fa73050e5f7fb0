"""The fleet in this process: one task a bot, one pacer and one way to the provider for all."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Protocol, Self

from bots.bot import Bot, BotEvent, BotSpec, Command, Provider, Venue
from bots.clock import Clock
from bots.journal import Diary, Hold

__all__ = ["Kept", "LocalFleet"]


class Kept(Protocol):
    """Where a session stands in the journal; `OpenSession` is one."""

    @property
    def hold(self) -> Hold: ...
    def diary(self, bot: str) -> Diary: ...


class LocalFleet:
    """Implements `Fleet`; use it as an async context manager, which ends all lives.

    Args:
        opened: keeps what bots begin and do, and says whether anything may be sent; nothing is kept without.
    """

    def __init__(self, provider: Provider, clock: Clock, opened: Kept | None = None) -> None:
        self._opened = opened
        self._venue = Venue(provider, clock, may_send=None if opened is None else opened.hold.may_send)
        self._bots: dict[str, Bot] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._events: asyncio.Queue[BotEvent] = asyncio.Queue()  # bounded by the bots: each tells a few things a step

    async def __aenter__(self) -> Self:
        await self._venue.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for life in self._lives.values():
            life.cancel()
        await asyncio.gather(*self._lives.values(), return_exceptions=True)
        await self._venue.__aexit__(kind, error, trace)

    async def start(self, spec: BotSpec) -> None:
        diary = None if self._opened is None else self._opened.diary(spec.id)
        bot = self._venue.bot(spec, self._events.put_nowait, diary)
        self._bots[spec.id] = bot
        self._lives[spec.id] = asyncio.create_task(bot.run(), name=f"{spec.id}/life")

    async def stop(self, bot_id: str) -> None:
        life = self._lives.get(bot_id)
        if life is not None:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    def command(self, bot_id: str, command: Command) -> None:
        bot = self._bots.get(bot_id)
        if bot is not None and not self._lives[bot_id].done():
            bot.command(command)

    async def events(self) -> AsyncIterator[BotEvent]:
        while True:
            yield await self._events.get()
