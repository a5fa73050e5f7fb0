"""Keeps the timer of `leave_when` at the right instant."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bots.bot.contract.spec import LeaveRule
from bots.bot.place.departure import Departure
from bots.bot.place.presence import Presence
from bots.clock import Clock

__all__ = ["Leaving"]


class Leaving:
    """When one bot leaves by itself.

    Args:
        name: of the bot, for the names of tasks.
        leave: asks the bot to leave.
    """

    def __init__(
        self,
        rule: LeaveRule,
        *,
        name: str,
        presence: Presence,
        clock: Clock,
        group: asyncio.TaskGroup,
        leave: Callable[[], None],
    ) -> None:
        self._rule = rule
        self._name = name
        self._presence = presence
        self._clock = clock
        self._group = group
        self._leave = leave
        self._departure: Departure | None = None
        self._at_s: float | None = None
        self._timer: asyncio.Task[None] | None = None
        self._needed = 0

    def waits(self) -> None:
        """The bot waits to be let in, or for the room to begin; it gives up after a while, if the playbook says so."""
        if self._rule.waiting_s is not None and self._timer is None:
            self._set(self._clock.monotonic() + self._rule.waiting_s)

    def came_in(self) -> None:
        """The waiting is over."""
        self.close()

    def joined(self, ago_s: float = 0.0) -> None:
        """The bot is there; `after` counts from when it came first, so many seconds ago."""
        self._departure = Departure(self._rule, self._clock.monotonic() - ago_s)

    def consider(self) -> None:
        """Something has changed: set the timer anew if the instant is another one."""
        if self._departure is None or not self._rule.is_about_being_in or not self._presence.is_joined:
            return
        people = self._presence.people if self._rule.is_about_people else ()
        at_s = self._departure.leave_at(people, self._clock.monotonic())
        if self._needed:
            at_s = None
        if at_s == self._at_s:
            return
        self.close()
        if at_s is not None:
            self._set(at_s)

    @contextmanager
    def stay(self) -> Iterator[None]:
        """Inside, the bot is needed and does not leave by itself: a rotation runs. Afterwards what is due is done."""
        self._needed += 1
        self.consider()
        try:
            yield
        finally:
            self._needed -= 1
            self.consider()

    def close(self) -> None:
        """Leave at no instant any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._at_s = None

    def _set(self, at_s: float) -> None:
        self._at_s = at_s
        self._timer = self._group.create_task(self._leave_at(at_s), name=f"{self._name}/leave-when")

    async def _leave_at(self, at_s: float) -> None:
        await self._clock.sleep_until(at_s)
        self._leave()
