"""The journal as another process of the session sees it: its writes go to the one that holds the lease, by name."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bots.errors import JournalError
from bots.journal.diary import Diary
from bots.journal.past import Past
from bots.journal.statements import statements_for
from bots.journal.store import Fence, Write

__all__ = ["NamedWrite", "RemoteBook"]

NamedWrite = tuple[str, Mapping[str, Any]]
"""A statement of `Statements`, by its name, and its values; JSON."""


class RemoteBook:
    """Stands where the store does, for the diaries of a worker process.

    Args:
        send: takes a number (0: nobody waits), the writes, and their slot; `answer` says what came of the number.
    """

    def __init__(self, session: str, send: Callable[[int, Sequence[NamedWrite], str | None], None]) -> None:
        self._session = session
        self._send = send
        self._statements = statements_for("sqlite")
        self._names = {id(statement): name for name, statement in vars(self._statements).items()}
        self._asked: dict[int, asyncio.Future[bool]] = {}
        self._last = 0

    def diary(self, bot: str, past: Past | None) -> Diary:
        """For one of the worker's bots."""
        return Diary(self, self._statements, session=self._session, bot=bot, past=past)

    def put(self, *writes: Write, fence: Fence | None = None, slot: str | None = None) -> None:
        """As of the store; the fence is that of the process that holds the lease."""
        del fence
        self._send(0, self._named(writes), slot)

    async def write(self, *writes: Write, fence: Fence | None = None, slot: str | None = None) -> bool:
        """As of the store.

        Raises:
            JournalError: another process has taken the session.
        """
        del fence
        self._last += 1
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked[self._last] = kept
        self._send(self._last, self._named(writes), slot)
        return await kept

    def answer(self, number: int, is_kept: bool, refusal: str | None) -> None:
        """What came of writes that somebody waits for."""
        asked = self._asked.pop(number)
        if asked.done():
            return
        if refusal is None:
            asked.set_result(is_kept)
        else:
            asked.set_exception(JournalError(refusal))

    def _named(self, writes: Sequence[Write]) -> list[NamedWrite]:
        return [(self._names[id(statement)], row) for statement, row in writes]
