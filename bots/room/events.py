"""What a message means, given who is here: the events that a room hands to its bot.

Each type's `name` is the app event of the vendor's SDK where there is one. Source: signalling.md section 11.2,
breakouts.md sections 4 and 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

__all__ = [
    "AudioMuted",
    "AudioUnmuted",
    "BreakoutConnected",
    "BreakoutCreated",
    "BreakoutDestroyed",
    "BreakoutDisconnected",
    "BreakoutError",
    "BreakoutInvite",
    "BreakoutInvited",
    "BreakoutJoined",
    "BreakoutLeft",
    "BreakoutsStanding",
    "ChatReceived",
    "Closed",
    "ConnectionLost",
    "ConnectionRestored",
    "DataReceived",
    "HardMuteChanged",
    "InviteRejected",
    "KnockChanged",
    "Participant",
    "ParticipantAwaited",
    "ParticipantJoined",
    "ParticipantLeft",
    "RoomAllowed",
    "RoomAwaited",
    "RoomEvent",
    "RoomJoined",
    "SpeechChanged",
    "Talker",
    "TalkersChanged",
    "Unknown",
]


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a room. `data` is what the token's maker attached, if anything."""

    client_id: str
    name: str = ""
    role: str = "participant"
    user_ref: str = ""
    is_me: bool = False
    is_audio_muted: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_moderator(self) -> bool:
        return self.role == "moderator"


@dataclass(frozen=True, slots=True)
class Talker:
    """Who plays in a slot (stream id 1..n) now."""

    slot: int
    client_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Something happened in a room."""

    name: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class RoomAwaited(RoomEvent):
    """The bot waits for a moderator: to be let in, or (after `RoomJoined`) to begin."""

    name: ClassVar[str] = "room-awaited"
    room_id: str


@dataclass(frozen=True, slots=True)
class RoomJoined(RoomEvent):
    """The bot is in; `participants` has everyone who is here, with the bot itself."""

    name: ClassVar[str] = "room-connected"
    room_id: str
    room_name: str
    me: Participant
    participants: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class RoomAllowed(RoomEvent):
    """The moderator has come: what waited for it begins. The SDK's other name for it is `wait-room-disabled`."""

    name: ClassVar[str] = "room-allowed"


@dataclass(frozen=True, slots=True)
class ParticipantAwaited(RoomEvent):
    """Somebody waits to be let in; told to moderators, also of those who waited before the bot came."""

    name: ClassVar[str] = "user-awaited"
    participant: Participant


@dataclass(frozen=True, slots=True)
class KnockChanged(RoomEvent):
    """Participants have to knock from now on, or no longer (`knock-enabled`, `knock-disabled`)."""

    name: ClassVar[str] = "knock-changed"
    is_on: bool


@dataclass(frozen=True, slots=True)
class ParticipantJoined(RoomEvent):
    name: ClassVar[str] = "user-connected"
    participant: Participant


@dataclass(frozen=True, slots=True)
class ParticipantLeft(RoomEvent):
    name: ClassVar[str] = "user-disconnected"
    participant: Participant


@dataclass(frozen=True, slots=True)
class ChatReceived(RoomEvent):
    """A chat line; `is_private` if it went to some only."""

    name: ClassVar[str] = "message-received"
    text: str
    sender_id: str
    sender_name: str
    is_private: bool


@dataclass(frozen=True, slots=True)
class DataReceived(RoomEvent):
    """User data: any JSON that another client sent."""

    name: ClassVar[str] = "user-data-received"
    data: Any
    sender_id: str
    is_private: bool


@dataclass(frozen=True, slots=True)
class TalkersChanged(RoomEvent):
    """Who is heard in which slot from now on; never the bot itself. Latest talker first."""

    name: ClassVar[str] = "active-talkers-updated"
    talkers: tuple[Talker, ...]


@dataclass(frozen=True, slots=True)
class SpeechChanged(RoomEvent):
    """Who talks now, by client id; told if `watch_talk` was asked for. (A slot says who talked last.)"""

    name: ClassVar[str] = "talker-notification"
    client_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AudioMuted(RoomEvent):
    name: ClassVar[str] = "user-audio-muted"
    participant: Participant


