"""What the bots of one process share: the way to the provider, the pacer, the alarms, the clips."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from bots.bot.bot import Bot
from bots.bot.messages import BotEvent
from bots.bot.ports import RoomPort
from bots.bot.provider import Provider
from bots.bot.spec import BotSpec
from bots.clock import Clock
from bots.media import Pacer, load_clip
from bots.playbook import RoomSettings
from bots.room import Room, RoomEvent, ServerApi
from bots.schedule import AlarmClock

__all__ = ["Venue", "room_body"]


class Venue:
    """One for a process; use it as an async context manager."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._clock = clock
        self._api = ServerApi(provider.api_url, provider.app_id, provider.app_key)
        self._pacer = Pacer(clock)
        self._alarms = AlarmClock(clock)

    async def __aenter__(self) -> Self:
        self._alarms.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarms.stop()
        await self._api.close()

    @property
    def alarms(self) -> AlarmClock:
        return self._alarms

    def bot(self, spec: BotSpec, emit: Callable[[BotEvent], None]) -> Bot:
        """A bot that lives here; `run` is its life."""
        return Bot(spec, clock=self._clock, alarms=self._alarms, join=self.join, load=load_clip, emit=emit)

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
        token = await self._api.fetch_token(spec.room_id, name=spec.name, role=spec.role, user_ref=spec.id)
        return await Room.join(
            token,
            clock=self._clock,
            pacer=self._pacer,
            publish=spec.publishes,
            listen=spec.listens,
            on_event=on_event,
            on_breakout_event=on_breakout_event,
        )

    async def open_room(self, settings: RoomSettings, *, owner_ref: str, moderators: int, participants: int) -> str:
        """Make a room for a session; returns its id.

        Args:
            settings: from the playbook.
            owner_ref: kept with the room.
            moderators, participants: of the playbook, where the settings name no number.

        Raises:
            ApiError: the provider refused, or is not there.
            ConfigError: wrong credentials.
        """
        return await self._api.create_room(room_body(settings, owner_ref, moderators, participants))

    async def close_room(self, room_id: str) -> None:
        """Delete a room that `open_room` made.

        Raises:
            ApiError: the provider refused, or is not there.
        """
        await self._api.delete_room(room_id)


def room_body(settings: RoomSettings, owner_ref: str, moderators: int, participants: int) -> dict[str, Any]:
    """The body of the Server API's room creation. Source: server-api.md sections 3 and 4."""
    return {
        "name": settings.name,
        "owner_ref": owner_ref,
        "settings": {
            "description": "",
            "mode": settings.mode,
            "scheduled": False,
            "adhoc": False,
            "moderators": settings.moderators or min(5, max(1, moderators)),
            "participants": settings.participants or max(2, participants),
            "max_active_talkers": settings.max_active_talkers,
            "quality": "SD",
            "auto_recording": False,
            "wait_for_moderator": settings.wait_for_moderator,
            "screen_share": settings.screen_share,
            "canvas": settings.canvas,
        },
        "sip": {"enabled": False},
    }
