"""What became of each rule, timeline entry and invite of each bot, read from the events of a session. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BotStory", "RuleStory", "stories_of"]

Event = Mapping[str, Any]


@dataclass(slots=True)
class RuleStory:
    """What became of one rule or timeline entry.

    Attributes:
        trigger: `joined`, `chat`, …; `timeline` for an entry of the timeline.
        came, unlike, elsewhere: how often its kind of thing happened; of these, unlike its trigger; not where it looks.
        fired: how often its trigger matched.
        false: how often its condition was not true, by the part that was not and what was seen.
        ran, occasions: how many runs began, and how many firings they were gathered from.
        dropped: firings that led to no run, by reason.
        ended: runs by outcome and reason.
        steps: by kind, place and outcome; failed: why steps failed, by place and reason.
        branches: taken, by condition, branch and what was seen.
    """

    trigger: str = ""
    came: int | None = None
    unlike: int = 0
    elsewhere: int = 0
    fired: int = 0
    false: Counter[tuple[str, str]] = field(default_factory=Counter)
    ran: int = 0
    occasions: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    branches: Counter[tuple[str, str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class BotStory:
    """What became of one bot: its rules in order, its invites (what was decided, how they ended), its end."""

    rules: dict[str, RuleStory] = field(default_factory=dict)
    invites: int = 0
    decided: Counter[tuple[str, str]] = field(default_factory=Counter)
    settled: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_joined: bool = False
    end: str = ""


def stories_of(events: Iterable[Event]) -> dict[str, BotStory]:
    """The story of each bot, in the order in which they first turn up."""
    stories: dict[str, BotStory] = {}
    for event in events:
        bot = event.get("bot")
        if not isinstance(bot, str):
            continue
        story = stories.setdefault(bot, BotStory())
        _take(story, event)
        rule = event.get("rule")
        if isinstance(rule, str) and event["event"] not in ("audio_started", "audio_finished"):
            _take_rule(story.rules.setdefault(rule, RuleStory()), event)
    return stories


def shown(values: Mapping[str, Any]) -> str:
    """Facts as a condition saw them: `person.is_bot = true`."""
    return ", ".join(f"{name} = {_word(value)}" for name, value in values.items())


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _take(story: BotStory, event: Event) -> None:
    match event["event"]:
        case "room_joined":
            story.is_joined = True
        case "room_left":
            story.end = f"left ({event.get('cause')})"
        case "bot_failed":
            story.end = f"failed: {event.get('reason')}"
        case "invite_received":
            story.invites += 1
        case "invite_decided":
            number = event.get("entry")
            story.decided["no entry" if number is None else f"entry {int(number) + 1}", str(event.get("action"))] += 1
        case "invite_expired" | "breakout_failed" as name:
            story.settled[name.partition("_")[2], str(event.get("reason") or "")] += 1
        case _:
            pass


def _take_rule(story: RuleStory, event: Event) -> None:
    get = event.get
    match event["event"]:
        case "rule_fired":
            story.trigger = str(get("trigger") or "")
            story.fired += 1
        case "rule_tallied":
            story.trigger = str(get("trigger") or "")
            story.came, story.unlike, story.elsewhere = (
                int(get(name) or 0) for name in ("came", "unlike", "elsewhere")
            )
        case "condition_false":
            story.false[str(get("false_part")), shown(get("values") or {})] += 1
        case "run_started":
            story.ran += 1
            story.occasions += int(get("occasions") or 0)
        case "run_finished" if get("run") is not None:
            story.ended[str(get("outcome")), str(get("reason") or "")] += 1
        case "run_finished" if get("outcome") != "condition_false":
            story.dropped[_dropped(str(get("outcome")), get("reason"))] += 1
        case "step_finished":
            story.steps[str(get("kind")), str(get("where") or get("step")), str(get("outcome"))] += 1
            if get("outcome") == "failed" and get("reason"):
                story.failed[str(get("where") or get("step")), str(get("reason"))] += 1
        case "branch_taken":
            story.branches[str(get("condition") or ""), str(get("branch")), shown(get("values") or {})] += 1
        case _:
            pass


def _dropped(outcome: str, reason: str | None) -> str:
    if outcome == "already_running":
        return {None: "it was still running", "cooldown": "within its cooldown"}.get(reason, str(reason))
    return f"{outcome}: {reason}" if reason else outcome
