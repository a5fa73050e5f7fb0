"""What the bots of one process share: the way to the provider, the pacer, the alarms, the clips."""

from collections.abc import Callable
from random import Random
from types import TracebackType
from typing import Self

from bots.bot.bot import Bot
from bots.bot.contract.messages import BotEvent
from bots.bot.contract.ports import RoomPort
from bots.bot.contract.provider import Provider
from bots.bot.contract.spec import BotSpec
from bots.clock import Clock
from bots.journal import Diary
from bots.media import Pacer, load_clip
from bots.room import ComeBack, Room, RoomEvent, ServerApi
from bots.schedule import AlarmClock

__all__ = ["Venue"]


class Venue:
    """One for a session in a process; use it as an async context manager.

    Args:
        may_send: may anything leave this process for the session now? Asked before every message and every packet.
    """

    def __init__(self, provider: Provider, clock: Clock, *, may_send: Callable[[], bool] | None = None) -> None:
        self._clock = clock
        self._api = ServerApi(provider.api_url, provider.app_id, provider.app_key, clock=clock)
        self._pacer = Pacer(clock, may_send=may_send)
        self._alarms = AlarmClock(clock)

    async def __aenter__(self) -> Self:
        self._alarms.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarms.stop()
        await self._api.close()

    def bot(self, spec: BotSpec, emit: Callable[[BotEvent], None], diary: Diary | None = None) -> Bot:
        """A bot that lives here; `run` is its life."""
        return Bot(
            spec, clock=self._clock, alarms=self._alarms, join=self.join, load=load_clip, emit=emit, diary=diary
        )  # fmt: skip

    async def join(
        self,
        spec: BotSpec,
        *,
        on_event: Callable[[RoomEvent], None],
        on_breakout_event: Callable[[RoomEvent], None],
    ) -> RoomPort:
        """Enter the room of this spec, with a token of its own.

        Raises:
            BotsError: ApiError, ConfigError, JoinRefused or PublishRefused.
        """

        async def fetch() -> str:
            return await self._api.fetch_token(spec.room_id, name=spec.name, role=spec.role, user_ref=spec.id)

        return await Room.join(
            await fetch(),
            clock=self._clock,
            pacer=self._pacer,
            publish=spec.publishes,
            listen=spec.listens,
            watch_talk=spec.watches_talk,
            come_back=ComeBack(fetch, Random(f"{spec.seed}/reconnect")),
            on_event=on_event,
            on_breakout_event=on_breakout_event,
        )
