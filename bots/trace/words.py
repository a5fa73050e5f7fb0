"""The stories of bots in sentences: why did it happen, and why not? Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bots.trace.story import BotStory, RuleStory, stories_of

__all__ = ["rule_told", "told"]

_CAME = {
    "joined": "somebody joined", "left": "somebody left", "returned": "somebody came back",
    "chat": "somebody wrote", "invited": "an invite came", "invite_rejected": "somebody refused an invite",
    "breakout_joined": "somebody went into a breakout room", "breakout_left": "somebody came out of a breakout room",
    "connection_lost": "the connection was lost", "connection_restored": "the connection came back",
    "waiting": "somebody waited to be let in", "hand_raised": "somebody asked for the floor",
    "recording": "the recording began or ended",
}  # fmt: skip
_SHOWN = 4  # of reasons, where there are many


def told(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lines: the session, then each bot with its rules; bots of which the same is to be said are told together."""
    lines = [*_session(events)]
    together: dict[tuple[str, ...], list[str]] = {}
    for bot, story in stories_of(events).items():
        together.setdefault(tuple(_bot(story)), []).append(bot)
    for said, bots in together.items():
        lines += [
            "",
            ", ".join(bots) if len(bots) <= _SHOWN else f"{', '.join(bots[:2])} … {bots[-1]} ({len(bots)} bots)",
        ]
        lines += [f"  {line}" for line in said]
    return lines


def rule_told(name: str, rule: RuleStory) -> str:
    """The first line of what became of a rule or timeline entry."""
    return next(_rule(name, rule))


def _session(events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    ends = [event for event in events if event["event"] == "session_finished"]
    if not ends:
        label = next((event["session"] for event in events if event.get("session")), "the session")
        yield f"{label}: the trace breaks off before its end"
        return
    end = ends[-1]
    reason = f" ({end['reason']})" if end.get("reason") else ""
    yield f"{end.get('session')}: {end.get('outcome')}{reason}; {end.get('joined')} of {end.get('bots')} bots joined"
    for one in end.get("expect") or []:
        if not one["is_met"]:
            yield f"  NOT MET: {one['counter']} should be {one['wanted']}, it was {one['value']}"


def _bot(story: BotStory) -> Iterator[str]:
    if not story.is_joined:
        yield f"was never in the room{': ' + story.end if story.end else ''}"
    elif story.end.startswith("failed"):
        yield story.end
    for name, rule in story.rules.items():
        yield from _rule(name, rule)
    if story.invites:
        yield from _invites(story)


def _rule(name: str, rule: RuleStory) -> Iterator[str]:
    """`rule greet never ran: 3 times somebody joined` and what became of each."""
    noun = "timeline" if rule.trigger == "timeline" or name.startswith("at ") else "rule"
    ran = "never ran" if not rule.ran else f"ran {_times(rule.ran)}"
    fates = list(_fates(rule))
    yield f"{noun} {name} {ran}{_occasions(rule, noun)}" + (f": {'; '.join(fates)}" if fates else "")
    for (outcome, reason), count in rule.ended.items():
        if outcome != "finished":
            yield f"  {_times(count)} {outcome}{': ' + reason if reason else ''}"
    for (condition, branch, values), count in rule.branches.items():
        yield f"  {_times(count)} " + (f"“{condition}” led to {branch} ({values})" if condition else f"drew {branch}")
    steps: dict[tuple[str, str], list[str]] = {}
    for (kind, where, outcome), count in rule.steps.items():
        steps.setdefault((kind, where), []).append(f"{outcome} {_times(count)}")
    for (kind, where), outcomes in steps.items():
        reasons = [reason for (place, reason) in rule.failed if place == where]
        yield f"  {kind} at {where}: {', '.join(outcomes)}{': ' + reasons[0] if reasons else ''}"


def _occasions(rule: RuleStory, noun: str) -> str:
    if noun == "timeline":
        return "" if rule.ran or rule.dropped else ": its moment never came"
    came = rule.came or rule.fired
    if not came:
        return f"; its trigger ({rule.trigger or 'unknown'}) never came"
    return f"; {_times(came)} {_CAME.get(rule.trigger, f'“{rule.trigger}” came')}"


def _fates(rule: RuleStory) -> Iterator[str]:
    """What became of the occasions that led to no run of their own."""
    if rule.unlike:
        yield f"{_times(rule.unlike)} not what the trigger asks for"
    if rule.elsewhere:
        yield f"{_times(rule.elsewhere)} not where “in” says"
    for (part, values), count in rule.false.most_common(_SHOWN):
        often = "each time" if count == rule.fired and len(rule.false) == 1 else _times(count)
        yield f"{often} “{part}” was false{f' ({values})' if values else ''}"
    if len(rule.false) > _SHOWN:
        rest = sum(count for _, count in rule.false.most_common()[_SHOWN:])
        yield f"{_times(rest)} false for other values"
    for reason, count in rule.dropped.items():
        yield f"{_times(count)} dropped: {reason}"
    if rule.occasions > rule.ran > 0:
        yield f"{rule.occasions} were gathered into {rule.ran}"


def _invites(story: BotStory) -> Iterator[str]:
    decided = [f"{entry} says {action} {_times(count)}" for (entry, action), count in story.decided.items()]
    yield f"invites: {_times(story.invites)} invited" + (f": {', '.join(decided)}" if decided else "")
    for (end, reason), count in story.settled.items():
        yield f"  {_times(count)} {end}{': ' + reason if reason else ''}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
