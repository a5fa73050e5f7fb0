"""A playbook: frozen models of everything that its YAML can say (design section 3).

A Python name that is not the YAML's own (`timeout_s`, `steps`) has the YAML's key as its alias.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, ValidationInfo, model_validator
from pydantic.json_schema import WithJsonSchema

from bots.playbook.expression import Expression
from bots.playbook.scalars import Clock, Credential, Day, Duration, Flag, Number, Offset, Range, Share, Zone, copy_ids
from bots.playbook.scope import BotFacts, Scope
from bots.playbook.shape import Frozen, bad, reading_of
from bots.playbook.sounds import SoundFile, SoundName
from bots.playbook.steps import Play, Role, Step
from bots.playbook.template import Template
from bots.playbook.triggers import Trigger, facts_for

__all__ = [
    "COUNTERS",
    "Arrival",
    "Bot",
    "Clip",
    "Counter",
    "Expectation",
    "IfMissed",
    "Input",
    "Instance",
    "InvitePolicy",
    "InviteRule",
    "LeaveWhen",
    "Microphone",
    "Playbook",
    "RoomChoice",
    "RoomSettings",
    "Rule",
    "ScheduleEntry",
    "Sound",
    "TimelineEntry",
]

Counter = Literal[
    "joined", "left", "accepted", "rejected", "ignored", "expired", "breakouts", "breakout_joins", "back", "said",
    "played", "delivered", "heard", "heard_in_parent", "heard_in_breakouts", "breakouts_heard", "errors",
]  # fmt: skip
COUNTERS: tuple[str, ...] = get_args(Counter)
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Answer = Literal["accept", "reject", "ignore"]
BotId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
InputText = Annotated[
    str,
    BeforeValidator(lambda value: str(value).lower() if isinstance(value, bool) else str(value)),
    WithJsonSchema({"type": ["string", "number", "boolean"], "examples": ["50m"]}, mode="validation"),
]
_CRON = re.compile(r"\S+(?: +\S+){4}")


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


class IfMissed(Frozen):
    """What to do about a start that was missed."""

    start_within_s: Duration = Field(validation_alias="start_within", description="Start late, up to this much.")


class ScheduleEntry(Frozen):
    """When sessions start, and how long they are; without `every` and `cron`, only by hand (`bots run`)."""

    id: Name = Field(default="session", description="Name of the entry, for --session and the log.")
    every: tuple[Weekday, ...] | None = Field(default=None, min_length=1, description="Weekdays, with at.")
    at: Clock | None = Field(default=None, description="Local clock time of the start, with every.")
    cron: str | None = Field(default=None, description="Or a cron line: minute hour day month weekday.")
    length_s: Duration = Field(validation_alias="length", gt=0, description="From start to end.")
    first_day: Day | None = Field(default=None, validation_alias="from", description="The first day with a session.")
    last_day: Day | None = Field(default=None, validation_alias="until", description="The last day with a session.")
    if_missed: IfMissed | None = Field(default=None, description="What to do about a missed start; default: report it.")

    @model_validator(mode="after")
    def _whole(self) -> "ScheduleEntry":
        if self.cron is not None and (self.every is not None or self.at is not None):
            raise bad("bad-value", 'write either "cron", or "every" with "at"')
        if (self.every is None) != (self.at is None):
            raise bad("missing-key", '"every" and "at" belong together')
        if self.cron is not None and not _CRON.fullmatch(self.cron.strip()):
            raise bad("bad-value", "a cron line has 5 fields: minute hour day month weekday")
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise bad("bad-time", '"until" is before "from"')
        return self


class Arrival(Frozen):
    """When the copies of a bot join."""

    at: Offset = Field(default=Offset(), description="The first copy.")
    over_s: Duration = Field(
        default=0.0, validation_alias="over", description="The others follow evenly within this time."
    )


class Microphone(Frozen):
    """What a bot plays all the time from joining on."""

    short: ClassVar[str] = "file"
    file: SoundName = Field(description="A clip of the audio section, or a file beside the playbook.")
    loop: Flag | None = Field(default=None, description="Begin again at its end; default: yes.")
    volume: Share | None = Field(default=None, description="How loud, as a share of the recording.")


class InviteRule(Frozen):
    """One answer to breakout invites; the first entry that fits decides."""

    opens: Offset = Field(
        default=Offset(), validation_alias="from", description="The window opens; earlier invites are kept."
    )
    closes: Offset = Field(default=Offset(anchor="end"), validation_alias="until", description="The window closes.")
    room: Name = Field(default="*", description="Pattern of the breakout's name or id: * is anything, ? one letter.")
    then: Answer = Field(default="accept", description="What to do with the invite.")
    chance: Share = Field(
        default=1.0, validation_alias="accept", description="Accept this share of the invites, ignore the others."
    )
    delay: Range = Field(
        default=Range(), validation_alias="after", description="Answer after a time drawn from this range."
    )
    role: Role = Field(default="participant", description="The role inside the breakout room.")
    audio: Flag = Field(default=True, description="Speak and play there.")
    screen: Flag = Field(default=False, description="Share the screen there.")
    canvas: Flag = Field(default=False, description="Share a canvas there.")


class InvitePolicy(Frozen):
    """How a bot answers breakout invites: a list, first match wins; the last entry may be `otherwise`."""

    entries: tuple[InviteRule, ...] = Field(default=(), description="In order; the first that fits decides.")
    otherwise: Answer = Field(default="ignore", description="If none fits.")

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, list):
            if reading_of(info) is not None:
                raise bad("wrong-type", "invites is a list: - {from: start, until: end}")
            return data
        last = data[-1] if data else None
        if isinstance(last, Mapping) and "otherwise" in last:
            if len(last) > 1:
                second = next(key for key in last if key != "otherwise")
                raise bad("bad-value", f'"otherwise" stands alone; "{second}" belongs in an entry before it')
            return {"entries": data[:-1], "otherwise": last["otherwise"]}
        return {"entries": data}


class LeaveWhen(Frozen):
    """When a bot leaves by itself before the end."""

    alone_s: Duration | None = Field(
        default=None, validation_alias="alone", description="Nobody else was there for this long."
    )
    only_bots_s: Duration | None = Field(
        default=None, validation_alias="only_bots", description="Only bots were there for this long."
    )
    after_s: Duration | None = Field(default=None, validation_alias="after", description="This long after it joined.")


class TimelineEntry(Frozen):
    """Steps at a moment of the session."""

    at: Offset = Field(description="When.")
    steps: tuple[Step, ...] = Field(validation_alias="do", min_length=1, description="What to do.")

    @model_validator(mode="wrap")
    @classmethod
    def _facts(
        cls, data: Any, handler: ModelWrapValidatorHandler["TimelineEntry"], info: ValidationInfo
    ) -> "TimelineEntry":
        reading = reading_of(info)
        if reading is None:
            return handler(data)
        with reading.limited_to(frozenset()):
            return handler(data)


class Rule(Frozen):
    """Steps that follow a trigger."""

    id: Name | None = Field(default=None, description="Name of the rule, for the log.")
    when: Trigger = Field(description="What fires it.")
    within: Literal["parent", "breakouts", "anywhere"] = Field(
        default="parent", validation_alias="in", description="Where it must happen."
    )
    condition: Expression | None = Field(default=None, validation_alias="if", description="Fire only if this holds.")
    gather_s: Duration = Field(
        default=0.0, validation_alias="gather", description="Wait this long and fire once for all that came."
    )
    cooldown_s: Duration = Field(
        default=0.0, validation_alias="cooldown", description="Then do not fire again for this long."
    )
    mode: Literal["single", "restart", "queued", "parallel"] = Field(
        default="single",
        description="A second firing while it runs: is dropped, restarts it, waits, or runs beside it.",
    )
    max: Number | None = Field(default=None, ge=1, description="Fire at most this often in a session.")
    steps: tuple[Step, ...] = Field(validation_alias="do", min_length=1, description="What to do.")

    @model_validator(mode="wrap")
    @classmethod
    def _facts(cls, data: Any, handler: ModelWrapValidatorHandler["Rule"], info: ValidationInfo) -> "Rule":
        reading = reading_of(info)
        if reading is None or not isinstance(data, Mapping):
            return handler(data)
        with reading.limited_to(facts_for(data.get("when"))):
            return handler(data)


class Bot(Frozen):
    """One bot, or many copies of it."""

    role: Role = Field(default="participant", description="Its role in the room.")
    display_name: Template | None = Field(
        default=None, description="The name that people see; {n} is the copy's number."
    )
    count: Number = Field(default=1, ge=1, le=5000, description="How many copies.")
    arrive: Arrival = Field(default=Arrival(), description="When it joins.")
    microphone: Microphone | None = Field(default=None, description="What it plays from joining on.")
    listens: Flag = Field(default=False, description="Does it hear the others, and judge what it hears?")
    invites: InvitePolicy = Field(default=InvitePolicy(), description="How it answers breakout invites.")
    leave_when: LeaveWhen | None = Field(default=None, description="When it leaves by itself.")
    timeline: tuple[TimelineEntry, ...] = Field(default=(), description="What it does at which minute.")
    rules: tuple[Rule, ...] = Field(default=(), description="What it does when something happens.")

    def step_lists(self) -> Iterator[tuple[Step, ...]]:
        """All its lists of steps, timeline first."""
        yield from (entry.steps for entry in self.timeline)
        yield from (rule.steps for rule in self.rules)


class Expectation(Frozen):
    """What a counter must be at a moment."""

    short: ClassVar[str] = "equals"
    equals: Number | None = Field(default=None, ge=0, description="Exactly this many.")
    at_least: Number | None = Field(default=None, ge=0, description="This many or more.")
    at_most: Number | None = Field(default=None, ge=0, description="This many or fewer.")
    by: Offset = Field(
        default=Offset(anchor="end"), description="When it is looked at; at_least may come true earlier."
    )

    @model_validator(mode="after")
    def _some(self) -> "Expectation":
        if self.equals is None and self.at_least is None and self.at_most is None:
            raise bad("missing-key", 'write "equals", "at_least" or "at_most"')
        return self

    def holds(self, value: int) -> bool:
        """Is a counter with this value as expected?"""
        return (
            (self.equals is None or value == self.equals)
            and (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )


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
class Instance:
    """One copy of a bot: `helper`, or `pupil-03` with number 3."""

    id: str
    bot_id: str
    number: int
    display_name: str


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound with its settings, those of the step before those of the clip; path is absolute."""

    path: str
    volume: float = 1.0
    loop: bool = False
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0


