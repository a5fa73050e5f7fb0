"""What a server says unasked: one frozen type per event.

Source: signalling.md sections 3.3, 4, 5, 6.3 to 6.5, 11.2; breakouts.md section 4; moderation.md 2, 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from bots.wire.objects import Permissions, Stream, TalkerEntry, User
from bots.wire.record import Record, wire_key

__all__ = [
    "BreakoutDestroyed",
    "BreakoutInvited",
    "BreakoutUserJoined",
    "BreakoutUserLeft",
    "DataReceived",
    "GenericEvent",
    "HardMuted",
    "HardUnmuted",
    "HardVideoMuted",
    "HardVideoUnmuted",
    "MediaSignal",
    "Notice",
    "RoomAwaited",
    "RoomConnected",
    "RoomData",
    "RoomDisconnected",
    "RoomManagement",
    "RoomMuted",
    "RoomUnmuted",
    "StreamAdded",
    "StreamRemoved",
    "TalkersUpdated",
    "UnknownNotice",
    "UserAudioMuted",
    "UserAudioUnmuted",
    "UserConnected",
    "UserDisconnected",
    "UserUpdated",
    "UserVideoMuted",
    "UserVideoUnmuted",
    "read_notice",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Record):
    """A message from the server that answers no request.

    `wants_ack`: the SDK calls the ack function without checking that it exists, so a server must ask for
    an ack (signalling.md section 4.6).
    """

    is_lenient: ClassVar[bool] = True
    event: ClassVar[str]
    wants_ack: ClassVar[bool] = False

    @classmethod
    def read_arguments(cls, arguments: Sequence[object]) -> Self:
        """Make the notice from the arguments after the event's name.

        Raises:
            WireError: the first argument is not what this event carries.
        """
        first = arguments[0] if arguments else None
        return cls.read({} if first is None else first)

    def arguments(self) -> tuple[Any, ...]:
        """The arguments after the event's name."""
        return (self.write(),)


def _identified(user: object, client_id: object) -> object:
    """A user with its client id, which may stand beside it instead of inside."""
    return {"clientId": client_id, **user} if isinstance(user, Mapping) else None


