"""A class whose process is killed with `kill -9` and started again, and what the room saw of it.

The room server lives in the test's own process and is watched from inside; the bots are real `bots run` processes with
a journal on the disk. Nothing is judged by what the journal says.
"""

import asyncio
import contextlib
import random
import signal
import wave
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bots.media import parse_rtp
from bots.room import ServerApi
from bots.server import RoomServer
from bots.server.breakouts import Breakouts
from bots.server.member import Member
from bots.server.rooms import breakout_of
from bots.server.state import Room
from bots.wire import JoinBreakout, SendData
from tests.e2e.program import Event, Program

__all__ = ["LATEST_KILL_S", "House", "Kind", "Trial", "kills_of", "violations"]

Kind = Literal["everybody", "conductor"]

ROUNDS, GROUPS, PUPILS = 5, 3, 12
LENGTH_S = 104
LATEST_KILL_S = LENGTH_S - 30.0  # later, the next process may come after the end, and has nothing to go on with
LATE_S = 2.0
SHORTEST_NOISE = 40  # bytes of an Opus packet; what is shorter may be silence, which is the same each time
SETTINGS = {"mode": "group", "moderators": 3, "participants": 30, "max_active_talkers": 6}
PLAYBOOK = f"""\
playbook: 1
name: Killed class
seed: SEED
room: {{id: "${{ROOM}}"}}
schedule: [{{id: lesson, length: {LENGTH_S}s, if_missed: {{start_within: 60s}}}}]
rotations:
  speaking:
    group_size: {PUPILS // GROUPS}
    rounds: {ROUNDS}
    round_length: 14s
    shortest_round: 1s
    gap: 500ms
    warn: [{{left: 1s, say: "One second left."}}]
bots:
  helper:
    role: moderator
    timeline:
      - at: start
        do: [{{say: Welcome}}, {{play: bell.wav}}, {{rotate: speaking}}, {{play: gong.wav}}, {{say: Back}}]
      - {{at: end - 2s, do: [{{say: Goodbye}}]}}
  pupil: {{count: {PUPILS}, invites: [{{after: 0s..1s}}]}}
"""


@dataclass
class Seen:
    """What the server saw of one room.

    Attributes:
        lines: chat lines, how often each was written.
        invited_inside: who was invited to the breakout that they were in.
        entries: pupil -> how many breakouts they went into.
        sounds: Opus packets of noise, how often each came; one clip has no two alike.
        twins: who was in the room twice when the class said goodbye.
        rooms_made: how many breakouts were opened.
    """

    lines: Counter[str] = field(default_factory=Counter)
    invited_inside: list[str] = field(default_factory=list)
    entries: Counter[str] = field(default_factory=Counter)
    sounds: Counter[bytes] = field(default_factory=Counter)
    twins: list[str] = field(default_factory=list)
    rooms_made: int = 0


class House:
    """A room server that is watched; use it as an async context manager."""

    def __init__(self) -> None:
        self.server = RoomServer()
        self.seen: defaultdict[str, Seen] = defaultdict(Seen)
        self._watch_breakouts(self.server.breakouts)
        self._watch_requests(self.server._reception._desk)
        self._watch_sound(self.server._relay)

    async def __aenter__(self) -> "House":
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    async def open_room(self) -> str:
        async with ServerApi(self.server.api_url, self.server.app_id, self.server.app_key) as api:
            return await api.create_room({"name": "Class", "owner_ref": "t", "settings": SETTINGS})

    def inside(self, room_id: str) -> list[str]:
        """Who is in a room now."""
        room = self.server.rooms.get(room_id)
        return [] if room is None else [member.claim.user_ref for member in room.members.values()]

    def environment(self, room_id: str) -> dict[str, str]:
        server = self.server
        return {
            "BOTS_API_URL": server.api_url, "BOTS_APP_ID": server.app_id, "BOTS_APP_KEY": server.app_key,
            "ROOM": room_id,
        }  # fmt: skip

    def _watch_breakouts(self, breakouts: Breakouts) -> None:
        invite, create = breakouts.invite, breakouts.create

        def invited(room: Room, member: Member, room_id: str, clients: Sequence[str], *, force: bool) -> Any:
            target = breakouts._breakout_under(room, room_id)
            inside = {} if target is None else breakout_of(target).members
            self.seen[room.room_id].invited_inside += [
                room.members[one].claim.user_ref for one in clients if one in inside and room.members[one].loss is None
            ]
            return invite(room, member, room_id, clients, force=force)

        def created(room: Room, member: Member, definition: Any) -> Any:
            made = create(room, member, definition)
            self.seen[room.room_id].rooms_made += len(made[0])
            return made

        breakouts.invite = invited  # type: ignore[method-assign]
        breakouts.create = created  # type: ignore[method-assign]

    def _watch_requests(self, desk: Any) -> None:
        handle = desk.handle

        def handled(client_id: str, request: Any, now_s: float) -> Any:
            place = self.server.rooms.place_of(client_id)
            if place is not None and isinstance(request, JoinBreakout):
                self.seen[place[0].room_id].entries[place[1].claim.user_ref] += 1
            if place is not None and isinstance(request, SendData) and isinstance(request.msg, str):
                self._said(place[0].room_id, request.msg)
            return handle(client_id, request, now_s)

        desk.handle = handled

    def _said(self, room_id: str, line: str) -> None:
        self.seen[room_id].lines[line] += 1
        if line == "Goodbye":
            here = Counter(self.inside(room_id))
            self.seen[room_id].twins = sorted(one for one, count in here.items() if count > 1)

    def _watch_sound(self, relay: Any) -> None:
        take = relay._take_rtp

        def taken(publication: Any, data: bytes, at: float) -> None:
            parsed = parse_rtp(data, publication.level_id)
            if parsed is not None and len(parsed[1]) >= SHORTEST_NOISE:
                self.seen[publication.owner.room.room_id].sounds[parsed[1]] += 1
            take(publication, data, at)

        relay._take_rtp = taken


