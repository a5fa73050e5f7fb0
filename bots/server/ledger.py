"""What one client was told and answered: after a reconnect nothing is missed and nothing is done twice. Pure.

Client and server count the notices that last (`Notice.lasts`). What was said on a connection arrives in order up to
the moment it breaks, so one number tells what is missing. Requests have the numbers of their acks, which one of our
bots goes on counting when it comes back; of any other client the same number again is another request.
"""

from collections import OrderedDict, deque
from typing import Any

from bots.wire import DataReceived, Notice

__all__ = ["Ledger"]

MOST_NOTICES = 500
MOST_SIZE = 4 * 2**20  # characters of all notices that are kept; a chat line may have two million
MOST_ANSWERS = 200
SHORT = 200  # characters, about, of a notice that is no message


class Ledger:
    """Of one member, over all its connections."""

    def __init__(self) -> None:
        self._told = 0
        self._size = 0
        self._notices: deque[tuple[int, int, Notice]] = deque()  # number, size
        self._answers: OrderedDict[int, tuple[Any, ...]] = OrderedDict()
        self._is_resumed = False

    def tell(self, notice: Notice) -> None:
        """This is said to the client now, or would be if it were connected."""
        if not notice.lasts:
            return
        size = _size_of(notice)
        self._told += 1
        self._size += size
        self._notices.append((self._told, size, notice))
        while len(self._notices) > MOST_NOTICES or self._size > MOST_SIZE:
            self._size -= self._notices.popleft()[1]

    def rewind(self, received: int) -> list[Notice]:
        """The client has got so many: what it has missed, to be told again; counting goes on from there."""
        missed = [notice for number, _, notice in self._notices if number > received]
        self._notices.clear()
        self._size = 0
        self._told = received
        self._is_resumed = True
        return missed

    def answer(self, number: int, arguments: tuple[Any, ...]) -> None:
        """This request is answered so."""
        self._answers[number] = arguments
        if len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)

    def answer_to(self, number: int) -> tuple[Any, ...] | None:
        """How a request that has come again since the loss was answered before; None if it was not."""
        return self._answers.get(number) if self._is_resumed else None


def _size_of(notice: Notice) -> int:
    """About how many characters a notice has."""
    if not isinstance(notice, DataReceived):
        return SHORT
    return SHORT + len(notice.message if isinstance(notice.message, str) else repr(notice.message))
