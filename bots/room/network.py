"""What a room needs of the world outside: a signalling connection, sound out, sound in.

`LiveNetwork` is the real one: sockets and peer connections. A simulation has one without either.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bots.clock import Clock
from bots.errors import RoomClosed
from bots.media import Clip, Delivery, Pacer, Played
from bots.room.peers import Publication, Subscription
from bots.room.signaling import Signaling
from bots.wire import Answer, Notice, Request

__all__ = [
    "Conversation",
    "Incoming",
    "LiveNetwork",
    "Network",
    "Outgoing",
    "Playing",
    "PublicationLine",
    "SubscriptionLine",
]


class Conversation(Protocol):
    """One open signalling connection; `signaling.Signaling` is the real one."""

    @property
    def is_closed(self) -> bool: ...
    def post(self, request: Request) -> asyncio.Future[Answer]: ...
    async def request(self, request: Request, *, timeout_s: float = ...) -> Answer: ...
    async def answer_to(self, event: str, answer: asyncio.Future[Answer], *, timeout_s: float = ...) -> Answer: ...
    async def close(self) -> None: ...


class Playing(Protocol):
    """One clip on its way."""

    @property
    def started_s(self) -> float | None: ...
    async def wait(self) -> Played: ...
    def stop(self) -> None: ...


class Outgoing(Protocol):
    """What the bot sends into one room; `media.OutgoingAudio` is the real one."""

    is_muted: bool

    def play(self, clip: Clip, *, loop: bool = False) -> Playing: ...
    def stop(self) -> None: ...
    def delivery(self) -> Delivery: ...


class Incoming(Protocol):
    """What the bot hears in one slot; `media.IncomingAudio` is the real one."""

    def samples(self, since_s: float, until_s: float) -> npt.NDArray[np.int16]: ...


class MediaLine(Protocol):
    """One media connection and its part of the signalling."""

    @property
    def number(self) -> int: ...
    def take(self, msg: Mapping[str, Any]) -> None: ...
    def on_state(self, callback: Callable[[str], None]) -> Callable[[], None]: ...
    async def connect(self, timeout_s: float) -> None: ...
    async def close(self) -> None: ...


class PublicationLine(MediaLine, Protocol):
    """The line that carries what the bot sends."""

    @property
    def outgoing(self) -> Outgoing: ...


class SubscriptionLine(MediaLine, Protocol):
    """The line of one slot that the bot hears."""

    @property
    def incoming(self) -> Incoming: ...


class Network(Protocol):
    """Opens connections."""

    async def open(
        self,
        url: str,
        *,
        room_id: str,
        name: str,
        clock: Clock,
        on_notice: Callable[[Notice], None],
        on_closed: Callable[[RoomClosed], None],
        timeout_s: float,
    ) -> Conversation:
        """Connect to a room server; see `Signaling.open`.

        Raises:
            JoinRefused: there is none.
        """
        ...

    def publication(
        self, number: int, conversation: Conversation, *, is_local: bool, ice_servers: Sequence[Mapping[str, Any]]
    ) -> PublicationLine: ...

    def subscription(
        self, number: int, conversation: Conversation, *, is_local: bool, ice_servers: Sequence[Mapping[str, Any]]
    ) -> SubscriptionLine: ...


class LiveNetwork:
    """Websockets, and peer connections whose packets leave by one pacer."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    async def open(
        self,
        url: str,
        *,
        room_id: str,
        name: str,
        clock: Clock,
        on_notice: Callable[[Notice], None],
        on_closed: Callable[[RoomClosed], None],
        timeout_s: float,
    ) -> Signaling:
        return await Signaling.open(
            url, room_id=room_id, name=name, clock=clock, on_notice=on_notice, on_closed=on_closed, timeout_s=timeout_s
        )

    def publication(
        self, number: int, conversation: Conversation, *, is_local: bool, ice_servers: Sequence[Mapping[str, Any]]
    ) -> Publication:
        return Publication(number, conversation.post, self._pacer, is_local=is_local, ice_servers=ice_servers)

    def subscription(
        self, number: int, conversation: Conversation, *, is_local: bool, ice_servers: Sequence[Mapping[str, Any]]
    ) -> Subscription:
        return Subscription(number, conversation.post, is_local=is_local, ice_servers=ice_servers)
