"""What a session asks of the server, over however many connections: nothing is lost, and an answer has its limit.

A request that has no answer when the connection breaks is sent again over the next one, under the same number: a
server that knows the number does it once (`PresentToken.received`).
"""

import asyncio
import itertools
from typing import Any

from bots.clock import Clock
from bots.errors import RequestRefused
from bots.room.session.connection import Connection
from bots.room.session.outbox import Outbox
from bots.wire import Answer, Request

__all__ = ["WAIT_S", "Asking"]

WAIT_S = 60.0  # how long a request waits for the connection to come back
_ACK_S = 10.0
_DOUBT_S = 4.0  # then it is asked whether the server is there at all
_DISCONNECTED = 1163
_CLOSED = Answer(_DISCONNECTED, "the connection to the room is closed")


class Asking:
    """The requests of one session."""

    def __init__(self, clock: Clock) -> None:
        self.numbers = itertools.count()
        """Of all requests, also of those that belong to one connection."""
        self._clock = clock
        self._outbox = Outbox()
        self._replies: dict[asyncio.Future[Answer], tuple[Connection, int]] = {}
        self._connection: Connection | None = None
        self._is_closed = False
        self._turned = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Is there a connection that has let the bot in?"""
        return self._connection is not None

    def connected(self, connection: Connection, *, is_resumed: bool) -> None:
        """The room has let the bot in over this connection: what waits is sent."""
        self._connection = connection
        self.turn()
        for number, request in self._outbox.to_send(is_resumed=is_resumed):
            self._deliver(connection, number, request)

    def lost(self) -> None:
        """There is no connection now."""
        self._connection = None
        self.turn()

    def close(self) -> None:
        """There will be none any more: whoever waits is refused, but who has an answer gets it.

        The last answer and the end may be read in one go, before anything else runs.
        """
        self._is_closed = True
        for reply in [one for one in self._replies if one.done()]:
            self._take(reply)
        self._outbox.close(_CLOSED)
        self.lost()

    def turn(self) -> None:
        """Something about the connection has changed: whoever waits looks again."""
        self._turned.set()
        self._turned = asyncio.Event()

    async def turned(self, within_s: float, answer: asyncio.Future[Answer] | None = None) -> bool:
        """Wait for a change of the connection, or for the answer; False if neither comes in time."""
        turning = asyncio.ensure_future(self._turned.wait())
        waits: set[asyncio.Future[Any]] = {turning} if answer is None else {turning, answer}
        try:
            done, _ = await asyncio.wait(waits, timeout=max(0.0, within_s), return_when=asyncio.FIRST_COMPLETED)
            return bool(done)
        finally:
            turning.cancel()

    def send(self, request: Request) -> None:
        """Queue a request, over the next connection if there is none now; nobody waits for its answer."""
        self._put(request)

    async def request(self, request: Request) -> Answer:
        """Send a request and return its answer, whatever it says.

        Raises:
            RequestRefused: no answer in time, or no connection within `WAIT_S`.
        """
        number, answer = self._put(request)
        try:
            await self._settle(request.event, answer)
        finally:
            self._outbox.forget(number)
        return answer.result()

    def _put(self, request: Request) -> tuple[int, asyncio.Future[Answer]]:
        number = next(self.numbers)
        answer = self._outbox.put(number, request)
        if self._is_closed:
            self._outbox.answered(number, _CLOSED)
        elif self._connection is not None:
            self._outbox.sent(number)
            self._deliver(self._connection, number, request)
        return number, answer

    def _deliver(self, connection: Connection, number: int, request: Request) -> None:
        reply = connection.post(request, number)
        self._replies[reply] = connection, number
        reply.add_done_callback(self._take)

    def _take(self, reply: asyncio.Future[Answer]) -> None:
        if reply not in self._replies:
            return  # it was taken at the end
        connection, number = self._replies.pop(reply)
        if reply.cancelled():
            return
        answer = reply.result()
        if answer.result != _DISCONNECTED or connection.is_up:  # otherwise it is sent again
            self._outbox.answered(number, answer)

    async def _settle(self, event: str, answer: asyncio.Future[Answer]) -> None:
        """Wait for an answer: a while for the server, another while for the connection."""
        deadline_s: float | None = None
        while not answer.done():
            if (connection := self._connection) is not None:
                deadline_s = None
                if await self.turned(_DOUBT_S, answer):
                    continue
                if not await connection.conversation.check():
                    connection.conversation.cut()  # it is half open, and this is sent again over the next one
                elif not await self.turned(_ACK_S - _DOUBT_S, answer):
                    raise RequestRefused(event, _DISCONNECTED, f"the room server did not answer in {_ACK_S:g} s")
            else:
                now_s = self._clock.monotonic()
                deadline_s = now_s + WAIT_S if deadline_s is None else deadline_s
                if not await self.turned(deadline_s - now_s, answer):
                    raise RequestRefused(event, _DISCONNECTED, f"the connection did not come back in {WAIT_S:g} s")
