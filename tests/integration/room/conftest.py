"""A running room server with one room, and bots that join it; everything is left and closed afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from bots.clock import SystemClock
from bots.media import Clip, Pacer, load_clip
from bots.room import BreakoutDefinition, Joinee, Room, RoomEvent, ServerApi, StreamInfo
from bots.server import RoomServer

TIME_LIMIT_S = 10.0
RATE_HZ = 48_000  # of the clips that are made here


async def clip_of(wave: npt.NDArray[np.float64], path: Path) -> Clip:
    """A clip by way of a WAV file: samples of int16 size, shape (n,), mono."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return await load_clip(path)


class Person:
    """A bot in a room, and everything that happened to it."""

    def __init__(self) -> None:
        self.events: list[RoomEvent] = []
        self.breakout_events: list[RoomEvent] = []
        self._changed = asyncio.Event()
        self._room: Room | None = None

    @property
    def room(self) -> Room:
        assert self._room is not None, "joined"
        return self._room

    def enter(self, room: Room) -> None:
        self._room = room

    def hear(self, event: RoomEvent) -> None:
        self.events.append(event)
        self._changed.set()

    def hear_breakout(self, event: RoomEvent) -> None:
        self.breakout_events.append(event)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds; looked at after every event, and now and then."""
        async with asyncio.timeout(TIME_LIMIT_S):
            while not condition():
                self._changed.clear()
                try:
                    async with asyncio.timeout(0.05):
                        await self._changed.wait()
                except TimeoutError:
                    continue

    async def saw(self, event: RoomEvent) -> None:
        """Return when this event has come."""
        await self.until(lambda: event in self.events)

    def times(self, kind: type[RoomEvent]) -> int:
        return sum(isinstance(event, kind) for event in self.events)


class House:
    """One server, one room, and who joined it."""

    def __init__(self, server: RoomServer, api: ServerApi, room_id: str) -> None:
        self.server = server
        self.api = api
        self.room_id = room_id
        self.clock = SystemClock()
        self.pacer = Pacer(self.clock)
        self.people: list[Person] = []

    async def move(self, **settings: object) -> None:
        """Go on in a new room with these settings."""
        body = {"participants": 8, "moderators": 3, "max_active_talkers": 3, **settings}
        self.room_id = await self.api.create_room({"name": "9B", "owner_ref": "t", "settings": body})

    async def token(self, name: str = "Ravi", role: str = "participant") -> str:
        return await self.api.fetch_token(self.room_id, name=name, role=role, user_ref=f"ref-{name}")

    async def join(self, name: str = "Ravi", role: str = "participant", **settings: Any) -> Person:
        person = settings.pop("person", None) or Person()
        token = settings.pop("token", None) or await self.token(name, role)
        room = await Room.join(
            token,
            clock=self.clock,
            pacer=self.pacer,
            on_event=person.hear,
            on_breakout_event=person.hear_breakout,
            **settings,
        )
        person.enter(room)
        self.people.append(person)
        return person

    async def move_to_breakout(self, *people: Person) -> tuple[Person, str]:
        """Have these people enter a breakout; the moderator who opened it, and its id."""
        teacher = await self.join("Asha", "moderator")
        [room_id] = await teacher.room.create_breakouts(BreakoutDefinition(participants=2))
        await teacher.room.invite(room_id, [person.room.client_id for person in people])
        for person in people:
            await person.until(lambda person=person: room_id in person.room.invites)  # type: ignore[misc]
            await person.room.join_breakout(Joinee(room_id=room_id), StreamInfo())
        return teacher, room_id


@pytest.fixture
async def house() -> AsyncIterator[House]:
    before = asyncio.all_tasks()
    async with RoomServer() as server, ServerApi(server.api_url, server.app_id, server.app_key) as api:
        settings = {"mode": "group", "participants": 8, "moderators": 3, "max_active_talkers": 3, "quality": "SD"}
        house = House(server, api, await api.create_room({"name": "9B", "owner_ref": "t", "settings": settings}))
        yield house
        for person in house.people:
            await person.room.leave()
    left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
    assert not [name for name in left if "/" in name and not name.startswith("pacer")], left
