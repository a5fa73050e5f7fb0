"""What a rule waits for: a closed union, one frozen model a trigger, told apart by `kind`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bots.playbook.language.pattern import PatternError, pattern_of
from bots.playbook.values.scalars import Duration
from bots.playbook.values.shape import Frozen, bad, unfold

__all__ = [
    "STOPPING",
    "TRIGGERS",
    "BreakoutClosed",
    "BreakoutJoined",
    "BreakoutLeft",
    "Chat",
    "ConnectionLost",
    "ConnectionRestored",
    "Every",
    "HandRaised",
    "InviteRejected",
    "Invited",
    "Joined",
    "Left",
    "Muted",
    "OnSignal",
    "RecordingChanged",
    "Returned",
    "Silent",
    "Talking",
    "Trigger",
    "Waiting",
    "facts_for",
]

_MESSAGE_CUT = 1000  # characters of a chat message that a pattern looks at


def _check_pattern(value: str) -> str:
    try:
        pattern_of(value)
    except PatternError as problem:
        raise bad("bad-regex", str(problem), offset=problem.offset, width=1) from None
    return value


class _Trigger(Frozen):
    """Attributes:
    facts: which of `person` and `message` a rule with this trigger knows.
    is_placed: it happens in one room, and whoever is in another one does not see it; the others are about two rooms.
    """

    internal: ClassVar[frozenset[str]] = frozenset({"kind"})
    facts: ClassVar[frozenset[str]] = frozenset({"person"})
    is_placed: ClassVar[bool] = False


class Joined(_Trigger):
    """Somebody joined the room."""

    short: ClassVar[str] = "which"
    is_placed: ClassVar[bool] = True
    kind: Literal["joined"] = "joined"
    which: Literal["every_time", "first_time"] = Field(
        default="every_time", description="first_time: only the first time that this person joins in this session."
    )


class Left(_Trigger):
    """Somebody left the room."""

    is_placed: ClassVar[bool] = True
    kind: Literal["left"] = "left"


class Returned(_Trigger):
    """Somebody who had left the room is back; `joined` fires too."""

    is_placed: ClassVar[bool] = True
    kind: Literal["returned"] = "returned"


class Chat(_Trigger):
    """Somebody wrote in the chat; without a text, anything."""

    short: ClassVar[str] = "text"
    facts: ClassVar[frozenset[str]] = frozenset({"person", "message"})
    is_placed: ClassVar[bool] = True
    kind: Literal["chat"] = "chat"
    text: str | None = Field(
        default=None, min_length=1, description="The whole message or its first words; capitals do not matter."
    )
    matches: Annotated[str, AfterValidator(_check_pattern)] | None = Field(
        default=None, description="A regular expression that is found somewhere in the message."
    )

    @model_validator(mode="after")
    def _one(self) -> "Chat":
        if self.text is not None and self.matches is not None:
            raise bad("bad-value", 'write either a text or "matches", not both')
        return self

    def fits(self, message: str) -> bool:
        """Does this chat message fire the trigger?"""
        if self.matches is not None:
            return pattern_of(self.matches).is_in(message[:_MESSAGE_CUT])
        if self.text is None:
            return True
        said, wanted = " ".join(message.split()).casefold(), " ".join(self.text.split()).casefold()
        return said == wanted or said.startswith(wanted + " ")


class Invited(_Trigger):
    """The bot was invited to a breakout room; `person` is the inviter."""

    kind: Literal["invited"] = "invited"


class InviteRejected(_Trigger):
    """Somebody rejected an invite to a breakout room; moderators are told."""

    kind: Literal["invite_rejected"] = "invite_rejected"


class BreakoutJoined(_Trigger):
    """Somebody went into a breakout room."""

    kind: Literal["breakout_joined"] = "breakout_joined"


class BreakoutLeft(_Trigger):
    """Somebody came out of a breakout room."""

    kind: Literal["breakout_left"] = "breakout_left"


class BreakoutClosed(_Trigger):
    """A breakout room is over."""

    facts: ClassVar[frozenset[str]] = frozenset()
    kind: Literal["breakout_closed"] = "breakout_closed"


class Talking(_Trigger):
    """Somebody begins to talk; a pause of less than two seconds is no new beginning."""

    is_placed: ClassVar[bool] = True
    kind: Literal["talking"] = "talking"


class Silent(_Trigger):
    """No person has talked for so long; what bots play does not count. Once a silence."""

    short: ClassVar[str] = "lasts"
    facts: ClassVar[frozenset[str]] = frozenset()
    is_placed: ClassVar[bool] = True
    kind: Literal["silent"] = "silent"
    lasts_s: Duration = Field(validation_alias="lasts", gt=0, description="How long.")


class Muted(_Trigger):
    """A moderator muted the bot, or everybody."""

    facts: ClassVar[frozenset[str]] = frozenset()
    kind: Literal["muted"] = "muted"


class ConnectionLost(_Trigger):
    """The bot has lost its connection to the room, and is on its way back."""

    facts: ClassVar[frozenset[str]] = frozenset()
    is_placed: ClassVar[bool] = True
    kind: Literal["connection_lost"] = "connection_lost"


class ConnectionRestored(_Trigger):
    """The bot's connection to the room is there again."""

    facts: ClassVar[frozenset[str]] = frozenset()
    is_placed: ClassVar[bool] = True
    kind: Literal["connection_restored"] = "connection_restored"


