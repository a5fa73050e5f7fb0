"""Requests of whoever is in a room: the token, talkers, pauses, chat and data.

Source: signalling.md sections 1.3, 5.6, 8 and 11.1; breakouts.md section 6; moderation.md sections 9 and 10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from bots.errors import WireError
from bots.wire.record import wire_key
from bots.wire.requests.request import Request, Way

__all__ = [
    "GetMaxTalkers",
    "GetTalkerCount",
    "LogClientEvent",
    "PauseRoom",
    "PresentToken",
    "ResumeRoom",
    "SendData",
    "SetAdvancedOptions",
    "SetTalkerCount",
]


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

    @property
    def resumes(self) -> str:
        """Of one of our bots that comes back with a new token: the client id before; otherwise empty. Our own field."""
        old = self.fields.get("resumesClientId")
        return old if isinstance(old, str) else ""

    @property
    def received(self) -> int | None:
        """On a reconnect of one of our bots: how many notices that last it has got, in all; None if it does not say.

        Our own field: a server that knows it says the later ones again, and answers a request that comes again under
        its old number as it did before. The ack of the token then has `resumed: true`.
        """
        number = self.fields.get("receivedNotices")
        return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None


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
    """`logClientEvents`: informational; a server acks and ignores it, whatever stands in it."""

    is_lenient: ClassVar[bool] = True

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
    def shown(cls, what: Literal["update-pin-users", "spotlight-users"], ids: Sequence[str], *, is_on: bool) -> Self:
        """Pin these clients or put them into the spotlight, or no longer: `pinUsers`, `addSpotlightUsers`."""
        return cls(options=({"id": what, "request": "add" if is_on else "remove", "clientIds": list(ids)},))

    @classmethod
    def read(cls, data: object) -> Self:
        return super(SetAdvancedOptions, cls).read({"options": data})

    def arguments(self) -> tuple[Any, ...]:
        return (list(self.options),)
