"""The breakouts of a round: opened under names, one a group, opened again if one has ended too early, closed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bots.bot.contract.messages import BreakoutsOpened
from bots.bot.rules.facts import Person
from bots.bot.steps.breakouts import destroy, unknown_breakouts
from bots.bot.steps.kit import Kit
from bots.errors import BotsError
from bots.room import BreakoutDefinition

__all__ = ["GroupRooms"]


class GroupRooms:
    """The rooms of the round that runs, by number from 0.

    A breakout ends when the last one leaves it (breakouts.md section 1, rule 15): whoever is invited then gets a new
    one.

    Args:
        names: of the groups; beyond them `Group 7`.
        capacity: of each breakout, with our own listeners and players.
        force: move people without asking.

    Attributes:
        on_made: called when a round that runs has got another room.
    """

    def __init__(self, kit: Kit, *, names: Sequence[str] = (), capacity: int, force: bool = False) -> None:
        self._kit = kit
        self._names = tuple(names)
        self._capacity = capacity
        self._force = force
        self._ids: dict[int, str] = {}
        self._ended: set[str] = set()
        self._earlier: set[str] = set()
        self.on_made: Callable[[], None] = lambda: None
        self._making = asyncio.Lock()

    @property
    def open_ids(self) -> dict[int, str]:
        """Number -> room id of the rooms that are open."""
        return {number: room_id for number, room_id in self._ids.items() if room_id not in self._ended}

    def name_of(self, number: int) -> str:
        """What people call this group."""
        return self._names[number] if number < len(self._names) else f"Group {number + 1}"

    def number_of(self, room_id: str) -> int | None:
        """Which group's room this is."""
        return next((number for number, known in self._ids.items() if known == room_id), None)

    def is_earlier(self, room_id: str) -> bool:
        """Was this a room of the round before?"""
        return room_id in self._earlier

    def gone(self, room_id: str) -> bool:
        """This breakout has ended; returns whether that is news: nobody has closed it."""
        is_news = room_id not in self._ended
        self._ended.add(room_id)
        return is_news

    def kept(self) -> dict[str, Any]:
        """What must be known to go on in another process; JSON."""
        ids = {str(number): room_id for number, room_id in self._ids.items()}
        return {"ids": ids, "ended": sorted(self._ended), "earlier": sorted(self._earlier)}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Know the rooms of an earlier life; whether they are still open, the room may tell."""
        self._ids = {int(number): room_id for number, room_id in kept["ids"].items()}
        self._ended, self._earlier = set(kept["ended"]), set(kept["earlier"])

    async def open(self, count: int, *, is_again: bool = False) -> None:
        """Open the rooms of a round.

        Args:
            is_again: an earlier life may have asked for them: those that it was not told of are used.

        Raises:
            BotsError: the room does not make them.
        """
        made = unknown_breakouts(self._kit, count) if is_again else ()
        self._earlier = set(self._ids.values())
        self._ids.clear()
        self._ended.clear()
        if made:
            self._take(dict(enumerate(made)))
        else:
            await self._make(range(count))

    async def invite(self, number: int, people: Sequence[Person], *, why: str) -> bool:
        """Invite people to a group's room; returns whether the room has sent the invites."""
        if not people:
            return True
        try:
            async with self._making:  # several may be invited to a group that has no room yet
                if self._ids.get(number) in (None, *self._ended):
                    await self._make((number,))
                    self.on_made()
            room_id = self._ids[number]
            clients = [person.client_id for person in people]
            await self._kit.presence.parent.invite(room_id, clients, force=self._force)
        except BotsError as failure:
            self._kit.log.warning(
                "breakout_failed", breakout_id=self._ids.get(number), result=None, reason=str(failure)
            )
            return False
        self._kit.log.info(
            "breakout_invited",
            breakout_id=room_id,
            breakout=self.name_of(number),
            people=[person.pseudonym for person in people],
            is_forced=self._force,
            why=why,
        )
        return True

    async def close(self, numbers: Sequence[int]) -> None:
        """Close rooms; whoever is in them comes back.

        Raises:
            BotsError: the room does not close them.
        """
        open_ids = self.open_ids
        room_ids = [open_ids[number] for number in numbers if number in open_ids]
        await destroy(self._kit, room_ids)
        self._ended.update(room_ids)

    async def _make(self, numbers: Sequence[int]) -> None:
        room_ids = await self._kit.presence.parent.create_breakouts(
            BreakoutDefinition(
                participants=self._capacity, audio=True, video=False, canvas=False, share=False,
                max_rooms=len(numbers),
            )
        )  # fmt: skip
        self._take(dict(zip(numbers, room_ids, strict=True)))

    def _take(self, room_ids: Mapping[int, str]) -> None:
        """These are the rooms of groups now."""
        named = {}
        for number, room_id in room_ids.items():
            self._ids[number] = room_id
            named[self.name_of(number)] = room_id
            self._kit.log.info(
                "breakout_created", breakout_id=room_id, breakout=self.name_of(number), capacity=self._capacity
            )
        presence = self._kit.presence
        presence.name_breakouts(named)
        presence.own_breakouts.update(room_ids.values())
        self._kit.emit(BreakoutsOpened(bot_id=self._kit.spec.id, names=named))
