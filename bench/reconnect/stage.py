"""One bot in a room, or in a breakout of it, behind a proxy that fails; and others who see what comes of it.

The bot is a real one with a timeline: it says a number each second, plays or listens. A teacher is in the main room, a
mate where the bot is. Everything goes over loopback with real sockets and media.
"""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from bench.reconnect.proxy import FaultProxy, Link
from bots.bot import Bot, BotEvent, BotFailed, BotLeft, BotSpec, ClipPlay, InviteWindow, Provider, RoomPort, RulePlan
from bots.clock import SystemClock
from bots.media import Pacer, load_clip
from bots.playbook import Step
from bots.room import (
    BreakoutDefinition,
    ChatReceived,
    ComeBack,
    ConnectionLost,
    ConnectionRestored,
    Joinee,
    ParticipantJoined,
    ParticipantLeft,
    Room,
    RoomEvent,
    ServerApi,
    StreamInfo,
)
from bots.schedule import AlarmClock
from bots.server import Room as ServerRoom
from bots.server import RoomServer

__all__ = ["BOT", "Stage", "stage"]

BOT = "Robo"
RATE_HZ = 16_000
STEP = 320  # samples of 20 ms
LOUD = 100.0  # root mean square of int16 samples; the tone has some thousands
_STEPS: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Step, ...])


class Witness:
    """A room, and all that happened in it with the time."""

    def __init__(self) -> None:
        self.events: list[tuple[float, RoomEvent]] = []
        self.inside: list[tuple[float, RoomEvent]] = []
        self.room: Room | None = None

    def hear(self, event: RoomEvent) -> None:
        self.events.append((now_s(), event))

    def hear_inside(self, event: RoomEvent) -> None:
        self.inside.append((now_s(), event))


def now_s() -> float:
    return asyncio.get_running_loop().time()


