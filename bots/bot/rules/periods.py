"""Rules that fire every so often: at instants counted from the start of the session, so that nothing drifts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import floor

from bots.bot.contract.spec import BotSpec, RulePlan
from bots.clock import Clock
from bots.playbook import Every
from bots.schedule import Alarms

__all__ = ["Periods"]


class Periods:
    """The alarms of one bot's `every` rules: one period after the start for the first time, none at the end or later.

    Args:
        fire: called at each instant, with it.
        miss: told a rule and how many of its instants passed unnoticed (a machine that slept).
    """

    def __init__(
        self,
        spec: BotSpec,
        *,
        clock: Clock,
        alarms: Alarms,
        fire: Callable[[RulePlan, datetime], None],
        miss: Callable[[RulePlan, int], None],
    ) -> None:
        self._spec = spec
        self._clock = clock
        self._alarms = alarms
        self._fire = fire
        self._miss = miss
        self._cancels: dict[str, Callable[[], None]] = {}

    def start(self) -> None:
        """Set the alarms; what was due before now is not this bot's."""
        for rule in self._spec.rules:
            if isinstance(rule.trigger, Every):
                self._plan(rule, rule.trigger.period_s, max(1, self._passed(rule.trigger.period_s) + 1))

    def stop(self) -> None:
        """Fire no more."""
        for cancel in self._cancels.values():
            cancel()

    def _plan(self, rule: RulePlan, period_s: float, number: int) -> None:
        at = self._spec.starts_at + timedelta(seconds=number * period_s)
        if at >= self._spec.ends_at:
            return

        def ring() -> None:
            following = max(number, self._passed(period_s)) + 1
            if following > number + 1:
                self._miss(rule, following - number - 1)
            self._fire(rule, at)
            self._plan(rule, period_s, following)

        self._cancels[rule.id] = self._alarms.at(at, f"{self._spec.id}/{rule.id}/{number}", ring)

    def _passed(self, period_s: float) -> int:
        """How many whole periods are over."""
        return floor((self._clock.now() - self._spec.starts_at).total_seconds() / period_s)
