"""What a message means whoever is in the room: breakout rooms, time that is left, kept data, what nobody knows. Pure.

Source: breakouts.md section 4; moderation.md section 6.
"""

from collections.abc import Mapping

from bots.room.events import (
    BreakoutCreated,
    BreakoutDestroyed,
    BreakoutInvite,
    BreakoutInvited,
    BreakoutJoined,
    BreakoutLeft,
    BreakoutsStanding,
    InviteRejected,
    RoomEvent,
    Unknown,
)
from bots.room.moderated import CustomDataChanged, TimeLeft
from bots.wire import BreakoutDestroyed as BreakoutDestroyedNotice
from bots.wire import BreakoutInvited as BreakoutInvitedNotice
from bots.wire import (
    BreakoutUserJoined,
    BreakoutUserLeft,
    CustomDataUpdated,
    Notice,
    RoomManagement,
    UnknownNotice,
    whole_number,
)

__all__ = ["meaning_of"]


def meaning_of(notice: Notice) -> list[RoomEvent]:
    """What happens to breakout rooms and to the time; what nobody knows is told as it came."""
    match notice:
        case BreakoutInvitedNotice():
            return [BreakoutInvite(notice.room_id, notice.inviter_id, notice.force_join)]
        case BreakoutUserJoined():
            return [BreakoutJoined(notice.client, notice.room, notice.role)]
        case BreakoutUserLeft():
            return [BreakoutLeft(notice.client_id, notice.room)]
        case BreakoutDestroyedNotice():
            return [BreakoutDestroyed(notice.room_id)]
        case RoomManagement():
            return [_managed(notice)]
        case CustomDataUpdated():
            return [CustomDataChanged(notice.scope, notice.data or {}, notice.client_id)]
        case UnknownNotice():
            return [Unknown(notice.name, notice.values)]
        case _:
            return [Unknown(notice.event, notice.arguments())]


def _managed(notice: RoomManagement) -> RoomEvent:
    """What the management ids mean; their `msg` is not documented, so every likely key is read."""
    msg = notice.msg if isinstance(notice.msg, Mapping) else {}
    room_id = str(msg.get("room_id") or msg.get("room") or "")
    match notice.id:
        case "breakout-room-created":
            rooms = msg.get("rooms")
            ids = tuple(map(str, rooms)) if isinstance(rooms, list) else ((room_id,) if room_id else ())
            return BreakoutCreated(ids)
        case "breakout-rooms-standing":
            standing = msg.get("rooms")
            rooms = standing.items() if isinstance(standing, Mapping) else ()
            return BreakoutsStanding(
                tuple((str(one), tuple(map(str, who))) for one, who in rooms if isinstance(who, list))
            )
        case "breakout-room-invited":
            clients = msg.get("clients")
            return BreakoutInvited(room_id, tuple(map(str, clients)) if isinstance(clients, list) else ())
        case "breakout-invite-rejected":
            return InviteRejected(room_id, str(msg.get("client_id") or msg.get("clientId") or ""))
        case "conference-remaining-duration" if (left_min := _minutes(msg.get("timeLeft"))) is not None:
            return TimeLeft(left_min)
        case _:
            return Unknown(notice.id, (notice.msg,))


def _minutes(raw: object) -> int | None:
    """Whole minutes; None if it is no number."""
    return int(raw) if isinstance(raw, float) else whole_number(raw)
