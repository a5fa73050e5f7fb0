"""The static checks: what a readable playbook asks for and can never get. An error is certain, a warning likely."""

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from bots.playbook.language.scope import Scope
from bots.playbook.lint.controls import check_controls
from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.lint.flow import check_flow
from bots.playbook.lint.limits import check_limits
from bots.playbook.lint.moments import check_moments
from bots.playbook.lint.powers import check_powers
from bots.playbook.lint.roster import check_roster
from bots.playbook.lint.rotations import check_rotations, group_names, people_of
from bots.playbook.lint.signals import check_signals
from bots.playbook.lint.visits import check_visits
from bots.playbook.model.cast import Rule
from bots.playbook.model.expect import Expectation
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.breakouts import Breakouts, CallBack, Invite, Join
from bots.playbook.model.steps.moderation import Admit, ChangeRole, Deny, Floor, Pin, Spotlight
from bots.playbook.model.steps.people import Drop, Mute, SendBack, Unmute
from bots.playbook.model.steps.rotate import Rotate
from bots.playbook.model.steps.sound import Play
from bots.playbook.model.steps.step import Step
from bots.playbook.model.steps.talk import Say
from bots.playbook.model.triggers import Every
from bots.playbook.problem import MOST_PROBLEMS, Problem
from bots.playbook.reading.source import Document
from bots.playbook.values.meant import bounded_hints, did_you_mean
from bots.playbook.values.people import SELECTORS, TAG, copy_ids
from bots.playbook.values.shape import Loc

__all__ = ["check"]

_MANY_ROOMS = 100  # names of breakout rooms; of more than any lesson has, nobody needs to know
_NEED_NOT = ("unused-clip", "unused-steps")  # a shared file has more than each playbook needs


def check(playbook: Playbook, document: Document) -> list[Problem]:
    """All that the static checks find."""
    with bounded_hints():
        return _check(playbook, document)


def _check(playbook: Playbook, document: Document) -> list[Problem]:
    checks: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
        check_moments, check_limits, check_powers, check_flow, check_roster, check_controls, check_rotations,
        check_signals, check_visits, _check_ids, _check_breakout_names, _check_people, _check_rules, _check_sounds,
        _check_display_names, _check_expectations,
    )  # fmt: skip
    found = {"error": 0, "warning": 0}
    problems = []
    for finding in (finding for one in checks for finding in one(playbook)):
        if finding.id in _NEED_NOT and document.at(finding.loc) is not document:
            continue
        found[finding.severity] += 1
        if found[finding.severity] <= MOST_PROBLEMS:
            problems.append(finding.problem(document))
    return problems


def _check_ids(playbook: Playbook) -> Iterator[Finding]:
    schedule: list[tuple[Loc, str | None]] = [(("schedule", n), one.id) for n, one in enumerate(playbook.schedule)]
    yield from _repeated(schedule)
    for bot_id, bot in playbook.bots.items():
        rules: list[tuple[Loc, str | None]] = [
            (("bots", bot_id, "rules", n), one.id) for n, one in enumerate(bot.rules)
        ]
        yield from _repeated(rules)


