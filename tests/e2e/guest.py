"""People in rooms, for the tests: they join by the room client, remember what happened, and hear."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self

import numpy as np

from bots.clock import SystemClock
from bots.media import Pacer
from bots.room import ChatReceived, Joinee, Room, RoomEvent, ServerApi, StreamInfo

__all__ = ["Guest", "until"]

POLL_S = 0.05


class Guest:
    """Someone in a room who is no bot of any playbook.

    Attributes:
        room: what they joined.
        events: everything that happened there since, oldest first.
    """

    def __init__(self) -> None:
        self.events: list[RoomEvent] = []
        self._room: Room | None = None

    @classmethod
    @asynccontextmanager
    async def join(
        cls, api: ServerApi, room_id: str, name: str, *, role: str = "participant", listen: bool = True
    ) -> AsyncIterator[Self]:
        """Join with microphone, and leave afterwards."""
        guest = cls()
        clock = SystemClock()
        token = await api.fetch_token(room_id, name=name, role=role, user_ref=f"person-{name.lower()}")
        pacer = Pacer(clock)
        guest._room = await Room.join(token, clock=clock, pacer=pacer, listen=listen, on_event=guest.events.append)
        try:
            yield guest
        finally:
            await guest._room.leave()

    @property
    def room(self) -> Room:
        assert self._room is not None, "joined"
        return self._room

    @property
    def chat(self) -> list[str]:
        """The lines that came."""
        return [event.text for event in self.events if isinstance(event, ChatReceived)]

    @property
    def names(self) -> set[str]:
        """Who is in the room, by display name."""
        return {person.name for person in self.room.participants.values()}

    async def enter(self, room_id: str) -> Room:
        """Follow the invite to a breakout."""
        await until("an invite", lambda: room_id in self.room.invites)
        return await self.room.join_breakout(Joinee(room_id=room_id), StreamInfo())

    def loudness(self, last_s: float) -> float:
        """Root mean square (int16 samples) of the loudest talker slot in the last seconds."""
        now_s = time.monotonic()
        heard = [slot.samples(now_s - last_s, now_s).astype(np.float64) for slot in self.room.incoming.values()]
        return max((float(np.sqrt(np.mean(samples**2))) for samples in heard if samples.size), default=0.0)


async def until(what: str, condition: Callable[[], bool], *, limit_s: float = 20.0) -> None:
    """Return when the condition holds; looked at twenty times a second."""
    deadline_s = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise AssertionError(f"not within {limit_s} s: {what}")
        await asyncio.sleep(POLL_S)
