"""How recordings, streams and shares arrange people. Source: moderation.md section 9."""

from bots.server.codes import BAD_LAYOUT, BAD_SERVICE, Refused
from bots.server.member import Member
from bots.server.rules.ruling import Reply, require_moderator
from bots.server.state import Room
from bots.wire import LayoutUpdated, UpdateLayout, granted

__all__ = ["update_layout"]

LAYOUTS = ("grid", "talker", "presenter")
SERVICES = ("liveRecording", "streaming", "screenShare", "all")


def update_layout(room: Room, member: Member, request: UpdateLayout) -> Reply:
    """A moderator chooses a layout; everybody is told.

    Raises:
        Refused: 4101, 1192, 1193.
    """
    require_moderator(member)
    if request.layout not in LAYOUTS:
        raise Refused(BAD_LAYOUT, f"layout must be one of {', '.join(LAYOUTS)}.")
    if request.service not in SERVICES:
        raise Refused(BAD_SERVICE, f"service must be one of {', '.join(SERVICES)}.")
    notice = LayoutUpdated(client_id=member.client_id, layout=request.layout, service=request.service)
    return Reply(granted(), room.tell(notice))
