"""What is heard of a bot in one room, and the sounds on their way there, as plain state."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.ports import DeliveryPort, OutgoingPort, PlaybackPort, PlayedPort, RoomPort
from bots.media import Clip

__all__ = ["Air", "Sending", "Sent"]


@dataclass(frozen=True, slots=True)
class Sending:
    """One sound on its way: what, where, why; asked_at_s is when a step asked for it, monotonic.

    `is_over`: it lets go on what plays.
    """

    room: RoomPort
    voice: OutgoingPort
    clip: Clip
    play: ClipPlay
    rule: str | None
    step: str | None
    asked_at_s: float | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """One sound that is over and waits for its report."""

    play_id: str
    since: datetime
    until: datetime
    before: DeliveryPort
    played: PlayedPort


@dataclass(slots=True)
class Air:
    """What is heard of the bot in one room.

    Attributes:
        clips, over: whose turn it is, of the clips, and of those mixed in.
        replaced: those with a lower turn play no more.
        playing: what plays, the sound of `name`; and what is heard over it, of `over_name`.
        loop: the task of a loop that plays.
    """

    clips: asyncio.Lock = field(default_factory=asyncio.Lock)
    over: asyncio.Lock = field(default_factory=asyncio.Lock)
    replaced: int = 0
    playing: PlaybackPort | None = None
    name: str | None = None
    playing_over: PlaybackPort | None = None
    over_name: str | None = None
    loop: asyncio.Task[PlaybackPort] | None = None
