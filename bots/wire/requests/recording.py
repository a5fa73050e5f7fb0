"""What is asked for about recording. Source: moderation.md section 7."""

from dataclasses import dataclass
from typing import ClassVar

from bots.wire.record import wire_key
from bots.wire.requests.request import Request

__all__ = ["StartRecording", "StopRecording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording(Request):
    """`startRecord`: record the room, or only the publication `stream_id`."""

    event: ClassVar[str] = "startRecord"
    stream_id: int | None = wire_key("to", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording(Request):
    """`stopRecord`: the room's recording ends, and its file can be had."""

    event: ClassVar[str] = "stopRecord"
