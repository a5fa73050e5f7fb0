"""One sound in all breakouts at once: light clients, one an open breakout, that start on one deadline.

A participant is in one breakout at a time, so a bot that is to be heard in six needs six connections. A herald joins
the parent room under the bot's name, is invited, and goes in; it hears nothing and says nothing. It belongs to no
group: rules, counts and rotations do not see it. Between rounds heralds wait in the parent room.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.ports import JoinRoom, RoomPort
from bots.bot.contract.spec import BotSpec, herald_id
from bots.bot.place.presence import Presence
from bots.bot.rules.outcome import CannotDo
from bots.bot.sound.voice import Sound
from bots.bot.waiting import done_within
from bots.clock import Clock
from bots.errors import BotsError
from bots.room import (
    BreakoutInvite,
    Joinee,
    Participant,
    ParticipantJoined,
    RoleChanged,
    RoomEvent,
    StreamInfo,
)

__all__ = ["Heralds"]


INVITED_WITHIN_S = 5.0


@dataclass(slots=True)
class _Herald:
    """One connection; `breakout` is where it is now."""

    room: RoomPort
    invites: dict[str, asyncio.Event]
    breakout: RoomPort | None = None

    async def invited(self, room_id: str) -> None:
        """The invite has come: without it the room is not entered."""
        await self.invites[room_id].wait()

    @property
    def is_free(self) -> bool:
        return not self.room.is_closed and (self.breakout is None or self.breakout.is_closed)


class Heralds:
    """The heralds of one bot.

    Args:
        look: shown everybody who is in a breakout with a herald.
    """

    def __init__(
        self,
        spec: BotSpec,
        *,
        presence: Presence,
        sound: Sound,
        join: JoinRoom,
        look: Callable[[Participant, RoomPort], None],
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        self._look = look
        self._spec = spec
        self._presence = presence
        self._sound = sound
        self._join = join
        self._clock = clock
        self._log = log
        self._heralds: list[_Herald] = []
        self._moving = asyncio.Lock()

    async def stand_in(self, room_ids: Mapping[str, str]) -> None:
        """Have a herald in each of these breakouts (name -> room id); those in others come out of them.

        A breakout that takes no herald is logged; the sound is not heard there.
        """
        async with self._moving:
            wanted = dict(room_ids)
            for herald in self._heralds:
                inside = herald.breakout
                if inside is None or inside.is_closed:
                    continue
                name = next((name for name, room_id in wanted.items() if room_id == inside.room_id), None)
                if name is None:
                    await herald.room.leave_breakout()
                else:
                    del wanted[name]
            await asyncio.gather(*(self._enter(number, *one) for number, one in enumerate(wanted.items())))

    async def play(self, play: ClipPlay, *, rule: str | None, step: str | None) -> None:
        """Play in every breakout that a herald stands in, begun in one instant; ends with the sound.

        Raises:
            CannotDo: no herald is in any.
            MediaError: the file cannot be played.
        """
        rooms = [one.breakout for one in self._heralds if one.breakout is not None and not one.breakout.is_closed]
        if not rooms:
            raise CannotDo("no breakout room is open, or none takes a player")
        skew_s = await self._sound.play_together(play, rooms, rule=rule, step=step)
        self._log.info(
            "audio_together", clip=play.name, rooms=len(rooms), rule=rule, step=step,
            skew_ms=None if skew_s is None else round(skew_s * 1000, 3),
        )  # fmt: skip

    async def withdraw(self) -> None:
        """All of them leave the meeting."""
        async with self._moving:
            heralds, self._heralds = self._heralds, []
            await asyncio.gather(*(one.room.leave() for one in heralds))

    async def _enter(self, order: int, name: str, room_id: str) -> None:
        free = [one for one in self._heralds if one.is_free]
        try:
            herald = free[order] if order < len(free) else await self._new()
            await self._presence.parent.invite(room_id, [herald.room.client_id])
            await done_within(self._clock, herald.invited(room_id), INVITED_WITHIN_S)
            herald.breakout = await herald.room.join_breakout(Joinee(room_id=room_id), StreamInfo(audio=True))
            for participant in herald.breakout.participants.values():
                self._look(participant, herald.breakout)
        except BotsError as failure:
            self._log.warning("herald_failed", breakout_id=room_id, breakout=name, reason=str(failure))

    async def _new(self) -> _Herald:
        number = len(self._heralds) + 1
        invites: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

        def take(event: RoomEvent) -> None:
            if isinstance(event, BreakoutInvite):
                invites[event.room_id].set()

        def see(event: RoomEvent) -> None:
            match event:
                case ParticipantJoined(participant=participant) | RoleChanged(participant=participant):
                    if slot.breakout is not None and not slot.breakout.is_closed:
                        self._look(participant, slot.breakout)

        slot = _Herald(self._presence.parent, invites)  # holds the number while the connection is made
        self._heralds.append(slot)
        spec = replace(self._spec, id=herald_id(self._spec.id, number), role="participant", listens=False)
        try:
            slot.room = await self._join(spec, on_event=take, on_breakout_event=see)
        except BaseException:
            self._heralds.remove(slot)
            raise
        return slot
