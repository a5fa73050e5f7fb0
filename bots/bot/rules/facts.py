"""What a rule can know: people, and what has just happened. Plain values."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

__all__ = ["Firing", "Occasion", "OccasionKind", "Person"]

OccasionKind = Literal[
    "joined", "left", "returned", "chat", "invited", "invite_rejected", "breakout_joined", "breakout_left",
    "breakout_closed", "talking", "silent", "muted", "signal", "waiting", "hand_raised",
    "recording_started", "recording_stopped", "connection_lost", "connection_restored",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone in a room.

    Attributes:
        client_id: their id in the parent room; in a breakout's own events, their id there.
        id: on the roster; else the `user_ref` of their token, for our bots the bot's id.
        is_bot: one of this playbook's bots.
        is_me: this very bot.
        is_known: found on the roster.
        tags: of the roster.
    """

    client_id: str = ""
    id: str = ""
    name: str = ""
    role: str = "participant"
    is_bot: bool = False
    is_me: bool = False
    is_known: bool = False
    tags: tuple[str, ...] = ()

    @property
    def pseudonym(self) -> str:
        """How the log names them: our bots and people of the roster by their id, others by their connection."""
        return self.id if self.id and (self.is_bot or self.is_known) else self.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something that a trigger can match.

    Attributes:
        room_id, room_name, is_breakout: where it happened.
        person: whom it is about; None when the room no longer knows them.
        is_first_time: with `joined`, the first time in this session.
        is_back: with `joined`, after having left this room.
        text: of a chat line.
        silent_s: with `silent`, how long the silence has lasted now.
        signal: with `signal`, its name.
        key: with `signal`, the same for one that comes again.
        invite_room_id: with `invited`, the breakout one is invited to.
    """

    kind: OccasionKind
    room_id: str
    room_name: str = ""
    is_breakout: bool = False
    person: Person | None = None
    is_first_time: bool = True
    is_back: bool = False
    text: str = ""
    silent_s: float = 0.0
    signal: str = ""
    key: str = ""
    invite_room_id: str | None = None


@dataclass(frozen=True, slots=True)
class Firing:
    """Why a run starts: the occasions that were gathered; none for a timeline entry."""

    occasions: tuple[Occasion, ...] = field(default=())

    @property
    def first(self) -> Occasion | None:
        return self.occasions[0] if self.occasions else None

    @property
    def person(self) -> Person | None:
        return self.first.person if self.first else None

    @property
    def count(self) -> int:
        return len(self.occasions)

    def to_json(self) -> Any:
        """As plain values, to be kept."""
        return _FIRING.dump_python(self, mode="json")

    @staticmethod
    def from_json(data: Any) -> "Firing":
        return _FIRING.validate_python(data)


_FIRING = TypeAdapter(Firing)
