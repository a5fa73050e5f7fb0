"""What is written in a simulated room, and who can read it: seen at the server, whoever looks."""

from dataclasses import dataclass
from datetime import datetime

from bots.clock import Clock
from bots.server import Rooms
from bots.wire import SendData

__all__ = ["ChatLine", "Ears"]


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of a chat.

    Attributes:
        at: aware, UTC.
        who: the writer's `user_ref`.
        room_id: of the room in which it was written.
        readers: the `user_ref` of everybody it went to.
    """

    at: datetime
    who: str
    room_id: str
    text: str
    readers: tuple[str, ...]


class Ears:
    """Remembers every chat line of a simulation."""

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms = rooms
        self._clock = clock
        self.lines: list[ChatLine] = []

    def line(self, client_id: str, request: SendData) -> ChatLine | None:
        """The line that this client is about to write; None for what is no chat."""
        place = self._rooms.place_of(client_id)
        if place is None or request.type != "chat" or not isinstance(request.msg, str):
            return None
        room, writer = place
        readers = [other for other in room.others(client_id) if request.broadcast or other.client_id in request.clients]
        refs = tuple(reader.claim.user_ref for reader in readers)
        return ChatLine(self._clock.now(), writer.claim.user_ref, room.room_id, request.msg, refs)
