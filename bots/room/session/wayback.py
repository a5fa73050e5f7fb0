"""The way back after a loss: does what `Outage` decides, until the connection and its media are there or it is over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

import structlog

from bots.clock import Clock
from bots.errors import BotsError
from bots.room.reconnect import Again, How, Outage, Over
from bots.room.signaling import LOST

__all__ = ["ComeBack", "WayBack"]

STEADY_S = 10.0  # lost again sooner than this, it is the same trouble, and the pauses go on growing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ComeBack:
    """How a lost connection comes back.

    Attributes:
        fetch_token: a new token, for when the old one is not taken any more.
        rng: draws the pauses between the tries.
    """

    fetch_token: Callable[[], Awaitable[str]]
    rng: Random


class Away(Protocol):
    """Who is to come back; `session.Session` is one."""

    @property
    def is_up(self) -> bool:
        """Can it talk to the server?"""
        ...

    async def come_back(self, how: How, tries: int) -> bool:
        """One try; whether the server goes on where it was before.

        Raises:
            BotsError: it has failed.
        """
        ...


class WayBack:
    """The ways back of one session, one at a time.

    Args:
        room_id, name: for the log, and for the names of tasks.
        on_end: told how it ended: over, or back after so many seconds and tries, resumed by the server or not.
    """

    def __init__(
        self,
        away: Away,
        come_back: ComeBack,
        *,
        clock: Clock,
        room_id: str,
        name: str,
        on_end: Callable[[Over | None, float, int, bool], None],
    ) -> None:
        self._away = away
        self._come_back = come_back
        self._clock = clock
        self._room_id = room_id
        self._name = name
        self._on_end = on_end
        self._outage: Outage | None = None
        self._ended_s = float("-inf")
        self._task: asyncio.Task[None] | None = None

    @property
    def is_under_way(self) -> bool:
        return self._task is not None

    def begin(self) -> None:
        """It is lost now."""
        now_s = self._clock.monotonic()
        level = self._outage.level if self._outage is not None and now_s - self._ended_s < STEADY_S else 0
        self._outage = Outage(self._come_back.rng, level=level)
        self._task = asyncio.create_task(self._go(self._outage, now_s), name=f"{self._name}/way-back")

    async def stop(self) -> None:
        """Try no more."""
        task = self._task
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _go(self, outage: Outage, began_s: float) -> None:
        is_resumed, over, tried_s = True, None, began_s
        try:
            step: Again | Over = outage.begin(is_connected=self._away.is_up)
            while isinstance(step, Again):
                await self._clock.sleep_until(tried_s + step.after_s)
                tried_s = self._clock.monotonic()
                try:
                    is_resumed &= await self._away.come_back(step.how, outage.tries)
                    break
                except BotsError as error:
                    log.debug("reconnect_failed", room=self._room_id, tries=outage.tries, reason=str(error))
                    step = outage.failed(error, is_connected=self._away.is_up)
            over = step if isinstance(step, Over) else None
        except Exception:
            log.exception("reconnect_broken", room=self._room_id)
            over = Over(LOST, "a fault while reconnecting, which is a bug of the bot")
        self._task = None
        self._ended_s = self._clock.monotonic()
        self._on_end(over, round(self._ended_s - began_s, 3), outage.tries, is_resumed)
