"""Steps of the chat and the log: say, log."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from bots.playbook.language.template import Template
from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.people import Who
from bots.playbook.values.scalars import Flag
from bots.playbook.values.shape import bad
from bots.playbook.values.sounds import IfPlaying

__all__ = ["Log", "Say", "SendSignal", "TellTeacher"]


class Say(AnyStep):
    """Write a line in the chat of the room that the rule is about."""

    short: ClassVar[str] = "text"
    kind: Literal["say"] = "say"
    survival: ClassVar[Survival] = "once"
    text: Template = Field(description="What to write.")
    to: Who = Field(default=("everyone",), description="Who reads it.")
    aloud: Flag = Field(default=False, description="Speak it too, in the room that the bot is in, by a local engine.")
    if_playing: IfPlaying = Field(default="queue", description="What the voice does about a sound, as in play.")

    @model_validator(mode="after")
    def _heard(self) -> "Say":
        if not self.text.text.strip():
            raise bad("bad-value", '"say" is empty')
        if self.aloud and self.to != ("everyone",):
            raise bad("bad-value", 'what is said "aloud" is heard by everyone: leave out "to"')
        if self.if_playing != "queue" and not self.aloud:
            raise bad("bad-value", 'only what is said "aloud" is heard beside a sound: write aloud: true')
        return self


class TellTeacher(AnyStep):
    """Write a private line to every moderator who is no bot; if none is here, to the first who comes."""

    short: ClassVar[str] = "text"
    kind: Literal["tell_teacher"] = "tell_teacher"
    survival: ClassVar[Survival] = "once"
    text: Template = Field(description="What to write.")


class SendSignal(AnyStep):
    """Tell all bots of the session something that their rules can wait for."""

    short: ClassVar[str] = "name"
    kind: Literal["signal"] = "signal"
    survival: ClassVar[Survival] = "keyed"
    name: str = Field(min_length=1, max_length=100, description="Which signal; any word.")


class Log(AnyStep):
    """Write a line in the log."""

    short: ClassVar[str] = "text"
    kind: Literal["log"] = "log"
    survival: ClassVar[Survival] = "keyed"
    text: Template = Field(description="What to write.")
