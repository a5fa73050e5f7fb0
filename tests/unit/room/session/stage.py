"""A session on a network that does what the test says: who answers when, what breaks, which media come up."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any, cast

from bots.clock import Clock
from bots.errors import JoinRefused, RoomClosed
from bots.room.events import RoomEvent
from bots.room.network import MediaLine, Network
from bots.room.session.session import Session, Terms
from bots.room.session.wayback import ComeBack
from bots.simulation import VirtualClock, run_virtually
from bots.wire import Answer, Notice, PresentToken, Publish, Request, read_notice
from tests.unit.room.test_state import CONNECTED

FIELDS = {"host": "127.0.0.1:1", "roomId": "room-1", "name": "Bot"}


class FakeConversation:
    """Answers every request at once; lets the bot in."""

    def __init__(
        self, network: "FakeNetwork", on_notice: Callable[[Notice], None], on_closed: Callable[[RoomClosed], None]
    ) -> None:
        self.is_closed = False
        self.sent: list[Request] = []
        self.on_notice = on_notice
        self._network = network
        self._on_closed = on_closed

    def tell(self, event: str, *arguments: Any) -> None:
        self.on_notice(read_notice(event, arguments))

    def breaks(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._on_closed(RoomClosed("room-1", 2002, "it broke", retryable=True))

    def post(self, request: Request, number: int | None = None) -> asyncio.Future[Answer]:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        answer.set_result(Answer(1163, "closed") if self.is_closed else self._answer(request))
        self.sent.append(request)
        return answer

    def _answer(self, request: Request) -> Answer:
        match request:
            case PresentToken():
                asyncio.get_running_loop().call_soon(self._network.let_in, self)
                return Answer(0, "", {"clientId": "c-1", "resumed": False})
            case Publish():
                return Answer(0, "", {"id": 1000 + len(self.sent)})
            case _:
                return Answer(0)

    async def answer_to(self, event: str, answer: asyncio.Future[Answer], *, timeout_s: float = 10.0) -> Answer:
        return await answer

    async def check(self) -> bool:
        return not self.is_closed

    def cut(self) -> None:
        self.breaks()

    async def close(self) -> None:
        self.is_closed = True


class FakeOutgoing:
    """Nobody hears it."""

    is_muted = False

    def close(self) -> None:
        pass


class FakeLine:
    """A media line; comes up when the network says so."""

    silent_s = 0.0

    def __init__(self, network: "FakeNetwork", number: int) -> None:
        self.number = number
        self.is_closed = False
        self._network = network

    def on_state(self, callback: Callable[[str], None]) -> Callable[[], None]:
        return lambda: None

    async def connect(self, timeout_s: float) -> None:
        await self._network.connect(self)

    async def close(self) -> None:
        self.is_closed = True


async def at_once(_: Any = None) -> None:
    """Nothing is in the way."""


class FakeNetwork:
    """One after the other, the connections that a session makes.

    Attributes:
        is_up: somebody answers.
        opening, connect: awaited before a connection is there, before a media line is up.
        connected: what `room-connected` says.
    """

    can_fall_silent = False

    def __init__(self) -> None:
        self.is_up = True
        self.opening: Callable[[], Awaitable[None]] = at_once
        self.connect: Callable[[FakeLine], Awaitable[None]] = at_once
        self.connected: dict[str, Any] = CONNECTED
        self.conversations: list[FakeConversation] = []
        self.lines: list[FakeLine] = []

    def let_in(self, conversation: FakeConversation) -> None:
        conversation.tell("room-connected", self.connected)

    async def open(
        self, url: str, *, room_id: str, name: str, clock: Clock, numbers: Iterator[int],
        on_notice: Callable[[Notice], None], on_closed: Callable[[RoomClosed], None], timeout_s: float,
    ) -> FakeConversation:  # fmt: skip
        await self.opening()
        if not self.is_up:
            raise JoinRefused(room_id, 1161, "nobody answers", retryable=True)
        self.conversations.append(FakeConversation(self, on_notice, on_closed))
        return self.conversations[-1]

    def outgoing(self) -> FakeOutgoing:
        return FakeOutgoing()

    def publication(self, number: int, *_: Any, **__: Any) -> MediaLine:
        self.lines.append(FakeLine(self, number))
        return cast("MediaLine", self.lines[-1])


class Stage:
    """A session that may come back, its network, and what it has told."""

    def __init__(self, *, is_breakout: bool = False) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 30, 8, 0, tzinfo=UTC))
        self.network = FakeNetwork()
        self.told: list[RoomEvent] = []
        self._is_breakout = is_breakout

    def session(self) -> Session:
        async def no_token() -> str:
            raise AssertionError("the old one is good")

        terms = Terms(
            clock=self.clock, network=cast("Network", self.network), is_breakout=self._is_breakout,
            come_back=ComeBack(no_token, Random(1)),
        )  # fmt: skip
        return Session(FIELDS, terms, self.told.append)

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.told]


def on_stage(act: Callable[[Stage], Any], *, is_breakout: bool = False) -> None:
    """Run what the test does with a stage, on its clock."""
    stage = Stage(is_breakout=is_breakout)

    async def main() -> None:
        await act(stage)

    run_virtually(main, stage.clock)
