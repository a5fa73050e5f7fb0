"""Steps of sound: play, stop."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.scalars import Duration, Flag, Share
from bots.playbook.values.shape import bad
from bots.playbook.values.sounds import EVERYTHING, IfPlaying, PlayingSound, SoundName

__all__ = ["Play", "Stop"]


class Play(AnyStep):
    """Play a sound; ends when the sound has ended, at once if it loops."""

    short: ClassVar[str] = "file"
    kind: Literal["play"] = "play"
    survival: ClassVar[Survival] = "once"
    file: SoundName = Field(description="A clip of the audio section, or a file beside the playbook.")
    loop: Flag | None = Field(default=None, description="Begin again at its end, until it is stopped.")
    volume: Share | None = Field(default=None, description="How loud, as a share of the recording.")
    fade_in_s: Duration | None = Field(
        default=None, validation_alias="fade_in", description="Grow to full volume over this time."
    )
    fade_out_s: Duration | None = Field(
        default=None, validation_alias="fade_out", description="Fade to silence over this time."
    )
    if_playing: IfPlaying = Field(
        default="queue",
        description="What to do about another clip of this bot: queue: wait for its end; replace: end it, and those"
        " that wait; a loop is ended either way. mix: let it and a loop go on, below this one.",
    )
    within: Literal["here", "breakouts"] = Field(
        default="here",
        validation_alias="in",
        description="here: the room the bot is in; breakouts: all open breakout rooms at once.",
    )

    @model_validator(mode="after")
    def _ends(self) -> "Play":
        if self.within == "breakouts" and self.loop:
            raise bad("bad-value", "a sound for all breakouts cannot loop")
        if self.within == "breakouts" and self.if_playing != "queue":
            done = "mix it with" if self.if_playing == "mix" else "replace"
            raise bad("bad-value", f"a sound for all breakouts has its own players, there is nothing to {done}")
        return self


class Stop(AnyStep):
    """Stop the sound that this bot plays; a name stops that one only, and does nothing to another."""

    short: ClassVar[str] = "what"
    kind: Literal["stop"] = "stop"
    survival: ClassVar[Survival] = "reconcile"
    what: PlayingSound = Field(default=EVERYTHING, description="What to stop: audio, or one sound as play names it.")

    @property
    def stops_all(self) -> bool:
        """Whatever plays, under any name."""
        return self.what == EVERYTHING
