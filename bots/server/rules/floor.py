"""The floor of a lecture: who has it may speak. Asked for and granted, or offered and accepted; given back or taken.

Moderators always have it; with the floor open everybody has. Source: moderation.md section 5 (messages, who is told),
errors.md (1701 to 1719). Which of the codes 1708 to 1712 refuses which step is our reading: they tell a moderator who
comes too late what another one, or the participant, has done meanwhile.
"""

from bots.server.codes import (
    BAD_ARGUMENT,
    FLOOR_DENIED,
    FLOOR_FINISHED,
    FLOOR_GRANTED,
    FLOOR_RELEASED,
    FLOOR_REQUEST_ACCEPTED,
    INVITED_ALREADY,
    NOT_REQUESTED,
    REQUESTED_ALREADY,
    TOO_LATE,
    UNAUTHORISED,
    Refused,
)
from bots.server.effects import Effect, Send, StopPublishing
from bots.server.member import Member
from bots.server.rules.ruling import Reply, require_moderator, target_in
from bots.server.state import Floor, Room
from bots.wire import FloorManagement, InviteToFloor, OpenFloor, ProcessFloor, RoomManagement, granted

__all__ = ["answer_floor", "has_floor"]

_OWN = ("requestFloor", "cancelFloor", "finishFloor", "acceptFloor", "rejectFloor")
_OTHERS = ("grantFloor", "denyFloor", "releaseFloor", "cancelFloorInvite")
_PAST = {
    FLOOR_GRANTED: "The floor is granted already.",
    FLOOR_DENIED: "The request was denied.",
    FLOOR_FINISHED: "The participant has given the floor back.",
    FLOOR_RELEASED: "The floor was taken back already.",
}

FloorRequest = ProcessFloor | InviteToFloor | OpenFloor


def has_floor(room: Room, member: Member) -> bool:
    """May this member publish as far as the lecture is concerned?"""
    return not room.is_lecture or member.is_moderator or room.floor.is_open or member.client_id in room.floor.granted


def answer_floor(room: Room, member: Member, request: FloorRequest) -> Reply:
    """One step of the floor.

    Raises:
        Refused: by whom it is not allowed to, in a room without a floor, or a step that cannot follow now.
    """
    if not room.is_lecture:
        raise Refused(BAD_ARGUMENT, "There is a floor in lecture mode only.")
    match request:
        case OpenFloor(is_on=is_open):
            require_moderator(member)
            return Reply(granted(), _open(room, is_open=is_open))
        case InviteToFloor(client_id=client_id):
            require_moderator(member)
            return Reply(granted(), _invite(room, member, _participant(room, client_id)))
        case ProcessFloor(action=action) if action in _OWN:
            return _own(room, member, request)
        case ProcessFloor(action=action) if action in _OTHERS:
            require_moderator(member)
            effects = _decide(room, member, _participant(room, request.client_id), action)
            return Reply(_done(0, request), effects)
        case _:
            raise Refused(BAD_ARGUMENT, f"{request.action!r} is no step of the floor.")


def _own(room: Room, member: Member, request: ProcessFloor) -> Reply:
    if request.client_id != member.client_id:
        raise Refused(UNAUTHORISED, "Unauthorized: the floor is asked for and given back by oneself.")
    if member.is_moderator or not member.may_publish:
        raise Refused(BAD_ARGUMENT, f"A {member.role} has nothing to ask for: only participants need the floor.")
    floor, client_id = room.floor, member.client_id
    match request.action:
        case "requestFloor":
            if has_floor(room, member):
                raise Refused(FLOOR_GRANTED, "You have the floor.")
            if client_id in floor.invites:
                raise Refused(INVITED_ALREADY, "A moderator offers you the floor already: accept it.")
            if client_id in floor.hands:
                raise Refused(REQUESTED_ALREADY, "You have asked for the floor already.")
            floor.hands[client_id] = member.claim.name
            return Reply(_done(FLOOR_REQUEST_ACCEPTED, request), _tell(room, "floorRequested", member))
        case "cancelFloor":
            _need(client_id in floor.hands, "You have not asked for the floor.")
            floor.forget(client_id)
            return Reply(_done(0, request), _tell(room, "floorCancelled", member))
        case "finishFloor":
            _need(client_id in floor.granted, "You do not have the floor.")
            floor.forget(client_id, FLOOR_FINISHED)
            return Reply(_done(0, request), [StopPublishing(client_id), *_tell(room, "floorFinished", member)])
        case "acceptFloor":
            _need(client_id in floor.invites, "Nobody offers you the floor.")
            floor.grant(client_id, floor.invites[client_id])
            return Reply(_done(0, request), _tell(room, "floorAccepted", member))
        case _:
            _need(client_id in floor.invites, "Nobody offers you the floor.")
            floor.forget(client_id)
            return Reply(_done(0, request), _tell(room, "floorRejected", member))


