"""The desk: every request that is not about media, answered. Pure: requests in, answers and effects out.

A caller gets its answer before anybody is told (moderation.md section 13); requests by who may not are answered with
4101, known requests with a bad payload with 1155, unknown ones with 0 so that no callback of the SDK hangs.
"""

from typing import Any

from bots.server.breakouts import Breakouts
from bots.server.codes import (
    BAD_ARGUMENT,
    FLOOR_NOT_GRANTED,
    LOCKED,
    NO_MODERATOR,
    NOT_CONNECTED,
    NOT_IN_LICENCE,
    TOO_LARGE,
    UNAUTHORISED,
    Refused,
)
from bots.server.effects import Disconnect, Effect, Send
from bots.server.member import Member
from bots.server.offer import check_offered
from bots.server.rooms import DROPPED, EXPIRED, Rooms
from bots.server.rules import mutes, roles, sharing
from bots.server.rules.custom import answer_custom_data
from bots.server.rules.floor import answer_floor, has_floor
from bots.server.rules.lasting import extend
from bots.server.rules.recording import start_or_stop
from bots.server.rules.ruling import Reply, require_moderator
from bots.server.rules.showing import set_options
from bots.server.rules.stage import update_layout
from bots.server.rules.waiting import answer_waiting
from bots.server.state import Room
from bots.wire import (
    AdmitAwaited,
    AnnounceBreakoutJoin,
    ChangeRoleOption,
    CreateAndInviteBreakout,
    CreateBreakout,
    DataReceived,
    DenyAwaited,
    DestroyBreakouts,
    Drop,
    EnableKnock,
    ExtendDuration,
    GetAwaited,
    GetCustomData,
    GetMaxTalkers,
    GetTalkerCount,
    HardMuteRoom,
    HardMuteUser,
    HardMuteVideo,
    HardUnmuteRoom,
    HardUnmuteUser,
    HardUnmuteVideo,
    InviteToBreakout,
    InviteToFloor,
    JoinBreakout,
    LockRoom,
    MuteOne,
    MuteOwnAudio,
    MuteOwnVideo,
    OpenFloor,
    PauseRoom,
    ProcessFloor,
    RejectBreakout,
    Request,
    ResumeRoom,
    RoomDisconnected,
    RoomManagement,
    SaveCustomData,
    SendData,
    SetAdvancedOptions,
    SetCustomData,
    SetTalkerCount,
    Share,
    StartRecording,
    StopAllSharing,
    StopRecording,
    SwitchRole,
    SwitchRoomMode,
    UnknownRequest,
    UnmuteOne,
    UnmuteOwnAudio,
    UnmuteOwnVideo,
    UpdateLayout,
    granted,
    refusal_of,
    write_json,
)

__all__ = ["Desk"]

FOR_MODERATORS = frozenset(
    kind.event
    for kind in (
        AdmitAwaited, CreateAndInviteBreakout, CreateBreakout, DenyAwaited, DestroyBreakouts, Drop, EnableKnock,
        ExtendDuration, GetAwaited, HardMuteRoom, HardMuteUser, HardMuteVideo, HardUnmuteRoom, HardUnmuteUser,
        HardUnmuteVideo, InviteToFloor, LockRoom, MuteOne, OpenFloor, StartRecording, StopAllSharing, StopRecording,
        SwitchRole, SwitchRoomMode, UnmuteOne, UpdateLayout,
    )
)  # fmt: skip

FEWEST_AUDIO_TALKERS = 3  # signalling.md 5.6
MOST_DATA_BYTES = 2048 * 1024  # moderation.md section 10


