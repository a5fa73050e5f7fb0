"""A playbook: frozen models of everything that its YAML can say (design section 3).

A Python name that is not the YAML's own (`timeout_s`, `steps`) has the YAML's key as its alias.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic.json_schema import WithJsonSchema

from bots.playbook.model.attendance import AttendanceRules
from bots.playbook.model.cast import Bot, Instance, Microphone, Name, instances_of
from bots.playbook.model.controls import Controls
from bots.playbook.model.expect import Expect
from bots.playbook.model.roster import Roster
from bots.playbook.model.rotations import Rotation, RotationName
from bots.playbook.model.speech import Speech
from bots.playbook.model.steps.any import Role
from bots.playbook.model.steps.breakouts import Breakouts
from bots.playbook.model.steps.named import ListName
from bots.playbook.model.steps.reach import Reach
from bots.playbook.model.steps.rotate import Rotate
from bots.playbook.model.steps.sound import Play
from bots.playbook.model.steps.step import NamedSteps, Step, every_step
from bots.playbook.values.cronline import cron_problem
from bots.playbook.values.days import ExtraDay, SkippedDays
from bots.playbook.values.scalars import Clock, Credential, Day, Duration, Flag, Number, Share, Zone
from bots.playbook.values.shape import Frozen, bad
from bots.playbook.values.sounds import SoundFile

__all__ = [
    "MOST_BREAKOUTS",
    "Clip",
    "IfMissed",
    "Input",
    "Playbook",
    "RoomChoice",
    "RoomSettings",
    "ScheduleEntry",
    "Sound",
]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MOST_BREAKOUTS = 10  # of one parent at once; breakouts.md section 1, rule 4
_MOST_BOTS = 10_000  # with all copies; each is a connection, and a name in the checks
BotId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]


def _input_text(value: Any) -> str:
    if not isinstance(value, (str, int, float)):
        raise bad("wrong-type", "the default of an input is a text, a number, true or false")
    return str(value).lower() if isinstance(value, bool) else str(value)


InputText = Annotated[
    str,
    BeforeValidator(_input_text),
    WithJsonSchema({"type": ["string", "number", "boolean"], "examples": ["50m"]}, mode="validation"),
]


def _check_cron(line: str) -> str:
    problem = cron_problem(line)
    if problem is not None:
        raise bad("bad-value", problem)
    return line


Files = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "examples": ["shared.yaml"]},
        mode="validation",
    ),
]


def _whole_minutes(seconds: float) -> float:
    if seconds < 60 or seconds % 60:
        raise bad("bad-value", "the duration of a room is in whole minutes: 50m, 1h30m")
    return seconds


Minutes = Annotated[Duration, AfterValidator(_whole_minutes)]


class RoomSettings(Frozen):
    """A room to make before the session and to delete after it (Server API, `settings`)."""

    name: Name = Field(default="playbook room", description="The room's name.")
    mode: Literal["group", "lecture"] = Field(default="group", description="Breakout rooms exist in group mode only.")
    max_active_talkers: Number = Field(
        default=6, ge=1, le=16, description="How many are heard at once; breakouts hold one less."
    )
    moderators: Number | None = Field(
        default=None, ge=1, le=5, description="How many moderators fit; default: the playbook's."
    )
    participants: Number | None = Field(
        default=None, ge=1, le=5000, description="How many participants fit; default: the playbook's."
    )
    wait_for_moderator: Flag = Field(default=False, description="Participants wait until a moderator is there.")
    knock: Flag = Field(default=False, description="Participants are let in one by one, by a moderator.")
    duration_s: Minutes | None = Field(
        default=None, validation_alias="duration", description="The room sends everybody out after so long."
    )
    screen_share: Flag = Field(default=False, description="May people share their screens?")
    canvas: Flag = Field(default=False, description="May people share a canvas?")


class RoomChoice(Frozen):
    """The room of the playbook: one that exists, or one to make."""

    id: Credential | None = Field(
        default=None, description="Id of an existing room; ${NAME} is read from the environment."
    )
    create: RoomSettings | None = Field(default=None, description="Settings of a room to make.")

    @model_validator(mode="after")
    def _one(self) -> "RoomChoice":
        if (self.id is None) == (self.create is None):
            raise bad("bad-value", 'room needs either "id" or "create"')
        return self


class Clip(Frozen):
    """A named sound."""

    short: ClassVar[str] = "file"
    file: SoundFile = Field(description="The sound file, relative to the playbook.")
    volume: Share = Field(default=1.0, description="How loud, as a share of the recording.")
    fade_in_s: Duration = Field(
        default=0.0, validation_alias="fade_in", description="Grow to full volume over this time."
    )
    fade_out_s: Duration = Field(
        default=0.0, validation_alias="fade_out", description="Fade to silence over this time."
    )
    loop: Flag = Field(default=False, description="Begin again at its end.")
    loudness_lufs: Number | None = Field(
        default=None, validation_alias="loudness", ge=-50, le=-5,
        description="Bring the recording to this loudness first: LUFS, as EBU R 128 has it.",
    )  # fmt: skip
    duck_under_speech: Flag = Field(default=False, description="Go down to a fifth while people talk, then up again.")


class IfMissed(Frozen):
    """What to do about a start that was missed."""

    start_within_s: Duration = Field(validation_alias="start_within", description="Start late, up to this much.")


class ScheduleEntry(Frozen):
    """When sessions start, and how long they are; without `every` and `cron`, only by hand (`bots run`)."""

    id: Name = Field(default="session", description="Name of the entry, for --session and the log.")
    every: tuple[Weekday, ...] | None = Field(default=None, min_length=1, description="Weekdays, with at.")
    at: Clock | None = Field(default=None, description="Local clock time of the start, with every.")
    cron: Annotated[str, AfterValidator(_check_cron)] | None = Field(
        default=None, description="Or a cron line: minute hour day month weekday."
    )
    length_s: Duration = Field(validation_alias="length", gt=0, description="From start to end.")
    first_day: Day | None = Field(default=None, validation_alias="from", description="The first day with a session.")
    last_day: Day | None = Field(default=None, validation_alias="until", description="The last day with a session.")
    skip_on: tuple[SkippedDays, ...] = Field(
        default=(), description="Days without a session: dates, ranges, .ics files."
    )
    also_on: tuple[ExtraDay, ...] = Field(
        default=(), description="Extra days, with a clock time or at the entry's own."
    )
    join_early_s: Duration = Field(
        default=0.0, validation_alias="join_early", description="Bots that do not say when they arrive come this early."
    )
    if_missed: IfMissed | None = Field(default=None, description="What to do about a missed start; default: report it.")
    if_still_running: Literal["skip", "restart", "both"] = Field(
        default="skip", description="What a start does while the session before it goes on."
    )

    @model_validator(mode="after")
    def _whole(self) -> "ScheduleEntry":
        if self.cron is not None and (self.every is not None or self.at is not None):
            raise bad("bad-value", 'write either "cron", or "every" with "at"')
        if (self.every is None) != (self.at is None):
            raise bad("missing-key", '"every" and "at" belong together')
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise bad("bad-time", '"until" is before "from"')
        if self.at is None and any(extra.at is None for extra in self.also_on):
            raise bad("bad-time", 'without "at", a day of "also_on" needs its clock time: 2026-05-02 09:00')
        return self


class Input(Frozen):
    """A value that is given when the playbook is run (`--set name=value`), and used as {inputs.name}."""

    type: Literal["text", "number", "duration", "clock", "share", "boolean"] = Field(
        default="text", description="What it must be."
    )
    default: InputText | None = Field(
        default=None, description="Its value if none is given; without one it must be given."
    )
    description: str = Field(default="", description="What it is for.")


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound with its settings, those of the step before those of the clip; path is absolute."""

    path: str
    volume: float = 1.0
    loop: bool = False
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    loudness_lufs: float | None = None
    duck_under_speech: bool = False


