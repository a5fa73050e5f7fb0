"""Requests about streams and one's own devices.

Source: signalling.md sections 6 and 7.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from bots.wire.record import Record, wire_key
from bots.wire.requests.request import Request, Way

__all__ = [
    "MuteOwnAudio",
    "MuteOwnVideo",
    "MuteStream",
    "Publish",
    "Signal",
    "Subscribe",
    "UnmuteOwnAudio",
    "UnmuteOwnVideo",
    "Unpublish",
    "Unsubscribe",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteStream(Record):
    """Initial mute state of a publication or subscription."""

    audio: bool = False
    video: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish(Request):
    """`publish`: ask for a publication id; the offer follows under it (signalling.md 6.1)."""

    event: ClassVar[str] = "publish"
    way: ClassVar[Way] = Way.SDP
    state: str = "media_engine"
    data: bool = True
    audio: bool = False
    video: bool = False
    screen: bool | None = None
    canvas: bool | None = None
    canvas_type: str | None = wire_key("canvasType", None)
    share_metadata: dict[str, Any] | None = field(default=None, metadata={"key": "shareMetadata"})
    attributes: dict[str, Any] | None = None
    mute_stream: MuteStream = field(default_factory=MuteStream, metadata={"key": "muteStream"})
    min_video_bw: int | None = wire_key("minVideoBW", None)
    max_video_bw: int | None = wire_key("maxVideoBW", None)
    scheme: str | None = None

    @classmethod
    def read(cls, data: object) -> Self:
        # video may be an object of constraints; all that counts here is whether there is any
        if isinstance(data, dict):
            data = {**data, **{key: bool(data[key]) for key in ("audio", "video", "data") if key in data}}
        return super(Publish, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe(Request):
    """`subscribe`: one per stream (signalling.md 7)."""

    event: ClassVar[str] = "subscribe"
    way: ClassVar[Way] = Way.SDP
    stream_id: int = wire_key("streamId")
    audio: bool = True
    video: bool = False
    data: bool = True
    canvas: bool = False
    browser: str = "chrome-stable"
    mute_stream: MuteStream = field(default_factory=MuteStream, metadata={"key": "muteStream"})

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, dict):
            flags = ("audio", "video", "data", "canvas")
            data = {**data, **{key: bool(data[key]) for key in flags if key in data}}
        return super(Subscribe, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Request):
    """`signaling_message`: an offer or a candidate of the peer connection under `stream_id`."""

    event: ClassVar[str] = "signaling_message"
    way: ClassVar[Way] = Way.SDP
    stream_id: int = wire_key("streamId")
    msg: dict[str, Any]

    @classmethod
    def offer(cls, stream_id: int, sdp: str) -> Self:
        return cls(stream_id=stream_id, msg={"type": "offer", "sdp": sdp})

    @classmethod
    def candidate(cls, stream_id: int, candidate: str, *, mid: str = "0", line: int = 0) -> Self:
        """One trickled candidate; `candidate` starts with "candidate:" (the wire adds "a=")."""
        body = {"sdpMLineIndex": line, "sdpMid": mid, "candidate": f"a={candidate}"}
        return cls(stream_id=stream_id, msg={"type": "candidate", "candidate": body})

    @classmethod
    def end_of_candidates(cls, stream_id: int) -> Self:
        body = {"sdpMLineIndex": -1, "sdpMid": "end", "candidate": "end"}
        return cls(stream_id=stream_id, msg={"type": "candidate", "candidate": body})


@dataclass(frozen=True, slots=True, kw_only=True)
class _StreamNumber(Request):
    """A request whose whole payload is a stream id."""

    stream_id: int

    @classmethod
    def read(cls, data: object) -> Self:
        return super(_StreamNumber, cls).read({"stream_id": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.stream_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublish(_StreamNumber):
    event: ClassVar[str] = "unpublish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe(_StreamNumber):
    event: ClassVar[str] = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteOwnAudio(Request):
    event: ClassVar[str] = "user-audio-muted"
    way: ClassVar[Way] = Way.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmuteOwnAudio(Request):
    event: ClassVar[str] = "user-audio-unmuted"
    way: ClassVar[Way] = Way.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteOwnVideo(Request):
    event: ClassVar[str] = "user-video-muted"
    way: ClassVar[Way] = Way.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmuteOwnVideo(Request):
    event: ClassVar[str] = "user-video-unmuted"
    way: ClassVar[Way] = Way.NAME
