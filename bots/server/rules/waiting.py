"""The waiting room: who knocks is let in or turned away by a moderator; a room may wait for its moderator.

Source: moderation.md section 4; signalling.md section 3.2. Not documented, so our reading: everybody who waits comes in
once nobody has to knock any more, and a denied one is told the cause of one who was dropped.
"""

from bots.server.codes import BAD_ARGUMENT, Refused
from bots.server.effects import Disconnect, Effect, Send, Welcome
from bots.server.member import Member
from bots.server.rooms import Rooms
from bots.server.rules.ruling import Reply, require_moderator
from bots.server.state import Room
from bots.wire import (
    AdmitAwaited,
    DenyAwaited,
    EnableKnock,
    GetAwaited,
    RoomDisconnected,
    RoomManagement,
    granted,
)

__all__ = ["DENIED", "answer_waiting"]

DENIED = RoomDisconnected(cause=2001, msg="user-denied")

WaitingRequest = AdmitAwaited | DenyAwaited | EnableKnock | GetAwaited


def answer_waiting(rooms: Rooms, room: Room, member: Member, request: WaitingRequest) -> Reply:
    """Answer a moderator about those who wait.

    Raises:
        Refused: 4101 to a participant, 1155 about somebody who does not wait, 2102 if no place is left.
    """
    require_moderator(member)
    match request:
        case AdmitAwaited(client_id=client_id):
            _check_waiting(room, client_id)
            return Reply(granted(), _let_in(rooms, room, client_id))
        case DenyAwaited(client_id=client_id):
            _check_waiting(room, client_id)
            rooms.leave(client_id)
            return Reply(granted(), [Send(client_id, DENIED), Disconnect(client_id)])
        case EnableKnock(is_on=is_on):
            return Reply(granted(), _set_knock(rooms, room, is_on=is_on))
        case GetAwaited():
            return Reply(granted(awaitedParticipants=room.awaited()))


def _check_waiting(room: Room, client_id: str) -> None:
    if client_id not in room.waiting:
        raise Refused(BAD_ARGUMENT, f"Nobody waits here as {client_id!r} (any more).")


def _let_in(rooms: Rooms, room: Room, client_id: str) -> list[Effect]:
    return [Welcome(client_id), *rooms.let_in(room, client_id)]


def _set_knock(rooms: Rooms, room: Room, *, is_on: bool) -> list[Effect]:
    room.is_knocked_at = is_on
    notice = RoomManagement(id="knock-enabled" if is_on else "knock-disabled")
    effects: list[Effect] = [Send(moderator.client_id, notice) for moderator in room.moderators()]
    for client_id in () if is_on else tuple(room.waiting):
        try:
            effects += _let_in(rooms, room, client_id)
        except Refused:  # no place is left: they go on waiting for one
            break
    return effects
