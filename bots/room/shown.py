"""Who is pinned and who is in the spotlight of a room: pure.

Source: moderation.md section 9. What the vendor's broadcast carries is not documented whole: the list in it is taken
for all who are pinned, or in the spotlight, from now on.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bots.room.moderated import PinsChanged, SpotlightChanged
from bots.wire import RoomConnected, RoomManagement

__all__ = ["Shown"]

_LISTS = ("clientIds", "clients", "users")


class Shown:
    """By client id, in the order of the room."""

    def __init__(self) -> None:
        self.pinned: tuple[str, ...] = ()
        self.in_spotlight: tuple[str, ...] = ()

    def connect(self, notice: RoomConnected) -> list[PinsChanged | SpotlightChanged]:
        """How it stands on joining, or on coming back; told only where it is another way than before."""
        room = notice.room  # not documented: beside the room, or in it
        pins = _ids(notice.pinned_users or room.get("pinnedUsers"))
        spotlight = _ids(notice.spotlight_users or room.get("spotlightUsers"))
        return [*self._pin(pins), *self._light(spotlight)]

    def apply(self, notice: RoomManagement) -> list[PinsChanged | SpotlightChanged]:
        """A moderator has changed one of the two."""
        msg = notice.msg if isinstance(notice.msg, Mapping) else {}
        ids = _ids(next((msg[key] for key in _LISTS if key in msg), ()))
        return [*self._pin(ids)] if notice.id == "update-pin-users" else [*self._light(ids)]

    def _pin(self, client_ids: tuple[str, ...]) -> Iterable[PinsChanged]:
        if client_ids != self.pinned:
            self.pinned = client_ids
            yield PinsChanged(client_ids)

    def _light(self, client_ids: tuple[str, ...]) -> Iterable[SpotlightChanged]:
        if client_ids != self.in_spotlight:
            self.in_spotlight = client_ids
            yield SpotlightChanged(client_ids)


def _ids(raw: Any) -> tuple[str, ...]:
    """Ids, or objects with one."""
    entries = raw if isinstance(raw, list | tuple) else ()
    ids = (one.get("clientId") if isinstance(one, Mapping) else one for one in entries)
    return tuple(one for one in ids if isinstance(one, str) and one)
