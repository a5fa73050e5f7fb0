"""A room that exists only for its bot: remembers what the bot does, and tells it what the test says."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Unpack

import numpy as np
import numpy.typing as npt

from bots.bot import BotSpec
from bots.errors import BotsError, BreakoutRefused
from bots.media import Clip, Shape
from bots.room import (
    BreakoutConnected,
    BreakoutDefinition,
    BreakoutDisconnected,
    BreakoutError,
    Closed,
    ConnectionLost,
    ConnectionRestored,
    Floor,
    FloorChanged,
    FloorDecision,
    Joinee,
    OwnFloorStep,
    Participant,
    ParticipantAwaited,
    ParticipantJoined,
    ParticipantLeft,
    RecordingOff,
    RecordingOn,
    RoleChanged,
    RoomAwaited,
    RoomEvent,
    RoomJoined,
    StreamInfo,
)
from tests.fakes.clock import FakeClock

__all__ = ["FakeDoor", "FakeIncoming", "FakeOutgoing", "FakeRoom", "clip_of", "load_fake"]


def clip_of(name: str, duration_s: float = 2.0) -> Clip:
    count = round(duration_s / 0.02)
    return Clip(
        name=name,
        duration_s=duration_s,
        packets=(b"\xf8\xff\xfe",) * count,
        levels=(30,) * count,
        loudness_db=-20.0,
        samples=np.zeros(round(duration_s * 16_000), dtype=np.int16),
    )


async def load_fake(path: str, **shape: Unpack[Shape]) -> Clip:
    """Every file is two seconds long."""
    return clip_of(path)


@dataclass(frozen=True)
class FakePlayed:
    packets: int
    outcome: Literal["finished", "stopped", "closed"]


@dataclass(frozen=True)
class FakeDelivery:
    packets_sent: int = 0
    packets_lost: int = 0
    has_report: bool = True


class FakePlayback:
    """Lasts as long as its clip, by the fake clock."""

    def __init__(self, clock: FakeClock, clip: Clip, *, loop: bool, is_muted: bool = False) -> None:
        self._clock = clock
        self.started_s: float | None = clock.monotonic()
        self._started_s = clock.monotonic()
        self._ended = asyncio.Event()
        self._outcome: Literal["finished", "stopped", "closed"] = "stopped"
        self.packets = 0
        self.gains: list[tuple[float, float, float]] = []
        self._is_muted = is_muted
        self.clip = clip
        self._task = None if loop else asyncio.create_task(self._finish())

    async def _finish(self) -> None:
        await self._clock.sleep_until(self._started_s + self.clip.duration_s)
        self.end("finished")

    async def wait(self) -> FakePlayed:
        await self._ended.wait()
        return FakePlayed(self.packets, self._outcome)

    def stop(self) -> None:
        self.end("stopped")

    def duck(self, gain: float, over_s: float) -> None:
        self.gains.append((round(self._clock.monotonic() - self._started_s, 3), gain, over_s))

    def end(self, outcome: Literal["finished", "stopped", "closed"]) -> None:
        if not self._ended.is_set():
            self._outcome = outcome
            self.packets = 0 if self._is_muted else round((self._clock.monotonic() - self._started_s) / 0.02)
            self._ended.set()
            if self._task is not None and self._task is not asyncio.current_task():
                self._task.cancel()


class FakeOutgoing:
    """Remembers what was played, as (seconds of the fake clock, name, loop), and what of it over another sound."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._origin_s = clock.monotonic()
        self.played: list[tuple[float, str, bool]] = []
        self.over: list[str] = []
        self.playbacks: list[FakePlayback] = []
        self.is_muted = False
        self.report = FakeDelivery()

    def play(self, clip: Clip, *, loop: bool = False, over: bool = False) -> FakePlayback:
        if over:
            self.over.append(clip.name)
        playback = FakePlayback(self._clock, clip, loop=loop, is_muted=self.is_muted)
        self.played.append((round(self._clock.monotonic() - self._origin_s, 3), clip.name, loop))
        self.playbacks.append(playback)
        return playback

    def delivery(self) -> FakeDelivery:
        return self.report


