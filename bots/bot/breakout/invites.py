"""What to do with an invite: a pure decision over ordered windows.

The first open window that fits the room decides. Where none is open, an invite is kept for the window that
opens next; `otherwise` decides only where no window is left that could. Source: design section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from random import Random
from typing import Literal

from bots.schedule import Window

__all__ = ["InviteAction", "InviteDecision", "InviteWindow", "decide_invite", "has_pattern"]

InviteAction = Literal["accept", "reject", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteWindow:
    """One entry of `invites`, its times resolved for one session.

    Attributes:
        opens_at, closes_at: instants, open from the first up to and without the second; None is no limit.
        room: pattern (`*`, `?`) for the name or the id of the breakout. then: what to do while it is open.
        chance: 0 to 1, that the entry counts at all for an invite; where it does not, the next entries are
        asked. after_s: lowest and highest delay of the answer, seconds. role, audio, screen, canvas: how to
        join. is_otherwise: the last entry, for invites that no window takes.
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    room: str = "*"
    then: InviteAction = "accept"
    chance: float = 1.0
    after_s: tuple[float, float] = (0.0, 0.0)
    role: Literal["participant", "moderator"] = "participant"
    audio: bool = True
    screen: bool = False
    canvas: bool = False
    is_otherwise: bool = False


@dataclass(frozen=True, slots=True)
class InviteDecision:
    """What to do and when.

    Attributes:
        action: `expired` when every window that could take the invite is over.
        at: when to do it, aware; now or later.
        window: the entry that decided; None for the default.
    """

    action: Literal["accept", "reject", "ignore", "expired"]
    at: datetime
    window: InviteWindow | None = None


def decide_invite(
    windows: Sequence[InviteWindow], now: datetime, *, room_id: str, room_name: str | None, rng: Random
) -> InviteDecision:
    """Accept, reject or ignore an invite, now or later.

    Args:
        windows: in the order of the playbook.
        now: the instant of the invite, aware.
        room_id: of the breakout.
        room_name: of the breakout as the moderator bot named it, None when it is not known.
        rng: seeded; the order of its draws is the order of the windows.
    """
    fitting = [window for window in windows if not window.is_otherwise and _fits(window, room_id, room_name)]
    states = {id(window): Window(window.opens_at, window.closes_at).state(now) for window in fitting}
    for window in fitting:
        if states[id(window)] == "open":
            return _answer(window, now, rng)
    coming = [window for window in fitting if states[id(window)] == "not_yet"]
    if coming:
        first = min(coming, key=lambda window: window.opens_at or now)  # the earlier entry wins a tie
        return _answer(first, first.opens_at or now, rng)
    fallback = next((window for window in windows if window.is_otherwise), None)
    if fallback is not None:
        return _answer(fallback, now, rng)
    return InviteDecision("expired" if fitting else "ignore", now)


def has_pattern(windows: Sequence[InviteWindow]) -> bool:
    """Does the decision depend on the breakout's name?"""
    return any(window.room != "*" for window in windows)


def _fits(window: InviteWindow, room_id: str, room_name: str | None) -> bool:
    names = [room_id] if room_name is None else [room_id, room_name]
    return any(fnmatchcase(name.casefold(), window.room.casefold()) for name in names)


def _answer(window: InviteWindow, earliest: datetime, rng: Random) -> InviteDecision:
    """The window's answer after its delay; an answer that would come after the window's end comes never."""
    if window.chance < 1.0 and rng.random() >= window.chance:
        return InviteDecision("ignore", earliest, window)
    low, high = window.after_s
    delay_s = low if low == high else rng.uniform(low, high)
    at = earliest + timedelta(seconds=delay_s)
    if window.closes_at is not None and at >= window.closes_at:
        return InviteDecision("expired", earliest, window)
    return InviteDecision(window.then, at, window)
