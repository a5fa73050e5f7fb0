"""What a fleet sends to one bot: frozen values that JSON can say, never a live object.

Instants are aware, UTC, so that they mean the same in another process.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bots.bot.contract.clip import ClipPlay

__all__ = [
    "BreakoutsGone",
    "BreakoutsNamed",
    "Command",
    "Dismiss",
    "Drain",
    "DropTwins",
    "Judge",
    "LeaveCause",
    "PersonKnown",
    "RoleTold",
    "SignalGiven",
    "SteerRotation",
]

LeaveCause = Literal["session_end", "leave_step", "leave_when", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """Finish the running steps, go back to the parent, leave properly; at most `within_s` seconds."""

    within_s: float = 10.0
    cause: LeaveCause = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Say with `Judged` whether you heard this clip in this room between these instants."""

    play_id: str
    clip: ClipPlay
    room_id: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutsNamed:
    """The names under which a moderator bot opened breakouts: name -> room id."""

    names: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutsGone:
    """Breakouts that a moderator bot has closed."""

    room_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss:
    """Nobody has a question any more: leave the room now. Comes after `BotIdle`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalGiven:
    """A bot of the session, perhaps the same, has sent a signal; one that comes again has the same `key`."""

    name: str
    sender: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteerRotation:
    """Steer the rotation that runs: `more 2m`, `hold`, `next`, `back`, `swap ana luis`, `undo`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown:
    """Somebody said to another bot who of the roster they are."""

    client_id: str
    roster_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTwins:
    """Connections of our bots whose process is gone or frozen: remove those that are still in the room."""

    client_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTold:
    """Another bot has seen a participant (`client_id` in the parent) who is a moderator in this breakout."""

    room_id: str
    client_id: str


Command = (
    RoleTold
    | DropTwins
    | Drain
    | Judge
    | BreakoutsNamed
    | BreakoutsGone
    | Dismiss
    | SignalGiven
    | SteerRotation
    | PersonKnown
)
