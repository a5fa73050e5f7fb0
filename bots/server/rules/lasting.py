"""How long a session lasts: it ends after its duration (`Rooms.expire`), unless a moderator makes it longer.

Source: moderation.md section 6: extension by 10 to 30 minutes, repeatable. The vendor does not say by how much one call
extends, nor the unit of `timeLeft`; ours are 10 minutes, and minutes. "Any user" may call it there, "the server must
check" as well: ours lets moderators.
"""

from bots.server.codes import BAD_ARGUMENT, Refused
from bots.server.member import Member
from bots.server.rooms import REMAINING
from bots.server.rules.ruling import Reply, require_moderator
from bots.server.state import Room
from bots.wire import RoomManagement, granted

__all__ = ["EXTENSION_MIN", "extend"]

EXTENSION_MIN = 10


def extend(room: Room, member: Member, now: float) -> Reply:
    """Ten minutes more for this session; everybody is told how many are left.

    Args:
        now: Unix time, seconds.

    Raises:
        Refused: 4101 to participants, 1155 where nothing ends the session.
    """
    require_moderator(member)
    if room.ends_at is None:
        raise Refused(BAD_ARGUMENT, "This room has no duration, so nothing ends it.")
    room.extended_min += EXTENSION_MIN
    left_min = int((room.ends_at.timestamp() - now) // 60)
    room.reminded_min = {minutes for minutes in room.reminded_min if minutes > left_min}
    notice = RoomManagement(id=REMAINING, msg={"timeLeft": left_min})
    return Reply(granted(extendedTime=EXTENSION_MIN), room.tell(notice))
