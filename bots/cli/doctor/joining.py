"""How the server lets in: the token, its ack, `room-connected`, the media negotiation.

Source: signalling.md sections 1, 3, 5, 6 and 13; server-api.md section 6.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any

from bots.cli.doctor.findings import Findings, shape
from bots.cli.doctor.record import Record
from bots.cli.doctor.visit import PUPIL, Guest, Visit, shape_of
from bots.errors import JoinRefused
from bots.room import decode_token

__all__ = ["look_at_entrance", "look_at_joining", "look_at_token", "look_at_used_token"]

_NEEDED = ("room", "videoBitrateQualityMap", "user")  # without these the vendor's own SDK does not join
_ADVISED = (
    "id", "clientId", "userList", "streams", "initialNumATs", "iceServers", "mediaConfiguration", "videoMutedUsers",
    "internetDetectionUrl",
)  # fmt: skip
_KNOWN = frozenset((
    *_NEEDED, *_ADVISED, "subscription", "defaultVideoBW", "maxVideoBW", "minVideoBW", "maxVideoFps", "maxVideoLayers",
    "maxCanvasRefreshRate", "awaitedParticipants", "numAudioTalkers", "numVideoTalkers", "mediaRecord",
    "nonTalkerMediaParams", "mediaActivationDelaySecs", "bpsQualityMapTable", "camResTable", "remoteUserNotifications",
    "privacyModes", "transcription", "transcriptionLanguage", "audienceCount", "utilToken", "isStreamingClient",
    "raisedHands", "floorInvites", "approvedHands", "pinnedUsers", "spotlightUsers", "userRoleChangeRequests",
))  # fmt: skip
_USER = ("clientId", "name", "role", "permissions", "user_ref", "audioMuted", "videoMuted")
_SHARES = (101, 102)


def look_at_token(visit: Visit, text: str) -> None:
    """Its form and the names of its fields; none of its values but flags."""
    found, fields = visit.found, decode_token(text)
    try:
        base64.b64decode(text, validate=True).decode("ascii")
        is_plain = True
    except ValueError:
        is_plain = False
    found.note(
        "signalling.md 1.1", "the token is standard base64 of an object in ASCII", expected="that",
        seen="that" if is_plain else "another form, which our decoder takes", is_same=is_plain,
    )  # fmt: skip
    settings = [name for name in ("roomMeta", "room") if isinstance(_in(fields, name, "settings"), Mapping)]
    names = ", ".join(fields)
    found.note(
        "signalling.md 1.2", "the fields of a token",
        expected="host, secure, roomMeta.settings, tokenId, signature, logId", seen=names,
        is_same="roomMeta" in settings and all(fields.get(key) for key in ("tokenId", "signature", "logId")),
    )  # fmt: skip
    found.note(
        "signalling.md 1.2", "secure is a flag, and the gateway a host if there is one", expected="true or false",
        seen=f"secure {fields.get('secure')!r}, {'a' if fields.get('gateway') else 'no'} gateway",
        is_same=isinstance(fields.get("secure"), bool),
    )  # fmt: skip


def look_at_entrance(visit: Visit, teacher: Guest) -> None:
    """The ack of the token and `room-connected`."""
    found, record = visit.found, teacher.record
    ack = next(iter(record.acks("token")), None)
    values = () if ack is None else ack.values
    found.note(
        "signalling.md 3.1", "the ack of a token that is good",
        expected='"success", {result: 0, clientId, connectedIP}', seen=shape_of(ack),
        is_same=len(values) == 2 and values[0] == "success" and ack is not None and ack.first.get("result") == 0
        and bool(ack.first.get("clientId")) and bool(ack.first.get("connectedIP")),
    )  # fmt: skip
    welcome = next(iter(record.events("room-connected")), None)
    fields: Mapping[str, Any] = {} if welcome is None else welcome.first
    missing = [key for key in _NEEDED if not isinstance(fields.get(key), Mapping)]
    missing += ["room.settings"] * (not isinstance(_in(fields, "room", "settings"), Mapping))
    found.note(
        "signalling.md 3.3", "what the SDK needs of room-connected", expected=f"{', '.join(_NEEDED)}, room.settings",
        seen=f"without {', '.join(missing)}" if missing else "all of it", is_same=not missing,
    )  # fmt: skip
    missing = [key for key in _ADVISED if key not in fields]
    missing += ["room.sharePermissions"] * (not isinstance(_in(fields, "room", "sharePermissions"), Mapping))
    found.note(
        "signalling.md 3.3", "what room-connected has beside", expected=f"{', '.join(_ADVISED)}, room.sharePermissions",
        seen=f"without {', '.join(missing)}" if missing else "all of it", is_same=not missing,
    )  # fmt: skip
    unknown = {key: value for key, value in fields.items() if key not in _KNOWN}
    found.note(
        "signalling.md 13", "fields of room-connected that the reference does not have", expected="none",
        seen=shape(unknown) if unknown else "none", is_same=not unknown,
    )  # fmt: skip
    _look_at_people(found, fields)
    _look_at_slots(found, fields)
    _look_at_ice(found, fields)


def _look_at_people(found: Findings, fields: Mapping[str, Any]) -> None:
    people = fields.get("userList")
    users = list(people.values()) if isinstance(people, Mapping) else people if isinstance(people, list) else []
    ids = [one.get("clientId") for one in users if isinstance(one, Mapping)]
    found.note(
        "signalling.md 3.3", "the list of users has oneself", expected="an array, with one's own clientId",
        seen=shape(people), is_same=isinstance(people, list) and fields.get("clientId") in ids,
    )  # fmt: skip


def _look_at_slots(found: Findings, fields: Mapping[str, Any]) -> None:
    streams = fields.get("streams")
    listed = list(streams.values()) if isinstance(streams, Mapping) else streams if isinstance(streams, list) else []
    ids = [one.get("id") for one in listed if isinstance(one, Mapping)]
    slots = sorted(one for one in ids if isinstance(one, int) and one not in _SHARES)
    most = _in(fields, "room", "settings", "max_active_talkers")
    found.note(
        "signalling.md 5.1", "a slot for every talker at once, 1 to max_active_talkers; 101 and 102 are shares",
        expected=f"1 to {most}", seen=", ".join(map(str, ids)) or "none",
        is_same=slots == list(range(1, len(slots) + 1)) and len(slots) == most and set(ids) <= {*slots, *_SHARES},
    )  # fmt: skip
    initial = fields.get("initialNumATs")
    found.note(
        "signalling.md 5.4", "every slot may be subscribed at once", expected=f"initialNumATs {len(slots)}",
        seen=f"initialNumATs {initial}", is_same=isinstance(initial, int) and initial >= len(slots),
    )  # fmt: skip


def _look_at_ice(found: Findings, fields: Mapping[str, Any]) -> None:
    servers = fields.get("iceServers")
    kinds = []
    for one in servers if isinstance(servers, list) else []:
        urls = one.get("urls", one.get("url")) if isinstance(one, Mapping) else None
        for url in urls if isinstance(urls, list) else [urls]:
            scheme, _, rest = str(url).partition(":")
            transport = re.search(r"transport=(\w+)", rest)
            kinds.append(f"{scheme}{' over ' + transport[1] if transport else ''}")
    is_read = isinstance(servers, list) and all(kind.split(" ")[0] in ("stun", "turn", "turns") for kind in kinds)
    found.note(
        "signalling.md 3.3", "the ICE servers", expected="a list of stun, turn and turns",
        seen=", ".join(kinds) or shape(servers), is_same=is_read,
    )  # fmt: skip


def look_at_joining(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """What follows `room-connected`, and what the one who was there is told of the other."""
    found = visit.found
    most = next(iter(pupil.record.acks("getMaxNumberOfTalker")), None)
    found.note(
        "signalling.md 3.4", "how many talkers there are at most", expected="{result: 0, maxTalkers: number}",
        seen=shape_of(most), is_same=most is not None and isinstance(most.first.get("maxTalkers"), int),
    )  # fmt: skip
    ack = next(iter(pupil.record.acks("publish")), None)
    found.note(
        "signalling.md 6.1", "the ack of publish", expected="one object, {result: 0, id: number}", seen=shape_of(ack),
        is_same=ack is not None and len(ack.values) == 1 and ack.first.get("result") == 0
        and isinstance(ack.first.get("id"), int),
    )  # fmt: skip
    published = None if ack is None else ack.first.get("id")
    found.note(
        "signalling.md 5.1", "the number of a publication is none of a slot or a share", expected="above 102",
        seen=str(published), is_same=isinstance(published, int) and published > max(_SHARES),
    )  # fmt: skip
    _look_at_media(found, pupil.record)
    told = next(iter(teacher.record.events("user-connected")), None)
    found.note(
        "signalling.md 4.1", "user-connected tells who came", expected=", ".join(_USER), seen=shape_of(told),
        is_same=told is not None and all(key in told.first for key in _USER),
    )  # fmt: skip


def _look_at_media(found: Findings, record: Record) -> None:
    signals = [one.first for one in record.events("media_engine_connecting")]
    bodies = [(one, one.get("msg")) for one in signals]
    kinds = [str(body.get("type")) for _, body in bodies if isinstance(body, Mapping)]
    answers = [(one, body) for one, body in bodies if isinstance(body, Mapping) and body.get("type") == "answer"]
    for about, key, chosen in (
        ("the answer to what is published", "streamId", [one for one in answers if one[0].get("streamId")]),
        ("the answer to what is subscribed", "peerId", [one for one in answers if one[0].get("peerId")]),
    ):  # fmt: skip
        body = chosen[0][1] if chosen else {}
        sdp = str(body.get("sdp"))
        candidates = f"{'with' if 'a=candidate' in sdp else 'without'} candidates"
        found.note(
            "signalling.md 6.3", about, expected=f"by {key}, with a list of media, candidates inside",
            seen=f"{shape({**body, 'sdp': ''})}, {candidates}" if body else "none",
            is_same=isinstance(body.get("media"), list) and "a=candidate" in sdp,
        )  # fmt: skip
    found.note(
        "signalling.md 6.5", "ready is said when media are there", expected="ready",
        seen=", ".join(sorted(set(kinds))) or "nothing", is_same="ready" in kinds,
    )  # fmt: skip


async def look_at_used_token(visit: Visit, guest: Guest) -> None:
    """A token is good once."""
    record = Record(visit.clock.now)
    try:
        again = await visit.enter(PUPIL, token=guest.token, record=record)
    except JoinRefused:
        ack = next(iter(record.acks("token")), None)
        result = 0 if ack is None else ack.first.get("result")
        visit.found.note(
            "server-api.md 6", "a token that was used is refused", expected='an ack with a result other than 0',
            seen=shape_of(ack), is_same=ack is not None and result not in (0, None),
        )  # fmt: skip
        return
    await again.room.leave()
    visit.found.note(
        "server-api.md 6", "a token that was used is refused", expected="an ack with a result other than 0",
        seen="it is let in", is_same=False,
    )  # fmt: skip


def _in(fields: Mapping[str, Any], *path: str) -> Any:
    value: Any = fields
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