class Desk:
    """Answers requests; the one place that knows which rule serves which event."""

    def __init__(self, rooms: Rooms, breakouts: Breakouts) -> None:
        self._rooms = rooms
        self._breakouts = breakouts

    def handle(self, client_id: str, request: Request, now: float) -> Reply:
        """Answer one request of a member.

        Args:
            client_id: who asks.
            request: anything but `token` and the media requests, which the connection serves.
            now: Unix time, seconds; the timestamp of chat.
        """
        place = self._rooms.place_of(client_id)
        if place is None:
            if self._rooms.waits(client_id) and isinstance(request, Drop) and request.is_self:
                return Reply(granted(), [*self._rooms.leave(client_id), Disconnect(client_id)])
            return Reply(refusal_of(request, NOT_CONNECTED, "You are not in a room (any more)."))
        try:
            self._check_begun(*place, request)
            return self._answer(*place, request, now)
        except Refused as no:
            return Reply(refusal_of(request, no.result, no.reason, **no.more))

    def unreadable(self, client_id: str, event: str, problem: str) -> tuple[Any, ...]:
        """Answer a known request with a payload that it cannot carry: who may not ask learns that first."""
        place = self._rooms.place_of(client_id)
        if place is None:
            return refusal_of(event, NOT_CONNECTED, "You are not in a room (any more).")
        if event in FOR_MODERATORS and not place[1].is_moderator:
            return refusal_of(event, UNAUTHORISED, "Unauthorized: only a moderator may do this.")
        return refusal_of(event, BAD_ARGUMENT, problem)

    @staticmethod
    def _check_begun(room: Room, member: Member, request: Request) -> None:
        """Before the moderator is there, nobody has to do with anybody else.

        Raises:
            Refused: 1130.
        """
        is_talking = isinstance(request, SendData | CreateBreakout | CreateAndInviteBreakout | UnknownRequest)
        if is_talking and room.awaits_moderator and not member.is_moderator:
            raise Refused(NO_MODERATOR, "The room waits for its moderator.")

    def publish_refusal(self, room: Room, member: Member) -> tuple[int, str] | None:
        """Why this member may not publish now: result and text; None if it may."""
        if not member.may_publish:
            return NOT_IN_LICENCE, f"A {member.role} does not publish."
        if room.awaits_moderator and not member.is_moderator:
            return NO_MODERATOR, "The room waits for its moderator."
        if not has_floor(room, member):
            return FLOOR_NOT_GRANTED, "In lecture mode a participant publishes only with the floor."
        return None

    def started_muted(self, room: Room, member: Member) -> list[Effect]:
        """A publication begins muted: that counts, and is told, without waiting for a message (signalling.md 14.9)."""
        return mutes.own_mute(room, member, is_muted=True)

    def unpublished(self, client_id: str, stream_id: int) -> list[Effect]:
        """A publication has ended; everybody is told if it was a share."""
        place = self._rooms.place_of(client_id)
        if place is None:
            return []
        kinds = [kind for kind, one in place[0].sharing.items() if one.stream_id == stream_id]
        return [effect for kind in kinds for effect in place[0].end_sharing(client_id, kind)]

    def leave(self, client_id: str, *, is_lost: bool = False, why: RoomDisconnected = EXPIRED) -> list[Effect]:
        """A connection is gone: by its own will, or dropped, or `is_lost` for too long.

        A connection of the same client inside a breakout room ends too, and is told `why`.
        """
        place = self._rooms.place_of(client_id)
        if place is None:
            return self._rooms.leave(client_id, is_lost=is_lost)
        room, member = place
        effects = self._rooms.leave(client_id, is_lost=is_lost, is_dropped=why == DROPPED)
        if room.breakout is None:
            return effects + self._breakouts.parent_left(room, client_id, is_lost=is_lost, why=why)
        return effects + self._breakouts.left(room, member, is_lost=is_lost)

    def _answer(self, room: Room, member: Member, request: Request, now: float) -> Reply:
        match request:
            case MuteOwnAudio() | UnmuteOwnAudio():
                return mutes.own_microphone(room, member, is_muted=isinstance(request, MuteOwnAudio))
            case PauseRoom() | ResumeRoom():
                return mutes.pause(member, request)
            case HardMuteUser() | HardUnmuteUser():
                is_muted = isinstance(request, HardMuteUser)
                return mutes.hard_mute(room, member, request.client_id, is_muted=is_muted)
            case MuteOwnVideo() | UnmuteOwnVideo():
                return mutes.own_video(room, member, is_muted=isinstance(request, MuteOwnVideo))
            case HardMuteVideo() | HardUnmuteVideo():
                is_muted = isinstance(request, HardMuteVideo)
                return mutes.hard_mute_video(room, member, request.client_id, is_muted=is_muted)
            case MuteOne() | UnmuteOne():
                return mutes.mute_one(room, member, request.client_id, is_muted=isinstance(request, MuteOne))
            case HardMuteRoom() | HardUnmuteRoom():
                return mutes.mute_room(room, member, is_muted=isinstance(request, HardMuteRoom))
            case AdmitAwaited() | DenyAwaited() | EnableKnock() | GetAwaited():
                return answer_waiting(self._rooms, room, member, request)
            case SwitchRole():
                return roles.switch_role(room, member, request)
            case ChangeRoleOption():
                return roles.answer_role_wish(room, member, request)
            case SwitchRoomMode():
                return roles.switch_mode(room, member, request)
            case ExtendDuration():
                return extend(room, member, now)
            case ProcessFloor() | InviteToFloor() | OpenFloor():
                return answer_floor(room, member, request)
            case StartRecording() | StopRecording():
                return start_or_stop(self._rooms, room, member, request)
            case SendData():
                return self._send_data(room, member, request, now)
            case Drop():
                return self._drop(room, member, request)
            case SetAdvancedOptions():
                return set_options(room, member, request.options)
            case UpdateLayout():
                return update_layout(room, member, request)
            case Share():
                return sharing.answer_share(room, member, request)
            case StopAllSharing():
                return sharing.stop_all_sharing(room, member, request)
            case GetCustomData() | SaveCustomData() | SetCustomData():
                return answer_custom_data(room, member, request)
            case LockRoom():
                return self._lock(room, member, request.is_locked)
            case GetMaxTalkers():
                return Reply(granted(maxTalkers=room.slots))
            case GetTalkerCount():
                return Reply(granted(numTalkers=room.slots if member.talkers is None else member.talkers))
            case SetTalkerCount():
                return self._set_talkers(room, member, request)
            case _:
                return self._answer_breakout(room, member, request)

    def _answer_breakout(self, room: Room, member: Member, request: Request) -> Reply:
        match request:
            case CreateBreakout():
                ids, effects = self._breakouts.create(room, member, request.definition)
                return Reply(granted(msg={"rooms": ids}), effects)
            case CreateAndInviteBreakout():
                ids, effects = self._breakouts.create_and_invite(room, member, request.definition)
                return Reply(granted(msg={"rooms": ids}), effects)
            case InviteToBreakout():
                force = request.force_join is True
                effects = self._breakouts.invite(room, member, request.room_id, request.clients, force=force)
                return Reply(granted(msg="Success"), effects)
            case JoinBreakout():
                token, effects = self._breakouts.join(room, member, request.room_id, request.role)
                return Reply(granted(token=token), effects)
            case AnnounceBreakoutJoin():
                return Reply(granted(), self._breakouts.announce(room, member))
            case RejectBreakout():
                return Reply(granted(), self._breakouts.reject(room, member, request.room_id))
            case DestroyBreakouts():
                return Reply(granted(), self._breakouts.destroy(room, member, request.rooms))
            case UnknownRequest():
                payload = request.values[0] if request.values else None
                check_offered(request.name, payload, is_moderator=member.is_moderator)
                return Reply(granted())
            case _:
                return Reply(granted())

    @staticmethod
    def _set_talkers(room: Room, member: Member, request: SetTalkerCount) -> Reply:
        """How many talkers this member hears: never fewer than three, never more than the room has slots."""
        if request.talkers < 0:
            raise Refused(BAD_ARGUMENT, "numTalkers must be 0 or more.")
        audio = request.talkers if request.audio_talkers is None else request.audio_talkers
        video = request.talkers if request.video_talkers is None else request.video_talkers
        member.talkers = min(request.talkers, room.slots)
        member.audio_talkers = min(max(audio, FEWEST_AUDIO_TALKERS), room.slots)
        return Reply(granted(numAudioTalkers=member.audio_talkers, numVideoTalkers=max(0, min(video, room.slots))))

    # ---- words

    def _send_data(self, room: Room, member: Member, request: SendData, now: float) -> Reply:
        if _size(request.msg) > MOST_DATA_BYTES:
            raise Refused(TOO_LARGE, "A message may have 2048 kB at most.")
        if request.msg in ("", 0, False):
            raise Refused(BAD_ARGUMENT, "A message needs something to say: msg is empty.")
        is_public = not request.clients if request.broadcast is None else request.broadcast
        if not is_public and not request.clients:
            raise Refused(BAD_ARGUMENT, "A private message needs a list of clients.")
        notice = DataReceived(
            type=request.type, message=request.msg, broadcast=is_public, sender=member.claim.name,
            sender_id=member.client_id, timestamp=int(now * 1000), recipients=request.clients,
        )  # fmt: skip
        if is_public:
            return Reply(granted(), room.tell(notice, but=member.client_id))
        addressees = [one for one in dict.fromkeys(request.clients) if one in room.members and one != member.client_id]
        return Reply(granted(), [Send(one, notice) for one in addressees])

    # ---- going

    def _drop(self, room: Room, member: Member, request: Drop) -> Reply:
        if request.is_self:
            return Reply(granted(), [*self.leave(member.client_id), Disconnect(member.client_id)])
        require_moderator(member)
        if not request.is_all and request.client_ids is None:
            raise Refused(BAD_ARGUMENT, "drop needs self, all or a list clientIds; an empty list is everybody else.")
        if request.is_all:
            gone = [member.client_id, *(other.client_id for other in room.others(member.client_id)), *room.waiting]
            for breakout_id in tuple(room.breakout_ids):
                inside = self._rooms.get(breakout_id)
                gone += list(inside.members) if inside is not None else []
        else:
            named = request.client_ids or [other.client_id for other in room.others(member.client_id)]
            gone = [client_id for client_id in named if client_id in room.members]
        effects: list[Effect] = []
        for client_id in gone:
            effects += [Send(client_id, DROPPED), Disconnect(client_id), *self.leave(client_id, why=DROPPED)]
        if request.is_all and request.deletes_room and self._rooms.get(room.room_id) is not None:
            effects += self._rooms.remove(room)
        return Reply(granted(), effects)

    def _lock(self, room: Room, member: Member, is_locked: bool) -> Reply:
        require_moderator(member)
        state = "locked" if is_locked else "unlocked"
        if room.is_locked == is_locked:
            raise Refused(LOCKED, f"The room is {state} already.")
        room.is_locked = is_locked
        return Reply(granted(), room.tell(RoomManagement(id=f"room-{state}", msg={"moderatorId": member.client_id})))


def _size(message: Any) -> int:
    """Bytes of a text, or of other JSON as it is written."""
    return len((message if isinstance(message, str) else write_json(message)).encode(errors="replace"))
