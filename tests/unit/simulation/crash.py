"""A lesson with a rotation, killed and started again on a virtual clock, and what everybody saw of it.

The server's rules, the bots and the session are the real ones; journals are in memory. A kill takes the network and the
journals of its process at one instant, wherever its bots are, and then its tasks.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from random import Random
from typing import Any, cast

import structlog

from bots.bot import Bot, BotEvent, BotSpec, Command, Judge, Judged, RoomPort
from bots.fleet import Session, SessionResult, plan
from bots.journal import OpenSession, SessionRecord
from bots.playbook import Playbook
from bots.room import Room, RoomEvent
from bots.schedule import AlarmClock
from bots.server.breakouts import Breakouts
from bots.server.rooms import breakout_of
from bots.simulation.clips import Clips
from bots.simulation.loop import VirtualClock, run_virtually
from bots.simulation.network import LATENCY_S, MemoryNetwork
from bots.simulation.rooms import SimulatedRooms
from bots.simulation.scenario import PROVIDER
from tests.fakes.diary import FakeDiary

__all__ = ["LARGE", "SMALL", "START", "Kills", "Lesson", "Report", "Shape", "drawn", "violations"]

CURRENT: ContextVar["Process | None"] = ContextVar("process", default=None)
ON_TIME = timedelta(seconds=0.1)
START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)

Kills = Sequence[tuple[str, float]]
"""("at", seconds after the start) or ("write", number of a write of that life), one a life."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a lesson is."""

    pupils: int
    group_size: int
    rounds: int
    length_s: int

    @property
    def groups(self) -> int:
        """Of each round."""
        return self.pupils // self.group_size


LARGE = Shape(pupils=12, group_size=4, rounds=5, length_s=240)
SMALL = Shape(pupils=6, group_size=2, rounds=3, length_s=140)  # a fifth of the work; who is alone, is moved at once


def drawn(seed: int | str, shape: Shape = LARGE) -> list[tuple[str, float]]:
    """One to three moments of a lesson, in order."""
    rng = Random(seed)
    return sorted(("at", round(rng.uniform(-3, shape.length_s - 5), 3)) for _ in range(rng.randint(1, 3)))


def _lesson_of(seed: int, shape: Shape) -> Playbook:
    """Rounds of 30 s, and lines before, between and after."""
    return Playbook.model_validate(
        {
            "playbook": 1, "name": "Crash", "seed": seed, "room": {"id": "main"},
            "schedule": [{"id": "lesson", "length": f"{shape.length_s}s"}],
            "rotations": {
                "speaking": {
                    "group_size": shape.group_size, "rounds": shape.rounds, "round_length": "30s",
                    "shortest_round": "5s", "gap": "4s",
                    "no_show": {"after": "20s"}, "warn": [{"left": "8s", "say": "Eight seconds left."}],
                }
            },
            "bots": {
                "helper": {
                    "role": "moderator",
                    "timeline": [
                        {
                            "at": "start",
                            "do": [{"say": "Welcome"}, {"wait": "5s"}, {"rotate": "speaking"}, {"say": "Back"}],
                        },
                        {"at": "end - 10s", "do": [{"say": "Goodbye"}]},
                    ],
                },
                "pupil": {"count": shape.pupils, "invites": [{"after": "1s..3s"}]},
            },
        }
    )  # fmt: skip


@dataclass
class Report:
    """What was seen from outside, and in the log.

    Attributes:
        lines: chat lines, how often each was written.
        invited_inside: invites to people who were in that very breakout, and whoever invited them could have heard of
            it: an invite that meets the notice on its way is nobody's fault.
        groups: round -> every list of groups under which it was told as begun.
        ended: how often each round was told as ended.
        kills: where the kills fell.
        ghosts: who was in the room a while after the end.
        rooms_made: how many breakouts were opened.
        gone: from when until when its process was away, each time.
        ends: round -> (when it was to end, when it was told as ended).
    """

    shape: Shape
    result: SessionResult | None = None
    lines: Counter[str] = field(default_factory=Counter)
    invited_inside: list[str] = field(default_factory=list)
    groups: defaultdict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    ended: Counter[int] = field(default_factory=Counter)
    kills: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    rooms_made: int = 0
    unknown: int = 0
    ended_at: datetime = START
    gone: list[tuple[datetime, datetime]] = field(default_factory=list)
    ends: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)


