"""A network in memory: the room's requests reach the server's reception, and back, as the values the wire would carry.

Each message goes through the wire's own writing and reading, only not through text, and takes `LATENCY_S` each way.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from bots.clock import Clock
from bots.errors import RequestRefused, RoomClosed
from bots.room import Conversation, Incoming, Outgoing
from bots.server import Reception
from bots.simulation.ears import Ears
from bots.simulation.voices import VirtualOutgoing, Voices
from bots.wire import Answer, Notice, PresentToken, Request, SendData, read_answer, read_notice, read_request, refused

__all__ = ["LATENCY_S", "MemoryNetwork", "Wire"]

LATENCY_S = 0.005
MEDIA_S = 0.1  # ICE and DTLS
PARTING_S = 1.0  # what the server leaves a client to go by itself
ACK_S = 10.0
LOST = 2002
_CLOSED = 1163

Answered = asyncio.Future[Answer]


class Wire:
    """Carries what clients and the server say; one for a simulation.

    Everything arrives `LATENCY_S` later in the order in which it was sent, whoever sent it: what else the loop waits
    for makes no difference. A notice to a whole room is one value, said to many in a row: it is written and read once.
    """

    def __init__(self) -> None:
        self._said: Notice | None = None
        self._read: Notice | None = None
        self._under_way: deque[tuple[float, Callable[[], None]]] = deque()
        self._is_awaited = False

    def send(self, arrive: Callable[[], None]) -> None:
        """Call this when it has arrived."""
        loop = asyncio.get_running_loop()
        at_s = loop.time() + LATENCY_S
        self._under_way.append((at_s, arrive))
        if not self._is_awaited:
            self._is_awaited = True
            loop.call_at(at_s, self._arrive)

    def _arrive(self) -> None:
        at_s = self._under_way[0][0]
        try:
            while self._under_way and self._under_way[0][0] <= at_s:
                self._under_way.popleft()[1]()
        finally:
            self._is_awaited = bool(self._under_way)
            if self._under_way:
                asyncio.get_running_loop().call_at(self._under_way[0][0], self._arrive)

    def carry(self, notice: Notice) -> Notice:
        """The notice, after the wire."""
        if notice is not self._said or self._read is None:
            self._said, self._read = notice, read_notice(notice.event, notice.arguments())
        return self._read


class MemoryNetwork:
    """The network of one client; implements `bots.room.Network`.

    Args:
        reception: of the server.
        voices: carries its sound.
        wire: carries what it says.
        ears: hear what is written.
    """

    can_fall_silent = False

    def __init__(self, reception: Reception, voices: Voices, wire: Wire, ears: Ears) -> None:
        self._wire = wire
        self._ears = ears
        self._reception = reception
        self._voices = voices
        self._open: list[_Conversation] = []

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
        del url, name, clock, timeout_s  # there is one server, it is here, and it answers
        await asyncio.sleep(2 * LATENCY_S)
        conversation = _Conversation(
            self._reception, self._wire, self._ears, room_id, numbers, on_notice=on_notice, on_closed=on_closed
        )
        self._open.append(conversation)
        return conversation

    def outgoing(self) -> VirtualOutgoing:
        return self._voices.outgoing()

    def incoming(self) -> "_Silence":
        return _Silence()

    def publication(
        self,
        number: int,
        conversation: Conversation,
        outgoing: Outgoing,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
    ) -> "_Publication":
        del is_local, ice_servers
        assert isinstance(conversation, _Conversation), "this network has no others"
        assert isinstance(outgoing, VirtualOutgoing), "this network has no others"
        return conversation.carry(_Publication(number, outgoing, conversation.client_id))

    def subscription(
        self,
        number: int,
        conversation: Conversation,
        incoming: Incoming,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
    ) -> "_MediaLine":
        del conversation, incoming, is_local, ice_servers
        return _MediaLine(number)

    def cut(self) -> None:
        """The client's network is gone: every connection breaks, at both ends."""
        for conversation in self._open:
            conversation.cut()
        self._open.clear()


