"""The fleet of a simulation: the real bots, in simulated rooms, with ears that know what sounded."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from bots.bot import Bot, BotEvent, BotSpec, Command, Judge, Judged
from bots.clock import Clock
from bots.schedule import Alarms
from bots.simulation.clips import Clips
from bots.simulation.rooms import SimulatedRooms

__all__ = ["SimulatedFleet"]


class SimulatedFleet:
    """Implements `Fleet`; use it as an async context manager, which ends all lives.

    One command is answered here and not by the bot: whether a sound was heard (`Judge`). There are no packets to
    compare; `Voices` knows.
    """

    def __init__(self, rooms: SimulatedRooms, clock: Clock, alarms: Alarms, clips: Clips) -> None:
        self._rooms = rooms
        self._clock = clock
        self._alarms = alarms
        self._clips = clips
        self._bots: dict[str, Bot] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._events: asyncio.Queue[BotEvent] = asyncio.Queue()  # bounded by the bots: each tells a few things a step

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for life in self._lives.values():
            life.cancel()
        await asyncio.gather(*self._lives.values(), return_exceptions=True)

    async def start(self, spec: BotSpec) -> None:
        bot = Bot(
            spec,
            clock=self._clock,
            alarms=self._alarms,
            join=self._rooms.join,
            load=self._clips.load,
            emit=self._events.put_nowait,
        )
        self._bots[spec.id] = bot
        self._lives[spec.id] = asyncio.create_task(bot.run(), name=f"{spec.id}/life")

    async def stop(self, bot_id: str) -> None:
        life = self._lives.get(bot_id)
        if life is not None:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    def command(self, bot_id: str, command: Command) -> None:
        bot = self._bots.get(bot_id)
        if bot is None or self._lives[bot_id].done():
            return
        if isinstance(command, Judge):
            self._events.put_nowait(self._judge(bot_id, command))
        else:
            bot.command(command)

    async def events(self) -> AsyncIterator[BotEvent]:
        while True:
            yield await self._events.get()

    def _judge(self, bot_id: str, question: Judge) -> Judged:
        sender = question.play_id.rpartition("/")[0]
        is_heard = self._rooms.voices.was_heard(sender, question.room_id, question.since)
        return Judged(bot_id=bot_id, play_id=question.play_id, is_heard=is_heard, score=1.0 if is_heard else 0.0)
