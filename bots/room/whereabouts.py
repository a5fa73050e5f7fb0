"""Who is in which breakout of a room, where a message about it leaves the breakout out: pure.

The one key of `user-joined-breakout-room` that the vendor's SDK reads is `client` (signalling.md section 10.4). Nobody
joins without an invite, so the last one says where somebody went.
"""

from collections.abc import Sequence
from dataclasses import replace

from bots.room.events import BreakoutDestroyed, BreakoutInvited, BreakoutJoined, BreakoutLeft, RoomEvent

__all__ = ["Whereabouts"]


class Whereabouts:
    """By client id in the parent room."""

    def __init__(self) -> None:
        self._invited: dict[str, str] = {}
        self._inside: dict[str, str] = {}

    def invited(self, room_id: str, client_ids: Sequence[str]) -> None:
        """They may go there now, and not to where they were invited before."""
        self._invited.update(dict.fromkeys(client_ids, room_id))

    def complete(self, event: RoomEvent) -> RoomEvent:
        """The event with the breakout that it is about, as far as that is known."""
        match event:
            case BreakoutInvited(room_id=room_id, client_ids=client_ids):
                self.invited(room_id, client_ids)
            case BreakoutJoined(client_id=client_id, room_id=room_id):
                entered = self._inside[client_id] = room_id or self._invited.get(client_id, "")
                return replace(event, room_id=entered)
            case BreakoutLeft(client_id=client_id, room_id=room_id):
                left = self._inside.pop(client_id, "")
                return replace(event, room_id=room_id or left)
            case BreakoutDestroyed(room_id=room_id):
                for places in (self._invited, self._inside):
                    for client_id in [one for one, place in places.items() if place == room_id]:
                        del places[client_id]
            case _:
                pass
        return event
