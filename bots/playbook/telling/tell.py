"""A lesson in plain English (`bots explain`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.playbook.model.cast import Bot, InviteRule, Rule, instances_of
from bots.playbook.model.controls import STEERING
from bots.playbook.model.expect import Expectation, Percentiles
from bots.playbook.model.playbook import Playbook, RoomSettings, ScheduleEntry
from bots.playbook.model.steps.step import Step
from bots.playbook.telling.step_words import steps_words
from bots.playbook.telling.trigger_words import trigger_words
from bots.playbook.telling.words import condition, listed, moment, people, share, spoken, spread

__all__ = ["Fact", "explain", "facts"]

_DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip
_COUNTERS = {
    "joined": "bots that joined", "left": "bots that left", "accepted": "invites accepted",
    "rejected": "invites rejected", "ignored": "invites ignored", "expired": "invites that came too late",
    "breakouts": "breakout rooms opened", "breakout_joins": "times that a bot went into a breakout room",
    "back": "bots that came back from the breakout rooms", "said": "chat lines written", "played": "sounds played",
    "delivered": "sounds that arrived at the server", "heard": "sounds heard by a bot",
    "heard_in_parent": "sounds heard in the main room", "heard_in_breakouts": "sounds heard in breakout rooms",
    "breakouts_heard": "breakout rooms in which a sound was heard", "errors": "steps and bots that failed",
    "join_time": "time to get into the room", "breakout_time": "time to get into a breakout room",
    "lateness": "delay of what has its moment", "audio_start": "time until a sound begins",
}  # fmt: skip
_PERCENTILES = {
    "p50": "for half of them", "p90": "for 90 of 100", "p95": "for 95 of 100", "p99": "for 99 of 100",
    "max": "for all of them",
}  # fmt: skip
_WHERE = {"parent": "in the main room", "breakouts": "in a breakout room", "anywhere": "anywhere"}
_MODES = {
    "restart": "Another time while it runs begins it anew.", "queued": "Another time while it runs waits its turn.",
    "parallel": "Another time while it runs is done beside it.",
}  # fmt: skip
_OVERLAPS = {
    "skip": "", "both": "It starts even if the session before it still goes on, beside it.",
    "restart": "If the session before it still goes on, that one is ended for it.",
}  # fmt: skip
_INVITES = {"accept": "accepts", "reject": "rejects", "ignore": "ignores"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence about a lesson.

    Attributes:
        topic: its heading.
        key: what it is about; the same in both versions of a playbook.
        when: for the timeline, the moment in words.
        text: the sentence, after the moment.
    """

    topic: str
    key: str
    when: str
    text: str

    def __str__(self) -> str:
        return f"{self.when[:1].upper()}{self.when[1:]}, {self.text}" if self.when else self.text


def explain(playbook: Playbook) -> str:
    """The lesson under headings, a sentence a line."""
    lines = [playbook.name]
    topic = ""
    for fact in facts(playbook):
        if fact.topic != topic:
            topic = fact.topic
            lines += ["", topic]
        lines.append(f"  {fact}")
    return "\n".join(lines)


def facts(playbook: Playbook) -> list[Fact]:
    """All sentences, in the order in which they are told."""
    return [
        *_schedule(playbook),
        *(Fact("Who comes", bot_id, "", _coming(bot_id, bot)) for bot_id, bot in playbook.bots.items()),
        *_people(playbook),
        *_timeline(playbook),
        *(fact for bot_id, bot in playbook.bots.items() for fact in _rules(bot_id, bot, playbook)),
        *_named(playbook),
        *_rotations(playbook),
        *(Fact("Breakout invites", bot_id, "", _invites(bot_id, bot)) for bot_id, bot in playbook.bots.items()),
        *_sounds(playbook),
        *_success(playbook),
    ]


def _schedule(playbook: Playbook) -> Iterator[Fact]:
    zone = f" ({playbook.timezone})" if playbook.timezone else ""
    for entry in playbook.schedule:
        words = (
            f"{_starts(entry, zone)}, for {spoken(entry.length_s)}.{_early(entry)} {_OVERLAPS[entry.if_still_running]}"
        )
        yield Fact("When and where", f"session {entry.id}", "", words.rstrip())
    yield Fact("When and where", "room", "", _room(playbook))


def _people(playbook: Playbook) -> Iterator[Fact]:
    if playbook.roster:
        teachers = sum(entry.role == "moderator" for entry in playbook.roster)
        words = f"{len(playbook.roster)} people are on the roster"
        words += f", {teachers} of them as moderators" if teachers else ""
        yield Fact("Who comes", "roster", "", f"{words}.")
    for name, who in playbook.controls.items():
        what = STEERING.get(name, {"iam": "iam YOUR NAME"}.get(name, name))
        text = f"{people(who, playbook).capitalize()} may write “!{what}” in the chat."
        yield Fact("Who may steer", name, "", text)


