"""Who may have a room recorded, and who is told. Pure. Source: moderation.md section 7."""

from bots.server.codes import AS_IT_IS, BAD_ARGUMENT, Refused
from bots.server.member import Member
from bots.server.rooms import Rooms
from bots.server.rules.ruling import Reply, require_moderator
from bots.server.state import Room
from bots.wire import StartRecording, StopRecording, granted

__all__ = ["start_or_stop"]


def start_or_stop(rooms: Rooms, room: Room, member: Member, request: StartRecording | StopRecording) -> Reply:
    """Begin or end the recording of a room; everybody in it is told.

    Raises:
        Refused: by a participant, of a publication that is not here, or what is asked is so already.
    """
    require_moderator(member)
    wants = isinstance(request, StartRecording)
    if room.is_recorded == wants:
        raise Refused(AS_IT_IS, f"The room is {'' if wants else 'not '}being recorded already.")
    if not isinstance(request, StartRecording):
        return Reply(granted(), rooms.end_recording(room, by=member.client_id))
    here = {number for one in room.members.values() for number in one.publication_ids}
    if request.stream_id is not None and request.stream_id not in here:
        raise Refused(BAD_ARGUMENT, f"Nobody here publishes a stream {request.stream_id}.")
    return Reply(granted(), rooms.begin_recording(room, request.stream_id, by=member.client_id))