class Playbook(Frozen):
    """One lesson: who joins which room, and what they do."""

    internal: ClassVar[frozenset[str]] = frozenset({"file", "folder"})
    version: Literal[1] = Field(default=1, validation_alias="playbook", description="Version of the language: 1.")
    name: Name = Field(description="Title of the playbook.")
    timezone: Zone | None = Field(default=None, description="IANA time zone of all clock times.")
    seed: Number = Field(default=0, ge=0, le=2**63 - 1, description="Seed of every random choice.")
    inputs: dict[str, Input] = Field(default={}, description="Values that are given when the playbook is run.")
    use: Files = Field(default=(), description="Files in the playbook's folder that bring audio, steps and bots.")
    room: RoomChoice = Field(description="The room.")
    roster: Roster = Field(default=(), description="Who is expected: a CSV file, or a list.")
    bots: dict[BotId, Bot] = Field(min_length=1, description="The bots, by id.")
    audio: dict[str, Clip] = Field(default={}, description="Named sounds.")
    speech: Speech = Field(default=Speech(), description="The voice of the steps say with aloud.")
    steps: dict[ListName, NamedSteps] = Field(default={}, description="Named step lists, for the step run.")
    rotations: dict[RotationName, Rotation] = Field(default={}, description="Groups and rounds, for the step rotate.")
    attendance: AttendanceRules = Field(
        default=AttendanceRules(), description="What is late and what is present, in the report's attendance."
    )
    controls: Controls = Field(default={}, description="What people may ask for in the chat (!more 2m), and who.")
    schedule: tuple[ScheduleEntry, ...] = Field(min_length=1, max_length=100, description="When sessions start.")
    expect: Expect = Field(default={}, description="What must have happened for the run to pass.")
    file: str = ""
    folder: str = ""

    @model_validator(mode="after")
    def _bounded(self) -> "Playbook":
        count = sum(bot.count for bot in self.bots.values())
        if count > _MOST_BOTS:
            raise bad("too-large", f"a playbook has at most {_MOST_BOTS:,} bots, this has {count:,}", key="bots")
        return self

    def instances(self) -> tuple[Instance, ...]:
        """All copies of all bots, in the order of the playbook."""
        return tuple(found for bot_id, bot in self.bots.items() for found in instances_of(bot_id, bot))

    def steps_of(self, bot: Bot) -> Iterator[Step]:
        """Every step that a bot can come to, those of the named lists that it runs each once."""
        yield from every_step(tuple(chain.from_iterable(bot.step_lists())), self.steps)

    def all_steps(self) -> Iterator[Step]:
        """Every step of every bot and of every named list, each once."""
        for steps in (*(steps for bot in self.bots.values() for steps in bot.step_lists()), *self.steps.values()):
            yield from every_step(steps)

    def sound_of(self, use: Play | Microphone) -> Sound:
        """The sound that a step or a microphone means."""
        clip = self.audio.get(use.file) or Clip.model_construct(file=use.file)
        is_looping = use.loop if use.loop is not None else clip.loop or isinstance(use, Microphone)
        fades = (use.fade_in_s, use.fade_out_s) if isinstance(use, Play) else (None, None)
        return Sound(
            path=f"{self.folder}/{clip.file}" if self.folder else clip.file,
            volume=clip.volume if use.volume is None else use.volume,
            loop=is_looping,
            fade_in_s=clip.fade_in_s if fades[0] is None else fades[0],
            fade_out_s=clip.fade_out_s if fades[1] is None else fades[1],
            loudness_lufs=clip.loudness_lufs,
            duck_under_speech=clip.duck_under_speech,
        )

    def voice(self) -> tuple[str, str]:
        """The engine that speaks, and its voice: a name, or the path of a file."""
        speech = self.speech
        is_file = speech.engine == "piper" and bool(self.folder)
        return speech.engine, f"{self.folder}/{speech.voice}" if is_file else speech.voice

    def entry(self, session_id: str | None = None) -> ScheduleEntry:
        """The schedule entry with this id, or the first.

        Raises:
            KeyError: no entry has this id.
        """
        if session_id is None:
            return self.schedule[0]
        for entry in self.schedule:
            if entry.id == session_id:
                return entry
        raise KeyError(session_id)

    def count_of(self, role: Role) -> int:
        """How many bots have this role."""
        return sum(bot.count for bot in self.bots.values() if bot.role == role)

    def heralds(self) -> int:
        """How many light clients its bots need to be heard in all breakouts; each takes a participant's seat.

        A copy of a bot needs one for each breakout that may be open while it plays into all of them.
        """
        reach = Reach(self.steps, self._sounds_abroad)
        opened = {name for step in self.all_steps() if isinstance(step, Breakouts) for name in step.open or ()}
        here = min(MOST_BREAKOUTS, max(1, len(opened)))
        return sum(
            _most_heralds(set(reach.of(tuple(chain.from_iterable(bot.step_lists())))), here) * bot.count
            for bot in self.bots.values()
        )

    def _sounds_abroad(self, step: Step) -> Iterator[str]:
        if isinstance(step, Play) and step.within == "breakouts":
            yield "plays"
        if isinstance(step, Rotate):
            yield "rotates"
            if any(warning.play for warning in self.rotations[step.plan].warn):
                yield "warns"


def _most_heralds(needs: set[str], here: int) -> int:
    if "warns" in needs or {"plays", "rotates"} <= needs:
        return MOST_BREAKOUTS
    return here if "plays" in needs else 0
