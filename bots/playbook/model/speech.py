"""How texts are spoken."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from bots.playbook.values.shape import Frozen, bad

__all__ = ["Speech"]

_NAME, _PART = r"[a-z][a-zA-Z0-9+-]{0,40}", r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_MODEL = ".onnx"
Voice = Annotated[str, Field(max_length=200, pattern=rf"^({_NAME}|({_PART}/)*{_PART}\{_MODEL})$")]


class Speech(Frozen):
    """The voice of the steps `say` with `aloud`; an engine that is installed on the machine that runs the bots."""

    short: ClassVar[str] = "voice"
    engine: Literal["espeak-ng", "piper"] = Field(default="espeak-ng", description="The program that speaks.")
    voice: Voice = Field(
        default="en",
        description="Which of its voices: en, es, de, en-gb+f3; of piper the file, in the folder of the playbook.",
    )

    @model_validator(mode="after")
    def _fits(self) -> "Speech":
        if (self.engine == "piper") != self.voice.endswith(_MODEL):
            wanted = "the file of a voice, like voices/en.onnx" if self.engine == "piper" else "the name of a voice"
            raise bad("bad-value", f'{self.engine} needs {wanted}, not "{self.voice}"')
        return self