class Process:
    """Bots that live and die together; implements `bots.fleet.Fleet`."""

    def __init__(self, lesson: "Lesson", diaries: dict[str, FakeDiary]) -> None:
        self._lesson = lesson
        self._diaries = diaries
        self._networks: list[MemoryNetwork] = []
        self._bots: dict[str, Bot] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._events: asyncio.Queue[BotEvent] = asyncio.Queue()
        self.dead = asyncio.Event()
        for diary in diaries.values():
            diary.on_write = self._written
        self.writes = 0
        self.die_at_write = inf

    def _written(self) -> None:
        self.writes += 1
        if self.writes >= self.die_at_write:
            self.die(f"write {self.writes}")

    def die(self, where: str) -> None:
        """Now, whatever is going on."""
        if self.dead.is_set():
            return
        self.dead.set()
        self._lesson.report.kills.append(where)
        for diary in self._diaries.values():
            diary.close()
        for network in self._networks:
            network.cut()

    async def end(self) -> None:
        for life in self._lives.values():
            life.cancel()
        await asyncio.gather(*self._lives.values(), return_exceptions=True)

    async def join(
        self, spec: BotSpec, *, on_event: Callable[[RoomEvent], None], on_breakout_event: Callable[[RoomEvent], None]
    ) -> RoomPort:
        if self.dead.is_set():
            await asyncio.Event().wait()
        rooms = self._lesson.rooms
        network = rooms.network()
        self._networks.append(network)
        plain = network.open

        async def opened(url: str, **values: Any) -> Any:
            if self.dead.is_set():
                await asyncio.Event().wait()
            return await plain(url, **values)

        network.open = opened  # type: ignore[method-assign]
        return await Room.join_over(
            network, rooms.token(spec.room_id, name=spec.name, role=spec.role, user_ref=spec.id),
            clock=self._lesson.clock, publish=spec.publishes, listen=spec.listens, on_event=on_event,
            on_breakout_event=on_breakout_event,
        )  # fmt: skip

    async def start(self, spec: BotSpec) -> None:
        lesson = self._lesson
        bot = self._bots[spec.id] = Bot(
            spec, clock=lesson.clock, alarms=lesson.alarms, join=self.join, load=Clips().load,
            emit=self._events.put_nowait, diary=self._diaries[spec.id],
        )  # fmt: skip
        self._lives[spec.id] = asyncio.create_task(bot.run(), name=f"{spec.id}/life")

    async def stop(self, bot_id: str) -> None:
        self._lives[bot_id].cancel()

    def command(self, bot_id: str, command: Command) -> None:
        if isinstance(command, Judge):
            self._events.put_nowait(Judged(bot_id=bot_id, play_id=command.play_id, is_heard=True))
        elif not self._lives[bot_id].done():
            self._bots[bot_id].command(command)

    async def events(self) -> Any:
        while True:
            yield await self._events.get()


class Opened:
    """As much of an open session as `Session` needs."""

    def __init__(self, diaries: dict[str, FakeDiary], facts: Any, length: timedelta) -> None:
        self.record = SessionRecord(
            id="Crash/lesson", playbook="Crash", file="/c.yaml", entry="lesson", starts_at=START,
            ends_at=START + length, facts=facts,
        )  # fmt: skip
        self.pasts = {bot: diary.past for bot, diary in diaries.items()}
        self.is_resumed = facts is not None
        self.facts = facts
        self.is_dead: Callable[[], bool] = lambda: False

    def remember(self, facts: Callable[[], Any]) -> None:
        if not self.is_dead():
            self.facts = facts()


