"""One human being in a simulated room: what somebody's hands can do. Who decides what they do stands elsewhere.

Everything goes through the same `Room` as a bot's; what is done is logged as `person_acted`.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
import structlog

from bots.clock import Clock
from bots.errors import BotsError
from bots.media import Clip
from bots.room import (
    BreakoutDefinition,
    BreakoutInvite,
    ChatReceived,
    Joinee,
    ParticipantAwaited,
    Room,
    RoomEvent,
    StreamInfo,
)
from bots.simulation.rooms import SimulatedRooms

__all__ = ["Actor", "Answer", "Role", "Scene"]

Answer = Literal["accept", "ignore", "reject"]
Role = Literal["moderator", "participant"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scene:
    """Where people meet.

    Attributes:
        room_id: of the parent room.
        names: of breakout rooms that people have opened, by room id.
        invited: when who was invited to the breakout of which id.
    """

    rooms: SimulatedRooms
    room_id: str
    clock: Clock
    names: dict[str, str] = field(default_factory=dict)
    invited: list[tuple[datetime, str, str]] = field(default_factory=list)


class Actor:
    """Somebody.

    Args:
        id: the `user_ref` of the token.
        answers_after_s: seconds from an invite, or a call back, to doing it.
        admits: as a moderator, lets in everybody who waits.
    """

    def __init__(
        self,
        scene: Scene,
        id: str,  # noqa: A002 -- the person's id
        *,
        name: str,
        role: Role = "participant",
        invites: Answer = "accept",
        answers_after_s: float = 3.0,
        admits: bool = False,
    ) -> None:
        self._scene = scene
        self._admits = admits
        self.id = id
        self.name = name
        self._role = role
        self.invites = invites
        self._answers_after_s = answers_after_s
        self._network = scene.rooms.network()
        self._room: Room | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_here(self) -> bool:
        """In the room, or in one of its breakouts."""
        return self._room is not None and not self._room.is_closed

    @property
    def pupils(self) -> list[str]:
        """The ids of the participants in the main room, as this one sees them."""
        people = self._room.participants.values() if self._room is not None and self.is_here else ()
        return [one.user_ref for one in people if one.role == "participant"]

    # ---- coming and going

    async def come(self, how: str = "comes", what: str | None = None) -> None:
        """Join the room; somebody who is not let in says so."""
        self.tell(how, what)
        try:
            token = self._scene.rooms.token(
                self._scene.room_id, name=self.name, role=self._role, user_ref=self.id
            )  # fmt: skip
            self._room = await Room.join_over(self._network, token, clock=self._scene.clock, on_event=self._take)
        except BotsError as refused:
            self.tell("cannot come in", str(refused))

    async def go(self) -> None:
        """Leave, as by closing the page."""
        self.tell("leaves")
        await self.stop()

    async def drop_out(self) -> None:
        """Lose the network."""
        self.tell("drops out")
        self._network.cut()
        if self._room is not None:
            await self._room.wait_closed()

    async def stop(self) -> None:
        """Let go of everything, without a word."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._room is not None:
            await self._room.leave()

    # ---- taking part

    async def write(self, text: str) -> None:
        """Write a chat line where they are; nobody who is not here writes."""
        if self._room is None or not self.is_here:
            self.tell("is not here, so cannot write", text)
            return
        self.tell("writes", text)
        await self._here(self._room).say(text)

    async def talk(self, seconds: float) -> None:
        """Speak for a while; it goes on in the background."""
        if self._room is None or not self.is_here:
            return
        outgoing = self._here(self._room).outgoing
        if outgoing is not None:
            self.tell("talks")
            samples = np.zeros(0, np.int16)
            outgoing.play(
                Clip(name=self.id, duration_s=seconds, packets=(), levels=(), loudness_db=0.0, samples=samples)
            )

    async def raise_hand(self) -> None:
        """Ask for the floor of a lecture.

        Raises:
            BotsError: the room refuses it.
        """
        if self._room is None or not self.is_here:
            self.tell("is not here, so cannot raise a hand")
            return
        self.tell("raises a hand")
        await self._room.take_floor_step("requested")

    async def come_back(self) -> None:
        """From the breakout room to the main room."""
        if self._room is not None and self._room.breakout is not None:
            self.tell("comes back to the main room")
            await self._room.leave_breakout()

    # ---- teaching

    async def open(self, names: Iterable[str], capacity: int) -> None:
        """Open breakout rooms; only a moderator may.

        Raises:
            BotsError: the room refuses it.
        """
        if self._room is None or not self.is_here:
            return
        named = list(names)
        self.tell("opens", ", ".join(named))
        definition = BreakoutDefinition(participants=capacity, max_rooms=len(named))
        for name, room_id in zip(named, await self._room.create_breakouts(definition), strict=True):
            self._scene.names[room_id] = name

    async def invite(self, ids: Iterable[str] | None, name: str) -> None:
        """Invite people to a breakout room that is open; None for every participant of the main room.

        Raises:
            BotsError: the room refuses it.
        """
        if self._room is None or not self.is_here:
            return
        wanted = None if ids is None else set(ids)
        people = [
            one for one in self._room.participants.values()
            if (one.role == "participant" if wanted is None else one.user_ref in wanted)
        ]  # fmt: skip
        self.tell("invites", f"{len(people)} to {name}")
        for room_id, known in self._scene.names.items():
            if known == name and people:
                await self._room.invite(room_id, [one.client_id for one in people])

    async def settle(self, ids: Iterable[str] | None, *, is_admitted: bool) -> None:
        """Let in who waits, or turn them away; None for everybody who waits.

        Raises:
            BotsError: the room refuses it.
        """
        if self._room is None or not self.is_here:
            return
        waiting = self._scene.rooms.waiting(self._scene.room_id)
        for who in waiting if ids is None else ids:
            if who not in waiting:
                self.tell("sees nobody wait", who)
                continue
            self.tell("admits" if is_admitted else "denies", who)
            await (self._room.admit(waiting[who]) if is_admitted else self._room.deny(waiting[who]))

    async def close(self) -> None:
        """Close all breakout rooms.

        Raises:
            BotsError: the room refuses it.
        """
        if self._room is not None and self.is_here:
            self.tell("closes the breakout rooms")
            await self._room.destroy_breakouts()
            self._scene.names.clear()

    # ---- reflexes

    def _take(self, event: RoomEvent) -> None:
        if isinstance(event, BreakoutInvite):
            self._scene.invited.append((self._scene.clock.now(), self.id, event.room_id))
        match event:
            case BreakoutInvite(room_id=room_id, is_forced=False):
                self.spawn(self._answer(room_id))
            case ParticipantAwaited() if self._admits:
                self.spawn(self._admit_soon())
            case ChatReceived(text=text, is_private=True) if "come back" in text:
                self.spawn(self._come_when_called())
            case _:
                pass

    async def _answer(self, room_id: str) -> None:
        await asyncio.sleep(self._answers_after_s)
        room = self._room
        if room is None or room.is_closed or self.invites == "ignore":
            return
        if self.invites == "reject":
            self.tell("refuses an invite")
            await room.reject_invite(room_id)
            return
        self.tell("follows an invite")
        if room.breakout is not None:
            await room.leave_breakout()
        await room.join_breakout(Joinee(room_id=room_id), StreamInfo())

    async def _admit_soon(self) -> None:
        await asyncio.sleep(self._answers_after_s)
        await self.settle(None, is_admitted=True)

    async def _come_when_called(self) -> None:
        await asyncio.sleep(self._answers_after_s)
        await self.come_back()

    @staticmethod
    def _here(room: Room) -> Room:
        return room if room.breakout is None or room.breakout.is_closed else room.breakout

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside everything else; what the room refuses is told."""
        task = asyncio.create_task(self.unless_refused(work), name=self.id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def unless_refused(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something; what the room refuses is told."""
        try:
            await work
        except BotsError as refused:
            self.tell("is refused", str(refused))

    def tell(self, act: str, what: str | None = None) -> None:
        """Log what they do."""
        log.info("person_acted", person=self.id, name=self.name, act=act, what=what)
