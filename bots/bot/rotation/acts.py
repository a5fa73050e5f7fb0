"""What a rotation wants done. Plain values: the course decides, the conductor does."""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Act",
    "Answer",
    "Answered",
    "BeginRound",
    "CallOut",
    "CloseRooms",
    "EndRound",
    "Finish",
    "Invite",
    "Move",
    "OpenRooms",
    "PlanGroups",
    "Remind",
    "Shift",
    "SkipRound",
    "Warn",
    "Why",
]

Why = Literal["planned", "late", "returned", "moved", "again"]
Answer = Literal["accepted", "rejected", "ignored", "failed"]


@dataclass(frozen=True, slots=True)
class PlanGroups:
    """Who is with whom in this round, of those who are here? `Course.planned` takes the answer."""

    round: int
    here: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenRooms:
    """Open so many breakouts, one a group; `Course.opened` says that they are there."""

    round: int
    count: int


@dataclass(frozen=True, slots=True)
class BeginRound:
    """The rooms are open, the round begins now.

    Attributes:
        round: of the plan, from 1; a round that is played again has its number again.
        groups: the planned people of each room.
        ends_s: when it will end if nothing happens.
    """

    round: int
    groups: tuple[tuple[str, ...], ...]
    ends_s: float


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite people to a room of this round.

    Attributes:
        room: its number, from 0.
        why: planned for this group; late; back in the meeting or out of the breakout; moved from another group; again,
            since the invite before could not be sent.
    """

    room: int
    people: tuple[str, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Remind:
    """Invite somebody again who has not come, and say so to them; only say so, if they may be inside."""

    room: int
    person: str
    invites: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an invite; `waited_s` since it was sent. `failed`: it could not be sent, not even again."""

    room: int
    person: str
    answer: Answer
    waited_s: float


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody belongs to another room from now on; `room` is None for the parent room."""

    person: str
    room: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CallOut:
    """Ask somebody to come out of their breakout; the invite to the next one follows when they have."""

    person: str


@dataclass(frozen=True, slots=True)
class CloseRooms:
    """Close these breakouts: whoever is inside comes back to the parent room."""

    rooms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Warn:
    """Give the warning of this number."""

    warning: int


@dataclass(frozen=True, slots=True)
class EndRound:
    """The round is over; `missing` have not come back in time."""

    round: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkipRound:
    """This round is not played: its rooms could not be opened."""

    round: int


@dataclass(frozen=True, slots=True)
class Shift:
    """What comes later in the lesson comes so much later; seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Finish:
    """The rotation is over; `dropped` rounds had no time."""

    played: int
    dropped: int


Act = (
    PlanGroups
    | OpenRooms
    | BeginRound
    | Invite
    | Remind
    | Answered
    | Move
    | CallOut
    | CloseRooms
    | Warn
    | EndRound
    | SkipRound
    | Shift
    | Finish
)