class Lesson:
    """One lesson in one room.

    Args:
        seed: of everything.
        helper_only: the pupils live in another process, which nobody kills.
        is_telling: the server tells a moderator who comes what is open; EnableX does not.
        shape: how large it is.
    """

    def __init__(self, seed: int, *, helper_only: bool = False, is_telling: bool = True, shape: Shape = LARGE) -> None:
        self.seed = seed
        self.shape = shape
        self.rng = Random(seed)
        self.helper_only = helper_only
        self.is_telling = is_telling
        self.clock = VirtualClock(START - timedelta(seconds=5))
        self.report = Report(shape)

    def run(self, kills: Kills = (), down_s: tuple[float, float] = (0.2, 4.0)) -> Report:
        """Play it.

        Args:
            kills: when its process is killed; a life that has no such moment lives on.
            down_s: until the next life.
        """
        return run_virtually(lambda: self._play(kills, down_s), self.clock)

    async def _play(self, kills: Kills, down_s: tuple[float, float]) -> Report:
        playbook = _lesson_of(self.seed, self.shape)
        self.rooms = SimulatedRooms(self.clock, str(self.seed))
        settings = {"mode": "group", "moderators": 2, "participants": 40, "max_active_talkers": 6}
        self.rooms.make_room({"name": "main", "owner_ref": "", "settings": settings}, "main")
        self._watch_server()
        self.alarms = AlarmClock(self.clock, max_sleep_s=inf)
        self.alarms.start()
        specs = plan(playbook, provider=PROVIDER, room_id="main", starts_at=START)
        mine = tuple(one for one in specs if not self.helper_only or one.id == "helper")
        others = tuple(one for one in specs if one not in mine)
        logs = structlog.testing.LogCapture()

        def living(_logger: Any, _method: str, event: Any) -> Any:
            """What the tasks of a killed process still say until they are cancelled, nobody has said."""
            process = CURRENT.get()
            if process is not None and process.dead.is_set():
                raise structlog.DropEvent
            event["at"] = self.clock.now()
            return event

        before = structlog.get_config()["processors"]
        structlog.configure(processors=[living, logs])
        try:
            steady = asyncio.create_task(self._session(others, None)) if others else None
            await self._lives(mine, list(kills), down_s)
            if steady is not None:
                await steady
        finally:
            structlog.configure(processors=before)
        await asyncio.sleep(30)
        self.report.ghosts = sorted(self.rooms.places("main"))
        self.alarms.stop()
        self._read(logs.entries)
        return self.report

    async def _session(
        self, specs: tuple[BotSpec, ...], opened: Opened | None, process: Process | None = None
    ) -> Session:
        process = process or Process(self, {spec.id: FakeDiary() for spec in specs})
        CURRENT.set(process)  # of this task and of all that it starts
        session = Session(
            "Crash/lesson", specs, (), fleet=process, clock=self.clock, alarms=self.alarms,
            opened=cast("OpenSession | None", opened),
        )  # fmt: skip
        try:
            await session.run(asyncio.Event())
        finally:
            await process.end()
        return session

    async def _lives(
        self, specs: tuple[BotSpec, ...], kills: list[tuple[str, float]], down_s: tuple[float, float]
    ) -> None:
        """One life after the other, until one is not killed."""
        diaries, facts = {spec.id: FakeDiary() for spec in specs}, None
        while True:
            opened, process = Opened(diaries, facts, timedelta(seconds=self.shape.length_s)), Process(self, diaries)
            opened.is_dead = process.dead.is_set
            timer = self._arm(process, kills.pop(0)) if kills else None
            living = asyncio.create_task(self._session(specs, opened, process))
            dying = asyncio.create_task(process.dead.wait())
            await asyncio.wait([living, dying], return_when=asyncio.FIRST_COMPLETED)
            if timer is not None:
                timer.cancel()
            if not process.dead.is_set():
                dying.cancel()
                self.report.result = (await living).finish()
                self.report.ended_at = self.clock.now()
                return
            died_at = self.clock.now()
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            diaries, facts = {bot: diary.killed() for bot, diary in diaries.items()}, opened.facts
            await asyncio.sleep(self.rng.uniform(*down_s))
            self.report.gone.append((died_at, self.clock.now()))

    def _arm(self, process: Process, kill: tuple[str, float]) -> asyncio.TimerHandle | None:
        kind, number = kill
        if kind == "write":
            process.die_at_write = number
            return None
        due_s = (START - self.clock.now()).total_seconds() + number
        return asyncio.get_running_loop().call_later(max(0.0, due_s), process.die, f"at {number:.3f} s")

    # ---- what is seen

    def _watch_server(self) -> None:
        breakouts: Breakouts = self.rooms._reception.breakouts
        plain, announce = breakouts.invite, breakouts.announce
        told_at: dict[str, datetime] = {}

        def announced(room: Any, member: Any) -> Any:
            effects = announce(room, member)
            if effects:
                told_at[member.client_id] = self.clock.now()
            return effects

        def invite(room: Any, member: Any, room_id: str, clients: Sequence[str], *, force: bool) -> Any:
            target = breakouts._breakout_under(room, room_id)
            if target is not None:
                known = breakout_of(target).announced
                sent_at = self.clock.now() - timedelta(seconds=LATENCY_S)
                self.report.invited_inside += [
                    room.members[one].claim.user_ref
                    for one in clients
                    if one in known and room.members[one].loss is None
                    if told_at[one] + timedelta(seconds=LATENCY_S) < sent_at
                ]
            return plain(room, member, room_id, clients, force=force)

        breakouts.invite = invite  # type: ignore[method-assign]
        breakouts.announce = announced  # type: ignore[method-assign]
        create = breakouts.create

        def created(room: Any, member: Any, definition: Any) -> Any:
            made = create(room, member, definition)
            self.report.rooms_made += len(made[0])
            return made

        breakouts.create = created  # type: ignore[method-assign]
        if not self.is_telling:
            breakouts.standing = lambda room, member: []  # type: ignore[method-assign]
        hear = self.rooms.ears.hear

        def heard(line: Any) -> None:
            self.report.lines[line.text] += 1
            hear(line)

        self.rooms.ears.hear = heard  # type: ignore[method-assign]

    def _read(self, entries: Sequence[Any]) -> None:
        due: dict[int, datetime] = {}
        for one in entries:
            if one["event"] == "round_started":
                self.report.groups[one["round"]].append(one["groups"])
                due.setdefault(one["round"], one["at"] + timedelta(seconds=one["length_s"]))
            elif one["event"] == "round_ended":
                self.report.ended[one["round"]] += 1
                self.report.ends.setdefault(one["round"], (due.get(one["round"], START), one["at"]))
            elif one["event"] == "step_passed_over":
                self.report.unknown += 1