def _people(users: object) -> list[object]:
    """The users of a list, or of an object by client id (signalling.md 3.3); what names nobody is left out."""
    listed = users.items() if isinstance(users, Mapping) else ((None, one) for one in _list(users))
    found = (_identified(one, key) for key, one in listed)
    return [one for one in found if isinstance(one, Mapping) and isinstance(one.get("clientId"), str)]


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNotice(Notice):
    """An event that this client does not know; kept whole."""

    event: ClassVar[str] = ""
    name: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomConnected(Notice):
    """Admitted: the room, oneself, who is here, which streams it offers (signalling.md 3.3)."""

    event: ClassVar[str] = "room-connected"
    room: dict[str, Any]
    id: str = ""
    client_id: str = wire_key("clientId", "")
    user: User | None = None
    user_list: tuple[User, ...] = wire_key("userList", ())
    streams: tuple[Stream, ...] = ()
    talker_slots: int = wire_key("initialNumATs", 1)
    ice_servers: tuple[Any, ...] = wire_key("iceServers", ())
    video_quality: dict[str, Any] = field(default_factory=dict, metadata={"key": "videoBitrateQualityMap"})
    video_muted_users: dict[str, Any] = field(default_factory=dict, metadata={"key": "videoMutedUsers"})
    media_configuration: str = wire_key("mediaConfiguration", "default")
    probe_url: str | None = wire_key("internetDetectionUrl", None)
    min_video_bw: int | None = wire_key("minVideoBW", None)
    max_video_bw: int | None = wire_key("maxVideoBW", None)
    awaited: tuple[Any, ...] = wire_key("awaitedParticipants", ())
    raised_hands: tuple[Any, ...] | None = wire_key("raisedHands", None)
    floor_invites: tuple[Any, ...] | None = wire_key("floorInvites", None)
    approved_hands: tuple[Any, ...] | None = wire_key("approvedHands", None)

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):  # the shortest payload that the SDK takes has no id in `user` (signalling.md 3.3)
            user = _identified(data.get("user"), data.get("clientId") or "")
            data = {**data, "user": user, "userList": _people(data.get("userList"))}
        return super(RoomConnected, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAwaited(Notice):
    """A knock room: wait for a moderator; `room-connected` or `room-disconnected` comes later."""

    event: ClassVar[str] = "room-awaited"
    event_type: str = "knock"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDisconnected(Notice):
    """The session in this room is over; never reconnect after it. 2001 = dropped by a moderator."""

    event: ClassVar[str] = "room-disconnected"
    cause: int = 2002
    msg: str = "unexpected-disconnection"

    @classmethod
    def read(cls, data: object) -> Self:
        # documented both flat and one level deeper (moderation.md section 3)
        if isinstance(data, Mapping) and isinstance(data.get("cause"), Mapping):
            data = data["cause"]
        if isinstance(data, str):
            data = {"msg": data}
        return super(RoomDisconnected, cls).read(data)

    def write(self) -> dict[str, Any]:
        return {"cause": {"cause": self.cause, "msg": self.msg}}


@dataclass(frozen=True, slots=True, kw_only=True)
class UserConnected(Notice):
    """Somebody came in; to all others."""

    event: ClassVar[str] = "user-connected"
    user: User

    @classmethod
    def read(cls, data: object) -> Self:
        return cls(user=User.read(data))

    def write(self) -> dict[str, Any]:
        return self.user.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDisconnected(Notice):
    """Somebody left; to all others."""

    event: ClassVar[str] = "user-disconnected"
    client_id: str = wire_key("clientId")
    name: str = ""
    role: str = "participant"
    permissions: Permissions = field(default_factory=Permissions)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUpdated(Notice):
    """A change of a user's media modes; informational."""

    event: ClassVar[str] = "user-updated"
    client_id: str = wire_key("clientId")
    key: str = ""
    info: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _UserMedia(Notice):
    """A user's microphone or camera changed; `user` is the whole new record."""

    client_id: str = wire_key("clientId")
    user: User | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAudioMuted(_UserMedia):
    event: ClassVar[str] = "user-audio-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAudioUnmuted(_UserMedia):
    event: ClassVar[str] = "user-audio-unmuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserVideoMuted(_UserMedia):
    event: ClassVar[str] = "user-video-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserVideoUnmuted(_UserMedia):
    event: ClassVar[str] = "user-video-unmuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSignal(Notice):
    """`media_engine_connecting`: answer, candidate, ready or started for one peer connection.

    Exactly one of `stream_id` (own publication) and `peer_id` (subscription) is set.
    """

    event: ClassVar[str] = "media_engine_connecting"
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
    active: bool = False
    talkers: tuple[TalkerEntry, ...] = wire_key("activeList", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAdded(Notice):
    event: ClassVar[str] = "onAddStream"
    stream: Stream

    @classmethod
    def read(cls, data: object) -> Self:
        return cls(stream=Stream.read(data))

    def write(self) -> dict[str, Any]:
        return self.stream.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRemoved(Notice):
    event: ClassVar[str] = "onRemoveStream"
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _HardMute(Notice):
    """A moderator took or gave back the microphone of the receiver, or of everybody."""

    wants_ack: ClassVar[bool] = True
    client_id: str = wire_key("clientId", "")
    moderator_id: str = wire_key("moderatorId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuted(_HardMute):
    event: ClassVar[str] = "hardmute-user-audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardUnmuted(_HardMute):
    event: ClassVar[str] = "hardunmute-user-audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardVideoMuted(_HardMute):
    event: ClassVar[str] = "hardmute-user-video"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardVideoUnmuted(_HardMute):
    event: ClassVar[str] = "hardunmute-user-video"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMuted(_HardMute):
    event: ClassVar[str] = "room-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomUnmuted(_HardMute):
    event: ClassVar[str] = "room-unmuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReceived(Notice):
    """`onDataStreamToRoom`: chat (`type` "chat", `message` a text) or user data (any JSON)."""

    event: ClassVar[str] = "onDataStreamToRoom"
    wants_ack: ClassVar[bool] = True
    type: str = "chat"
    message: Any = None
    broadcast: bool = True
    sender: str = ""
    sender_id: str = wire_key("senderId", "")
    timestamp: int = 0
    recipients: tuple[str, ...] | None = wire_key("receipients", None)  # the vendor's spelling

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping) and data.get("message") is None and "msg" in data:
            data = {**data, "message": data["msg"]}  # the documents' name for user data
        return super(DataReceived, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutInvited(Notice):
    """An invite to a breakout room; `force_join`: go there without asking."""

    event: ClassVar[str] = "invite-breakout-room"
    room_id: str
    requestor: Any = None
    force_join: bool = False
    video: bool = False

    @property
    def inviter_id(self) -> str:
        """The inviter's client id; the wire has an object or a text (breakouts.md section 2.5)."""
        raw = self.requestor.get("id", "") if isinstance(self.requestor, Mapping) else self.requestor
        return str(raw or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutUserJoined(Notice):
    """Somebody entered a breakout room; all spellings of the id are the parent's client id."""

    event: ClassVar[str] = "user-joined-breakout-room"
    client: str
    client_id: str = wire_key("clientId", "")
    room: str = ""
    name: str = ""

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):
            known = data.get("client") or data.get("clientId")
            data = {**data, "client": known, "clientId": known}
        return super(BreakoutUserJoined, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutUserLeft(Notice):
    """Somebody left a breakout room."""

    event: ClassVar[str] = "breakout-user-disconnected"
    client_id: str = wire_key("clientId")
    room: str = ""
    name: str = ""

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):  # one documented page has other keys (breakouts.md section 11, row 8)
            data = {**data, "clientId": data.get("clientId") or data.get("client_id"),
                    "room": data.get("room") or data.get("room_id")}  # fmt: skip
        return super(BreakoutUserLeft, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakoutDestroyed(Notice):
    event: ClassVar[str] = "breakout-room-destroyed"
    room_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomData(Record):
    """Who and what is in a room that was waiting for a moderator (signalling.md 3.2)."""

    is_lenient: ClassVar[bool] = True
    streams: tuple[Stream, ...] = ()
    user_list: tuple[User, ...] = wire_key("userList", ())

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):
            data = {**data, "userList": _people(data.get("userList"))}
        return super(RoomData, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomManagement(Notice):
    """`roomManagementEvents`: the app event is named by `id` (breakout-room-created, room-locked, ...).

    With the id `wait-room-disabled` comes `room_data`: the moderator is there, the lesson can begin.
    """

    event: ClassVar[str] = "roomManagementEvents"
    id: str
    msg: Any = None
    room_data: RoomData | None = field(default=None, metadata={"key": "roomData"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericEvent(Notice):
    """`genericEvents`: with the id `speaker_notification` who talks now, as `{speech: true, users}` in a list.

    Raised as `talker-notification`, and told to who has asked for it (moderation.md section 9).
    """

    event: ClassVar[str] = "genericEvents"
    id: str
    data: Any = None

    @classmethod
    def speech(cls, client_ids: Sequence[str]) -> Self:
        """These members talk now, and nobody else."""
        return cls(id="speaker_notification", data=[{"speech": True, "users": list(client_ids)}])


_NOTICES: dict[str, type[Notice]] = {
    kind.event: kind
    for kind in (
        RoomConnected, RoomAwaited, RoomDisconnected, UserConnected, UserDisconnected, UserUpdated,
        UserAudioMuted, UserAudioUnmuted, UserVideoMuted, UserVideoUnmuted, MediaSignal, TalkersUpdated,
        StreamAdded, StreamRemoved, HardMuted, HardUnmuted, HardVideoMuted, HardVideoUnmuted, RoomMuted, RoomUnmuted,
        DataReceived,
        BreakoutInvited, BreakoutUserJoined, BreakoutUserLeft, BreakoutDestroyed, RoomManagement,
        GenericEvent,
    )
}  # fmt: skip


def read_notice(event: str, arguments: Sequence[object]) -> Notice:
    """The notice that a server sent; an event that is not in the table becomes an `UnknownNotice`.

    Raises:
        WireError: a known event with arguments that it cannot carry.
    """
    kind = _NOTICES.get(event)
    return UnknownNotice(name=event, values=tuple(arguments)) if kind is None else kind.read_arguments(arguments)
