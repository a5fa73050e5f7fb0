"""The client's end of one signalling connection: opened with a token, admitted, until it ends.

Source: signalling.md sections 3, 12.2 and 14.8.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bots.clock import Clock
from bots.errors import JoinRefused, RoomClosed
from bots.room.network import Conversation, Network
from bots.room.session.claims import CLIENT_FACTS
from bots.room.token import socket_url
from bots.wire import Answer, Notice, PresentToken, Request, RoomAwaited, RoomConnected

__all__ = ["ADMISSION_S", "Admission", "Connection", "done_before"]

ADMISSION_S = 1800.0  # how long a bot waits in a knock room for a moderator
_DISCONNECTED = 1163
_DROPPED = 2001  # by a moderator, while the bot was away


@dataclass(frozen=True, slots=True)
class Admission:
    """The room has let the bot in.

    Attributes:
        address: of the bot, as the server sees it.
        is_resumed: the server goes on where it was before the loss; see `PresentToken.received`.
    """

    connected: RoomConnected
    address: str
    is_resumed: bool


class Connection:
    """One connection. `on_notice` and `on_lost` are called on the event loop, `on_lost` only once admitted.

    Args:
        numbers: of the requests; a later connection goes on with them.
        received: how many notices that last came over earlier ones.
    """

    def __init__(
        self,
        *,
        room_id: str,
        name: str,
        numbers: Iterator[int],
        received: int,
        on_notice: Callable[["Connection", Notice], None],
        on_lost: Callable[["Connection", RoomClosed], None],
    ) -> None:
        self.client_id = ""
        self.ended = asyncio.Event()
        """The connection broke."""
        self._room_id = room_id
        self._name = name
        self._numbers = numbers
        self._received_before = received
        self._received_here = 0
        self._on_notice = on_notice
        self._on_lost = on_lost
        self._conversation: Conversation | None = None
        self._outcome: asyncio.Future[RoomConnected | RoomClosed] = asyncio.get_running_loop().create_future()
        self._is_awaited = False

    @property
    def conversation(self) -> Conversation:
        assert self._conversation is not None, "opened"
        return self._conversation

    @property
    def is_up(self) -> bool:
        """Can something be said?"""
        return self._conversation is not None and not self._conversation.is_closed

    @property
    def received(self) -> int:
        """Notices that last and have come, as the server counts them."""
        return self._received_before + self._received_here

    async def open(self, network: Network, clock: Clock, fields: Mapping[str, Any], *, timeout_s: float) -> Admission:
        """Connect, present the token, wait to be let in.

        Args:
            fields: of the token, and what a reconnect adds.

        Raises:
            JoinRefused: nobody answers, or the server refused.
        """
        self._conversation = await network.open(
            socket_url(fields),
            room_id=self._room_id,
            name=self._name,
            clock=clock,
            numbers=self._numbers,
            on_notice=self._take,
            on_closed=self._lose,
            timeout_s=timeout_s,
        )
        if self._outcome.done() and isinstance(self._outcome.result(), RoomClosed):
            await self.close()  # it was given up, or lost, while there was no socket to close
            await self._admitted(timeout_s)
        asked = self.post(PresentToken(fields={**fields, **CLIENT_FACTS}))
        answer = await self.conversation.answer_to(PresentToken.event, asked, timeout_s=timeout_s)
        if not answer.is_ok:
            hint = "a token is good once and for 15 minutes, so fetch a new one"
            is_lost = answer.result == _DISCONNECTED
            reason = (
                answer.reason
                if is_lost or answer.result == _DROPPED
                else f"{answer.reason or 'no reason given'}; {hint}"
            )
            raise JoinRefused(self._room_id, answer.result, reason, retryable=is_lost)
        self.client_id = str(answer.get("clientId") or "")
        is_resumed = answer.get("resumed") is True
        if not is_resumed:
            self._received_before = 0  # the server counts anew
        return Admission(await self._admitted(timeout_s), str(answer.get("connectedIP") or ""), is_resumed)

    def post(self, request: Request, number: int | None = None) -> asyncio.Future[Answer]:
        """Queue a request, see `Conversation.post`; until there is a socket it is answered as after the end."""
        if self._conversation is None:
            answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            answer.set_result(Answer(_DISCONNECTED, "the connection to the room is not there yet"))
            return answer
        return self._conversation.post(request, number)

    async def close(self) -> None:
        """Close the socket; safe to call twice."""
        if self._conversation is not None:
            await self._conversation.close()

    def give_up(self, closed: RoomClosed) -> None:
        """The session is over: who waits to be let in need not."""
        if not self._outcome.done():
            self._outcome.set_result(closed)

    async def _admitted(self, limit_s: float) -> RoomConnected:
        await asyncio.wait([self._outcome], timeout=limit_s)
        if not self._outcome.done() and self._is_awaited:
            await asyncio.wait([self._outcome], timeout=ADMISSION_S)
        if not self._outcome.done():
            why = "no moderator let the bot in" if self._is_awaited else "room-connected did not come"
            raise JoinRefused(self._room_id, _DISCONNECTED, f"{why} in time", retryable=True)
        outcome = self._outcome.result()
        if isinstance(outcome, RoomClosed):
            raise JoinRefused(self._room_id, outcome.cause, outcome.reason, retryable=outcome.retryable)
        return outcome

    def _take(self, notice: Notice) -> None:
        self._is_awaited |= isinstance(notice, RoomAwaited)
        self._received_here += notice.lasts
        self._on_notice(self, notice)
        if isinstance(notice, RoomConnected) and not self._outcome.done():
            self._outcome.set_result(notice)

    def _lose(self, closed: RoomClosed) -> None:
        self.ended.set()
        if not self._outcome.done():
            self._outcome.set_result(closed)
        else:
            self._on_lost(self, closed)


async def done_before(end: asyncio.Event, work: Coroutine[Any, Any, None], *, name: str) -> bool:
    """Do the work; False if the end came before it was done, which calls it off. What it raises is raised here."""
    doing = asyncio.create_task(work, name=f"{name}/media")
    ending = asyncio.create_task(end.wait(), name=f"{name}/over")
    try:
        await asyncio.wait([doing, ending], return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            return False
        doing.result()
        return True
    finally:
        doing.cancel()
        ending.cancel()
        await asyncio.gather(doing, ending, return_exceptions=True)
