"""What conditions and texts can know: plain facts, handed in by the engine.

The names and types of the expression language are read from these classes, so a fact is added in one place. Numbers are
whole and never negative; a text that can only be one of a few words says which.
"""

from dataclasses import dataclass, field
from typing import Annotated

__all__ = ["BotFacts", "Counts", "MessageFacts", "OneOf", "PersonFacts", "RoomFacts", "Scope"]


@dataclass(frozen=True, slots=True)
class OneOf:
    """The words that a text can be."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Who triggered the rule: `person.…`; id is that of the roster or of the bot, else the connection's.

    is_known: are they on the roster? tags: what the roster says of them.
    """

    name: str = ""
    id: str = ""
    role: Annotated[str, OneOf(("moderator", "participant"))] = "participant"
    is_bot: bool = False
    is_me: bool = False
    is_known: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """The chat message that triggered the rule: `message.…`."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """The room in which the rule fired or the timeline runs: `room.…`."""

    name: str = ""
    is_breakout: bool = False


@dataclass(frozen=True, slots=True)
class BotFacts:
    """The bot itself: `bot.…`; id is that of the copy, `pupil-03`."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are in the parent room now: `count.…`.

    Attributes:
        participants: connections with the role participant, bots too.
        people: connections that are no bots of this playbook.
        bots: connections that are bots of this playbook.
        moderators: connections with the role moderator, bots too.
        breakouts: open breakout rooms.
        away: those of the parent who are in a breakout now.
    """

    participants: int = 0
    people: int = 0
    bots: int = 0
    moderators: int = 0
    breakouts: int = 0
    away: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """All facts of one moment; person and message are None where nobody triggered anything.

    `n` is the bot's number among its copies, from 1.
    """

    bot: BotFacts = field(default_factory=BotFacts)
    room: RoomFacts = field(default_factory=RoomFacts)
    count: Counts = field(default_factory=Counts)
    person: PersonFacts | None = None
    message: MessageFacts | None = None
    n: int = 1
