"""What was said on the sockets of one bot, to look things up in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bots.wire import Capture

__all__ = ["Record", "Said"]


@dataclass(frozen=True, slots=True)
class Said:
    """An event or an ack, without its secrets.

    Attributes:
        room_id: of the socket.
        kind: an `ack` has the name of the event that it answers.
        wants_ack: the event asks for one.
        values: what came with it.
    """

    room_id: str
    by: Literal["client", "server"]
    kind: Literal["event", "ack"]
    name: str
    wants_ack: bool
    values: tuple[Any, ...]

    @property
    def first(self) -> Mapping[str, Any]:
        """The first value that is an object; empty if there is none."""
        return next((one for one in self.values if isinstance(one, Mapping)), {})


class Record:
    """Everything that one bot said and heard.

    Args:
        now: the instant now, aware, UTC.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.said: list[Said] = []
        self._now = now

    def capture(self, room_id: str) -> Capture:
        """Writes the socket to this room into the record."""
        return Capture(lambda line: self._take(room_id, json.loads(line)), self._now, room_id)

    def events(self, name: str, *, room_id: str = "", since: int = 0) -> list[Said]:
        """What the server told by this name, in the room or in all, from a place in the record on."""
        return self._of("event", name, room_id, since)

    def acks(self, name: str, *, room_id: str = "", since: int = 0) -> list[Said]:
        """How the server answered requests of this name."""
        return self._of("ack", name, room_id, since)

    def notices(self, kind: str, since: int = 0) -> list[Said]:
        """The management events with this id."""
        return [one for one in self.events("roomManagementEvents", since=since) if one.first.get("id") == kind]

    @property
    def place(self) -> int:
        """Here and now."""
        return len(self.said)

    def _of(self, kind: str, name: str, room_id: str, since: int) -> list[Said]:
        return [
            one for one in self.said[since:]
            if one.by == "server" and one.kind == kind and one.name == name and room_id in ("", one.room_id)
        ]  # fmt: skip

    def _take(self, room_id: str, line: Mapping[str, Any]) -> None:
        kind = line.get("packet")
        if kind in ("event", "ack"):
            name = str(line.get("event") if kind == "event" else line.get("of"))
            wants_ack = kind == "event" and bool(line.get("number"))
            values = line.get("arguments")
            self.said.append(
                Said(room_id, line["from"], kind, name, wants_ack, tuple(values if isinstance(values, list) else ()))
            )  # type narrowed by the `in` above
