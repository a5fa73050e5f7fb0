"""What else is told of what happens in rooms: records of calls, recordings, notifications."""

from bots.server.member import Member
from bots.server.state import Room

__all__ = ["Watch"]


class Watch:
    """Is told of comings and goings; this one does not care."""

    def session_began(self, room: Room) -> None:
        """The first one is about to come in."""

    def entered(self, room: Room, member: Member) -> None:
        """Somebody is in; not told of one whose connection is replaced."""

    def left(self, room: Room, member: Member) -> None:
        """Somebody is out, for good or for now."""

    def session_ended(self, room: Room) -> None:
        """The last one is out; a recording has ended before."""

    def recording_began(self, room: Room, stream_id: int | None) -> None:
        """From now on the room is recorded, or only this publication."""

    def recording_ended(self, room: Room) -> None:
        """From now on it is not."""