class FakeIncoming:
    def samples(self, since_s: float, until_s: float) -> npt.NDArray[np.int16]:
        return np.zeros(max(0, round((until_s - since_s) * 16_000)), dtype=np.int16)


@dataclass
class FakeRoom:
    """Implements `bots.bot.contract.ports.RoomPort`; `did` has every request, `refuses` what is refused and how."""

    clock: FakeClock
    room_id: str = "main"
    room_name: str = "Main room"
    client_id: str = "me"
    participants: Mapping[str, Participant] = field(default_factory=dict)
    awaited: Mapping[str, Participant] = field(default_factory=dict)
    floor: Floor = field(default_factory=Floor)
    mode: str = "group"
    is_recorded: bool = False
    pinned: tuple[str, ...] = ()
    in_spotlight: tuple[str, ...] = ()
    publishes: bool = True
    did: list[tuple[Any, ...]] = field(default_factory=list)
    refuses: dict[str, BotsError] = field(default_factory=dict)
    breakout: "FakeRoom | None" = None
    is_closed: bool = False
    is_connected: bool = True
    is_returning: bool = False
    join_takes_s: float = 0.0
    took_s: Mapping[str, float] = field(default_factory=dict)
    incoming: Mapping[int, FakeIncoming] = field(default_factory=dict)
    outgoing: FakeOutgoing | None = None
    on_event: Callable[[RoomEvent], None] = lambda event: None
    on_breakout_event: Callable[[RoomEvent], None] = lambda event: None
    next_breakout: int = 1
    on_invite: Callable[[str, Sequence[str]], None] = lambda room_id, client_ids: None

    def __post_init__(self) -> None:
        self._restored = asyncio.Event()
        self.outgoing = FakeOutgoing(self.clock) if self.publishes else None

    @property
    def is_moderator(self) -> bool:
        return self.participants[self.client_id].is_moderator

    @property
    def has_floor(self) -> bool:
        return self.mode != "lecture" or self.is_moderator or self.client_id in self.floor.holders

    # what the test says

    def push(self, event: RoomEvent) -> None:
        self.on_event(event)

    def arrive(self, participant: Participant) -> None:
        """Somebody joins."""
        self.participants = {**self.participants, participant.client_id: participant}
        self.push(ParticipantJoined(participant))

    def knock(self, participant: Participant) -> None:
        """Somebody waits to be let in."""
        self.awaited = {**self.awaited, participant.client_id: participant}
        self.push(ParticipantAwaited(participant))

    def raise_hand(self, participant: Participant) -> None:
        """Somebody asks for the floor."""
        self.floor.moved("requested", participant)
        self.push(FloorChanged("requested", participant))

    def give_role(self, client_id: str, role: str) -> None:
        """Somebody's role changes."""
        one = self.participants[client_id]
        self.participants = {**self.participants, client_id: replace(one, role=role)}
        self.push(RoleChanged(self.participants[client_id], one.role))

    def record(self, *, is_on: bool) -> None:
        """The recording begins or ends."""
        self.is_recorded = is_on
        self.push(RecordingOn("c-2") if is_on else RecordingOff("c-2"))

    def depart(self, client_id: str) -> None:
        gone = self.participants[client_id]
        self.participants = {key: one for key, one in self.participants.items() if key != client_id}
        self.push(ParticipantLeft(gone))

    def close(self, cause: int = 2002, reason: str = "lost") -> None:
        """The connection ends."""
        self.is_closed = True
        for playback in self.outgoing.playbacks if self.outgoing else ():
            playback.end("closed")
        self.push(Closed(cause, reason))

    def asked(self, what: str) -> list[tuple[Any, ...]]:
        return [one[1:] for one in self.did if one[0] == what]

    # what the bot does

    def _do(self, *request: Any) -> None:
        if request[0] in self.refuses:
            raise self.refuses[request[0]]
        self.did.append(request)

    async def say(self, text: str, *, to: Sequence[str] = ()) -> None:
        self._do("say", text, tuple(to))

    async def send_data(self, data: Any, *, to: Sequence[str] = ()) -> None:
        self._do("send_data", data, tuple(to))

    async def mute(self) -> None:
        self._do("mute")

    async def unmute(self) -> None:
        self._do("unmute")

    async def hard_mute(self, client_id: str | None = None) -> None:
        self._do("hard_mute", client_id)

    async def hard_unmute(self, client_id: str | None = None) -> None:
        self._do("hard_unmute", client_id)

    async def drop(self, client_ids: Sequence[str]) -> None:
        self._do("drop", tuple(client_ids))

    async def admit(self, client_id: str) -> None:
        self._do("admit", client_id)
        self._let_go(client_id)

    async def deny(self, client_id: str) -> None:
        self._do("deny", client_id)
        self._let_go(client_id)

    def _let_go(self, client_id: str) -> None:
        self.awaited = {key: one for key, one in self.awaited.items() if key != client_id}

    async def take_floor_step(self, step: OwnFloorStep) -> None:
        self._do("take_floor_step", step)
        self.floor.moved(step, self.participants[self.client_id])

    async def decide_floor(self, client_id: str, step: FloorDecision) -> None:
        self._do("decide_floor", client_id, step)
        self.floor.moved(step, self.participants[client_id])

    async def offer_floor(self, client_id: str) -> None:
        self._do("offer_floor", client_id)
        self.floor.moved("invited", self.participants[client_id])

    async def open_floor(self, *, is_open: bool) -> None:
        self._do("open_floor", is_open)
        self.floor.opened(is_open=is_open)

    async def switch_mode(self, mode: str) -> None:
        self._do("switch_mode", mode)
        self.mode = mode

    async def set_knock(self, *, is_on: bool) -> None:
        self._do("set_knock", is_on)

    async def pin(self, client_ids: Sequence[str], *, is_on: bool = True) -> None:
        self._do("pin", tuple(client_ids), is_on)
        self.pinned = _changed(self.pinned, client_ids, is_on=is_on)

    async def spotlight(self, client_ids: Sequence[str], *, is_on: bool = True) -> None:
        self._do("spotlight", tuple(client_ids), is_on)
        self.in_spotlight = _changed(self.in_spotlight, client_ids, is_on=is_on)

    async def hand_over(self, client_id: str) -> None:
        self._do("hand_over", client_id)
        self.give_role(client_id, "moderator")
        self.give_role(self.client_id, "participant")

    async def change_roles(self, roles: Mapping[str, str]) -> None:
        self._do("change_roles", dict(roles))
        for client_id, role in roles.items():
            self.give_role(client_id, role)

    async def start_recording(self) -> None:
        self._do("start_recording")
        self.record(is_on=True)

    async def stop_recording(self) -> None:
        self._do("stop_recording")
        self.record(is_on=False)

    async def extend(self) -> int:
        self._do("extend")
        return 10

    async def lock(self) -> None:
        self._do("lock")

    async def unlock(self) -> None:
        self._do("unlock")

    async def create_breakouts(self, definition: BreakoutDefinition) -> tuple[str, ...]:
        self._do("create_breakouts", definition)
        first, self.next_breakout = self.next_breakout, self.next_breakout + definition.max_rooms
        return tuple(f"br-{n}" for n in range(first, self.next_breakout))

    async def invite(self, room_id: str, client_ids: Sequence[str], *, force: bool = False) -> None:
        self._do("invite", room_id, tuple(client_ids), force)
        self.on_invite(room_id, client_ids)

    async def destroy_breakouts(self, room_ids: Sequence[str] | None = None) -> None:
        self._do("destroy_breakouts", room_ids if room_ids is None else tuple(room_ids))

    async def join_breakout(self, joinee: Joinee, stream_info: StreamInfo) -> "FakeRoom":
        try:
            self._do("join_breakout", joinee, stream_info)
        except BreakoutRefused as refused:
            self.push(BreakoutError(joinee.room_id, refused.result, refused.reason))
            raise
        if self.join_takes_s:
            await self.clock.sleep_until(self.clock.monotonic() + self.join_takes_s)
        me = Participant(client_id="me-inside", user_ref=self.participants[self.client_id].user_ref, is_me=True)
        self.breakout = FakeRoom(
            self.clock,
            room_id=joinee.room_id,
            room_name=f"Breakout {joinee.room_id}",
            client_id="me-inside",
            participants={"me-inside": me},
            publishes=self.publishes and stream_info.audio,
            on_event=self.on_breakout_event,
        )
        self.breakout.push(RoomJoined(joinee.room_id, self.breakout.room_name, me, (me,)))
        self.push(BreakoutConnected(joinee.room_id, self.breakout.room_name))
        return self.breakout

    async def reject_invite(self, room_id: str) -> None:
        self._do("reject_invite", room_id)

    async def leave_breakout(self) -> None:
        self._do("leave_breakout")
        if self.breakout is not None:
            gone, self.breakout = self.breakout, None
            gone.close(2006, "left")
            self.push(BreakoutDisconnected(gone.room_id))

    async def wait_connected(self) -> None:
        while not self.is_connected:
            await self._restored.wait()

    async def cut(self, gone_s: float) -> None:
        """The connection is lost, and back after that time."""
        rooms = [self] if self.breakout is None else [self.breakout, self]
        for room in rooms:
            room.lose()
        await self.clock.sleep_until(self.clock.monotonic() + gone_s)
        for room in rooms:
            room.come_back(gone_s)

    def lose(self, reason: str = "cut") -> None:
        self.is_connected = False
        self.push(ConnectionLost(self.room_id, reason))

    def come_back(self, away_s: float, *, is_resumed: bool = True) -> None:
        self.is_connected = True
        self._restored.set()
        self._restored = asyncio.Event()
        self.push(ConnectionRestored(self.room_id, away_s, 1, is_resumed))

    async def leave(self) -> None:
        if not self.is_closed:
            if self.breakout is not None:
                await self.leave_breakout()
            self.did.append(("leave",))
            self.close(2006, "left")


