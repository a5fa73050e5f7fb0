"""What is written in a simulated room, and who can read it: seen at the server, whoever looks."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bots.clock import Clock
from bots.server import Rooms
from bots.wire import SendData

__all__ = ["ChatLine", "Ears"]


log = structlog.get_logger()


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
    """Remembers every chat line of a simulation, and logs those of bots.

    Attributes:
        bots: the `user_ref` of every bot that came in; what people write is logged as what they do.
    """

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms = rooms
        self._clock = clock
        self.bots: set[str] = set()
        self.lines: list[ChatLine] = []

    def hear(self, line: ChatLine) -> None:
        """The line has been written."""
        self.lines.append(line)
        if line.who in self.bots:
            log.info("line_written", bot=line.who, text=line.text, readers=len(line.readers))

    def line(self, client_id: str, request: SendData) -> ChatLine | None:
        """The line that this client is about to write; None for what is no chat."""
        place = self._rooms.place_of(client_id)
        if place is None or request.type != "chat" or not isinstance(request.msg, str):
            return None
        room, writer = place
        readers = [other for other in room.others(client_id) if request.broadcast or other.client_id in request.clients]
        refs = tuple(reader.claim.user_ref for reader in readers)
        return ChatLine(self._clock.now(), writer.claim.user_ref, room.room_id, request.msg, refs)
