"""What a hostile client says: one socket text (or bytes) after the other, from a seed. Pure."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Message", "Messages", "Names"]

LARGE = 60_000  # characters of a text that is large but may be
TOO_LARGE = 5 * 2**20  # more than the server reads
FIRST_NUMBER = 1_000_000  # of the acks that hostile requests ask for

EVENTS = (
    "token", "publish", "subscribe", "signaling_message", "unpublish", "unsubscribe", "removeTrack", "drop",
    "user-audio-muted", "user-audio-unmuted", "user-video-muted", "user-video-unmuted", "hardmute-user-audio",
    "hardunmute-user-audio", "hardmute-user-video", "hardunmute-user-video", "room-muted", "room-unmuted", "muteRoom",
    "unMuteRoom", "muteUser", "unMuteUser", "sendDataStreamToRoom", "sendDataStream", "updateStreamAttributes",
    "create-breakout-room", "create-invite-breakout-room", "invite-breakout-room", "join-breakout-room",
    "user-joined-breakout-room", "reject-breakout-room", "destroy-breakout-rooms", "user-allowed", "user-denied",
    "enableKnock", "getAwaitedUser", "openFloor", "lockRoom", "processFloorRequest", "inviteToFloor", "switchUserRole",
    "changeUserRoleOption", "switchRoomMode", "extendConferenceDuration", "startRecord", "stopRecord",
    "setNumberOfTalker", "getNumberOfTalker", "getMaxNumberOfTalker", "setAdvancedOptions", "getAdvancedOptions",
    "startStreaming", "startLiveRecording", "stopLiveRecording", "startLiveTranscription", "auxilaryPublishRequests",
    "stopAllSharing", "sendLayoutData", "saveCustomData", "setCustomData", "getCustomData", "makeOutboundCall",
    "addDataChannel", "logClientEvents", "pingBack", "clientLogPosted", "room-connected", "disconnect", "connect", "",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What a hostile client knows: ids, most of them not its own."""

    own: str
    clients: Sequence[str]
    rooms: Sequence[str]
    tokens: Sequence[dict[str, Any]]
    """Decoded, used, some of other people."""


@dataclass(frozen=True, slots=True)
class Message:
    """One frame; `number` is that of the ack it has a right to, None if it has none."""

    kind: str
    frame: str | bytes
    number: int | None = None
    is_fatal: bool = False
    """Breaks the protocol: the server may close the socket."""


