"""Plain English for the small parts of a playbook: times, people, triggers, steps."""

from collections.abc import Sequence
from typing import assert_never

from bots.playbook.model import Playbook
from bots.playbook.scalars import Offset, Range
from bots.playbook.steps import (
    Accept,
    Breakouts,
    CallBack,
    If,
    Invite,
    Leave,
    Log,
    Mute,
    Parallel,
    Play,
    Reject,
    Say,
    Step,
    Stop,
    Unmute,
    Wait,
    WaitFor,
)  # fmt: skip
from bots.playbook.triggers import BreakoutJoined, BreakoutLeft, Chat, Invited, Joined, Left, Trigger

__all__ = [
    "condition", "listed", "moment", "people", "share", "spoken", "spread", "step_words", "steps_words",
    "trigger_words",
]  # fmt: skip

_PEOPLE = {
    "everyone": "everybody", "participants": "all participants", "moderators": "all moderators",
    "person": "the person who caused this", "me": "itself", "room": "everybody in the room",
}  # fmt: skip
_CONDITIONS = {
    "not person.is_bot": "it is a person, not one of these bots",
    "person.is_bot": "it is one of these bots",
    "person.is_me": "it is the bot itself",
    "not person.is_me": "it is somebody else",
    "count.away == 0": "nobody is in a breakout room any more",
    "count.people == 0": "no people are there any more, only bots",
}


def spoken(seconds: float) -> str:
    """`1 hour 30 minutes`; parts of a second in milliseconds."""
    thousandths = round(seconds * 1000)
    parts = []
    for unit, size in (("hour", 3_600_000), ("minute", 60_000), ("second", 1000), ("millisecond", 1)):
        count, thousandths = divmod(thousandths, size)
        parts += [f"{count} {unit}{'s' if count > 1 else ''}"] if count else []
    return " ".join(parts) or "no time"


def moment(offset: Offset) -> str:
    """`8 minutes after the start`, `at the end`, `at 10:15`."""
    if offset.clock is not None:
        return f"at {offset}"
    if not offset.offset_s:
        return f"at the {offset.anchor}"
    return f"{spoken(abs(offset.offset_s))} {'after' if offset.offset_s > 0 else 'before'} the {offset.anchor}"


def spread(delay: Range) -> str:
    """`2 seconds to 12 seconds`."""
    return spoken(delay.low_s) if delay.low_s == delay.high_s else f"{spoken(delay.low_s)} to {spoken(delay.high_s)}"


def share(value: float) -> str:
    """`30%`."""
    return f"{value * 100:g}%"


def listed(words: Sequence[str]) -> str:
    """`red, blue and green`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nobody"


def people(names: Sequence[str], playbook: Playbook) -> str:
    """Whom a step means."""
    return listed([_PEOPLE.get(name) or _bot_words(name, playbook) for name in names])


def _bot_words(name: str, playbook: Playbook) -> str:
    if name in playbook.bots:
        bot = playbook.bots[name]
        return f"all {bot.count} copies of {name}" if bot.count > 1 else name
    return name


def condition(text: str) -> str:
    """A condition in words where it is a usual one, else as it is written."""
    return _CONDITIONS.get(text.strip(), f"“{text.strip()}” holds")


def trigger_words(trigger: Trigger) -> str:
    """`somebody joins`, to follow `when`."""
    match trigger:
        case Joined():
            return "somebody joins" + (" for the first time" if trigger.which == "first_time" else "")
        case Left():
            return "somebody leaves"
        case Chat(text=str(text)):
            return f"somebody writes “{text}” in the chat"
        case Chat(matches=str(pattern)):
            return f"somebody writes something like /{pattern}/ in the chat"
        case Chat():
            return "somebody writes in the chat"
        case Invited():
            return "the bot is invited to a breakout room"
        case BreakoutJoined():
            return "somebody goes into a breakout room"
        case BreakoutLeft():
            return "somebody comes out of a breakout room"
        case _:
            assert_never(trigger)


def steps_words(steps: Sequence[Step], playbook: Playbook) -> str:
    """Steps one after the other."""
    return ", then ".join(step_words(step, playbook) for step in steps) or "does nothing"


def step_words(step: Step, playbook: Playbook) -> str:
    """What a bot does in a step: `says “Hello”`; a step that is forgotten here is found by the type checker."""
    match step:
        case Say():
            to = "" if step.to == ("everyone",) else f" to {people(step.to, playbook)}"
            return f"writes “{step.text.text}”{to} in the chat"
        case Play():
            return f"plays {_sound_words(step, playbook)}"
        case Stop():
            return "stops the sound"
        case Wait():
            return f"waits {spoken(step.duration_s)}"
        case WaitFor():
            return _wait_words(step)
        case If():
            then = f"checks whether {condition(step.condition.text)}, and if so {steps_words(step.then, playbook)}"
            return then + (f"; otherwise it {steps_words(step.otherwise, playbook)}" if step.otherwise else "")
        case Parallel():
            return "at the same time " + " and ".join(steps_words(branch, playbook) for branch in step.branches)
        case Breakouts(open=names) if names is not None:
            rooms = f"the breakout room {names[0]}" if len(names) == 1 else f"the breakout rooms {listed(names)}"
            return f"opens {rooms} for up to {step.capacity} people{' each' if len(names) > 1 else ''}"
        case Breakouts():
            names = step.close or ()
            return "closes " + ("all breakout rooms" if "all" in names else f"the breakout rooms {listed(names)}")
        case Invite():
            how = "moves" if step.force else "invites"
            where = listed(step.to) + (", shared out evenly" if len(step.to) > 1 else "")
            return f"{how} {people(step.people, playbook)} to {where}"
        case Accept():
            return "accepts the invite" + (" as a moderator" if step.role == "moderator" else "")
        case Reject():
            return "rejects the invite"
        case CallBack():
            return f"calls {people(step.people, playbook)} back from the breakout rooms"
        case Mute():
            return f"mutes {people(step.who, playbook)}"
        case Unmute():
            return f"unmutes {people(step.who, playbook)}"
        case Leave():
            return "leaves the room" if step.what == "room" else "leaves the breakout room"
        case Log():
            return f"notes “{step.text.text}” in the log"
        case _:
            assert_never(step)


def _sound_words(step: Play, playbook: Playbook) -> str:
    sound = playbook.sound_of(step)
    extras = [f"at {share(sound.volume)} of its loudness"] if sound.volume != 1 else []
    extras += ["again and again"] if sound.loop else []
    return f"the sound {step.file}" + (f" ({', '.join(extras)})" if extras else "")


def _wait_words(step: WaitFor) -> str:
    limit = f"at most {spoken(step.timeout_s)}"
    after = "and goes on anyway" if step.on_timeout == "continue" else "and gives up if not"
    if step.until is not None:
        return f"waits until {condition(step.until.text)}, {limit}, {after}"
    assert step.when is not None, "one of both is given"
    times = f" {step.count} times" if step.count > 1 else ""
    return f"waits until {trigger_words(step.when)}{times}, {limit}, {after}"
