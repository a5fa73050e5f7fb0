"""Coming in, who is here, what they say, how it ends.

Source: signalling.md sections 3.2, 3.3, 4 and 11.2; moderation.md sections 3, 4, 9 and 10.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from bots.wire.notices.notice import Notice
from bots.wire.objects import Permissions, Stream, User
from bots.wire.record import Record, whole_number, wire_key

__all__ = [
    "DataReceived",
    "GenericEvent",
    "RoomAwaited",
    "RoomConnected",
    "RoomData",
    "RoomDisconnected",
    "RoomManagement",
    "UserAudioMuted",
    "UserAudioUnmuted",
    "UserConnected",
    "UserDisconnected",
    "UserUpdated",
    "UserVideoMuted",
    "UserVideoUnmuted",
]


def _identified(user: object, client_id: object) -> dict[str, Any] | None:
    """A user with its client id, which may stand beside it instead of inside."""
    return {"clientId": client_id, **user} if isinstance(user, Mapping) else None


def _entries(values: object, key: str) -> Iterator[dict[str, Any]]:
    """The objects of a list, or of an object by their `key` (signalling.md 3.3)."""
    listed = values.items() if isinstance(values, Mapping) else ((None, one) for one in _list(values))
    return ({key: found, **one} for found, one in listed if isinstance(one, Mapping))


def _people(users: object) -> list[dict[str, Any]]:
    """The users; what names nobody is left out."""
    return [one for one in _entries(users, "clientId") if type(one["clientId"]) in (str, int)]


def _streams(streams: object) -> list[dict[str, Any]]:
    """The streams; one without a number is none that can be heard, and loses no other."""
    return [one for one in _entries(streams, "id") if whole_number(one["id"]) is not None]


def _me(user: dict[str, Any] | None, people: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Oneself, with what only the list of users says."""
    if user is None:
        return None
    listed = next((one for one in people if str(one["clientId"]) == str(user["clientId"])), {})
    return {**listed, **{key: value for key, value in user.items() if value is not None}}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomConnected(Notice):
    """Admitted: the room, oneself, who is here, which streams it offers (signalling.md 3.3)."""

    event: ClassVar[str] = "room-connected"
    lasts: ClassVar[bool] = False
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
    media_record: bool = wire_key("mediaRecord", False)
    """The room is being recorded."""
    transcription: bool = False
    """What is said is being written down; a client that is not told takes it for so, and starts none."""
    raised_hands: tuple[Any, ...] | None = wire_key("raisedHands", None)
    floor_invites: tuple[Any, ...] | None = wire_key("floorInvites", None)
    approved_hands: tuple[Any, ...] | None = wire_key("approvedHands", None)
    pinned_users: tuple[Any, ...] = wire_key("pinnedUsers", ())
    spotlight_users: tuple[Any, ...] = wire_key("spotlightUsers", ())
    wishes: tuple[Any, ...] | None = wire_key("userRoleChangeRequests", None)
    """Who asks for another role; told to moderators."""
    licence: dict[str, Any] | None = field(default=None, metadata={"key": "subscription"})
    """What the project may use; without it the SDK takes everything for allowed, but 3.1.8 no canvas."""

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):  # the shortest payload that the SDK takes has no id in `user` (signalling.md 3.3)
            people = _people(data.get("userList"))
            user = _me(_identified(data.get("user"), data.get("clientId") or ""), people)
            data = {**data, "user": user, "userList": people, "streams": _streams(data.get("streams"))}
        return super(RoomConnected, cls).read(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAwaited(Notice):
    """A knock room: wait for a moderator; `room-connected` or `room-disconnected` comes later."""

    event: ClassVar[str] = "room-awaited"
    lasts: ClassVar[bool] = False
    event_type: str = "knock"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDisconnected(Notice):
    """The session in this room is over; never reconnect after it. 2001 = dropped by a moderator."""

    event: ClassVar[str] = "room-disconnected"
    lasts: ClassVar[bool] = False
    cause: int = 2002
    msg: str = "unexpected-disconnection"

    @classmethod
    def read(cls, data: object) -> Self:
        # documented both flat and one level deeper (moderation.md section 3)
        if isinstance(data, Mapping) and isinstance(data.get("cause"), Mapping):
            data = data["cause"]
        if isinstance(data, Mapping) and isinstance(data.get("cause"), str) and whole_number(data["cause"]) is None:
            data = {"msg": data["cause"], **{key: value for key, value in data.items() if key != "cause"}}
        if isinstance(data, str):
            data = {"msg": data}
        return super(RoomDisconnected, cls).read(data)

    def write(self) -> dict[str, Any]:
        return {"cause": {"cause": self.cause, "msg": self.msg}}


@dataclass(frozen=True, slots=True, kw_only=True)
class UserConnected(Notice):
    """Somebody came in; to all others."""

    event: ClassVar[str] = "user-connected"
    lasts: ClassVar[bool] = False
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
    lasts: ClassVar[bool] = False
    client_id: str = wire_key("clientId")
    name: str = ""
    role: str = "participant"
    permissions: Permissions = field(default_factory=Permissions)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUpdated(Notice):
    """A change of a user's media modes; informational."""

    event: ClassVar[str] = "user-updated"
    lasts: ClassVar[bool] = False
    client_id: str = wire_key("clientId")
    key: str = ""
    info: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _UserMedia(Notice):
    """A user's microphone or camera changed; `user` is the whole new record."""

    lasts: ClassVar[bool] = False
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
class RoomData(Record):
    """Who and what is in a room that was waiting for a moderator (signalling.md 3.2)."""

    is_lenient: ClassVar[bool] = True
    streams: tuple[Stream, ...] = ()
    user_list: tuple[User, ...] = wire_key("userList", ())
    video_muted_users: dict[str, Any] = field(default_factory=dict, metadata={"key": "videoMutedUsers"})

    @classmethod
    def read(cls, data: object) -> Self:
        if isinstance(data, Mapping):
            data = {**data, "userList": _people(data.get("userList")), "streams": _streams(data.get("streams"))}
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
    lasts: ClassVar[bool] = False
    id: str
    data: Any = None

    @classmethod
    def speech(cls, client_ids: Sequence[str]) -> Self:
        """These members talk now, and nobody else."""
        return cls(id="speaker_notification", data=[{"speech": True, "users": list(client_ids)}])
