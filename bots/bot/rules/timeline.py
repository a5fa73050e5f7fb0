"""The timeline of one bot at work: each entry at its instant, moved where a rotation moves it, once in all lives."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bots.bot.contract.spec import BotSpec, RulePlan
from bots.clock import Clock
from bots.schedule import Alarms, is_misfired

__all__ = ["EarlierLife", "Timeline"]


class EarlierLife(Protocol):
    """What is known of the bot's life before; `recall.Recall` is the real one."""

    @property
    def is_back(self) -> bool: ...
    def is_done(self, entry: RulePlan) -> bool: ...
    def at_of(self, entry: RulePlan) -> datetime: ...


@dataclass(frozen=True, slots=True)
class _Planned:
    """The alarm of a timeline entry."""

    entry: RulePlan
    at: datetime
    cancel: Callable[[], None]


class Timeline:
    """The entries of one bot that are still to come.

    Args:
        fire: called with an entry, its instant, and whether that was while no process ran the session, too long ago.
        miss: called with an entry that is not done any more, and the reason.
    """

    def __init__(
        self,
        spec: BotSpec,
        earlier: EarlierLife,
        *,
        clock: Clock,
        alarms: Alarms,
        fire: Callable[[RulePlan, datetime, bool], None],
        miss: Callable[[RulePlan, str], None],
    ) -> None:
        self._spec = spec
        self._earlier = earlier
        self._clock = clock
        self._alarms = alarms
        self._fire = fire
        self._miss = miss
        self._planned: dict[str, _Planned] = {}

    def start(self) -> None:
        """The bot is in the room: set the alarms of what is to come, and do what was due on the way."""
        for entry in self._spec.timeline:
            if not self._earlier.is_done(entry):
                self._plan(entry)

    def shift(self, seconds: float) -> None:
        """What hangs on the start and is still to come, comes so much later."""
        for planned in list(self._planned.values()):
            if planned.entry.is_movable and planned.at > self._clock.now():
                planned.cancel()
                self._set_alarm(planned.entry, planned.at + timedelta(seconds=seconds))

    def stop(self) -> None:
        """Nothing comes any more."""
        for planned in self._planned.values():
            planned.cancel()

    def _plan(self, entry: RulePlan) -> None:
        """What was due on the way in is done at once, what was before is missed; what was due while no process ran the
        session is done late."""
        now, at = self._clock.now(), self._earlier.at_of(entry)
        if at > now:
            self._set_alarm(entry, at)
        elif self._earlier.is_back:
            self._fire(entry, at, is_misfired(at, now))
        elif at >= self._spec.arrives_at or not is_misfired(at, now):
            self._fire(entry, at, False)
        else:
            self._miss(entry, f"the bot came {(now - at).total_seconds():.1f} s later")

    def _set_alarm(self, entry: RulePlan, at: datetime) -> None:
        cancel = self._alarms.at(at, f"{self._spec.id}/{entry.id}", lambda: self._fire(entry, at, False))
        self._planned[entry.id] = _Planned(entry, at, cancel)
