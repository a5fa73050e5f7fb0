"""Answers to offers, and who is heard in which slot.

Source: signalling.md sections 5.3, 5.5 and 6.3 to 6.5.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.notices.notice import Notice
from bots.wire.objects import Stream, TalkerEntry
from bots.wire.record import wire_key

__all__ = ["MediaSignal", "StreamAdded", "StreamRemoved", "TalkersUpdated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSignal(Notice):
    """`media_engine_connecting`: answer, candidate, ready or started for one peer connection.

    Exactly one of `stream_id` (own publication) and `peer_id` (subscription) is set.
    """

    event: ClassVar[str] = "media_engine_connecting"
    lasts: ClassVar[bool] = False
    stream_id: int | None = wire_key("streamId", None)
    peer_id: int | None = wire_key("peerId", None)
    msg: dict[str, Any]

    @property
    def number(self) -> int:
        """The id that the offer came with; 0 if the server named none."""
        return self.peer_id or self.stream_id or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkersUpdated(Notice):
    """Who plays in which slot, for the receiver; latest talker first, never the receiver itself."""

    is_lenient: ClassVar[bool] = False  # half a list would say that somebody has stopped talking
    event: ClassVar[str] = "active-talkers-updated"
    lasts: ClassVar[bool] = False
    active: bool = False
    talkers: tuple[TalkerEntry, ...] = wire_key("activeList", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAdded(Notice):
    event: ClassVar[str] = "onAddStream"
    lasts: ClassVar[bool] = False
    stream: Stream

    @classmethod
    def read(cls, data: object) -> Self:
        return cls(stream=Stream.read(data))

    def write(self) -> dict[str, Any]:
        return self.stream.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRemoved(Notice):
    event: ClassVar[str] = "onRemoveStream"
    lasts: ClassVar[bool] = False
    id: int
