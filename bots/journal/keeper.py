"""Keeps this process's leases while it runs, and says at every moment whether it may act on them.

The deadline of a hold is counted from before the renewal was asked for, on a clock that goes on while the process is
stopped. Whoever sends something asks `may_send` first: a process that was frozen, or whose loop hung, stays silent
until it knows that nobody has taken its session meanwhile.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy.exc import DBAPIError

from bots.clock import since_boot_s
from bots.errors import JournalError, SessionHeld
from bots.journal.lease import Leases

__all__ = ["Hold", "Keeper"]

MARGIN_S = 0.6  # between our own deadline and the instant at which others may take the lease
BEATS = 5  # renewals within the life of a lease

log = structlog.get_logger()


class Hold:
    """One lease that this process holds, or has lost.

    Attributes:
        lost: is set once another process has it; nothing may be done for the session any more.
    """

    def __init__(self, key: str, deadline_s: float, now_s: Callable[[], float]) -> None:
        self.key = key
        self.lost = asyncio.Event()
        self._deadline_s = deadline_s
        self._now_s = now_s
        self._watchers: list[Callable[[float], None]] = []

    def watch(self, tell: Callable[[float], None]) -> Callable[[], None]:
        """Tell the deadline, now and each time that it changes: seconds since boot, -inf when it is lost; detaches."""
        self._watchers.append(tell)
        tell(self._deadline_s)
        return lambda: self._watchers.remove(tell)

    def may_send(self) -> bool:
        """May anything leave this process for the session now?"""
        return self._now_s() < self._deadline_s

    def extend(self, deadline_s: float) -> None:
        """It was renewed."""
        if not self.lost.is_set():
            self._set(deadline_s)

    def taken(self) -> None:
        """Another process has it: that is told, once, whoever notices it first."""
        if not self.lost.is_set():
            log.error("lease_lost", session=self.key)
        self.lose()

    def lose(self) -> None:
        """It is not held any more."""
        self._set(float("-inf"))
        self.lost.set()

    def _set(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        for tell in tuple(self._watchers):
            tell(deadline_s)


class Keeper:
    """Use it as an async context manager; at its end what it holds is given back."""

    def __init__(self, leases: Leases, *, now_s: Callable[[], float] = since_boot_s) -> None:
        self._leases = leases
        self._now_s = now_s
        self._holds: dict[str, Hold] = {}
        self._asked: set[str] = set()
        self._beating: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "leases")  # its own: a journal that waits for its disk delays no renewal

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat(), name="journal/leases")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._beating is not None, "entered"
        self._beating.cancel()
        await asyncio.gather(self._beating, return_exceptions=True)
        for hold in list(self._holds.values()):
            await self.give_back(hold)
        self._thread.shutdown(wait=True)
        self._leases.close()

    async def take(self, key: str, at: datetime) -> Hold:
        """Hold a lease from now on.

        Args:
            at: now, aware.

        Raises:
            SessionHeld: another process has it, or this one already.
            JournalError: the leases cannot be written.
        """
        if key in self._holds or key in self._asked:
            raise SessionHeld(key, "this very process")
        asked_s = self._now_s()
        self._asked.add(key)
        try:
            held = await asyncio.get_running_loop().run_in_executor(self._thread, self._leases.acquire, key, at)
        except DBAPIError as cause:
            raise JournalError(f"the lease of {key} cannot be taken: {cause.orig}") from cause
        finally:
            self._asked.remove(key)
        if held is not None:
            raise SessionHeld(key, str(held))
        hold = self._holds[key] = Hold(key, self._deadline_s(asked_s), self._now_s)
        return hold

    async def give_back(self, hold: Hold) -> None:
        """Let others have it."""
        if self._holds.get(hold.key) is not hold:
            return
        del self._holds[hold.key]
        was_lost = hold.lost.is_set()
        hold.lose()
        if was_lost:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._leases.release, hold.key)
        except DBAPIError as cause:
            log.warning("lease_kept", session=hold.key, reason=str(cause.orig))

    def _deadline_s(self, asked_s: float) -> float:
        return asked_s + self._leases.ttl_s - MARGIN_S

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._leases.ttl_s / BEATS)
            if self._holds:
                await self._renew()

    async def _renew(self) -> None:
        keys, asked_s = tuple(self._holds), self._now_s()
        late = {key for key in keys if not self._holds[key].may_send()}
        loop = asyncio.get_running_loop()
        try:
            ours = await loop.run_in_executor(self._thread, self._leases.renew, keys)
        except DBAPIError as cause:
            log.warning("lease_not_renewed", sessions=list(keys), reason=str(cause.orig))
            return
        for key in keys:
            hold = self._holds.get(key)
            if hold is None:
                continue
            if key in ours:
                hold.extend(self._deadline_s(asked_s))
                if key in late:
                    log.warning("lease_late", session=key)
            else:
                del self._holds[key]  # it can be taken again, as by anybody else
                hold.taken()