def kills_of(seed: int) -> tuple[float, ...]:
    """When the process is killed, in seconds from the start of the class: once, or (one in four) twice."""
    rng = random.Random(seed)
    count = 2 if rng.random() < 0.25 else 1
    return tuple(sorted(round(rng.uniform(-1.0, LATEST_KILL_S), 3) for _ in range(count)))


@dataclass
class Trial:
    """One class, killed at these moments.

    Args:
        kind: whose process is killed: `everybody`'s, or only that of the bot that conducts, while the pupils stay.

    Attributes:
        fell: what was going on at each kill.
        log: of every process of the conductor, oldest first.
        codes: exit codes of the processes that were not killed.
        ghosts: who was in the room when every process had ended.
        is_too_late: the next process came up after the end of the class, and had nothing to go on with.
    """

    house: House
    folder: Path
    seed: int
    kind: Kind
    kills: tuple[float, ...]
    fell: list[str] = field(default_factory=list)
    log: list[Event] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    is_too_late: bool = False
    room_id: str = ""
    ends_at: datetime | None = None
    _programs: list[Program] = field(default_factory=list)

    async def run(self) -> None:
        """Play it to its end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.room_id = await self.house.open_room()
        for name in ("bell", "gong"):
            _write_noise(self.folder / f"{name}.wav", f"{name}/{self.seed}")
        (self.folder / "class.yaml").write_text(PLAYBOOK.replace("SEED", str(self.seed)), encoding="utf-8")
        try:
            await self._play()
        finally:
            for program in self._programs:
                program.close()

    async def _play(self) -> None:
        pupils = self._start("pupil", "--starts-in", "3s") if self.kind == "conductor" else None
        mine = "helper" if self.kind == "conductor" else ""
        process = self._start(mine, "--starts-in", "3s")
        await _until(process, lambda: bool(_starts(process)))
        [planned, *_] = _starts(process)
        starts_at, self.ends_at = (datetime.fromisoformat(planned[name]) for name in ("starts_at", "ends_at"))
        rng = random.Random(f"pause/{self.seed}")
        for kill in self.kills:
            while not process.is_over and (datetime.now(UTC) - starts_at).total_seconds() < kill:
                await asyncio.sleep(0.002)
            if process.is_over:
                break
            process.signal(signal.SIGKILL)
            await asyncio.to_thread(process.end)
            killed = list(process.log)
            self.fell.append(phase_of([*self.log, *killed]))
            self.log += killed
            await asyncio.sleep(rng.uniform(0.1, 1.5))
            process = self._start(mine, "--resume")
        while self.kills and not (process.is_over or process.events("session_resumed")):
            if process.events("session_given_up"):
                self.is_too_late = True
                return
            await asyncio.sleep(0.05)
        for program in (process, pupils):
            if program is not None:
                self.codes.append((await asyncio.to_thread(program.end, limit_s=LENGTH_S + 90.0)).code)
        self.log += list(process.log)
        self.ghosts = self.house.inside(self.room_id)

    def _start(self, bot: str, *arguments: str) -> Program:
        only = ("--only-bot", bot) if bot else ()
        program = Program(
            "run", str(self.folder / "class.yaml"), "--store", f"sqlite:///{self.folder}/{bot or 'all'}.db",
            "--log-format", "json", *only, *arguments, folder=self.folder,
            environment={**self.house.environment(self.room_id), "XDG_STATE_HOME": str(self.folder)},
        )  # fmt: skip
        self._programs.append(program)
        return program

    def events(self, name: str) -> list[Event]:
        return [one for one in self.log if one["event"] == name]

    @property
    def late_s(self) -> float | None:
        """How much later than planned the class ended; None if it did not."""
        ends = self.events("session_finished")
        if not ends or self.ends_at is None:
            return None
        return (datetime.fromisoformat(ends[-1]["timestamp"]) - self.ends_at).total_seconds()

    @property
    def dropped(self) -> int:
        """Rounds for which there was no time any more."""
        return sum(one["dropped"] for one in self.events("rotation_ended"))

    @property
    def unknown(self) -> int:
        """Steps of which the last process said that nobody knows whether they were done."""
        return sum(len(one["unknown"]) for one in self.events("session_finished"))


def violations(trial: Trial) -> list[str]:
    """What must not be, whatever was killed when; nothing if all is well."""
    if trial.is_too_late:
        return []
    seen = trial.house.seen[trial.room_id]
    found = [f"exit codes {trial.codes}"] if any(trial.codes) else []
    rounds = max((one["rounds"] for one in trial.events("rotation_ended")), default=0)
    if rounds + sum(one["dropped"] for one in trial.events("rotation_ended")) != ROUNDS:
        found.append(f"ends of the rotation: {trial.events('rotation_ended')}")
    if not rounds:
        found.append("no round was played")
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for one in trial.events("round_started"):
        groups[one["round"]].append(one["groups"])
    ended = {one["round"] for one in trial.events("round_ended")}
    for number in range(1, rounds + 1):
        if not groups[number] or any(one != groups[number][0] for one in groups[number]):
            found.append(f"round {number} had the groups {groups[number]}")
        if number not in ended:
            found.append(f"round {number} did not end")
    said = {
        line: (ROUNDS if line.startswith("One") else 1) for line in ("Welcome", "One second left.", "Back", "Goodbye")
    }
    found += [f"{line!r} was written {count} times" for line, count in seen.lines.items() if count > said.get(line, 0)]
    if not trial.events("step_passed_over"):
        found += [f"{line!r} is missing" for line in ("Welcome", "Back", "Goodbye") if not seen.lines[line]]
    if any(count > 1 for count in seen.sounds.values()):
        found.append(f"{sum(count > 1 for count in seen.sounds.values())} packets of a sound came twice")
    if seen.invited_inside:
        found.append(f"invited again, and inside: {seen.invited_inside}")
    if trial.kind == "conductor" and seen.rooms_made != rounds * GROUPS:
        found.append(f"{seen.rooms_made} breakouts were opened")
    if trial.kind == "conductor" and any(count > rounds for count in seen.entries.values()):
        found.append(f"breakouts entered: {dict(seen.entries)}")
    if trial.ghosts or seen.twins:
        found.append(f"still there: {trial.ghosts}; twice there: {seen.twins}")
    if trial.late_s is None or abs(trial.late_s) > LATE_S:
        found.append(f"the end came {trial.late_s} s late")
    for one in trial.events("session_finished"):
        if one["outcome"] != "finished" or one["errors"]:
            found.append(f"the session {one['outcome']}: {one['reason']} {one['errors']}")
    return found


def phase_of(log: Sequence[Event]) -> str:
    """What was going on when the log ended."""
    phase = "before the start"
    for one in log:
        match one["event"]:
            case "session_started":
                phase = "before the rotation"
            case "breakout_created":
                phase = "opening and inviting"
            case "group_answered" | "rotation_resumed":
                phase = "in a round"
            case "breakout_destroyed":
                phase = "closing"
            case "round_ended":
                phase = "between two rounds" if one["round"] < ROUNDS else "after the rotation"
            case "session_resumed":
                phase = "coming back"
            case _:
                pass
    return phase


def _starts(process: Program) -> list[Event]:
    return [*process.events("session_scheduled"), *process.events("session_started")]


async def _until(process: Program, condition: Any) -> None:
    with contextlib.suppress(AssertionError):
        await asyncio.to_thread(process.wait_for, "the plan of the session", condition, limit_s=60.0)
    assert condition(), process.err


def _write_noise(path: Path, seed: str) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(random.Random(seed).randbytes(2 * 48_000))
