"""How texts are spoken."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bots.playbook.values.shape import Frozen

__all__ = ["Speech"]

Voice = Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9+-]{0,40}$")]


class Speech(Frozen):
    """The voice of the steps `say` with `aloud`; an engine that is installed on the machine that runs the bots."""

    short: ClassVar[str] = "voice"
    engine: Literal["espeak-ng"] = Field(default="espeak-ng", description="The program that speaks.")
    voice: Voice = Field(default="en", description="Which of its voices: en, es, de, en-gb+f3.")