def violations(report: Report) -> list[str]:
    """What must not be, whatever was killed when; nothing if all is well."""
    shape = report.shape
    found = [
        f"{line!r} was written {count} times"
        for line, count in report.lines.items()
        if count > (shape.rounds if line.startswith("Eight") else 1)
    ]
    for number in range(1, shape.rounds + 1):
        groups = report.groups[number]
        if not groups or any(one != groups[0] for one in groups):
            found.append(f"round {number} had the groups {groups}")
        if not report.ended[number]:
            found.append(f"round {number} did not end")
    if report.invited_inside:
        found.append(f"invited again, and inside: {report.invited_inside}")
    if report.ghosts:
        found.append(f"still there: {report.ghosts}")
    for number, (due, ended_at) in report.ends.items():
        was_away = any(died_at <= due + ON_TIME and due - ON_TIME <= back_at for died_at, back_at in report.gone)
        if abs(ended_at - due) > ON_TIME and not was_away:
            found.append(f"round {number} ended {(ended_at - due).total_seconds():.3f} s late")
    planned = max([START + timedelta(seconds=shape.length_s), *(back_at for _, back_at in report.gone)])
    late_s = (report.ended_at - planned).total_seconds()
    if abs(late_s) > 2:
        found.append(f"the end came {late_s:.1f} s late")
    result = report.result
    if result is None or result.outcome != "finished" or result.errors:
        found.append(f"the session {result}")
    return found
