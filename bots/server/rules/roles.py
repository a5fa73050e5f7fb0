"""Roles that change in a session, wishes for one, and the room's mode.

Source: moderation.md section 6. Our reading where nothing is documented: who becomes a moderator is muted by no other
one any more, who becomes none is muted with the room; a list is changed as a whole or not at all.
"""

from collections.abc import Sequence

from bots.server.codes import BAD_ARGUMENT, NO_MODERATOR_PLACE, NOT_FOUND, NOT_REQUESTED, UNAUTHORISED, Refused
from bots.server.effects import Effect, Send, StopPublishing
from bots.server.member import Member
from bots.server.rules.floor import has_floor
from bots.server.rules.ruling import Reply, require_moderator, target_in
from bots.server.state import Floor, Room
from bots.wire import (
    ChangeRoleOption,
    Handover,
    HardUnmuted,
    RoleChange,
    RoleChanged,
    RoleWish,
    RoomMuted,
    RoomSwitched,
    RoomUnmuted,
    SwitchRole,
    SwitchRoomMode,
    UserAudioMuted,
    UserAudioUnmuted,
    granted,
)

__all__ = ["answer_role_wish", "switch_mode", "switch_role"]

ROLES = ("moderator", "participant", "audience", "viewer")
LISTENING = ("audience", "viewer")


def switch_role(room: Room, member: Member, request: SwitchRole) -> Reply:
    """Hand the moderator's role over, or change the roles of several.

    Raises:
        Refused: 4101 to participants, 1155 for oneself or an impossible role, 1159 for who is not here or has that role
            already, 2101 for more moderators than the room has places for.
    """
    _check_allowed(member, request)
    if not request.is_list:
        return Reply(granted(), _hand_over(room, member, request.changes[0].client_id))
    _check_changes(room, request.changes)
    effects: list[Effect] = []
    for change in request.changes:
        effects += _change(room, room.members[change.client_id], change.role)
    return Reply(granted(), effects)


def answer_role_wish(room: Room, member: Member, request: ChangeRoleOption) -> Reply:
    """Somebody asks for another role, or a moderator answers.

    Raises:
        Refused: 4101, 1155, or 1707 if nobody has asked for it.
    """
    match request.action:
        case "requestInitiate":
            if request.role not in ROLES or request.role == member.role:
                raise Refused(BAD_ARGUMENT, f"{request.role!r} is no role to ask for.")
            room.wishes[member.client_id] = request.role
            return Reply(granted(), _tell_wish(room, "requestInitiated", member, request.role))
        case "requestCancel":
            role = _wish_of(room, member.client_id)
            del room.wishes[member.client_id]
            return Reply(granted(), _tell_wish(room, "requestCancelled", member, role))
        case "requestAccepted" | "requestDenied":
            require_moderator(member)
            target = target_in(room, request.client_id)
            role = _wish_of(room, target.client_id)
            told = _tell_wish(room, request.action, target, role, decider=member)
            if request.action == "requestDenied":
                del room.wishes[target.client_id]
                return Reply(granted(), told)
            _check_changes(room, [RoleChange(client_id=target.client_id, role=role)])
            return Reply(granted(), [*told, *_change(room, target, role)])
        case _:
            raise Refused(BAD_ARGUMENT, f"{request.action!r} is nothing to do about roles.")


def switch_mode(room: Room, member: Member, request: SwitchRoomMode) -> Reply:
    """The room is a group or a lecture from now on; in a lecture participants begin without the floor.

    Raises:
        Refused: 4101; 1155 for another mode, the present one, or a lecture while breakout rooms are open.
    """
    require_moderator(member)
    if request.mode not in ("group", "lecture") or request.mode == room.mode:
        raise Refused(BAD_ARGUMENT, f"mode must be the other one of group and lecture; it is {room.mode}.")
    if room.breakout_ids or room.breakout is not None:
        raise Refused(BAD_ARGUMENT, "Close the breakout rooms first: they exist in group mode only.")
    room.mode_now, room.floor = request.mode, Floor()
    silenced = [StopPublishing(one.client_id) for one in room.members.values() if not has_floor(room, one)]
    return Reply(granted(mode=room.mode), [*silenced, *room.tell(RoomSwitched(moderator=member.client_id))])


