"""The floor of a lecture as one participant sees it: pure.

Source: moderation.md section 5.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bots.room.events import Participant
from bots.room.moderated import FloorChanged, FloorOpened, FloorStep
from bots.wire import FloorManagement, RoomConnected

__all__ = ["Floor"]

_STEPS: Mapping[str, FloorStep] = {
    "floorRequested": "requested", "floorCancelled": "cancelled", "floorFinished": "finished",
    "floorAccepted": "accepted", "floorRejected": "rejected", "floorGranted": "granted", "floorDenied": "denied",
    "floorReleased": "released", "inviteToFloor": "invited", "cancelFloorInvite": "invite_cancelled",
}  # fmt: skip
_HAS = ("granted", "accepted")


class Floor:
    """Who asks for it, who has it, who is offered it; a participant knows of itself only."""

    def __init__(self) -> None:
        self.is_open = False
        self._hands: dict[str, Participant] = {}
        self._offers: dict[str, Participant] = {}
        self._holders: dict[str, Participant] = {}
        self._told: Counter[str] = Counter()

    @property
    def hands(self) -> Mapping[str, Participant]:
        """Who asks for the floor, by client id, the first first; a live view."""
        return MappingProxyType(self._hands)

    @property
    def offers(self) -> Mapping[str, Participant]:
        """Whom it is offered to; a live view."""
        return MappingProxyType(self._offers)

    @property
    def holders(self) -> Mapping[str, Participant]:
        """Who has it, beside moderators; a live view."""
        return MappingProxyType(self._holders)

    def connect(self, notice: RoomConnected, me: Participant) -> list[FloorChanged]:
        """Begin, or begin again after a loss: hands that are new. What only the bot itself knows, stays."""
        self.is_open = notice.room.get("openFloor") is True
        if not me.is_moderator:
            self._hands, self._offers = {}, {}
            return []
        before = self._hands
        self._hands, self._offers, self._holders = (
            _people(entries) for entries in (notice.raised_hands, notice.floor_invites, notice.approved_hands)
        )
        return [FloorChanged("requested", one) for key, one in self._hands.items() if key not in before]

    def apply(self, notice: FloorManagement, known: Callable[[str], Participant | None]) -> list[FloorChanged]:
        """One step; a step that nobody knows, and one about nobody, means nothing."""
        step = _STEPS.get(notice.id)
        if step is None or not notice.client_id:
            return []
        person = known(notice.client_id) or Participant(client_id=notice.client_id, name=notice.name)
        self.moved(step, person)
        self._told[person.client_id] += 1
        return [FloorChanged(step, person)]

    def told(self, client_id: str) -> int:
        """How many steps of this one the server has told."""
        return self._told[client_id]

    def moved(self, step: FloorStep, person: Participant) -> None:
        """This has happened about this one; also what the bot has done itself, of which it is not told."""
        self.forget(person.client_id)
        if step == "requested":
            self._hands[person.client_id] = person
        elif step == "invited":
            self._offers[person.client_id] = person
        elif step in _HAS:
            self._holders[person.client_id] = person

    def opened(self, *, is_open: bool) -> FloorOpened:
        """A moderator has opened or closed the floor."""
        self.is_open = is_open
        return FloorOpened(is_open)

    def forget(self, client_id: str) -> None:
        """They have gone, or need no floor any more."""
        for people in (self._hands, self._offers, self._holders):
            people.pop(client_id, None)

    def clear(self) -> None:
        """There is no lecture any more, or another one."""
        for people in (self._hands, self._offers, self._holders):
            people.clear()


def _people(entries: tuple[Any, ...] | None) -> dict[str, Participant]:
    read = (one for one in entries or () if isinstance(one, Mapping) and isinstance(one.get("clientId"), str))
    return {one["clientId"]: Participant(one["clientId"], str(one.get("name") or "")) for one in read}