def _decide(room: Room, moderator: Member, target: Member, action: str) -> list[Effect]:
    floor, client_id = room.floor, target.client_id
    match action:
        case "grantFloor":
            if client_id not in floor.hands:
                raise _too_late(floor, client_id)
            floor.grant(client_id, moderator.client_id)
            return _tell(room, "floorGranted", target, moderator)
        case "denyFloor":
            if client_id in floor.granted:
                raise Refused(TOO_LATE, "It is too late to deny: the floor is granted.")
            if client_id not in floor.hands:
                raise _too_late(floor, client_id)
            floor.forget(client_id, FLOOR_DENIED)
            return _tell(room, "floorDenied", target, moderator)
        case "releaseFloor":
            if client_id not in floor.granted:
                raise _too_late(floor, client_id)
            floor.forget(client_id, FLOOR_RELEASED)
            return [StopPublishing(client_id), *_tell(room, "floorReleased", target, moderator)]
        case _:
            _need(client_id in floor.invites, "The floor is not offered to this participant.")
            floor.forget(client_id)
            return _tell(room, "cancelFloorInvite", target, moderator)


def _invite(room: Room, moderator: Member, target: Member) -> list[Effect]:
    floor, client_id = room.floor, target.client_id
    if client_id in floor.granted:
        raise Refused(FLOOR_GRANTED, _PAST[FLOOR_GRANTED])
    if client_id in floor.invites:
        raise Refused(INVITED_ALREADY, "The floor is offered to this participant already.")
    floor.invites[client_id] = moderator.client_id
    return _tell(room, "inviteToFloor", target, moderator)


def _open(room: Room, *, is_open: bool) -> list[Effect]:
    room.floor.is_open = is_open
    effects: list[Effect] = room.tell(RoomManagement(id="floor-opened" if is_open else "floor-closed"))
    return [StopPublishing(one.client_id) for one in room.members.values() if not has_floor(room, one)] + effects


def _tell(room: Room, what: str, about: Member, moderator: Member | None = None) -> list[Effect]:
    """Tell the moderators, but not the one who does it; what a moderator does, also the one it is about."""
    decider = moderator.client_id if moderator is not None else None
    notice = FloorManagement(id=what, client_id=about.client_id, name=about.claim.name, moderator_id=decider)
    told = dict.fromkeys((*((about.client_id,) if moderator else ()), *(one.client_id for one in room.moderators())))
    return [Send(one, notice) for one in told if one != decider]


def _participant(room: Room, client_id: str) -> Member:
    target = target_in(room, client_id)
    if target.is_moderator or not target.may_publish:
        raise Refused(BAD_ARGUMENT, f"A {target.role} does not need the floor.")
    return target


def _too_late(floor: Floor, client_id: str) -> Refused:
    """Why there is nothing to decide about this participant (any more)."""
    code = FLOOR_GRANTED if client_id in floor.granted else floor.past.get(client_id, NOT_REQUESTED)
    return Refused(code, _PAST.get(code, "This participant has not asked for the floor."))


def _need(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Refused(NOT_REQUESTED, otherwise)


def _done(result: int, request: ProcessFloor) -> tuple[object, ...]:
    """The ack; what was asked stands in it (moderation.md section 5)."""
    params = {"clientId": request.client_id, "action": request.action}
    return ({"result": result, "msg": "Success", "request": {"params": params}},)