def _check_allowed(member: Member, request: SwitchRole) -> None:
    """Moderators change others; the others at most step down themselves (SDK 3.1.8, list form)."""
    own = [change for change in request.changes if change.client_id == member.client_id]
    if member.is_moderator and own:
        raise Refused(BAD_ARGUMENT, "Your own role changes by handing it over to somebody.")
    is_stepping_down = request.is_list and len(request.changes) == len(own) == 1 and own[0].role in LISTENING
    if not member.is_moderator and not is_stepping_down:
        raise Refused(UNAUTHORISED, "Unauthorized: only a moderator may change roles.")


def _check_changes(room: Room, changes: Sequence[RoleChange]) -> None:
    for change in changes:
        target = room.members.get(change.client_id)
        if target is None or target.role == change.role:
            reason = "is not here" if target is None else f"is {change.role} already"
            raise Refused(NOT_FOUND, f"The client {change.client_id!r} {reason}.", info=change.write())
        if change.role not in ROLES:
            raise Refused(BAD_ARGUMENT, f"role must be one of {', '.join(ROLES)}.", info=change.write())
    after = {one.client_id: one.role for one in room.members.values()} | {one.client_id: one.role for one in changes}
    if list(after.values()).count("moderator") > int(room.settings["moderators"]):
        raise Refused(NO_MODERATOR_PLACE, f"The room has places for {room.settings['moderators']} moderators.")


def _hand_over(room: Room, member: Member, client_id: str) -> list[Effect]:
    target = target_in(room, client_id)
    if target.is_moderator or not target.may_publish:
        raise Refused(BAD_ARGUMENT, f"A {target.role} cannot take over; a participant can.")
    after = [*_become(room, target, "moderator"), *_become(room, member, "participant")]
    return [*_tell(room, Handover(new=client_id, old=member.client_id)), *after]


def _change(room: Room, target: Member, role: str) -> list[Effect]:
    """One change of a list: told on its own, so that older SDKs, which know handovers only, follow it too."""
    was = target.role
    after = _become(room, target, role)
    about: dict[str, object] = {
        "clientId": target.client_id,
        "user": target.user().write(),
        "role": {"new": role, "old": was},
    }
    handover = Handover(
        new=target.client_id if role == "moderator" else "", old=target.client_id if was == "moderator" else ""
    )
    return [*_tell(room, handover, about), *after]


def _become(room: Room, target: Member, role: str) -> list[Effect]:
    """Give somebody a role; what follows for its sound."""
    target.role = room.roles[target.client_id] = role
    room.wishes.pop(target.client_id, None)
    room.floor.forget(target.client_id)
    effects: list[Effect] = []
    before = target.user().audio_muted
    if target.is_moderator:
        effects += [Send(target.client_id, HardUnmuted(client_id=target.client_id))] if target.is_hard_muted else []
        effects += [Send(target.client_id, RoomUnmuted())] if target.is_room_muted else []
        target.is_hard_muted = target.is_room_muted = False
        room.hard_muted.discard(target.client_id)
    elif room.is_muted:
        target.is_room_muted = True
        effects.append(Send(target.client_id, RoomMuted()))
    user = target.user()
    if user.audio_muted != before:
        kind = UserAudioMuted if user.audio_muted else UserAudioUnmuted
        effects += room.tell(kind(client_id=target.client_id, user=user))
    if not target.may_publish or not has_floor(room, target):
        effects.append(StopPublishing(target.client_id))
    return effects


def _tell(room: Room, handover: Handover, change: dict[str, object] | None = None) -> list[Effect]:
    users = tuple(one.user() for one in room.members.values())
    effects: list[Effect] = []
    for one in room.members.values():
        told = room.hands_told(one)
        notice = RoleChanged(
            moderator=handover, changes=None if change is None else (change,), user_list=users,
            awaited=tuple(room.awaited()) if one.is_moderator else (),
            raised_hands=told["raised_hands"], approved_hands=told["approved_hands"],
            share_permissions=room.share_permissions(), wishes=room.wishes_told() if one.is_moderator else None,
            audience=sum(member.role in LISTENING for member in room.members.values()),
        )  # fmt: skip
        effects.append(Send(one.client_id, notice))
    return effects


def _wish_of(room: Room, client_id: str) -> str:
    if client_id not in room.wishes:
        raise Refused(NOT_REQUESTED, "Nobody has asked for that.")
    return room.wishes[client_id]


def _tell_wish(
    room: Room, what: str, about: Member, role: str, *, decider: Member | None = None
) -> list[Effect]:  # fmt: skip
    notice = RoleWish(id=what, client_id=about.client_id, name=about.claim.name, role=role)
    told = dict.fromkeys((*((about.client_id,) if decider else ()), *(one.client_id for one in room.moderators())))
    return [Send(one, notice) for one in told if decider is None or one != decider.client_id]
