"""What has happened in a session, counted: the numbers that `expect` asks for. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, assert_never

from bots.bot import (
    BotAway,
    BotBack,
    BotEvent,
    BotFailed,
    BotIdle,
    BotJoined,
    BotLeft,
    BreakoutEntered,
    BreakoutExited,
    BreakoutsClosed,
    BreakoutsOpened,
    InviteSettled,
    Judged,
    Measured,
    PersonClaimed,
    PlayFinished,
    RoleSeen,
    RoundPlayed,
    RoundStands,
    RunEnded,
    Said,
    SignalSent,
    StepUnknown,
)
from bots.playbook import COUNTERS

__all__ = ["DELIVERED_SHARE", "Tally"]

DELIVERED_SHARE = 0.9  # of a sound's packets must arrive for it to count as delivered


class Tally:
    """Counts events; every number only grows.

    `joined` and `left` count bots, `back` returns to the parent; `played` counts every sound that was sent, also a
    microphone's; `breakouts_heard` counts the breakouts in which some sound was heard.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._times: dict[str, list[float]] = {}
        self._joined: set[str] = set()
        self._rooms_heard: set[str] = set()

    def to_json(self) -> dict[str, Any]:
        """As plain values, to be kept."""
        return {
            "counts": dict(self._counts),
            "times": self._times,
            "joined": sorted(self._joined),
            "rooms_heard": sorted(self._rooms_heard),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Tally":
        """What was kept."""
        tally = Tally()
        tally._counts = Counter(data["counts"])
        tally._times = {what: list(times) for what, times in data["times"].items()}
        tally._joined, tally._rooms_heard = set(data["joined"]), set(data["rooms_heard"])
        return tally

    def counts(self) -> dict[str, int]:
        """Every counter of the language, in its order."""
        return {name: self._counts[name] for name in COUNTERS}

    def times(self) -> dict[str, list[float]]:
        """What was measured, seconds, by measure."""
        return self._times

    def apply(self, event: BotEvent) -> None:
        """Count one event; what was heard comes by `heard`."""
        match event:
            case BotJoined():
                self._joined.add(event.bot_id)
                self._counts["joined"] = len(self._joined)
            case BotLeft():
                self._counts["left"] += event.was_joined
            case BotFailed():
                self._counts["errors"] += 1
            case InviteSettled(end="failed", in_run=in_run):
                self._counts["errors"] += not in_run
            case InviteSettled(end=end):
                self._counts[end] += 1
            case BreakoutEntered():
                self._counts["breakout_joins"] += 1
            case BreakoutExited():
                self._counts["back"] += event.is_back
            case BreakoutsOpened(names=names):
                self._counts["breakouts"] += len(names)
            case Said():
                self._counts["said"] += 1
            case PlayFinished():
                self._played(event)
            case RunEnded(outcome=outcome):
                self._counts["errors"] += outcome == "failed"
            case Measured(what=what, took_s=took_s):
                self._times.setdefault(what, []).append(took_s)
            case (
                BotAway()
                | BotBack()
                | BotIdle()
                | BreakoutsClosed()
                | Judged()
                | PersonClaimed()
                | RoleSeen()
                | RoundPlayed()
                | RoundStands()
                | SignalSent()
                | StepUnknown()
            ):
                pass
            case _:
                assert_never(event)

    def heard(self, play: PlayFinished) -> None:
        """Some listening bot has heard this sound."""
        self._counts["heard"] += 1
        self._counts["heard_in_breakouts" if play.is_breakout else "heard_in_parent"] += 1
        if play.is_breakout:
            self._rooms_heard.add(play.room_id)
            self._counts["breakouts_heard"] = len(self._rooms_heard)

    def _played(self, play: PlayFinished) -> None:
        if play.packets > 0:
            self._counts["played"] += 1
            self._counts["delivered"] += (play.delivered or 0) >= play.packets * DELIVERED_SHARE
