"""Microphones and cameras: one's own mutes, the pause of a room, and what moderators take away.

Source: moderation.md section 2; signalling.md sections 4.4, 6.8, 10.5 and 14.9.
"""

from bots.server.codes import BAD_ARGUMENT, HELD_MUTED, MUTED_ITSELF, Refused
from bots.server.effects import Effect, Send
from bots.server.member import Member
from bots.server.rules.ruling import Reply, require_moderator, target_in
from bots.server.state import Room
from bots.wire import (
    HardMuted,
    HardUnmuted,
    HardVideoMuted,
    HardVideoUnmuted,
    MutedOne,
    Notice,
    PauseRoom,
    ResumeRoom,
    RoomMuted,
    RoomUnmuted,
    UserAudioMuted,
    UserAudioUnmuted,
    UserVideoMuted,
    UserVideoUnmuted,
    granted,
    refused,
)

__all__ = ["hard_mute", "hard_mute_video", "mute_one", "mute_room", "own_microphone", "own_mute", "own_video", "pause"]


def own_mute(room: Room, member: Member, *, is_muted: bool) -> list[Effect]:
    """Somebody's own microphone."""
    was = member.user().audio_muted
    member.is_self_muted = is_muted
    return _tell(room, member, was)


def own_microphone(room: Room, member: Member, *, is_muted: bool) -> Reply:
    """Somebody mutes or unmutes itself; who is muted by a moderator unmutes in vain, and nobody hears of it."""
    effects = own_mute(room, member, is_muted=is_muted)
    if not is_muted and (member.is_hard_muted or member.is_room_muted):
        return Reply(refused(HELD_MUTED, "A moderator has muted you; only a moderator gives the microphone back."))
    return Reply(granted(), effects)


def pause(member: Member, request: PauseRoom | ResumeRoom) -> Reply:
    """Neither send nor receive here any more, or again."""
    if isinstance(request, PauseRoom):
        if not (request.audio or request.video):
            raise Refused(BAD_ARGUMENT, "muteRoom needs audio or video to be true.")
        member.is_paused = member.is_paused or request.audio
        return Reply(granted(msg="Room muted"))
    if request.audio and request.video:
        raise Refused(BAD_ARGUMENT, "unMuteRoom needs audio or video to be false.")
    if not request.audio:
        member.is_paused = member.is_returning = False
    return Reply(granted(msg="Room un-muted"))


def hard_mute(room: Room, member: Member, client_id: str, *, is_muted: bool) -> Reply:
    """A moderator takes one microphone, or gives it back."""
    require_moderator(member)
    target = target_in(room, client_id)
    was = target.user().audio_muted
    if not is_muted and target.is_self_muted and not (target.is_hard_muted or target.is_room_muted):
        raise Refused(MUTED_ITSELF, "This user has muted itself; only it can unmute.")
    target.is_hard_muted = is_muted
    (room.hard_muted.add if is_muted else room.hard_muted.discard)(client_id)
    if not is_muted:
        target.is_room_muted = False
    kind = HardMuted if is_muted else HardUnmuted
    notice = kind(client_id=client_id, moderator_id=member.client_id)
    return Reply(granted(), [Send(client_id, notice), *_tell(room, target, was)])


def mute_one(room: Room, member: Member, client_id: str, *, is_muted: bool) -> Reply:
    """The older call for `hard_mute`; the muted one is told by the older message too."""
    reply = hard_mute(room, member, client_id, is_muted=is_muted)
    told = [Send(client_id, MutedOne(client_id=client_id, is_muted=is_muted))]
    return Reply(reply.answer, [*told, *reply.effects])


def mute_room(room: Room, member: Member, *, is_muted: bool) -> Reply:
    """A moderator takes everybody's microphone but those of moderators, or gives them back."""
    require_moderator(member)
    room.is_muted = is_muted
    notice: Notice = (RoomMuted if is_muted else RoomUnmuted)(client_id=member.client_id, moderator_id=member.client_id)
    effects: list[Effect] = room.tell(notice, but=member.client_id)
    for other in room.others(member.client_id):
        was = other.user().audio_muted
        other.is_room_muted = is_muted and not other.is_moderator
        effects += _tell(room, other, was)
    return Reply(granted(msg="Room is muted" if is_muted else "Room is un-muted"), effects)


def _tell(room: Room, member: Member, was: bool) -> list[Effect]:
    """Tell everybody, the muted one too, if its microphone is another than it `was`."""
    user = member.user()
    if user.audio_muted == was:
        return []
    kind = UserAudioMuted if user.audio_muted else UserAudioUnmuted
    return room.tell(kind(client_id=member.client_id, user=user))


# ---- cameras: this server carries no video, but who looks at the list of users sees what is on


def own_video(room: Room, member: Member, *, is_muted: bool) -> Reply:
    """Somebody's own camera."""
    member.is_video_muted = is_muted
    user = member.user()
    kind = UserVideoMuted if user.video_muted else UserVideoUnmuted
    return Reply(granted(), room.tell(kind(client_id=member.client_id, user=user)))


def hard_mute_video(room: Room, member: Member, client_id: str, *, is_muted: bool) -> Reply:
    """A moderator takes one camera, or gives it back."""
    require_moderator(member)
    target_in(room, client_id).is_video_hard_muted = is_muted
    (room.video_hard_muted.add if is_muted else room.video_hard_muted.discard)(client_id)
    kind = HardVideoMuted if is_muted else HardVideoUnmuted
    return Reply(granted(), [Send(client_id, kind(client_id=client_id, moderator_id=member.client_id))])
