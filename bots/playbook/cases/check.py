"""What a test asks of names that nobody has: people, bots, rules, clips."""

from collections.abc import Iterator

from bots.playbook.cases.acts import Act
from bots.playbook.cases.model import RESERVED, Case, Claims
from bots.playbook.lint.finding import Finding
from bots.playbook.model.cast import Bot
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.sound import Play
from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.people import copy_ids
from bots.playbook.values.shape import Loc

__all__ = ["EVERYBODY", "bot_of", "check_case", "copies_of", "rule_names"]

EVERYBODY = "everybody"


def copies_of(playbook: Playbook, name: str) -> tuple[str, ...]:
    """The copies that a bot id or the id of one copy means; none if it names no bot."""
    if name in playbook.bots:
        return copy_ids(name, playbook.bots[name].count)
    return (name,) if bot_of(playbook, name) is not None else ()


def bot_of(playbook: Playbook, name: str) -> Bot | None:
    """The bot of this id, or the one that this is a copy of."""
    for bot_id, bot in playbook.bots.items():
        if name == bot_id or name in copy_ids(bot_id, bot.count):
            return bot
    return None


def rule_names(bot: Bot) -> list[str]:
    """What the log calls its rules and timeline entries; of those with one name, the first has no number."""
    rules = [rule.id or f"rule-{number}" for number, rule in enumerate(bot.rules, 1)]
    return [*rules, *(f"at {entry.at}" for entry in bot.timeline)]


def check_case(case: Case, playbook: Playbook) -> Iterator[Finding]:
    """Names that are taken twice or that nobody has."""
    for person in case.people:
        if person in RESERVED or person == EVERYBODY or copies_of(playbook, person):
            message = f'"{person}" is the name of something else here; call the person otherwise'
            yield Finding(("people", person), "bad-value", message, is_about_key=True)
    for number, event in enumerate(case.events):
        for who, act in event.acts.items():
            yield from _check_actor(case, playbook, ("events", number, who), who)
            yield from _check_act(case, playbook, ("events", number, who), act)
    for number, expected in enumerate(case.expect):
        loc: Loc = ("expect", number)
        for who, claims in expected.claims.items():
            yield from _check_subject(case, playbook, (*loc, who), who)
            yield from _check_claims(case, playbook, (*loc, who), who, claims)
        for room, people in expected.rooms.items():
            for index, who in enumerate(people):
                if who not in case.people and not copies_of(playbook, who):
                    yield _unknown((*loc, "rooms", room, index), who, _all(case, playbook))


def _all(case: Case, playbook: Playbook) -> list[str]:
    return [*case.people, *playbook.bots]


def _unknown(loc: Loc, who: str, known: list[str], *, is_about_key: bool = False) -> Finding:
    hint = did_you_mean(who, known) or f"; there are {', '.join(known)}"
    return Finding(loc, "unknown-person", f'nobody in this test is called "{who}"{hint}', is_about_key=is_about_key)


def _check_actor(case: Case, playbook: Playbook, loc: Loc, who: str) -> Iterator[Finding]:
    if copies_of(playbook, who):
        message = f'"{who}" is a bot: it does what the playbook says; only people do something here'
        yield Finding(loc, "unknown-person", message, is_about_key=True)
    elif who not in case.people:
        known = list(case.people)
        hint = did_you_mean(who, known) or ("; there are " + ", ".join(known) if known else "; name them under people")
        yield Finding(loc, "unknown-person", f'nobody under people is called "{who}"{hint}', is_about_key=True)


def _check_act(case: Case, playbook: Playbook, loc: Loc, act: Act) -> Iterator[Finding]:
    for who in act.invites.people if act.invites else ():
        if who != EVERYBODY and who not in case.people and not copies_of(playbook, who):
            yield _unknown((*loc, "invites"), who, [*_all(case, playbook), EVERYBODY])


def _check_subject(case: Case, playbook: Playbook, loc: Loc, who: str) -> Iterator[Finding]:
    if who not in case.people and not copies_of(playbook, who):
        yield _unknown(loc, who, [*_all(case, playbook), "rooms", "counters"], is_about_key=True)


def _check_claims(case: Case, playbook: Playbook, loc: Loc, who: str, claims: Claims) -> Iterator[Finding]:
    bot = bot_of(playbook, who)
    for key in ("fired", "never_fired", "played", "never_played"):
        value = getattr(claims, key)
        if value is None:
            continue
        what = value if isinstance(value, str) else value.what
        if who in case.people:
            yield Finding((*loc, key), "bad-value", f'"{key}" is about bots; "{who}" is a person', is_about_key=True)
        elif bot is not None:
            known = rule_names(bot) if "fired" in key else _clips(playbook)
            if what.partition(" #")[0] not in known:
                noun, problem = ("rule", "unknown-rule") if "fired" in key else ("sound", "unknown-clip")
                hint = did_you_mean(what, known) or (f"; it has {', '.join(known)}" if known else "; it has none")
                yield Finding((*loc, key), problem, f'{who} has no {noun} "{what}"{hint}')


def _clips(playbook: Playbook) -> list[str]:
    found = list(playbook.audio)
    for bot in playbook.bots.values():
        found += [bot.microphone.file] if bot.microphone else []
        found += [step.file for step in playbook.steps_of(bot) if isinstance(step, Play)]
    return list(dict.fromkeys(found))