class Messages:
    """An endless row of them, of one seed.

    Args:
        seed: the same seed and the same names, the same messages.
        marker: a text that stands in every private chat line; whoever hears it was addressed.
    """

    def __init__(self, seed: int, marker: str = "psst") -> None:
        self._rng = random.Random(seed)
        self._marker = marker
        self._number = FIRST_NUMBER
        self._names = Names("", (), (), ())
        self._kinds: dict[str, Callable[[], Message]] = {
            "wrong types": self._wrong_types,
            "nearly right": self._nearly_right,
            "large": self._large,
            "nested": self._nested,
            "out of order": self._out_of_order,
            "other people's ids": self._other_peoples,
            "private": self._private,
            "no protocol": self._no_protocol,
            "media": self._media,
        }

    def next(self, names: Names) -> Message:
        """The next one."""
        self._names = names
        kind = self._rng.choices(tuple(self._kinds), weights=(6, 8, 1, 1, 3, 5, 3, 1, 2))[0]
        return self._kinds[kind]()

    # ---- kinds

    def _wrong_types(self) -> Message:
        arguments = [self._json() for _ in range(self._rng.choice((0, 1, 1, 1, 2, 3)))]
        return self._request("wrong types", self._rng.choice(EVENTS), *arguments)

    def _nearly_right(self) -> Message:
        event, arguments = self._right()
        for _ in range(self._rng.randint(0, 2)):
            spoilt = self._spoilt(arguments)
            arguments = spoilt if isinstance(spoilt, list) else [spoilt]
        return self._request("nearly right", event, *arguments)

    def _large(self) -> Message:
        rng = self._rng
        if rng.random() < 0.03:
            return Message("large", "42" + json.dumps(["x", "x" * TOO_LARGE]), is_fatal=True)
        payload = rng.choice((
            "x" * LARGE, ["y"] * 9_000, {f"k{number}": number for number in range(5_000)}, 10**300, -(10**40),
            {"msg": "z" * LARGE, "broadcast": False, "clients": ["nobody"] * 500, "type": "chat"},
        ))  # fmt: skip
        return self._request("large", rng.choice(EVENTS), payload)

    def _nested(self) -> Message:
        depth = self._rng.choice((40, 90, 120, 3_000, 100_000))
        opening, closing = self._rng.choice((("[", "]"), ('{"a":', "}")))
        body = opening * depth + "1" + closing * depth
        number = self._next_number()
        event = json.dumps(self._rng.choice(EVENTS))
        is_fatal = depth > 90
        return Message("nested", f"42{number}[{event},{body}]", None if is_fatal else number, is_fatal)

    def _out_of_order(self) -> Message:
        rng = self._rng
        choice = rng.randrange(6)
        if choice == 0:
            return self._request("out of order", "token", rng.choice(self._names.tokens))
        if choice == 1:
            return Message(
                "out of order", f"43{rng.randrange(10**6)}[{rng.choice(('true', '{}', '', 'null'))}]", None, True
            )
        if choice == 2:
            return Message("out of order", rng.choice(("40", "41", "1", "6", "3", "2probe", "44{}", "5")), None, True)
        if choice == 3:
            return self._request("out of order", "user-joined-breakout-room", {"name": "x"})
        if choice == 4:
            return self._request("out of order", "unpublish", rng.choice((0, 1, 900_000_001, -1, "900000001")))
        return self._request(
            "out of order", "join-breakout-room", {"room_id": rng.choice(self._names.rooms), "role": "moderator"}
        )

    def _other_peoples(self) -> Message:
        rng = self._rng
        other, room = rng.choice(self._names.clients), rng.choice(self._names.rooms)
        if rng.random() < 0.2:
            stolen = {**rng.choice(self._names.tokens), "isReconnecting": True, "oldClientIdForReconnect": other}
            stolen["claim"] = {**stolen.get("claim", {}), "roomId": rng.choice(self._names.rooms), "role": "moderator"}
            return self._request("other people's ids", "token", stolen)
        about = rng.choice((
            ("hardmute-user-audio", {"clientId": other}), ("hardunmute-user-audio", {"clientId": other}),
            ("muteUser", other), ("user-allowed", other), ("user-denied", other), ("switchUserRole", other),
            ("switchUserRole", [{"clientId": other, "role": "audience"}]), ("inviteToFloor", {"clientId": other}),
            ("drop", {"all": False, "clientIds": [other]}), ("drop", {"all": True, "clients": None}),
            ("processFloorRequest", other, "grantFloor"), ("processFloorRequest", other, "cancelFloor"),
            ("changeUserRoleOption", {"clientId": other, "role": "moderator"}, "requestAccepted"),
            ("invite-breakout-room", {"room_id": room, "clients": [other], "force_join": True}),
            ("unpublish", 900_000_001 + rng.randrange(6)), ("stopAllSharing", other),
            ("setAdvancedOptions", [{"id": "update-pin-users", "request": "add", "clientIds": [other]}]),
            ("signaling_message", {"streamId": 900_000_001, "msg": {"type": "offer", "sdp": "v=0"}}, None),
        ))  # fmt: skip
        return self._request("other people's ids", about[0], *about[1:])

    def _private(self) -> Message:
        """To oneself, to who is elsewhere, to nobody: nobody of the others may hear it."""
        clients = self._rng.choice(
            ([self._names.own], ["c-nobody"], [self._names.own, "c-nobody"], [{"id": self._names.own}], [5])
        )
        payload = {"msg": {self._marker: self._names.own}, "broadcast": False, "clients": clients, "type": "user_data"}
        return self._request("private", "sendDataStreamToRoom", payload)

    def _no_protocol(self) -> Message:
        frame: str | bytes = self._rng.choice((
            "", "4", "42", "42[", '42["token"', "42{}", "42[]", "42[5]", '42["x"]["y"]', "45-",
            '451-["x",{"_placeholder":1}]',
            '42/other,["x"]', '42999999999999999999["x"]', "9", "0{}", "\x00", "\u2028", "4\ud7ff", "NaN",
            '42["x",NaN]',
            '42["x",1e999]', "42" + "9" * 400, b"", b"\x00\xff", b"42[\x22token\x22]", "b4AAAA",
        ))  # fmt: skip
        return Message("no protocol", frame, is_fatal=True)

    def _media(self) -> Message:
        rng = self._rng
        sdp = rng.choice((
            "", "v=0", "x" * 3_000,
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
            "v=0\r\nm=audio\r\n", "v=0\r\n" + "a=x\r\n" * 500, 5, None, ["v=0"], {"sdp": "v=0"},
        ))  # fmt: skip
        candidate: Any = rng.choice(
            ({}, {"candidate": "a=candidate:1 1 udp 1 256.0.0.1 99999 typ host"}, "end", None, 7, [])
        )
        msg: Any = rng.choice((
            {"type": "offer", "sdp": sdp}, {"type": "candidate", "candidate": candidate},
            {"type": "answer", "sdp": sdp},
            {"type": "updatestream", "config": candidate}, {}, {"type": []},
        ))  # fmt: skip
        stream = rng.choice((1, 2, 4, 99, -1, 0, "1", 10**12, 900_000_001, None, "x", 1.5))
        return self._request("media", "signaling_message", {"streamId": stream, "msg": msg}, None)

    # ---- parts

    def _right(self) -> tuple[str, list[Any]]:
        rng = self._rng
        clients, room = (
            rng.sample(list(self._names.clients), min(2, len(self._names.clients))),
            rng.choice(self._names.rooms),
        )
        definition = {"participants": 2, "audio": True, "video": False, "canvas": False, "share": False, "max_rooms": 2}
        event, *arguments = rng.choice((
            ("publish", {"audio": True, "video": False, "data": True, "muteStream": {"audio": False}}, None),
            ("subscribe", {"streamId": 1, "audio": True, "video": False}, None),
            ("sendDataStreamToRoom", {"msg": "hello", "broadcast": True, "clients": [], "type": "chat"}),
            ("muteRoom", {"audio": True, "video": True}), ("unMuteRoom", {"audio": False, "video": False}),
            ("user-audio-muted",), ("user-audio-unmuted",), ("user-video-unmuted",),
            ("setNumberOfTalker", {"numTalkers": 2, "numAudioTalkers": 3, "numVideoTalkers": 2}),
            ("setAdvancedOptions", [{"id": "speaker-notification", "enable": True}]),
            ("create-breakout-room", definition), ("create-invite-breakout-room", {**definition, "force_join": True}),
            ("invite-breakout-room", {"room_id": room, "clients": clients}),
            ("join-breakout-room", {"room_id": room, "role": "participant"}), ("reject-breakout-room", room),
            ("destroy-breakout-rooms", {"rooms": [room]}), ("lockRoom", True), ("lockRoom", False),
            ("startRecord", {"to": 900_000_001}), ("switchRoomMode", "lecture"), ("enableKnock", True),
            ("processFloorRequest", self._names.own, "requestFloor"), ("extendConferenceDuration", {}),
            ("setCustomData", {"scope": "room", "data": {"a": {"b": 1}}, "query": "a.b"}),
            ("getCustomData", {"scope": "session", "options": {"db": True}}),
            ("auxilaryPublishRequests", {"req": "start", "pubType": "screen", "override": True}),
            ("changeUserRoleOption", {"role": "moderator"}, "requestInitiate"),
            ("logClientEvents", {"eventType": "clientConnSuccess"}),
        ))  # fmt: skip
        return str(event), list(arguments)

    def _spoilt(self, value: Any) -> Any:
        """The same with one part exchanged, left out or doubled."""
        rng = self._rng
        if isinstance(value, dict) and value and rng.random() < 0.9:
            key = rng.choice(list(value))
            if rng.random() < 0.2:
                return {one: value[one] for one in value if one != key}
            return {**value, key: self._spoilt(value[key])}
        if isinstance(value, list) and value and rng.random() < 0.9:
            place = rng.randrange(len(value))
            return [*value[:place], self._spoilt(value[place]), *value[place + 1 :], *value[: rng.randrange(2)]]
        return self._json()

    def _json(self, depth: int = 0) -> Any:
        rng = self._rng
        known = (self._names.own, rng.choice(self._names.clients), rng.choice(self._names.rooms))
        plain: tuple[Any, ...] = (
            None, True, False, 0, -1, 1.5, 2**53 + 1, -(2**63), "", "x", "\x00", "é✓\u202e", "\ud800", "true", "0",
            "moderator", "__proto__", "../../etc/passwd", *known,
        )  # fmt: skip
        choice = rng.random()
        if depth > 2 or choice < 0.6:
            return rng.choice(plain)
        if choice < 0.8:
            return [self._json(depth + 1) for _ in range(rng.randrange(4))]
        keys = (
            "clientId",
            "room_id",
            "clients",
            "msg",
            "all",
            "self",
            "streamId",
            "type",
            "role",
            "participants",
            "claim",
            "",
        )
        return {rng.choice(keys): self._json(depth + 1) for _ in range(rng.randrange(4))}

    def _request(self, kind: str, event: str, *arguments: Any) -> Message:
        number = self._next_number()
        is_leaving = event in ("drop", "token")
        return Message(kind, f"42{number}{json.dumps([event, *arguments])}", number, is_fatal=is_leaving)

    def _next_number(self) -> int:
        self._number += 1
        return self._number