def _rotations(playbook: Playbook) -> Iterator[Fact]:
    for name, rotation in playbook.rotations.items():
        words = f"{rotation.rounds} round{'s' if rotation.rounds > 1 else ''} of {spoken(rotation.round_length_s)}"
        words += f" with {spoken(rotation.gap_s)} between" if rotation.gap_s and rotation.rounds > 1 else ""
        if rotation.keep_apart:
            words += "; some people are never together"
        who = "is placed in the smallest group" if rotation.late == "smallest_group" else "waits for the next round"
        words += f"; who comes late {who}"
        if rotation.no_show.then == "regroup":
            words += (
                f"; who has not come after {spoken(rotation.no_show.after_s)} is not waited for, nobody stays alone"
            )
        yield Fact("Rotations", name, "", f"“{name}”: {words}.")
        for warning in rotation.warn:
            says = f"“{warning.say.text}” in the chat" if warning.say else ""
            plays = f"the sound {warning.play} in every breakout room" if warning.play else ""
            told = " and ".join(part for part in (says, plays) if part)
            key = f"{name} {warning.left_s}"
            yield Fact("Rotations", key, "", f"{spoken(warning.left_s)} before the end of a round: {told}.")


def _starts(entry: ScheduleEntry, zone: str) -> str:
    words = f"“{entry.id}” is started by hand"
    if entry.every is not None and entry.at is not None:
        days = "every day" if len(set(entry.every)) == 7 else f"every {listed([_DAYS[day] for day in entry.every])}"
        words = f"“{entry.id}” starts {days} at {entry.at:%H:%M}{zone}"
    elif entry.cron is not None:
        words = f"“{entry.id}” starts by the cron line {entry.cron}{zone}"
    words += f", from {entry.first_day}" if entry.first_day else ""
    words += f", until {entry.last_day}" if entry.last_day else ""
    words += f", not on {listed([str(one) for one in entry.skip_on])}" if entry.skip_on else ""
    words += f", also on {listed([str(one) for one in entry.also_on])}" if entry.also_on else ""
    if entry.if_missed is not None:
        words += f", up to {spoken(entry.if_missed.start_within_s)} late if it was missed"
    return words


def _early(entry: ScheduleEntry) -> str:
    if not entry.join_early_s:
        return ""
    return f" Bots that do not say when they arrive come {spoken(entry.join_early_s)} early."


def _room(playbook: Playbook) -> str:
    settings: RoomSettings | None = playbook.room.create
    if settings is None:
        return f"It takes place in the existing room {playbook.room.id}."
    extras = [f"up to {settings.max_active_talkers} people are heard at once"]
    extras += [f"{settings.participants} participants fit in"] if settings.participants else []
    extras += ["participants are let in by a moderator"] if settings.knock else []
    extras += ["participants wait for a moderator"] if settings.wait_for_moderator else []
    return f"A room “{settings.name}” is made for it and deleted after it; {listed(extras)}."


def _coming(bot_id: str, bot: Bot) -> str:
    names = [one.display_name for one in instances_of(bot_id, bot)]
    it, its, s = ("each of them", "each", "s") if bot.count > 1 else ("it", "its", "")
    come = f"{bot.count} bots, “{names[0]}” to “{names[-1]}”, come" if s else f"a bot named “{names[0]}” comes"
    words = f"{bot_id}: {come} as {bot.role}{s} {moment(bot.arrive.at)}"
    words += f", spread over {spoken(bot.arrive.over_s)}" if bot.arrive.over_s else ""
    words += f". From then on {it} plays {bot.microphone.file}" if bot.microphone else ""
    words += f" in bursts, {share(bot.microphone.talks)} of the time" if bot.microphone and bot.microphone.talks else ""
    words += f". {it.capitalize()} listens, and checks that sounds are heard" if bot.listens else ""
    drops = bot.drops
    if drops is not None:
        words += f". In every {spoken(drops.every_s)} {its} connection drops"
        words += f" with a chance of {share(drops.chance)}" if drops.chance < 1 else " once"
        words += f", and is back after {spread(drops.back_after)}"
    leaving = bot.leave_when
    if leaving is not None:
        reasons = [f"it has been alone for {spoken(leaving.alone_s)}"] if leaving.alone_s is not None else []
        reasons += (
            [f"only bots were there for {spoken(leaving.only_bots_s)}"] if leaving.only_bots_s is not None else []
        )
        reasons += [f"it has been there for {spoken(leaving.after_s)}"] if leaving.after_s is not None else []
        reasons += [f"it has waited {spoken(leaving.waiting_s)} to be let in"] if leaving.waiting_s is not None else []
        words += f". {it.capitalize()} leaves early once {' or '.join(reasons)}"
    return words + "."


