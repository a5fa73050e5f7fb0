"""What a moderator can do with breakout rooms: the part of `Room` that makes them, invites to them, and ends them.

Source: breakouts.md sections 3 and 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots.errors import RequestRefused
from bots.room.breakout import BAD_ARGUMENT
from bots.room.moderation import Moderation
from bots.wire import (
    Answer,
    BreakoutDefinition,
    CreateAndInviteBreakout,
    CreateBreakout,
    DestroyBreakouts,
    InviteToBreakout,
)

__all__ = ["Hosting"]

_NOT_CREATED = 1731
_NOT_AUTHORISED = 5003


class Hosting(Moderation):
    """Every request raises `RequestRefused` with the server's code and text; so does one from inside a breakout."""

    parent: "Hosting | None" = None
    """The room that this is a breakout of."""

    async def create_breakouts(self, definition: BreakoutDefinition) -> tuple[str, ...]:
        """Make breakout rooms of this room; returns their ids.

        A server may take one room for the default, whatever `max_rooms` says: it is asked until there are enough.
        """
        if not definition.participants or definition.participants < 0:
            raise RequestRefused(CreateBreakout.event, BAD_ARGUMENT, "participants must be 2 or more")
        wanted, made = definition.max_rooms, list[str]()
        while True:
            rest = replace(definition, max_rooms=wanted - len(made))
            more = await self._create(CreateBreakout(definition=rest))
            if not more:
                raise RequestRefused(CreateBreakout.event, _NOT_CREATED, "the server names no room that it made")
            made += more
            if len(made) >= wanted:
                return tuple(made[:wanted])

    async def create_and_invite(self, definition: BreakoutDefinition) -> tuple[str, ...]:
        """Make breakout rooms and force everybody else in, spread at random by capacity; returns their ids."""
        if definition.max_rooms <= 0:
            raise RequestRefused(CreateAndInviteBreakout.event, BAD_ARGUMENT, "max_rooms must be 1 or more")
        return await self._create(CreateAndInviteBreakout(definition=replace(definition, force_join=True)))

    async def invite(self, room_id: str, client_ids: Sequence[str], *, force: bool = False) -> None:
        """Invite participants of this room to one of its breakout rooms; `force`: they go without being asked."""
        request = InviteToBreakout(room_id=room_id, clients=tuple(client_ids), force_join=True if force else None)
        self._check_at_home(request.event)
        self._session.state.whereabouts.invited(room_id, client_ids)  # they may be there before the answer is here
        await self._session.ask(request)

    async def destroy_breakouts(self, room_ids: Sequence[str] | None = None) -> None:
        """End the given breakout rooms, or all; everybody in them returns here.

        Our own message: EnableX documents the call and no name for it (breakouts.md section 7).
        """
        await self._moderate(DestroyBreakouts(rooms=None if room_ids is None else tuple(room_ids)))

    async def _create(self, request: CreateBreakout | CreateAndInviteBreakout) -> tuple[str, ...]:
        self._check_at_home(request.event)
        answer = await self._session.ask(request)
        room_ids = _room_ids(answer)
        self._table.created(*room_ids)
        return room_ids

    def _check_at_home(self, event: str) -> None:
        if self.parent is not None:
            raise RequestRefused(event, _NOT_AUTHORISED, "only possible from the parent room")
        if refusal := self._table.away_refusal():
            raise RequestRefused(event, _NOT_AUTHORISED, refusal)


def _room_ids(answer: Answer) -> tuple[str, ...]:
    """The ids of new breakout rooms: texts, or objects with an id (breakouts.md section 11, row 15)."""
    msg = answer.get("msg")
    rooms = msg.get("rooms") if isinstance(msg, Mapping) else None
    found = [
        one.get("room_id") or one.get("_id") if isinstance(one, Mapping) else one
        for one in (rooms if isinstance(rooms, list) else [])
    ]
    return tuple(str(one) for one in found if one)