STOPPING = "stopping"
"""The signal that no bot has to send: the session is being stopped before its end."""


class OnSignal(_Trigger):
    """A bot of this session sends a signal, or the session is being stopped."""

    short: ClassVar[str] = "name"
    facts: ClassVar[frozenset[str]] = frozenset()
    kind: Literal["signal"] = "signal"
    name: str = Field(min_length=1, max_length=100, description="Which one.")


class Waiting(_Trigger):
    """Somebody waits to be let in; moderators are told, also of who waited before they came."""

    kind: Literal["waiting"] = "waiting"


class HandRaised(_Trigger):
    """Somebody asks for the floor of a lecture; moderators are told, also of who asked before they came."""

    kind: Literal["hand_raised"] = "hand_raised"


class RecordingChanged(_Trigger):
    """The room begins to be recorded, or is when the bot comes; or its recording stops."""

    short: ClassVar[str] = "what"
    facts: ClassVar[frozenset[str]] = frozenset()
    kind: Literal["recording"] = "recording"
    what: Literal["started", "stopped"] = Field(default="started", description="Which of the two.")


class Every(_Trigger):
    """Again and again, counted from the start of the session to its end."""

    short: ClassVar[str] = "period"
    facts: ClassVar[frozenset[str]] = frozenset()
    kind: Literal["every"] = "every"
    period_s: Duration = Field(validation_alias="period", ge=1, description="How often; the first time is one later.")


TRIGGERS: Mapping[str, type[_Trigger]] = {
    "joined": Joined,
    "left": Left,
    "returned": Returned,
    "chat": Chat,
    "invited": Invited,
    "invite_rejected": InviteRejected,
    "breakout_joined": BreakoutJoined,
    "breakout_left": BreakoutLeft,
    "breakout_closed": BreakoutClosed,
    "talking": Talking,
    "silent": Silent,
    "muted": Muted,
    "signal": OnSignal,
    "every": Every,
    "connection_lost": ConnectionLost,
    "connection_restored": ConnectionRestored,
    "waiting": Waiting,
    "hand_raised": HandRaised,
    "recording": RecordingChanged,
}
_AnyTrigger = (
    Joined
    | Left
    | Returned
    | Chat
    | Invited
    | InviteRejected
    | BreakoutJoined
    | BreakoutLeft
    | BreakoutClosed
    | Talking
    | Silent
    | Muted
    | OnSignal
    | Every
    | ConnectionLost
    | ConnectionRestored
    | Waiting
    | HandRaised
    | RecordingChanged
)
Trigger = Annotated[
    Annotated[_AnyTrigger, Field(discriminator="kind")],
    BeforeValidator(lambda data: unfold(data, TRIGGERS, "trigger")),
]


def facts_for(trigger: Any) -> frozenset[str]:
    """Which of `person` and `message` a rule with this trigger knows; takes YAML data or a model."""
    kind = getattr(trigger, "kind", None) or (next(iter(trigger), "") if isinstance(trigger, Mapping) else trigger)
    model = TRIGGERS.get(kind) if isinstance(kind, str) else None
    return frozenset({"person", "message"}) if model is None else model.facts  # what it is not, has its own problem