def _timeline(playbook: Playbook) -> Iterator[Fact]:
    entries = [(entry, bot_id) for bot_id, bot in playbook.bots.items() for entry in bot.timeline]
    length_s = playbook.schedule[0].length_s
    entries.sort(key=lambda one: _second(one[0].at.after_start_s(length_s), length_s))
    seen: dict[str, int] = {}
    for entry, bot_id in entries:
        key = f"{bot_id} {entry.at}"
        seen[key] = seen.get(key, 0) + 1
        text = f"{bot_id} {steps_words(entry.steps, playbook)}.{_rescue(entry.if_fails, playbook)}"
        yield Fact("What happens when", f"{key} {seen[key]}", moment(entry.at), text)


def _second(after_start_s: float | None, length_s: float) -> float:
    """Where a moment stands in the telling; clock times come last."""
    return length_s * 2 if after_start_s is None else after_start_s


def _rules(bot_id: str, bot: Bot, playbook: Playbook) -> Iterator[Fact]:
    for number, rule in enumerate(bot.rules, 1):
        yield Fact("When something happens", f"{bot_id} {rule.id or number}", "", _rule(bot_id, rule, playbook))


def _rule(bot_id: str, rule: Rule, playbook: Playbook) -> str:
    words = f"When {trigger_words(rule.when)}"
    is_elsewhere = rule.within != "parent" and rule.when.kind not in ("breakout_joined", "breakout_left", "invited")
    words += f" {_WHERE[rule.within]}" if is_elsewhere else ""
    words += f" and {condition(rule.condition.text)}" if rule.condition else ""
    gathered = f"gathers for {spoken(rule.gather_s)} who else it happens with, then " if rule.gather_s else ""
    words += f", {bot_id} {gathered}{steps_words(rule.steps, playbook)}.{_rescue(rule.if_fails, playbook)}"
    words += f" Then not again for {spoken(rule.cooldown_s)}." if rule.cooldown_s else ""
    words += f" {_MODES[rule.mode]}" if rule.mode in _MODES else ""
    at_once = rule.mode in ("queued", "parallel")
    return words + (f" At most {rule.max} {'at once' if at_once else 'times in a session'}." if rule.max else "")


def _rescue(steps: Sequence[Step], playbook: Playbook) -> str:
    return f" If a step of it fails, it {steps_words(steps, playbook)}." if steps else ""


def _named(playbook: Playbook) -> Iterator[Fact]:
    for name, steps in playbook.steps.items():
        yield Fact("Steps by name", name, "", f"“{name}”: it {steps_words(steps, playbook)}.")


def _invites(bot_id: str, bot: Bot) -> str:
    parts = [_answer(entry) for entry in bot.invites.entries]
    other = f"{'any other invite' if parts else 'every invite'}"
    return f"{bot_id} {'; '.join([*parts, f'{_INVITES[bot.invites.otherwise]} {other}'])}."


def _answer(entry: InviteRule) -> str:
    which = "invites" if entry.room == "*" else f"invites to “{entry.room}”"
    some = f" ({share(entry.chance)} of them, and ignores the others)" if entry.chance < 1 else ""
    words = (
        f"{_INVITES[entry.then]} {which}{some} from {_bare(moment(entry.opens))} until {_bare(moment(entry.closes))}"
    )
    words += f", {spread(entry.delay)} after they came" if entry.delay.high_s else ""
    return words + (" as a moderator" if entry.role == "moderator" else "")


def _bare(words: str) -> str:
    return words.removeprefix("at ")


def _sounds(playbook: Playbook) -> Iterator[Fact]:
    for name, clip in playbook.audio.items():
        words = f"{name} is the file {clip.file}"
        words += f", at {share(clip.volume)} of its loudness" if clip.volume != 1 else ""
        words += f", growing for {spoken(clip.fade_in_s)}" if clip.fade_in_s else ""
        words += f", fading for {spoken(clip.fade_out_s)}" if clip.fade_out_s else ""
        words += ", below people who talk" if clip.duck_under_speech else ""
        yield Fact("Sounds", name, "", words + (", again and again." if clip.loop else "."))


def _success(playbook: Playbook) -> Iterator[Fact]:
    topic = "What makes it a success"
    if not playbook.expect:
        yield Fact(topic, "", "", "Nothing is expected: it is a success if it runs to its end.")
    for counter, wanted in playbook.expect.items():
        yield Fact(topic, counter, "", f"{_COUNTERS.get(counter, counter)}: {_wanted(wanted)}, {moment(wanted.by)}.")


def _wanted(wanted: Expectation | Percentiles) -> str:
    if isinstance(wanted, Percentiles):
        limits = wanted.limits().items()
        return listed([f"{_PERCENTILES[name]} at most {spoken(limit_s)}" for name, limit_s in limits])
    parts: Sequence[tuple[str, int | None]] = (
        ("exactly", wanted.equals), ("at least", wanted.at_least), ("at most", wanted.at_most),
    )  # fmt: skip
    return listed([f"{words} {number}" for words, number in parts if number is not None])
