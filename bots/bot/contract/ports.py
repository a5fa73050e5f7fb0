"""What a bot needs of a room and its sound. `bots.room.Room` has this shape, and so has the tests' fake."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from bots.bot.contract.spec import BotSpec
from bots.media import Clip
from bots.room import BreakoutDefinition, Joinee, Participant, RoomEvent, StreamInfo

__all__ = [
    "DeliveryPort",
    "IncomingPort",
    "JoinRoom",
    "LoadClip",
    "OutgoingPort",
    "PlaybackPort",
    "PlayedPort",
    "RoomPort",
]


class PlayedPort(Protocol):
    """How a playback ended."""

    @property
    def packets(self) -> int: ...
    @property
    def outcome(self) -> Literal["finished", "stopped", "closed"]: ...


class PlaybackPort(Protocol):
    """One clip on its way."""

    async def wait(self) -> PlayedPort: ...
    def stop(self) -> None: ...


class DeliveryPort(Protocol):
    """The media server's receiver report, cumulative over the life of the sender."""

    @property
    def packets_sent(self) -> int: ...
    @property
    def packets_lost(self) -> int: ...
    @property
    def has_report(self) -> bool: ...


class OutgoingPort(Protocol):
    """The bot's microphone line in one room."""

    def play(self, clip: Clip, *, loop: bool = False) -> PlaybackPort: ...
    def delivery(self) -> DeliveryPort: ...


class IncomingPort(Protocol):
    """One slot that the bot hears."""

    def samples(self, since_s: float, until_s: float) -> npt.NDArray[np.int16]: ...


class RoomPort(Protocol):
    """One joined room, parent or breakout."""

    @property
    def room_id(self) -> str: ...
    @property
    def room_name(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def participants(self) -> Mapping[str, Participant]: ...
    @property
    def is_moderator(self) -> bool: ...
    @property
    def is_closed(self) -> bool: ...
    @property
    def breakout(self) -> "RoomPort | None": ...
    @property
    def outgoing(self) -> OutgoingPort | None: ...
    @property
    def incoming(self) -> Mapping[int, IncomingPort]: ...

    async def say(self, text: str, *, to: Sequence[str] = ()) -> None: ...
    async def send_data(self, data: Any, *, to: Sequence[str] = ()) -> None: ...
    async def mute(self) -> None: ...
    async def unmute(self) -> None: ...
    async def hard_mute(self, client_id: str | None = None) -> None: ...
    async def hard_unmute(self, client_id: str | None = None) -> None: ...
    async def create_breakouts(self, definition: BreakoutDefinition) -> tuple[str, ...]: ...
    async def invite(self, room_id: str, client_ids: Sequence[str], *, force: bool = False) -> None: ...
    async def destroy_breakouts(self, room_ids: Sequence[str] | None = None) -> None: ...
    async def join_breakout(self, joinee: Joinee, stream_info: StreamInfo) -> "RoomPort": ...
    async def reject_invite(self, room_id: str) -> None: ...
    async def leave_breakout(self) -> None: ...
    async def leave(self) -> None: ...


class JoinRoom(Protocol):
    """How a bot enters its room; `Venue.join` is the real one."""

    async def __call__(
        self,
        spec: BotSpec,
        *,
        on_event: Callable[[RoomEvent], None],
        on_breakout_event: Callable[[RoomEvent], None],
    ) -> RoomPort: ...


class LoadClip(Protocol):
    """How a bot gets a clip; `bots.media.load_clip` is the real one."""

    async def __call__(
        self, path: str, *, volume: float = 1.0, fade_in_s: float = 0.0, fade_out_s: float = 0.0
    ) -> Clip: ...
