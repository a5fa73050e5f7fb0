"""Everything that one bot needs to know, as one frozen value that JSON can say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Literal

from pydantic import TypeAdapter

from bots.bot.breakout.invites import InviteWindow
from bots.bot.contract.attendance import AttendancePlan
from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.provider import Provider
from bots.bot.contract.rotation import RotationPlan
from bots.bot.rules.run import Mode
from bots.playbook import Expression, Play, RosterEntry, Say, Silent, Step, Talking, Trigger, WaitFor, every_step

__all__ = ["BotSpec", "DropRule", "LeaveRule", "RulePlan", "bot_of_herald", "herald_id", "sound_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """A rule, or a timeline entry with its instant.

    Attributes:
        id: for the log: the rule's own, or the entry's moment (`at start + 8m`).
        if_fails: performed once a step of the others has failed.
        at: aware; None for a rule.
        is_movable: it hangs on the start of the session, so that a rotation which takes longer moves it.
        trigger, within, condition, cooldown_s, gather_s, mode: see `Rule` of the playbook.
        max: with `queued` and `parallel`, how many firings run or wait at once (10 unless given); with `single` and
            `restart`, how often the rule runs in a session (no limit unless given).
    """

    id: str
    steps: tuple[Step, ...]
    if_fails: tuple[Step, ...] = ()
    at: datetime | None = None
    is_movable: bool = False
    trigger: Trigger | None = None
    within: Literal["parent", "breakouts", "anywhere"] = "parent"
    condition: Expression | None = None
    gather_s: float = 0.0
    cooldown_s: float = 0.0
    mode: Mode = "single"
    max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRule:
    """When a bot leaves by itself; seconds, None is never."""

    alone_s: float | None = None
    only_bots_s: float | None = None
    after_s: float | None = None
    waiting_s: float | None = None

    @property
    def is_about_being_in(self) -> bool:
        """Does it say anything of a bot that has been let in?"""
        return self.is_about_people or self.after_s is not None

    @property
    def is_about_people(self) -> bool:
        """Must somebody look at who is there?"""
        return self.alone_s is not None or self.only_bots_s is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRule:
    """How the connection drops: in each stretch of `every_s` seconds with this chance (0 to 1).

    Attributes:
        back_after_s: shortest and longest time until it is back, seconds.
    """

    chance: float
    every_s: float
    back_after_s: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSpec:
    """One bot of one session.

    Attributes:
        id: of the copy, `pupil-03`; also the `user_ref` of its token.
        number: among its copies, from 1.
        name: that people see.
        session: label of the session, for the log.
        arrives_at, starts_at, ends_at: aware, UTC.
        seed: of this bot's random choices.
        bot_ids: of every bot of the session, to tell bots from people.
        sounds: by `sound_key`, each sound that a step can play.
        steps: the named step lists that it runs, by name.
        moments: the instants of the moments that its steps name, by their text.
        microphone: the loop that plays whenever nothing else does.
        speech: engine and voice of what it says aloud.
        report_folder: where `save` writes; None, in a simulation, writes nothing.
        reports_people: is it the one bot of the session that logs what all can see: who comes and goes?
    """

    id: str
    number: int
    name: str
    role: Literal["moderator", "participant"]
    session: str
    provider: Provider
    room_id: str
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    seed: str
    bot_ids: tuple[str, ...]
    listens: bool = False
    microphone: ClipPlay | None = None
    speech: tuple[str, str] = ("espeak-ng", "en")
    sounds: dict[str, ClipPlay] = field(default_factory=dict)
    invites: tuple[InviteWindow, ...] = ()
    timeline: tuple[RulePlan, ...] = ()
    rules: tuple[RulePlan, ...] = ()
    steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)
    leave: LeaveRule = LeaveRule()
    drops: DropRule | None = None
    roster: tuple[RosterEntry, ...] = ()
    controls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rotations: dict[str, RotationPlan] = field(default_factory=dict)
    attendance: AttendancePlan = field(default_factory=AttendancePlan)
    reports_people: bool = False
    report_folder: str | None = None

    @property
    def publishes(self) -> bool:
        """Does it need a microphone line: it plays something, or has a microphone?"""
        has_warning = any(plan.has_sound for plan in self.rotations.values())
        is_speaking = any(isinstance(step, Say) and step.aloud for step in self.every_step())
        return self.microphone is not None or bool(self.sounds) or has_warning or is_speaking

    def every_step(self) -> Iterator[Step]:
        """Every step that it can come to, with those inside others; those of named lists once."""
        plans = (*self.timeline, *self.rules)
        steps = [*(step for plan in plans for step in (*plan.steps, *plan.if_fails)), *chain(*self.steps.values())]
        return every_step(steps)

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Of its rules, and of every step that waits for one."""
        plans = (*self.timeline, *self.rules)
        waits = [step.when for step in self.every_step() if isinstance(step, WaitFor)]
        return tuple(one for one in (*(plan.trigger for plan in plans), *waits) if one is not None)

    @property
    def watches_talk(self) -> bool:
        """Must the room tell it who talks?"""
        sounds = (*self.sounds.values(), *([] if self.microphone is None else [self.microphone]))
        is_ducked = any(sound.is_ducked for sound in sounds)
        return is_ducked or any(isinstance(trigger, Talking | Silent) for trigger in self.triggers)

    def to_json(self) -> str:
        """For another process; contains the provider's key."""
        return _adapter().dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> "BotSpec":
        return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[BotSpec]:
    """Made when it is needed: it takes 20 ms, and bots that live in one process are never written as JSON."""
    return TypeAdapter(BotSpec)


def sound_key(step: Play) -> str:
    """The same for steps that play the same sound in the same way."""
    return "|".join(str(part) for part in (step.file, step.loop, step.volume, step.fade_in_s, step.fade_out_s))


def herald_id(bot_id: str, number: int) -> str:
    """The `user_ref` of a bot's light client; bot ids have no slash."""
    return f"{bot_id}/{number}"


@lru_cache(maxsize=4096)
def bot_of_herald(user_ref: str) -> str | None:
    """Whose light client this is; None for everybody else."""
    bot_id, slash, _ = user_ref.rpartition("/")
    return bot_id if slash else None
