"""What a bot tells its fleet: frozen values that JSON can say, never a live object.

Instants are aware, UTC, so that they mean the same in another process; what goes the other way stands in `commands`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.commands import LeaveCause
from bots.bot.rules.outcome import Outcome
from bots.playbook import Measure

__all__ = [
    "BotAway",
    "BotBack",
    "BotEvent",
    "BotFailed",
    "BotIdle",
    "BotJoined",
    "BotLeft",
    "BreakoutEntered",
    "BreakoutExited",
    "BreakoutsClosed",
    "BreakoutsOpened",
    "InviteEnd",
    "InviteSettled",
    "Judged",
    "Measured",
    "PersonClaimed",
    "PlayFinished",
    "RoleSeen",
    "RoundPlayed",
    "RoundStands",
    "RunEnded",
    "Said",
    "SignalSent",
    "StepUnknown",
]

InviteEnd = Literal["accepted", "rejected", "ignored", "expired", "failed"]
FailStage = Literal["join", "room", "worker", "bug"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BotJoined:
    """In the parent room."""

    bot_id: str
    room_id: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotIdle:
    """Its steps are done and its sounds reported; it stays until `Dismiss`, to judge the others' last sounds."""

    bot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFailed:
    """The end of a bot that could not go on.

    Attributes:
        stage: `join` it never got in; `room` it lost the room; `worker` its process has ended; `bug` a fault of ours.
    """

    bot_id: str
    stage: FailStage
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAway:
    """Its connection to this room is lost; it is on its way back."""

    bot_id: str
    room_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotBack:
    """Its connection to this room is there again."""

    bot_id: str
    room_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotLeft:
    """The proper end of a bot."""

    bot_id: str
    cause: LeaveCause
    was_joined: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteSettled:
    """One invite has come to its end.

    Attributes:
        in_run: a step answered it, so a failure is that run's.
    """

    bot_id: str
    room_id: str
    end: InviteEnd
    in_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutEntered:
    bot_id: str
    room_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutExited:
    """Back in the parent, or `is_back` false: the connection ended on the way."""

    bot_id: str
    room_id: str
    is_back: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutsOpened:
    bot_id: str
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutsClosed:
    bot_id: str
    room_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    bot_id: str
    room_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSent:
    """A step has sent a signal; the fleet tells every bot that can wait for it."""

    bot_id: str
    name: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUnknown:
    """The process was killed while this step was done: it is not done again, and nobody knows whether it was."""

    bot_id: str
    rule: str
    step: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayFinished:
    """A clip has been sent, wholly or up to a stop.

    Attributes:
        packets: sent, 20 ms each.
        delivered: packets that arrived by the media server's receiver report; None when it sent none.
        outcome: finished, stopped (by a step or the end), closed (with its room).
        since, until: of a sound in bursts, the last burst; that one can be judged.
    """

    bot_id: str
    play_id: str
    clip: ClipPlay
    room_id: str
    is_breakout: bool
    since: datetime
    until: datetime
    packets: int
    delivered: int | None
    outcome: Literal["finished", "stopped", "closed"]
    rule: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Answer to `Judge`.

    Attributes:
        is_heard: None when the bot cannot say; `reason` says why.
        score: of the match, 0 to 1.
    """

    bot_id: str
    play_id: str
    is_heard: bool | None
    score: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How long something took, seconds; see the measures of `expect`."""

    bot_id: str
    what: Measure
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    bot_id: str
    rule: str
    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonClaimed:
    """Somebody has said who of the roster they are; `client_id` is theirs in the parent room."""

    bot_id: str
    client_id: str
    roster_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSeen:
    """A participant of the parent (`client_id` there) is a moderator in this breakout, and stays it."""

    bot_id: str
    room_id: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlayed:
    """A round of a rotation whose groups are remembered: pairs of people who were together, by their ids."""

    bot_id: str
    rotation: str
    began_at: datetime
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStands:
    """How a rotation stands, whenever that has changed; for whoever watches.

    Attributes:
        round, rounds: the number of the round that runs or ran last (0: none yet), and how many are planned.
        phase: `waiting` for a round to begin, `running`, `closing`: people come back; `over`: the rotation is.
        until: when the phase ends if nothing happens; of a round that is held, if it went on now.
        rooms: that are open.
        people: who belong to a group now. missing: of these, who is not in one; as the log names people.
    """

    bot_id: str
    rotation: str
    round: int
    rounds: int
    phase: Literal["waiting", "running", "closing", "over"]
    until: datetime
    is_held: bool = False
    rooms: int = 0
    people: int = 0
    missing: tuple[str, ...] = ()


BotEvent = (
    PersonClaimed
    | RoleSeen
    | RoundPlayed
    | RoundStands
    | BotJoined
    | BotAway
    | BotBack
    | BotIdle
    | BotFailed
    | BotLeft
    | InviteSettled
    | BreakoutEntered
    | BreakoutExited
    | BreakoutsOpened
    | BreakoutsClosed
    | Said
    | SignalSent
    | StepUnknown
    | Measured
    | PlayFinished
    | Judged
    | RunEnded
)