class Playbook(Frozen):
    """One lesson: who joins which room, and what they do."""

    internal: ClassVar[frozenset[str]] = frozenset({"file", "folder"})
    version: Literal[1] = Field(default=1, validation_alias="playbook", description="Version of the language: 1.")
    name: Name = Field(description="Title of the playbook.")
    timezone: Zone | None = Field(default=None, description="IANA time zone of all clock times.")
    seed: Number = Field(default=0, ge=0, le=2**63 - 1, description="Seed of every random choice.")
    inputs: dict[str, Input] = Field(default={}, description="Values that are given when the playbook is run.")
    room: RoomChoice = Field(description="The room.")
    bots: dict[BotId, Bot] = Field(min_length=1, description="The bots, by id.")
    audio: dict[str, Clip] = Field(default={}, description="Named sounds.")
    schedule: tuple[ScheduleEntry, ...] = Field(min_length=1, description="When sessions start.")
    expect: dict[Counter, Expectation] = Field(default={}, description="What must have happened for the run to pass.")
    file: str = ""
    folder: str = ""

    def instances(self) -> tuple[Instance, ...]:
        """All copies of all bots, in the order of the playbook."""
        return tuple(found for bot_id, bot in self.bots.items() for found in instances_of(bot_id, bot))

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
        )

    def entry(self, session_id: str | None = None) -> ScheduleEntry:
        """The schedule entry with this id, or the first.

        Raises:
            KeyError: no entry has this id.
        """
        if session_id is None:
            return self.schedule[0]
        return {entry.id: entry for entry in self.schedule}[session_id]

    def count_of(self, role: Role) -> int:
        """How many bots have this role."""
        return sum(bot.count for bot in self.bots.values() if bot.role == role)


def instances_of(bot_id: str, bot: Bot) -> tuple[Instance, ...]:
    """The copies of one bot."""
    return tuple(
        Instance(copy, bot_id, number, _shown_name(bot, copy, number))
        for number, copy in enumerate(copy_ids(bot_id, bot.count), 1)
    )


def _shown_name(bot: Bot, copy_id: str, number: int) -> str:
    if bot.display_name is None:
        return copy_id
    return bot.display_name.fill(Scope(bot=BotFacts(id=copy_id), n=number))
