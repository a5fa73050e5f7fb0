"""Requests that wait for their answers, over however many connections. Pure, but for the futures that it hands out."""

import asyncio
from dataclasses import dataclass

from bots.wire import Answer, CreateAndInviteBreakout, CreateBreakout, Request, SendData

__all__ = ["Outbox"]

_NOT_TWICE = (CreateBreakout, CreateAndInviteBreakout)  # done twice, it does harm
_DISCONNECTED = 1163
_ROOM_NOT_CONNECTED = 1171
_NOT_DONE = Answer(_ROOM_NOT_CONNECTED, "the room was over before this could be done")
_UNKNOWN = Answer(_DISCONNECTED, "the connection broke before the answer came; whether it was done is not known")


@dataclass(slots=True)
class _Waiting:
    request: Request
    answer: asyncio.Future[Answer]
    was_sent: bool = False


class Outbox:
    """In the order of asking."""

    def __init__(self) -> None:
        self._waiting: dict[int, _Waiting] = {}

    def put(self, number: int, request: Request) -> asyncio.Future[Answer]:
        """Keep a request under its number until it is answered."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = _Waiting(request, answer)
        return answer

    def forget(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        self._waiting.pop(number, None)

    def answered(self, number: int, answer: Answer) -> None:
        """An answer has come."""
        waiting = self._waiting.pop(number, None)
        if waiting is not None and not waiting.answer.done():
            waiting.answer.set_result(answer)

    def to_send(self, *, is_resumed: bool = True) -> list[tuple[int, Request]]:
        """What is not answered yet, oldest first; it counts as sent from now on.

        Args:
            is_resumed: the server knows what it has answered, and does nothing twice. If it does not, a request that
                must not be done twice and was sent before is answered here: it is not known whether it was done.
        """
        for number, waiting in list(self._waiting.items()):
            if waiting.was_sent and isinstance(waiting.request, _NOT_TWICE) and not is_resumed:
                self.answered(number, _UNKNOWN)
            waiting.was_sent = True
        return [(number, waiting.request) for number, waiting in self._waiting.items()]

    def sent(self, number: int) -> None:
        """This one has been sent alone."""
        self._waiting[number].was_sent = True

    def close(self, answer: Answer) -> None:
        """The room is over: everybody gets this answer, but 1171 who can take it that nothing was done.

        A server answers in order, so what it has not answered before the end was hardly done; a message may be said
        elsewhere then, for twice is better than never.
        """
        for number, waiting in list(self._waiting.items()):
            is_open = waiting.was_sent and not isinstance(waiting.request, SendData)
            self.answered(number, answer if is_open else _NOT_DONE)
