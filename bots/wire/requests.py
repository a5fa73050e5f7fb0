"""What a client says: one frozen type per event, with the arguments that stand on the wire.

Source: signalling.md section 11.1 (events, ways of sending), breakouts.md section 3, moderation.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, Self

from bots.errors import WireError
from bots.wire.objects import BreakoutDefinition
from bots.wire.record import Record, wire_key

__all__ = [
    "AnnounceBreakoutJoin",
    "CreateAndInviteBreakout",
    "CreateBreakout",
    "DestroyBreakouts",
    "Drop",
    "GetMaxTalkers",
    "GetTalkerCount",
    "HardMuteRoom",
    "HardMuteUser",
    "HardMuteVideo",
    "HardUnmuteRoom",
    "HardUnmuteUser",
    "HardUnmuteVideo",
    "InviteToBreakout",
    "JoinBreakout",
    "LockRoom",
    "LogClientEvent",
    "MuteOwnAudio",
    "MuteOwnVideo",
    "MuteStream",
    "PauseRoom",
    "PresentToken",
    "Publish",
    "RejectBreakout",
    "Request",
    "ResumeRoom",
    "SendData",
    "SetAdvancedOptions",
    "SetTalkerCount",
    "Signal",
    "Subscribe",
    "UnknownRequest",
    "UnmuteOwnAudio",
    "UnmuteOwnVideo",
    "Unpublish",
    "Unsubscribe",
    "Way",
    "read_request",
]


class Way(Enum):
    """The five ways of sending (signalling.md section 2.4); each asks for an ack."""

    MESSAGE = "M"  # [data]
    SDP = "S"  # [options, extra]
    EVENT = "E"  # [data]
    NAME = "N"  # []
    PARAM = "P"  # [data]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Record):
    """A client's request."""

    event: ClassVar[str]
    way: ClassVar[Way] = Way.MESSAGE

    @classmethod
    def read_arguments(cls, arguments: Sequence[object]) -> Self:
        """Make the request from the arguments after the event's name.

        Raises:
            WireError: the first argument is not what this event carries.
        """
        if cls.way is Way.NAME:
            return cls()
        return cls.read(_payload(arguments[0] if arguments else None))

    def arguments(self) -> tuple[Any, ...]:
        """The arguments after the event's name, as the vendor's SDK sends them."""
        if self.way is Way.NAME:
            return ()
        return (self.write(), None) if self.way is Way.SDP else (self.write(),)