class _Conversation:
    """The client's end; implements `bots.room.Conversation`."""

    def __init__(
        self,
        reception: Reception,
        wire: Wire,
        ears: Ears,
        room_id: str,
        numbers: Iterator[int],
        *,
        on_notice: Callable[[Notice], None],
        on_closed: Callable[[RoomClosed], None],
    ) -> None:
        self._room_id = room_id
        self._numbers = numbers
        self._lines: list[_Publication] = []
        self._on_notice = on_notice
        self._on_closed: Callable[[RoomClosed], None] | None = on_closed
        self._wire = wire
        self._line = _Line(reception, wire, ears, self)
        self._waiting: dict[int, Answered] = {}
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def client_id(self) -> str:
        return self._line.client_id

    def carry(self, line: "_Publication") -> "_Publication":
        """This line goes over the client's network too, and breaks with it."""
        self._lines.append(line)
        return line

    def post(self, request: Request, number: int | None = None) -> Answered:
        answer: Answered = asyncio.get_running_loop().create_future()
        if self._is_closed:
            answer.set_result(Answer(_CLOSED, "the connection to the room is closed"))
            return answer
        number = next(self._numbers) if number is None else number
        self._waiting[number] = answer
        self._wire.send(partial(self._line.take, request.event, request.arguments(), number))
        return answer

    async def answer_to(self, event: str, answer: Answered, *, timeout_s: float = ACK_S) -> Answer:
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            reason = f"the room server did not answer in {timeout_s:g} s"
            raise RequestRefused(event, _CLOSED, reason) from None

    async def check(self) -> bool:
        return not self._is_closed

    async def close(self) -> None:
        self._on_closed = None
        if not self._is_closed:
            self._shut("the connection to the room was closed")
            self._wire.send(self._line.hang_up)

    def cut(self) -> None:
        """The network is gone."""
        for line in self._lines:
            line.cut()
        self.lose("the connection broke (simulated)")
        self._line.hang_up()

    def acknowledge(self, number: int, values: tuple[Any, ...]) -> None:
        """An ack has arrived."""
        answer = self._waiting.pop(number, None)
        if answer is not None and not answer.done():
            answer.set_result(read_answer(values))

    def hear(self, notice: Notice) -> None:
        """A notice has arrived."""
        if not self._is_closed:
            self._on_notice(notice)

    def lose(self, reason: str) -> None:
        """The connection has ended, and not by the client's will."""
        if self._is_closed:
            return
        self._shut(reason)
        if self._on_closed is not None:
            on_closed, self._on_closed = self._on_closed, None
            on_closed(RoomClosed(self._room_id, LOST, reason, retryable=True))

    def _shut(self, reason: str) -> None:
        self._is_closed = True
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_result(Answer(_CLOSED, reason))


class _Line:
    """The server's end; implements `bots.server.Line`, and asks the reception as `server.Connection` does."""

    def __init__(self, reception: Reception, wire: Wire, ears: Ears, client: _Conversation) -> None:
        self.client_id = ""
        self.address = "127.0.0.1"
        self.agent = ""
        self._reception = reception
        self._wire = wire
        self._ears = ears
        self._client = client
        self._is_over = False
        self._parting: asyncio.TimerHandle | None = None

    def take(self, event: str, arguments: tuple[Any, ...], number: int) -> None:
        """A request has arrived."""
        if self._is_over:
            return

        request = read_request(event, arguments)
        line = self._ears.line(self.client_id, request) if isinstance(request, SendData) else None

        def acknowledge(values: tuple[Any, ...]) -> None:
            if line is not None and read_answer(values).is_ok:
                self._ears.hear(line)
            self._wire.send(partial(self._client.acknowledge, number, values))

        if isinstance(request, PresentToken):
            answer, self.client_id = self._reception.enter(self, request)
            acknowledge(answer)
            if self.client_id:
                self._reception.entered(self.client_id)
            else:
                self.part()
        elif not self.client_id:
            acknowledge(refused(1171, "Present a token first."))
        else:
            self._reception.answer(self.client_id, request, number, acknowledge)

    def send(self, notice: Notice) -> None:
        self._wire.send(partial(self._client.hear, self._wire.carry(notice)))

    def part(self) -> None:
        if self._parting is None and not self._is_over:
            self._parting = asyncio.get_running_loop().call_later(PARTING_S, self.end)

    def end(self) -> None:
        if not self._is_over:
            self._wire.send(partial(self._client.lose, "the room server ended the conversation"))
            self.hang_up()

    def hang_up(self) -> None:
        """The connection is over."""
        if self._is_over:
            return
        self._is_over = True
        if self._parting is not None:
            self._parting.cancel()
        self._reception.gone(self, self.client_id)


class _MediaLine:
    """A media connection that is there after a moment and never fails."""

    def __init__(self, number: int) -> None:
        self.number = number

    def take(self, msg: Mapping[str, Any]) -> None:
        """There is nothing to negotiate."""

    @property
    def silent_s(self) -> float:
        return 0.0

    def probe(self) -> None:
        """It is there."""

    def on_state(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """It stays as it is, so nobody is called."""
        del callback
        return lambda: None

    async def connect(self, timeout_s: float) -> None:
        del timeout_s
        await asyncio.sleep(MEDIA_S)

    async def close(self) -> None:
        """Nothing to close."""


class _Publication(_MediaLine):
    """Carries what a member sends."""

    def __init__(self, number: int, outgoing: VirtualOutgoing, client_id: str) -> None:
        super().__init__(number)
        self._outgoing = outgoing
        self._client_id = client_id

    async def connect(self, timeout_s: float) -> None:
        await super().connect(timeout_s)
        self._outgoing.attach(self, self._client_id)

    async def close(self) -> None:
        self._outgoing.detach(self)

    def cut(self) -> None:
        """Nothing comes through any more."""
        self._outgoing.detach(self)


class _Silence:
    """A slot in which nothing arrives: what was heard is asked of `Voices`."""

    def samples(self, since_s: float, until_s: float) -> npt.NDArray[np.int16]:
        del since_s, until_s
        return np.zeros(0, np.int16)