@dataclass(frozen=True, slots=True)
class AudioUnmuted(RoomEvent):
    name: ClassVar[str] = "user-audio-unmuted"
    participant: Participant


@dataclass(frozen=True, slots=True)
class HardMuteChanged(RoomEvent):
    """A moderator took or gave back the bot's microphone ("me") or everybody's ("room").

    The SDK has four names for it: `hardmute-user-audio`, `hardunmute-user-audio`, `hard-mute-room`,
    `hard-unmute-room`.
    """

    name: ClassVar[str] = "hard-mute-changed"
    is_muted: bool
    scope: Literal["me", "room"]


@dataclass(frozen=True, slots=True)
class BreakoutInvite(RoomEvent):
    """The bot is invited to a breakout room; a forced invite is followed without asking."""

    name: ClassVar[str] = "join-breakout-room"
    room_id: str
    inviter_id: str
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class BreakoutConnected(RoomEvent):
    """The bot is in a breakout room; `meta` is that room's description (the seed's "room meta")."""

    name: ClassVar[str] = "breakout-room-connected"
    room_id: str
    room_name: str
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BreakoutError(RoomEvent):
    """The bot could not join a breakout room; `result` and `msg` are the server's own, or a local refusal's."""

    name: ClassVar[str] = "breakout-room-error"
    room_id: str
    result: int
    msg: str


@dataclass(frozen=True, slots=True)
class BreakoutJoined(RoomEvent):
    """Somebody else entered a breakout room; `client_id` is their id in the parent.

    `role` is theirs inside; empty where the room server does not say it, as EnableX.
    """

    name: ClassVar[str] = "user-joined-breakout-room"
    client_id: str
    room_id: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class BreakoutLeft(RoomEvent):
    """Somebody else left a breakout room; `client_id` is their id in the parent."""

    name: ClassVar[str] = "user-disconnected-breakout-room"
    client_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class BreakoutDisconnected(RoomEvent):
    """The bot itself is out of its breakout room, whatever the cause."""

    name: ClassVar[str] = "breakout-room-disconnected"
    room_id: str


@dataclass(frozen=True, slots=True)
class BreakoutDestroyed(RoomEvent):
    name: ClassVar[str] = "breakout-room-destroyed"
    room_id: str


@dataclass(frozen=True, slots=True)
class BreakoutCreated(RoomEvent):
    """Told to moderators of the parent."""

    name: ClassVar[str] = "breakout-room-created"
    room_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BreakoutsStanding(RoomEvent):
    """Which breakouts are open and who is in each, told to a moderator who comes: room id and client ids of the parent.

    Our room server's own; EnableX tells nobody.
    """

    name: ClassVar[str] = "breakout-rooms-standing"
    rooms: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class BreakoutInvited(RoomEvent):
    """Others were invited; told to moderators of the parent."""

    name: ClassVar[str] = "breakout-room-invited"
    room_id: str
    client_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InviteRejected(RoomEvent):
    """Somebody refused an invite; told to the inviter and to moderators of the parent."""

    name: ClassVar[str] = "breakout-invite-rejected"
    room_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Closed(RoomEvent):
    """The connection is over: 2001 dropped, 2002 lost, 2006 left. The last event of a room."""

    name: ClassVar[str] = "room-disconnected"
    cause: int
    reason: str


@dataclass(frozen=True, slots=True)
class ConnectionLost(RoomEvent):
    """The connection broke, or its media; the bot is on its way back. What it asks meanwhile waits."""

    name: ClassVar[str] = "network-disconnected"
    room_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConnectionRestored(RoomEvent):
    """The connection and its media are there again; who came and went meanwhile was told before.

    Attributes:
        away_s: how long it was lost, seconds.
        tries: how many it took.
        is_resumed: the server went on where it was, so nothing was missed.
    """

    name: ClassVar[str] = "network-reconnected"
    room_id: str
    away_s: float
    tries: int
    is_resumed: bool


@dataclass(frozen=True, slots=True)
class Unknown(RoomEvent):
    """A message that this client does not use; kept whole."""

    name: ClassVar[str] = "unknown"
    event: str
    values: tuple[Any, ...] = ()
