"""What a room needs of the world outside: a signalling connection, sound out, sound in.

`LiveNetwork` is the real one: sockets and peer connections. A simulation has one without either.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bots.clock import Clock
from bots.errors import RoomClosed
from bots.media import Clip, Delivery, IncomingAudio, OutgoingAudio, Pacer, Played
from bots.room.peers import Publication, Subscription
from bots.room.signaling import Signaling
from bots.wire import Answer, Capture, Notice, Request

__all__ = [
    "Conversation",
    "Incoming",
    "LiveNetwork",
    "MediaLine",
    "Network",
    "Outgoing",
    "Playing",
]


class Conversation(Protocol):
    """One open signalling connection; `signaling.Signaling` is the real one."""

    @property
    def is_closed(self) -> bool: ...
    def post(self, request: Request, number: int | None = None) -> asyncio.Future[Answer]:
        """Queue a request, under the next number unless one is given; once the connection is lost, answers are 1163."""
        ...

    async def answer_to(self, event: str, answer: asyncio.Future[Answer], *, timeout_s: float = ...) -> Answer: ...
    async def check(self) -> bool:
        """Ask the server whether it is there; False if it says nothing for a few seconds."""
        ...

    def cut(self) -> None:
        """Break it without a word, as a network does."""
        ...

    async def close(self) -> None: ...


class Playing(Protocol):
    """One clip on its way."""

    @property
    def started_s(self) -> float | None: ...
    async def wait(self) -> Played: ...
    def stop(self) -> None: ...
    def duck(self, gain: float, over_s: float) -> None: ...


class Outgoing(Protocol):
    """What the bot sends into one room; `media.OutgoingAudio` is the real one.

    It outlives its media connections: while none is up, what plays goes on unheard.
    """

    is_muted: bool

    def play(self, clip: Clip, *, loop: bool = False, over: bool = False) -> Playing: ...
    def stop(self) -> None: ...
    def delivery(self) -> Delivery: ...
    def close(self) -> None: ...


class Incoming(Protocol):
    """What the bot hears in one slot; `media.IncomingAudio` is the real one."""

    def samples(self, since_s: float, until_s: float) -> npt.NDArray[np.int16]: ...


class MediaLine(Protocol):
    """One media connection and its part of the signalling."""

    @property
    def number(self) -> int: ...
    def take(self, msg: Mapping[str, Any]) -> None: ...
    @property
    def silent_s(self) -> float:
        """For how long nothing at all has come in, seconds; WebRTC checks the way about every five."""
        ...

    def probe(self) -> None:
        """Ask the other end whether it is there; an answer ends the silence."""
        ...

    def on_state(self, callback: Callable[[str], None]) -> Callable[[], None]: ...
    async def connect(self, timeout_s: float) -> None: ...
    async def close(self) -> None: ...


class Network(Protocol):
    """Opens connections.

    `can_fall_silent`: media may stop without a word, so that somebody has to look.
    """

    can_fall_silent: bool

    async def open(
        self,
        url: str,
        *,
        room_id: str,
        name: str,
        clock: Clock,
        numbers: Iterator[int],
        on_notice: Callable[[Notice], None],
        on_closed: Callable[[RoomClosed], None],
        timeout_s: float,
    ) -> Conversation:
        """Connect to a room server; see `Signaling.open`. Requests take their numbers from `numbers`.

        Raises:
            JoinRefused: there is none.
        """
        ...

    def outgoing(self) -> Outgoing:
        """What a bot will send; over no line yet."""
        ...

    def incoming(self) -> Incoming:
        """What a bot will hear in a slot; over no line yet."""
        ...

    def publication(
        self,
        number: int,
        conversation: Conversation,
        outgoing: Outgoing,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
    ) -> MediaLine:
        """The line over which this is sent, once it is connected."""
        ...

    def subscription(
        self,
        number: int,
        conversation: Conversation,
        incoming: Incoming,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
    ) -> MediaLine:
        """The line over which this is heard, once it is connected."""
        ...


class LiveNetwork:
    """Websockets, and peer connections whose packets leave by one pacer, while its `may_send` lets them.

    Args:
        pacer: of this process.
        capture_of: makes what writes down the socket to the room with this id.
    """

    can_fall_silent = True

    def __init__(self, pacer: Pacer, capture_of: Callable[[str], Capture] | None = None) -> None:
        self._pacer = pacer
        self._capture_of = capture_of

    async def open(
        self,
        url: str,
        *,
        room_id: str,
        name: str,
        clock: Clock,
        numbers: Iterator[int],
        on_notice: Callable[[Notice], None],
        on_closed: Callable[[RoomClosed], None],
        timeout_s: float,
    ) -> Signaling:
        return await Signaling.open(
            url, room_id=room_id, name=name, clock=clock, numbers=numbers, on_notice=on_notice, on_closed=on_closed,
            timeout_s=timeout_s, may_send=self._pacer.may_send,
            capture=None if self._capture_of is None else self._capture_of(room_id),
        )  # fmt: skip

    def outgoing(self) -> OutgoingAudio:
        return OutgoingAudio(self._pacer)

    def incoming(self) -> IncomingAudio:
        return IncomingAudio()

    def publication(
        self,
        number: int,
        conversation: Conversation,
        outgoing: Outgoing,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
    ) -> Publication:
        assert isinstance(outgoing, OutgoingAudio), "made here"
        return Publication(
            number, conversation.post, outgoing, is_local=is_local, ice_servers=ice_servers,
            may_send=self._pacer.may_send,
        )  # fmt: skip

    def subscription(
        self,
        number: int,
        conversation: Conversation,
        incoming: Incoming,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
    ) -> Subscription:
        assert isinstance(incoming, IncomingAudio), "made here"
        return Subscription(
            number, conversation.post, incoming, is_local=is_local, ice_servers=ice_servers,
            may_send=self._pacer.may_send,
        )  # fmt: skip