class Stage:
    """The scene of one case; make it with `stage`."""

    def __init__(self, tone: Path, *, in_breakout: bool, is_playing: bool, length_s: float, seed: str) -> None:
        self._capture = tone.parent / f"{seed.replace('/', ' ')}.jsonl"
        self.server = RoomServer(capture=self._capture)
        self.clock = SystemClock()
        self.pacer = Pacer(self.clock)
        self.alarms = AlarmClock(self.clock)
        self.tone = tone
        self.in_breakout = in_breakout
        self.is_playing = is_playing
        self.length_s = length_s
        self.seed = seed
        self.proxy = FaultProxy("")
        self.teacher, self.mate, self.bot_saw = Witness(), Witness(), Witness()
        self.told: list[BotEvent] = []
        self.room_id = self.breakout_id = ""
        self.bot_room: Room | None = None
        self.lines = 0
        self._life: asyncio.Task[None] | None = None

    # ---- the scene

    async def open(self) -> None:
        await self.server.start()
        self.proxy.server = self.server.address
        await self.proxy.__aenter__()
        self.alarms.start()
        settings = {"participants": 6, "moderators": 3, "max_active_talkers": 3}
        async with self._api() as api:
            self.room_id = await api.create_room({"name": "Faults", "owner_ref": "bench", "settings": settings})
        await self._join(self.teacher, "Teacher", "moderator", listen=not self.in_breakout)
        await self._join(self.mate, "Mate", "moderator", listen=self.in_breakout)
        self._life = asyncio.create_task(self._bot().run(), name="bot")
        await self.until(lambda: self.bot_room is not None)
        if self.in_breakout:
            await self._go_in()
        speaker = None if self.is_playing else self._where(self.mate)
        if speaker is not None and speaker.outgoing is not None:
            speaker.outgoing.play(await load_clip(self.tone), loop=True)
        await self.until(lambda: self.is_loud(now_s() - 0.5), 20)

    async def close(self) -> None:
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        for witness in (self.teacher, self.mate):
            if witness.room is not None:
                await witness.room.leave()
        self.alarms.stop()
        await self.proxy.__aexit__()
        await self.server.stop()

    async def restart_server(self, down_s: float) -> None:
        """As if its process was killed and started again: it knows its rooms, and nothing of sessions and tokens."""
        self.proxy.refuse(is_refusing=True)
        for link in self.proxy.links:
            link.cut()
        before, room = self.server, self.server.rooms.get(self.room_id)
        assert room is not None, "it is there"
        await before.stop()
        await asyncio.sleep(down_s)
        self.server = RoomServer(port=before.port, app_id=before.app_id, app_key=before.app_key, capture=self._capture)
        self.server.rooms.add(ServerRoom(self.room_id, room.body))
        await self.server.start()
        self.proxy.refuse(is_refusing=False)

    def links(self, *, of_breakout: bool | None = None) -> list[Link]:
        """The bot's connections: to the breakout, to the main room, or both."""
        found = list(self.proxy.links_of(BOT))
        if of_breakout is None:
            return found
        return [one for one in found if (one.room_id != self.room_id) == of_breakout]

    # ---- what is seen

    @property
    def is_over(self) -> bool:
        return self._life is None or self._life.done()

    @property
    def is_there(self) -> bool:
        """Is every connection of the bot there?"""
        rooms = [self.bot_room, self.bot_room.breakout if self.bot_room is not None else None]
        return all(room is None or room.is_connected for room in rooms) and self.bot_room is not None

    @property
    def place(self) -> str:
        """Where the bot is."""
        if self.is_over or self.bot_room is None or self.bot_room.is_closed:
            return "gone"
        breakout = self.bot_room.breakout
        return "parent" if breakout is None or breakout.is_closed else "breakout"

    def times(self, kind: type[RoomEvent], since_s: float) -> list[float]:
        """When the bot saw such an event, in either room."""
        seen = [*self.bot_saw.events, *self.bot_saw.inside]
        return sorted(at_s for at_s, event in seen if isinstance(event, kind) and at_s >= since_s)

    def is_loud(self, since_s: float) -> bool:
        steps = self._steps(since_s, now_s())
        return bool(len(steps)) and float(np.max(steps)) > LOUD

    def gap_s(self, since_s: float, until_s: float) -> float:
        """The longest silence in what was to be heard, seconds."""
        longest = run = 0
        for level in self._steps(since_s, until_s):
            run = run + 1 if level < LOUD else 0
            longest = max(longest, run)
        return longest * STEP / RATE_HZ

    def said(self) -> Counter[str]:
        """The bot's lines as others have heard them, each counted once for a room."""
        heard: Counter[str] = Counter()
        for events in (self.teacher.events, self.mate.inside):
            heard += Counter(event.text for _, event in events if isinstance(event, ChatReceived))
        return heard

    def lost(self) -> list[str]:
        """The bot's lines that nobody has heard, and that were not said either while the others were away too."""
        said, taken = self.said(), Counter[str]()
        if any(isinstance(event, ConnectionLost) for _, event in (*self.teacher.events, *self.mate.events)):
            taken = self._taken()
        lines = [f"line {number}" for number in range(self.lines)]
        return [line for line in lines if not said[line] and not taken[line]]

    def _taken(self) -> Counter[str]:
        """The lines that the room server got."""
        said = (json.loads(line) for line in self._capture.read_text(encoding="ascii").splitlines())
        return Counter(
            str(one["arguments"][0].get("msg")) for one in said if one.get("event") == "sendDataStreamToRoom"
        )

    def seen_by_others(self, since_s: float) -> tuple[int, int]:
        """How often others were told that the bot left and joined."""
        counts = [
            sum(
                isinstance(event, kind) and event.participant.name == BOT and at_s >= since_s
                for events in (self.teacher.events, self.mate.inside)
                for at_s, event in events
            )
            for kind in (ParticipantLeft, ParticipantJoined)
        ]
        return counts[0], counts[1]

    def twice_in_a_list(self) -> bool:
        """Does any list of people have the bot more than once?"""
        rooms = [self.teacher.room, self._where(self.mate)]
        return any(sum(one.name == BOT for one in room.participants.values()) > 1 for room in rooms if room is not None)

    @property
    def ended(self) -> str:
        """How the bot's life ended."""
        ends = [event for event in self.told if isinstance(event, BotFailed | BotLeft)]
        return "" if not ends else ends[-1].reason if isinstance(ends[-1], BotFailed) else "left"

    async def until(self, condition: Callable[[], bool], limit_s: float = 60.0) -> bool:
        """Wait; whether it came true in time."""
        end_s = now_s() + limit_s
        while not condition():
            if now_s() > end_s:
                return False
            await asyncio.sleep(0.02)
        return True

    # ---- inside

    def _api(self) -> ServerApi:
        return ServerApi(self.server.api_url, self.server.app_id, self.server.app_key)

    async def token(self, name: str, role: str) -> str:
        """A new one, by way of the proxy."""
        async with self._api() as api:
            return self.proxy.token(await api.fetch_token(self.room_id, name=name, role=role, user_ref=f"ref-{name}"))

    def _come_back(self, name: str, role: str) -> ComeBack:
        return ComeBack(lambda: self.token(name, role), Random(f"{self.seed}/{name}"))

    async def _join(self, witness: Witness, name: str, role: str, *, listen: bool) -> Room:
        witness.room = await Room.join(
            await self.token(name, role), clock=self.clock, pacer=self.pacer, listen=listen,
            come_back=self._come_back(name, role), on_event=witness.hear, on_breakout_event=witness.hear_inside,
            timeout_s=30,
        )  # fmt: skip
        return witness.room

    def _bot(self) -> Bot:
        starts_at = self.clock.now() + timedelta(seconds=6)
        self.lines = int(self.length_s)
        tone = ClipPlay(name="tone", path=str(self.tone), is_looped=True)
        spec = BotSpec(
            id=f"ref-{BOT}", number=1, name=BOT, role="participant", session="bench", provider=Provider("-", "-", "-"),
            room_id=self.room_id, arrives_at=self.clock.now(), starts_at=starts_at,
            ends_at=starts_at + timedelta(seconds=self.length_s + 600), seed=self.seed, bot_ids=(f"ref-{BOT}",),
            listens=not self.is_playing, microphone=tone if self.is_playing else None, invites=(InviteWindow(),),
            timeline=tuple(_line(number, starts_at) for number in range(self.lines)),
        )  # fmt: skip

        async def join(
            spec: BotSpec, *, on_event: Callable[[RoomEvent], None], on_breakout_event: Callable[[RoomEvent], None]
        ) -> RoomPort:
            def hear(event: RoomEvent) -> None:
                self.bot_saw.hear(event)
                on_event(event)

            def hear_inside(event: RoomEvent) -> None:
                self.bot_saw.hear_inside(event)
                on_breakout_event(event)

            self.bot_room = await Room.join(
                await self.token(BOT, spec.role), clock=self.clock, pacer=self.pacer, listen=spec.listens,
                come_back=self._come_back(BOT, spec.role), on_event=hear, on_breakout_event=hear_inside, timeout_s=30,
            )  # fmt: skip
            return self.bot_room

        return Bot(spec, clock=self.clock, alarms=self.alarms, join=join, load=load_clip, emit=self.told.append)

    async def _go_in(self) -> None:
        teacher, mate, bot = self.teacher.room, self.mate.room, self.bot_room
        assert teacher is not None and mate is not None and bot is not None, "joined"  # noqa: PT018
        [self.breakout_id] = await teacher.create_breakouts(BreakoutDefinition(participants=2))
        await teacher.invite(self.breakout_id, [mate.client_id, bot.client_id])
        await self.until(lambda: self.breakout_id in mate.invites)
        await mate.join_breakout(Joinee(room_id=self.breakout_id, role="moderator"), StreamInfo())
        await self.until(lambda: self.place == "breakout")
        await self.until(lambda: self.is_there)

    def _where(self, witness: Witness) -> Room | None:
        room = witness.room
        return room if room is None or room.breakout is None else room.breakout

    def _ear(self) -> Any:
        """The room in which it is heard whether the sound arrives."""
        if self.is_playing:
            return self._where(self.mate) if self.in_breakout else self.teacher.room
        return self.bot_room.breakout or self.bot_room if self.bot_room is not None else None

    def _steps(self, since_s: float, until_s: float) -> Any:
        """Loudness of each 20 ms of what came in."""
        ear = self._ear()
        if ear is None or not ear.incoming:
            return np.zeros(0)
        slots = [one.samples(since_s, until_s).astype(np.float64) for one in ear.incoming.values()]
        total = sum(slots, np.zeros_like(slots[0]))
        steps = total[: len(total) // STEP * STEP].reshape(-1, STEP)
        return np.sqrt(np.mean(steps**2, axis=1)) if len(steps) else np.zeros(0)


def _line(number: int, starts_at: datetime) -> RulePlan:
    return RulePlan(
        id=f"line {number}", steps=_STEPS.validate_python([{"say": f"line {number}"}]),
        at=starts_at + timedelta(seconds=number),
    )  # fmt: skip


def fields_of(token: str) -> dict[str, Any]:
    """What stands in a token."""
    fields: dict[str, Any] = json.loads(base64.b64decode(token))
    return fields


@asynccontextmanager
async def stage(tone: Path, *, in_breakout: bool, is_playing: bool, length_s: float, seed: str) -> AsyncIterator[Stage]:
    """A scene with everybody in place and the sound heard."""
    scene = Stage(tone, in_breakout=in_breakout, is_playing=is_playing, length_s=length_s, seed=seed)
    try:
        await scene.open()
        yield scene
    finally:
        await scene.close()


def lost_in(scene: Stage, since_s: float) -> bool:
    """Has the bot noticed?"""
    return bool(scene.times(ConnectionLost, since_s))


def back_at_s(scene: Stage, since_s: float) -> float | None:
    """When the last of its connections was there again."""
    times = scene.times(ConnectionRestored, since_s)
    return times[-1] if times else None