def _repeated(ids: list[tuple[Loc, str | None]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for loc, name in ids:
        if name is not None and name in seen:
            yield Finding((*loc, "id"), "duplicate-id", f'an entry before this has the id "{name}" too')
        seen.add(name or "")


def _opened(playbook: Playbook) -> list[str]:
    return [name for step in playbook.all_steps() if isinstance(step, Breakouts) for name in step.open or ()]


def _check_breakout_names(playbook: Playbook) -> Iterator[Finding]:
    opened = frozenset(_opened(playbook))
    for step in playbook.all_steps():
        match step:
            case Invite():
                for name in step.to:
                    if name not in opened:
                        yield _unknown_breakout(loc_of(step, "invite", "to"), name, opened)
            case Breakouts() if step.close is not None:
                for name in step.close:
                    if name not in opened and name != "all":
                        yield _unknown_breakout(loc_of(step, "breakouts", "close"), name, opened | {"all"})
            case Join() if step.to not in opened:
                yield _unknown_breakout(loc_of(step, "join", "to"), step.to, opened)
            case _:
                pass


def _unknown_breakout(loc: Loc, name: str, opened: Iterable[str]) -> Finding:
    return Finding(loc, "unknown-breakout", f'no step opens a breakout room "{name}"{did_you_mean(name, opened)}')


def _people_of(step: Step) -> tuple[tuple[str, ...], str]:
    """The people that a step names, and the key of its mapping that names them."""
    match step:
        case Say():
            return step.to, "to"
        case Invite() | CallBack() | Drop() | SendBack() | Admit() | Deny():
            return step.people, "people"
        case Floor():
            decided = step.decision
            return (decided[1], decided[0]) if decided is not None else ((), "")
        case ChangeRole() | Pin() | Spotlight():
            return step.change[1], step.change[0]
        case Mute() | Unmute():
            return tuple(name for name in step.who if name not in ("me", "room")), "who"
        case _:
            return (), ""


def _check_people(playbook: Playbook) -> Iterator[Finding]:
    copies = [copy for bot_id, bot in playbook.bots.items() for copy in copy_ids(bot_id, bot.count)]
    shown = [instance.display_name for instance in playbook.instances()]
    people = {name for one in playbook.roster for name in (one.id, one.name, *one.aliases)}
    tags = {TAG + tag for one in playbook.roster for tag in one.tags}
    known = {*SELECTORS, *playbook.bots, *copies, *shown, *people, *tags}
    named = [
        (loc_of(step, step.kind, key), names) for step in playbook.all_steps() for names, key in [_people_of(step)]
    ]
    named += [(("controls", control), who) for control, who in playbook.controls.items()]
    if playbook.roster:  # without one, the rules of rotations can only name people by what they will show
        named += [place for name, rotation in playbook.rotations.items() for place in people_of(name, rotation)]
    for loc, names in named:
        for name in names:
            if name not in known:
                who = "nobody on the roster" if playbook.roster else "no bot"
                message = f'{who} is called "{name}", so it means a person with that display name'
                if name.startswith(TAG):
                    message = f'nobody on the roster has the tag "{name.removeprefix(TAG)}"'
                yield Finding(loc, "unknown-person", message + did_you_mean(name, shown), "warning")


def _is_closed(playbook: Playbook) -> bool:
    """Do bots take all the moderators' places, so that nobody else can open breakout rooms or invite?"""
    settings, bots = playbook.room.create, playbook.count_of("moderator")
    return settings is not None and bots > 0 and (settings.moderators or bots) <= bots


def _check_rules(playbook: Playbook) -> Iterator[Finding]:
    opened, is_closed = {*_opened(playbook), *group_names(playbook)}, _is_closed(playbook)
    there = {
        "has_breakouts": bool(opened),
        "has_invites": any(isinstance(step, Invite | Rotate) for step in playbook.all_steps()),
        "has_knock": playbook.room.create is not None and playbook.room.create.knock,
    }
    for bot_id, bot in playbook.bots.items():
        for index, entry in enumerate(bot.invites.entries):
            if is_closed and 0 < len(opened) <= _MANY_ROOMS and not _fits(entry.room, opened):
                message = f'no breakout room that this playbook opens fits "{entry.room}"'
                yield Finding(("bots", bot_id, "invites", index, "room"), "never-fires", message, "warning")
        for index, rule in enumerate(bot.rules):
            loc: Loc = ("bots", bot_id, "rules", index)
            if rule.condition is not None and not rule.condition.facts and not rule.condition.evaluate(Scope()):
                yield Finding((*loc, "if"), "never-fires", "this condition never holds", "warning")
            elif is_closed and (reason := _why_silent(rule, **there)):
                yield Finding((*loc, "when"), "never-fires", f"this rule never fires: {reason}", "warning")


def _fits(pattern: str, names: set[str]) -> bool:
    return pattern in ("*", *names) or any(fnmatchcase(name, pattern) for name in names)


def _why_silent(rule: Rule, *, has_breakouts: bool, has_invites: bool, has_knock: bool) -> str:
    """Why nothing can fire a rule in a room where only this playbook's bots moderate."""
    is_about_breakouts = rule.when.kind in ("breakout_joined", "breakout_left") or rule.within == "breakouts"
    if is_about_breakouts and not has_breakouts:
        return "no step opens breakout rooms, and nobody else moderates this room"
    if rule.when.kind == "invited" and not has_invites:
        return "no step invites, and nobody else moderates this room"
    if rule.when.kind == "waiting" and not has_knock:
        return "nobody has to knock; write knock: true in room: create"
    return ""


def _uses(playbook: Playbook) -> set[str]:
    steps = {step.file for step in playbook.all_steps() if isinstance(step, Play)}
    steps |= {one.play for rotation in playbook.rotations.values() for one in rotation.warn if one.play}
    return steps | {bot.microphone.file for bot in playbook.bots.values() if bot.microphone}


def _check_sounds(playbook: Playbook) -> Iterator[Finding]:
    for name in sorted(set(playbook.audio) - _uses(playbook)):
        message = f'nothing plays the clip "{name}"'
        yield Finding(("audio", name), "unused-clip", message, "warning", is_about_key=True)
    for step in playbook.all_steps():
        if isinstance(step, Play) and step.if_playing == "mix" and playbook.sound_of(step).loop:
            message = "a loop is no sound over another: write if_playing: mix at the clip that is heard over the loop"
            yield Finding(loc_of(step, "play", "if_playing"), "bad-value", message)


def _check_display_names(playbook: Playbook) -> Iterator[Finding]:
    for bot_id, bot in playbook.bots.items():
        shown = bot.display_name
        if bot.count > 1 and shown is not None and not shown.facts & {"n", "bot.id"}:
            message = f"all {bot.count} copies have the same name; write {{n}} for the number"
            yield Finding(("bots", bot_id, "display_name"), "same-name", message, "warning")


def _check_expectations(playbook: Playbook) -> Iterator[Finding]:
    most = _most(playbook)
    for counter, expectation in playbook.expect.items():
        if not isinstance(expectation, Expectation):
            if reason := _why_unmeasured(counter, playbook):
                yield Finding(("expect", counter), "impossible", f"nothing is measured: {reason}")
            continue
        wanted = max(expectation.equals or 0, expectation.at_least or 0)
        if _contradicts(expectation):
            yield Finding(("expect", counter), "impossible", "no number fits all of this")
        elif counter in most and wanted > most[counter][0]:
            limit, reason = most[counter]
            yield Finding(("expect", counter), "impossible", f'"{counter}" is at most {limit}: {reason}')


def _why_unmeasured(measure: str, playbook: Playbook) -> str:
    triggers = [rule.when for bot in playbook.bots.values() for rule in bot.rules]
    has_moments = any(bot.timeline for bot in playbook.bots.values()) or any(isinstance(one, Every) for one in triggers)
    if measure == "audio_start" and not any(isinstance(step, Play) for step in playbook.all_steps()):
        return "no step plays anything"
    if measure == "lateness" and not has_moments:
        return "no bot has a timeline or a rule with every"
    return ""


def _contradicts(expectation: Expectation) -> bool:
    candidates = [
        value for value in (expectation.equals, expectation.at_least, expectation.at_most) if value is not None
    ]
    return not any(expectation.holds(value) for value in candidates)


def _most(playbook: Playbook) -> dict[str, tuple[int, str]]:
    """The most that a counter can reach, where the playbook says so, and why."""
    bots, steps = len(playbook.instances()), list(playbook.all_steps())
    few = f"the playbook has {bots} bot{'' if bots == 1 else 's'}"
    most = {"joined": (bots, few), "back": (bots, few)}
    if not any(bot.listens for bot in playbook.bots.values()):
        heard = ("heard", "heard_in_parent", "heard_in_breakouts", "breakouts_heard")
        most |= dict.fromkeys(heard, (0, "no bot listens (listens: true)"))
    if not _uses(playbook):
        most |= dict.fromkeys(("played", "delivered"), (0, "no bot plays anything"))
    if not any(isinstance(step, Say) for step in steps):
        most["said"] = (0, "no step says anything")
    if not _opened(playbook):
        most["breakouts"] = (0, "no step opens breakout rooms")
    return most
