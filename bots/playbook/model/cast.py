"""Who takes part: bots with their invites, timelines and rules, and the copies of a bot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, ModelWrapValidatorHandler, ValidationInfo, model_validator

from bots.playbook.language.expression import Expression
from bots.playbook.language.scope import BotFacts, Scope
from bots.playbook.language.template import Template
from bots.playbook.model.steps.any import Role
from bots.playbook.model.steps.step import Step
from bots.playbook.model.triggers import Trigger, facts_for
from bots.playbook.values.people import copy_ids
from bots.playbook.values.scalars import Duration, Flag, Number, Offset, Range, Share
from bots.playbook.values.shape import Frozen, bad, reading_of
from bots.playbook.values.sounds import SoundName

__all__ = [
    "MOST_COPIES",
    "Arrival",
    "Bot",
    "Drops",
    "Instance",
    "InvitePolicy",
    "InviteRule",
    "LeaveWhen",
    "Microphone",
    "Name",
    "Rule",
    "TimelineEntry",
    "instances_of",
]

MOST_COPIES = 5000  # of one bot
Answer = Literal["accept", "reject", "ignore"]
Name = Annotated[str, Field(min_length=1, max_length=200)]


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
    talks: Share | None = Field(
        default=None, gt=0, description="Sound in bursts, this share of the time, as people talk; default: always."
    )

    @model_validator(mode="after")
    def _repeats(self) -> "Microphone":
        if self.talks is not None and self.loop is False:
            raise bad("bad-value", 'a microphone that "talks" repeats its sound: leave out "loop: false"')
        return self


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
        if any(isinstance(entry, Mapping) and "otherwise" in entry for entry in data[:-1]):
            raise bad("bad-value", '"otherwise" is for the last entry: what stands behind it is never looked at')
        if isinstance(last, Mapping) and "otherwise" in last:
            if len(last) > 1:
                second = next(key for key in last if key != "otherwise")
                raise bad("bad-value", f'"otherwise" stands alone; "{second}" belongs in an entry before it')
            return {"entries": data[:-1], "otherwise": last["otherwise"]}
        return {"entries": data}


class Drops(Frozen):
    """A synthetic person's connection drops now and then, and comes back."""

    chance: Share = Field(default=1.0, gt=0, description="How likely it drops in each stretch of time.")
    every_s: Duration = Field(validation_alias="every", ge=1, description="How long a stretch is, from joining on.")
    back_after: Range = Field(
        default=Range(low_s=5, high_s=20), description="Back after a time drawn from this range; default 5s..20s."
    )


class LeaveWhen(Frozen):
    """When a bot leaves by itself before the end."""

    alone_s: Duration | None = Field(
        default=None, validation_alias="alone", description="Nobody else was there for this long."
    )
    only_bots_s: Duration | None = Field(
        default=None, validation_alias="only_bots", description="Only bots were there for this long."
    )
    after_s: Duration | None = Field(default=None, validation_alias="after", description="This long after it joined.")
    waiting_s: Duration | None = Field(
        default=None, validation_alias="waiting", description="It has waited this long to be let in."
    )


class TimelineEntry(Frozen):
    """Steps at a moment of the session."""

    at: Offset = Field(description="When.")
    steps: tuple[Step, ...] = Field(validation_alias="do", min_length=1, description="What to do.")
    if_fails: tuple[Step, ...] = Field(default=(), description="What to do once a step of it has failed.")

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
    max: Number | None = Field(
        default=None,
        ge=1,
        description="With queued and parallel: how many run or wait at once (10). Else: how often a session has it.",
    )
    steps: tuple[Step, ...] = Field(validation_alias="do", min_length=1, description="What to do.")
    if_fails: tuple[Step, ...] = Field(default=(), description="What to do once a step of it has failed.")

    @model_validator(mode="wrap")
    @classmethod
    def _facts(cls, data: Any, handler: ModelWrapValidatorHandler["Rule"], info: ValidationInfo) -> "Rule":
        reading = reading_of(info)
        if reading is None or not isinstance(data, Mapping):
            return handler(data)
        with reading.limited_to(facts_for(data["when"]) if "when" in data else frozenset({"person", "message"})):
            return handler(data)


def _check_name(name: Template) -> Template:
    """A display name is given before anybody is there."""
    strange = sorted(name.facts - {"n", "bot.id"})
    if strange:
        raise bad("unknown-name", f"a display name can use {{n}} and {{bot.id}}, not {{{strange[0]}}}")
    if not name.text.strip():
        raise bad("bad-value", "a display name is empty; without one it is the bot's id")
    return name


class Bot(Frozen):
    """One bot, or many copies of it."""

    role: Role = Field(default="participant", description="Its role in the room.")
    display_name: Annotated[Template, AfterValidator(_check_name)] | None = Field(
        default=None, description="The name that people see; {n} is the copy's number."
    )
    count: Number = Field(default=1, ge=1, le=MOST_COPIES, description="How many copies.")
    arrive: Arrival = Field(default=Arrival(), description="When it joins.")
    microphone: Microphone | None = Field(default=None, description="What it plays from joining on.")
    listens: Flag = Field(default=False, description="Does it hear the others, and judge what it hears?")
    invites: InvitePolicy = Field(default=InvitePolicy(), description="How it answers breakout invites.")
    drops: Drops | None = Field(default=None, description="How its connection drops and comes back.")
    leave_when: LeaveWhen | None = Field(default=None, description="When it leaves by itself.")
    timeline: tuple[TimelineEntry, ...] = Field(default=(), description="What it does at which minute.")
    rules: tuple[Rule, ...] = Field(default=(), description="What it does when something happens.")

    def step_lists(self) -> Iterator[tuple[Step, ...]]:
        """All its lists of steps, timeline first."""
        yield from (steps for entry in self.timeline for steps in (entry.steps, entry.if_fails) if steps)
        yield from (steps for rule in self.rules for steps in (rule.steps, rule.if_fails) if steps)


@dataclass(frozen=True, slots=True)
class Instance:
    """One copy of a bot: `helper`, or `pupil-03` with number 3."""

    id: str
    bot_id: str
    number: int
    display_name: str


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
