"""What a newcomer is told of its room, and what a token says of it. Pure.

Source: signalling.md sections 1.2, 3.3 and 14.4.
"""

from collections.abc import Mapping
from typing import Any

from bots.server.member import Member
from bots.server.state import Room
from bots.wire import RoomConnected

__all__ = ["room_meta", "welcome"]


_LICENCE = {
    "audio_only": True, "audio_video": True, "recording": True, "hls": True, "datastore": True, "sip_outbound": False,
}  # fmt: skip
_CUSTOM = {"customRoomData": "room", "customSessionData": "session"}


def welcome(room: Room, member: Member, *, probe_url: str) -> RoomConnected:
    """`room-connected` for one member (signalling.md sections 3.3 and 14.4)."""
    is_apart = room.awaits_moderator
    settings = {**room.settings, "mode": room.mode}
    if room.breakout is not None:
        settings["room_type"] = "breakout-room"
    meta = {
        **{key: room.body[key] for key in ("name", "owner_ref", "created")},
        "room_id": room.room_id,
        "conf_num": room.conf_num,
        "settings": settings,
        "mute": room.is_muted,
        "share": True,
        "locked": room.is_locked,
        "wait_room": is_apart,
        "waitRoom": is_apart,
        "knockEnabled": room.knocks,
        "openFloor": room.floor.is_open,
        "sharePermissions": room.share_permissions(),
        "shareOn": any(one.stream_id for one in room.sharing.values()),
        **{key: room.custom.get(scope, {}) for key, scope in _CUSTOM.items()},  # the SDK adds to them without a look
    }
    return RoomConnected(
        room=meta,
        id=room.room_id,
        client_id=member.client_id,
        user=member.user(),
        user_list=tuple(one.user() for one in ((member,) if is_apart else room.members.values())),
        streams=() if is_apart else room.streams(member),
        talker_slots=room.slots,
        video_quality={"minBwKbpsToCheck": 0},
        min_video_bw=100,  # kbit/s; the SDK repeats them in `publish`, even for audio
        max_video_bw=1200,
        probe_url=probe_url,
        media_record=room.is_recorded,
        licence=_LICENCE,
        awaited=tuple(room.awaited()) if member.is_moderator else (),
        pinned_users=tuple(room.pinned),
        spotlight_users=tuple(room.in_spotlight),
        wishes=room.wishes_told() if member.is_moderator else None,
        # the SDK reads the lengths of these in lecture mode without a check
        **(room.hands_told(member) if room.is_lecture else {}),
    )


def room_meta(room: Room) -> Mapping[str, Any]:
    """The room object that a token carries."""
    settings = {**room.settings, "mode": room.mode}
    if room.breakout is not None:
        settings["room_type"] = "breakout-room"
    return {**room.body, "settings": settings}
