"""What was seen of a session, ready to be asked: who wrote, got, played and ran what, when; who was where. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bots.simulation.cases.direction import Sighting

__all__ = ["NOWHERE", "PARENT", "Evidence", "Happening"]

PARENT = "parent"
NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that somebody did or met."""

    at: datetime
    what: str


class Evidence:
    """The sightings and the log of one session.

    Args:
        events: of the log, in order.
    """

    def __init__(self, seen: Sighting, events: Iterable[Mapping[str, Any]]) -> None:
        self._seen = seen
        self.events = tuple(events)
        opened = {
            str(one["breakout_id"]): str(one["breakout"]) for one in self.events if one["event"] == "breakout_created"
        }
        self._names = {**opened, **seen.names, seen.room_id: PARENT}

    def happenings(self, kind: str, who: str) -> list[Happening]:
        """What somebody said, read, played, fired, or was invited_to, in order."""
        match kind:
            case "said":
                return [Happening(one.at, one.text) for one in self._seen.lines if one.who == who]
            case "read":
                return [Happening(one.at, one.text) for one in self._seen.lines if who in one.readers]
            case "played":
                return self._logged("audio_started", "clip", who)
            case "fired":
                return self._logged("run_started", "rule", who)
            case _:
                met = [Happening(at, self.name_of(room)) for at, one, room in self._seen.invited if one == who]
                rooms = self._logged("invite_received", "breakout_id", who)
                return met + [Happening(one.at, self.name_of(one.what)) for one in rooms]

    def place_of(self, who: str, number: int) -> str:
        """Where somebody is at an expectation: a breakout's name, `parent`, or `nowhere`."""
        room_id = self._seen.glances[number].places.get(who)
        return NOWHERE if room_id is None else self.name_of(room_id)

    def people_in(self, room: str, number: int) -> list[str]:
        """Who is in a room at an expectation."""
        return [who for who, room_id in self._seen.glances[number].places.items() if self.name_of(room_id) == room]

    def counts(self, number: int) -> Mapping[str, int]:
        """The counters at an expectation."""
        return self._seen.glances[number].counts

    def name_of(self, room_id: str) -> str:
        """What the test calls a room; its id where nobody has named it."""
        return self._names.get(room_id, room_id)

    def _logged(self, event: str, value: str, who: str) -> list[Happening]:
        return [
            Happening(datetime.fromisoformat(one["timestamp"]), str(one[value]))
            for one in self.events
            if one["event"] == event and one.get("bot") == who
        ]