class FakeDoor:
    """Implements `bots.bot.contract.ports.JoinRoom`: lets the bot into one fake room, after `refusals` are used up."""

    def __init__(self, clock: FakeClock, *others: Participant, refusals: Sequence[BotsError] = ()) -> None:
        self.room = FakeRoom(clock)
        self._others = others
        self._refusals = list(refusals)
        self.knocked_at_s: list[float] = []
        self.gate: asyncio.Event | None = None
        """Who comes waits before it until it is set."""

    async def __call__(
        self,
        spec: BotSpec,
        *,
        on_event: Callable[[RoomEvent], None],
        on_breakout_event: Callable[[RoomEvent], None],
    ) -> FakeRoom:
        self.knocked_at_s.append(self.room.clock.monotonic())
        if self.room.is_closed:
            self.room = FakeRoom(self.room.clock)
        if self._refusals:
            raise self._refusals.pop(0)
        if self.gate is not None:
            on_event(RoomAwaited(self.room.room_id))
            await self.gate.wait()
        me = Participant(client_id="me", name=spec.name, role=spec.role, user_ref=spec.id, is_me=True)
        room = self.room
        room.on_event, room.on_breakout_event = on_event, on_breakout_event
        room.participants = {one.client_id: one for one in (me, *self._others)}
        room.publishes = spec.publishes
        room.outgoing = FakeOutgoing(room.clock) if spec.publishes else None
        room.push(RoomJoined(room.room_id, room.room_name, me, tuple(room.participants.values())))
        return room


def _changed(before: tuple[str, ...], client_ids: Sequence[str], *, is_on: bool) -> tuple[str, ...]:
    rest = tuple(one for one in before if one not in client_ids)
    return (*rest, *client_ids) if is_on else rest
