"""What a bot says of itself: which client it is, what it publishes, that it comes back. Pure.

Source: signalling.md sections 1.3, 6.1, 8.3, 9.3, 10.4, 14.3 and 14.8.
"""

from collections.abc import Mapping
from typing import Any

from bots.room.state import RoomState
from bots.wire import LogClientEvent, MuteStream, Publish

__all__ = ["CLIENT_FACTS", "claimed_room_id", "log_request", "publish_request", "rejoining"]

SDK_VERSION = "3.1.8"
# What a current web client says of itself. Neither `singlePC` nor `dataChannel`: one peer connection per slot and
# chat on the socket (signalling.md 14.8).
CLIENT_FACTS = {
    "version": SDK_VERSION,
    "hostType": "chrome-stable",
    "hostVersion": "140.0.0.0",
    "hostDeviceType": "desktop",
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
}


def claimed_room_id(fields: Mapping[str, Any]) -> str:
    """The room id that a token speaks of, for messages before `room-connected`; "?" if it does not say."""
    room = fields.get("room")
    inner = (room.get("_id") or room.get("room_id")) if isinstance(room, Mapping) else room
    return str(fields.get("roomId") or inner or "?")


def rejoining(state: RoomState, tries: int, received: int) -> dict[str, Any]:
    """What a reconnect adds to the token; `received` is our own, see `PresentToken.received`."""
    return {
        "isReconnecting": True,
        "reconnectAttempt": tries,
        "reconnectCount": tries,
        "oldClientIdForReconnect": state.client_id,
        "room": state.room_id,
        "role": state.me.role,
        "name": state.me.name,
        "receivedNotices": received,
    }


def publish_request(state: RoomState, *, is_breakout: bool) -> Publish:
    """To publish a microphone; from inside a breakout the SDK sends other keys."""
    quiet = MuteStream(audio=False, video=True)
    most = state.max_video_bw
    if is_breakout:
        return Publish(
            data=False, audio=True, screen=False, canvas=False, mute_stream=quiet, min_video_bw=100, max_video_bw=most
        )
    return Publish(
        audio=True,
        attributes={"name": state.me.name},
        mute_stream=quiet,
        min_video_bw=100,
        max_video_bw=most,
        scheme="notify-break-recover",
    )


def log_request(state: RoomState, *, log_id: str, timestamp: str, address: str) -> LogClientEvent:
    """The line that the SDK writes into the server's log; polite, and not required."""
    return LogClientEvent(
        room_id=state.room_id,
        log_id=log_id,
        timestamp=timestamp,
        client_id=state.client_id,
        client_name=state.me.name,
        host_type=CLIENT_FACTS["hostType"],
        host_version=CLIENT_FACTS["hostVersion"],
        external_ip=address,
    )