def _payload(raw: object) -> object:
    return {} if raw is None else raw


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRequest(Request):
    """An event that is not in the table; answered with result 0, so that callbacks fire."""

    event: ClassVar[str] = ""
    name: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentToken(Request):
    """The first request: the whole decoded token, and what the client adds (signalling.md 1.3, 9.3, 14.3)."""

    event: ClassVar[str] = "token"
    fields: dict[str, Any]

    @classmethod
    def read(cls, data: object) -> Self:
        if not isinstance(data, dict):
            raise WireError("the token must be an object", repr(data))
        return cls(fields=data)

    def write(self) -> dict[str, Any]:
        return self.fields

    @property
    def is_single_pc(self) -> bool:
        """Whether this client takes all remote streams over one peer connection (3.1.8)."""
        return self.fields.get("singlePC") == "subs"

    @property
    def is_reconnecting(self) -> bool:
        return self.fields.get("isReconnecting") is True

    @property
    def old_client_id(self) -> str:
        """On a reconnect: the client id before; otherwise empty."""
        old = self.fields.get("oldClientIdForReconnect")
        return old if isinstance(old, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetMaxTalkers(Request):
    event: ClassVar[str] = "getMaxNumberOfTalker"
    way: ClassVar[Way] = Way.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTalkerCount(Request):
    event: ClassVar[str] = "getNumberOfTalker"
    way: ClassVar[Way] = Way.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTalkerCount(Request):
    """How many talkers this client wants; at most the room's `max_active_talkers` are given."""

    event: ClassVar[str] = "setNumberOfTalker"
    way: ClassVar[Way] = Way.EVENT
    talkers: int = wire_key("numTalkers")
    audio_talkers: int | None = wire_key("numAudioTalkers", None)
    video_talkers: int | None = wire_key("numVideoTalkers", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogClientEvent(Request):
    """`logClientEvents`: informational; a server acks and ignores it."""

    event: ClassVar[str] = "logClientEvents"
    way: ClassVar[Way] = Way.EVENT
    event_type: str = wire_key("eventType", "clientConnSuccess")
    room_id: str = wire_key("roomId", "")
    log_id: str = wire_key("logId", "")
    timestamp: str = ""
    client_id: str = wire_key("clientId", "")
    client_name: str = wire_key("clientName", "")
    host_type: str = wire_key("hostType", "")
    host_version: str = wire_key("hostVersion", "")
    external_ip: str = wire_key("externalIp", "")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuteUser(Request):
    """A moderator takes one participant's microphone."""

    event: ClassVar[str] = "hardmute-user-audio"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuteUser(Request):
    event: ClassVar[str] = "hardunmute-user-audio"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuteVideo(Request):
    """A moderator takes one participant's camera."""

    event: ClassVar[str] = "hardmute-user-video"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuteVideo(Request):
    event: ClassVar[str] = "hardunmute-user-video"
    client_id: str = wire_key("clientId")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuteRoom(Request):
    """A moderator takes all microphones but its own; later joiners start muted."""

    event: ClassVar[str] = "room-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuteRoom(Request):
    event: ClassVar[str] = "room-unmuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRoom(Request):
    """`muteRoom`: stop sending and receiving for me in this room; true = stop this kind, not given = as it is."""

    event: ClassVar[str] = "muteRoom"
    audio: bool = True
    video: bool = True

    @classmethod
    def read(cls, data: object) -> Self:
        return super(PauseRoom, cls).read({"audio": False, "video": False, **data} if isinstance(data, dict) else data)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRoom(Request):
    """`unMuteRoom`: the flags are the resulting mute state, so false = resume this kind, not given = as it is."""

    event: ClassVar[str] = "unMuteRoom"
    audio: bool = False
    video: bool = False

    @classmethod
    def read(cls, data: object) -> Self:
        return super(ResumeRoom, cls).read({"audio": True, "video": True, **data} if isinstance(data, dict) else data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Request):
    """`drop`: leave (`is_self`), remove some (`client_ids`; empty = all others), end the room (`is_all`)."""

    event: ClassVar[str] = "drop"
    way: ClassVar[Way] = Way.EVENT
    is_self: bool | None = wire_key("self", None)
    is_all: bool | None = wire_key("all", None)
    client_ids: tuple[str, ...] | None = wire_key("clientIds", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRoom(Request):
    """`lockRoom`: let nobody in any more, or again; the payload is the bare flag (moderation.md section 3)."""

    event: ClassVar[str] = "lockRoom"
    way: ClassVar[Way] = Way.EVENT
    is_locked: bool

    @classmethod
    def read(cls, data: object) -> Self:
        return super(LockRoom, cls).read({"is_locked": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.is_locked,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendData(Request):
    """`sendDataStreamToRoom`: chat (text) or user data (object), to all (`broadcast`) or to `clients`."""

    event: ClassVar[str] = "sendDataStreamToRoom"
    way: ClassVar[Way] = Way.EVENT
    msg: Any
    broadcast: bool | None = None
    clients: tuple[str, ...] = ()
    type: str = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAdvancedOptions(Request):
    """`setAdvancedOptions`: a bare list of options, each with its `id` (moderation.md section 9)."""

    event: ClassVar[str] = "setAdvancedOptions"
    way: ClassVar[Way] = Way.EVENT
    options: tuple[dict[str, Any], ...]

    @classmethod
    def talker_notification(cls, *, enable: bool) -> Self:
        """Be told from now on who talks, or no longer: `subscribeForTalkerNotification`."""
        return cls(options=({"id": "speaker-notification", "enable": enable},))

    @classmethod
    def read(cls, data: object) -> Self:
        return super(SetAdvancedOptions, cls).read({"options": data})

    def arguments(self) -> tuple[Any, ...]:
        return (list(self.options),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithDefinition(Request):
    """A request whose payload is a breakout definition."""

    definition: BreakoutDefinition

    @classmethod
    def read(cls, data: object) -> Self:
        return cls(definition=BreakoutDefinition.read(data))

    def write(self) -> dict[str, Any]:
        return self.definition.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBreakout(_WithDefinition):
    event: ClassVar[str] = "create-breakout-room"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAndInviteBreakout(_WithDefinition):
    """Create and force everybody in, spread at random by capacity."""

    event: ClassVar[str] = "create-invite-breakout-room"


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteToBreakout(Request):
    event: ClassVar[str] = "invite-breakout-room"
    room_id: str
    clients: tuple[str, ...]
    force_join: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinBreakout(Request):
    """Joinee: ask for a token of a breakout room; `role` is "participant" or "moderator"."""

    event: ClassVar[str] = "join-breakout-room"
    room_id: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceBreakoutJoin(Request):
    """Said on the parent connection after a breakout join; `name` is the breakout room's name."""

    event: ClassVar[str] = "user-joined-breakout-room"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectBreakout(Request):
    """The payload is the bare room id, a JSON string (breakouts.md section 12, check 9)."""

    event: ClassVar[str] = "reject-breakout-room"
    room_id: str

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, dict):  # whatever the application gave is sent; some give {room_id}
            return super(RejectBreakout, cls).read(data)
        return super(RejectBreakout, cls).read({"room_id": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.room_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyBreakouts(Request):
    """Our extension: end the given breakout rooms of this parent, or all (breakouts.md section 7)."""

    event: ClassVar[str] = "destroy-breakout-rooms"
    rooms: tuple[str, ...] | None = None


_REQUESTS: dict[str, type[Request]] = {
    kind.event: kind
    for kind in (
        PresentToken, GetMaxTalkers, GetTalkerCount, SetTalkerCount, LogClientEvent, Publish, Subscribe,
        Signal, Unpublish, Unsubscribe, MuteOwnAudio, UnmuteOwnAudio, MuteOwnVideo, UnmuteOwnVideo,
        HardMuteUser, HardUnmuteUser, HardMuteVideo, HardUnmuteVideo,
        HardMuteRoom, HardUnmuteRoom, PauseRoom, ResumeRoom, Drop, LockRoom,
        SendData, SetAdvancedOptions,
        CreateBreakout, CreateAndInviteBreakout, InviteToBreakout, JoinBreakout, AnnounceBreakoutJoin,
        RejectBreakout, DestroyBreakouts,
    )
}  # fmt: skip


def read_request(event: str, arguments: Sequence[object]) -> Request:
    """The request that a client sent; an event that is not in the table becomes an `UnknownRequest`.

    Raises:
        WireError: a known event with arguments that it cannot carry.
    """
    kind = _REQUESTS.get(event)
    return UnknownRequest(name=event, values=tuple(arguments)) if kind is None else kind.read_arguments(arguments)
