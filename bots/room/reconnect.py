"""When a bot whose connection is lost comes back, and whether at all. Pure: errors and chance in, decisions out.

What the server says in words (`room-disconnected`) is final: dropped, closed, joined again elsewhere. What breaks
without a word is tried again, with pauses that grow to a limit and differ from bot to bot, for as long as the bot
wants to be there. A token that is not taken any more is replaced by a new one.

Source: signalling.md sections 4.5, 6.7 and 9; errors.md section 3.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

from bots.errors import (
    ApiError,
    BotsError,
    BreakoutRefused,
    ConfigError,
    JoinRefused,
    NobodyListens,
    PublishRefused,
    RoomClosed,
)

__all__ = ["Again", "Entry", "How", "Outage", "Over"]

FIRST_S = 0.3
LONGEST_S = 2.5  # back within 5 s of the network's return
JITTER = (0.5, 1.5)
NOBODY_TRIES = 14  # about half a minute: longer than the restart of a server takes
ENTRY_TRIES = 12  # about as long as a server takes to notice that a connection is lost
NEW_TOKENS = 3  # refused in a row; a server that has just been restarted does not know the one from a moment before
RENEWALS = 3  # of the media alone; then the whole connection is made anew, as the vendor's client does
LOST = 2002
_NEVER = (1155, 1168, 1170, 2001, 4101, 1726)  # errors.md section 3: another try gets the same answer
_MEDIA_FAILED = 1160
_PLACES = (2101, 2102, 4121)  # no place left, or locked: that may change

How = Literal["media", "room", "token"]


@dataclass(frozen=True, slots=True)
class Again:
    """Try again `after_s` seconds after the last try began.

    Attributes:
        how: make only the media connections anew; join the room anew; or do that with a new token.
    """

    after_s: float
    how: How = "room"


@dataclass(frozen=True, slots=True)
class Over:
    """The bot does not come back; `cause` and `reason` as in `RoomClosed`."""

    cause: int
    reason: str


class Outage:
    """One loss, from the break to the return or the end.

    Args:
        rng: draws the pauses.
        level: how far the pauses have grown already, because it was lost a moment ago too.
    """

    def __init__(self, rng: Random, *, level: int = 0) -> None:
        self.tries = 0
        self.level = level
        self._rng = rng
        self._how: How = "room"
        self._renewals = 0
        self._nobody = 0
        self._new_refused = 0

    def begin(self, *, is_connected: bool) -> Again:
        """It has just begun; `is_connected`: only media are lost, the server still answers."""
        return self._again("media" if is_connected else "room")

    def failed(self, error: BotsError, *, is_connected: bool) -> Again | Over:
        """The last try has failed.

        Args:
            error: why.
            is_connected: the room has let the bot in, and it can talk to the server now.
        """
        self._nobody = self._nobody + 1 if isinstance(error, NobodyListens) else 0
        is_refused = isinstance(error, JoinRefused) and not error.retryable
        self._new_refused = self._new_refused + (self._how == "token") if is_refused else 0
        match error:
            case NobodyListens() if self._nobody >= NOBODY_TRIES:
                return Over(LOST, error.reason)
            case ConfigError():
                return Over(LOST, str(error))
            case ApiError():  # the Server API is asked for a token only
                return self._again("token") if error.retryable else Over(LOST, str(error))
            case JoinRefused(result=result) if not error.retryable:
                return self._refused(error, result)
            case BreakoutRefused() if not error.retryable:  # the parent room gives no new token for it
                return Over(error.result, error.reason)
            case RoomClosed() if not error.retryable:
                return Over(error.cause, error.reason)
            case _:
                return self._again(self._how_after(is_connected=is_connected))

    def _refused(self, error: JoinRefused, result: int) -> Again | Over:
        """The server answered no: to the old token, or to new ones."""
        may_change = self._new_refused < NEW_TOKENS or result in _PLACES
        if result in _NEVER or not may_change:
            return Over(error.result, error.reason)
        if self._how != "token":  # the server is there, and waits for a token that it knows
            self.level = 0
        return self._again("token")

    def _how_after(self, *, is_connected: bool) -> How:
        if is_connected and self._renewals < RENEWALS:
            return "media"
        self._renewals = 0
        return "room"

    def _again(self, how: How) -> Again:
        pause_s = _pause_s(self._rng, self.level)
        self.level = min(self.level + 1, 10)
        self.tries += 1
        self._how = how
        self._renewals += how == "media"
        return Again(pause_s, how)


class Entry:
    """The first way into a breakout room: what the network did to it is tried again, a few times.

    Args:
        rng: draws the pauses.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._tries = 0

    def again_s(self, error: BotsError) -> float | None:
        """The pause before the next try, with a new token; None if there is none."""
        failed_before = self._tries > 0  # its token may have been used then, without a word of it coming back
        match error:
            case PublishRefused(result=result):
                may_pass = result == _MEDIA_FAILED
            case JoinRefused():
                may_pass = error.retryable or (failed_before and error.result not in _NEVER)
            case BreakoutRefused():
                may_pass = error.retryable and failed_before
            case _:
                may_pass = False
        self._tries += 1
        if not may_pass or self._tries >= ENTRY_TRIES:
            return None
        return _pause_s(self._rng, self._tries - 1)


def _pause_s(rng: Random, grown: int) -> float:
    """The pause before a try, that has grown so many times already."""
    return min(LONGEST_S, FIRST_S * 2.0**grown) * rng.uniform(*JITTER)
