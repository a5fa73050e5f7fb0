"""Plain English for steps."""

from collections.abc import Sequence
from typing import assert_never

from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.breakouts import Accept, Breakouts, CallBack, Invite, Join, Reject
from bots.playbook.model.steps.moderation import (
    Admit,
    ChangeRole,
    Deny,
    Extend,
    Floor,
    Knock,
    Mode,
    Pin,
    Recording,
    Spotlight,
)
from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.people import Drop, Leave, Lock, Mute, SendBack, Unlock, Unmute
from bots.playbook.model.steps.report import Save
from bots.playbook.model.steps.rotate import Rotate, Steer
from bots.playbook.model.steps.sound import Play, Stop
from bots.playbook.model.steps.step import Choose, If, Parallel, Repeat, Step
from bots.playbook.model.steps.talk import Log, Say, SendSignal, TellTeacher
from bots.playbook.model.steps.time import Wait, WaitFor  # fmt: skip
from bots.playbook.telling.trigger_words import trigger_words
from bots.playbook.telling.words import condition, listed, moment, people, share, spoken
from bots.playbook.values.scalars import Offset
from bots.playbook.values.sounds import IfPlaying

__all__ = ["step_words", "steps_words"]


def steps_words(steps: Sequence[Step], playbook: Playbook) -> str:
    """Steps one after the other."""
    return ", then ".join(step_words(step, playbook) for step in steps) or "does nothing"


def step_words(step: Step, playbook: Playbook) -> str:
    """What a bot does in a step: `says “Hello”`; a step that is forgotten here is found by the type checker."""
    match step:
        case Say():
            to = "" if step.to == ("everyone",) else f" to {people(step.to, playbook)}"
            aloud = f" and says it aloud{_place_words(step.if_playing)}" if step.aloud else ""
            return f"writes “{step.text.text}”{to} in the chat{aloud}"
        case Play():
            where = " in all breakout rooms at once" if step.within == "breakouts" else ""
            return f"plays {_sound_words(step, playbook)}{where}{_place_words(step.if_playing)}"
        case Stop():
            return "stops the sound" if step.stops_all else f"stops the sound {step.what}"
        case Wait():
            return f"waits {spoken(step.duration_s)}"
        case WaitFor():
            return _wait_words(step)
        case If():
            then = f"checks whether {condition(step.condition.text)}, and if so {steps_words(step.then, playbook)}"
            return then + (f"; otherwise it {steps_words(step.otherwise, playbook)}" if step.otherwise else "")
        case Choose():
            return f"does one of these by chance: {_choice_words(step, playbook)}"
        case Repeat():
            return f"{_rounds_words(step)} ({steps_words(step.steps, playbook)})"
        case RunSteps():
            return f"does “{step.name}”"
        case Parallel():
            return "at the same time " + " and ".join(steps_words(branch, playbook) for branch in step.branches)
        case Breakouts(open=names) if names is not None:
            rooms = f"the breakout room {names[0]}" if len(names) == 1 else f"the breakout rooms {listed(names)}"
            return f"opens {rooms} for up to {step.capacity} people{' each' if len(names) > 1 else ''}"
        case Breakouts():
            names = step.close or ()
            return "closes " + ("all breakout rooms" if "all" in names else f"the breakout rooms {listed(names)}")
        case Steer():
            return f"steers the rotation: {step.how}"
        case Rotate():
            return _rotation_words(step, playbook)
        case Invite():
            how = "moves" if step.force else "invites"
            where = listed(step.to) + (", shared out evenly" if len(step.to) > 1 else "")
            return f"{how} {people(step.people, playbook)} to {where}"
        case Accept():
            return "accepts the invite" + (" as a moderator" if step.role == "moderator" else "")
        case Reject():
            return "rejects the invite"
        case Join():
            return f"goes into the breakout room {step.to}" + (" as a moderator" if step.role == "moderator" else "")
        case CallBack():
            return f"calls {people(step.people, playbook)} back from the breakout rooms"
        case Mute():
            return f"mutes {people(step.who, playbook)}"
        case Unmute():
            return f"unmutes {people(step.who, playbook)}"
        case Leave():
            return "leaves the room" if step.what == "room" else "leaves the breakout room"
        case Drop():
            return f"removes {people(step.people, playbook)} from the room"
        case SendBack():
            return f"invites {people(step.people, playbook)} back to the breakout room they were in last"
        case Lock():
            return "locks the room"
        case Unlock():
            return "unlocks the room"
        case Admit():
            return f"lets {people(step.people, playbook)} in{_who_waits(step.people)}"
        case Deny():
            return f"turns {people(step.people, playbook)} away{_who_waits(step.people)}"
        case Floor():
            return _floor_words(step, playbook)
        case ChangeRole(hand_over=who) if who is not None:
            return f"makes {people(who, playbook)} the moderator instead of itself"
        case ChangeRole():
            role, who = step.change
            return f"gives {people(who, playbook)} the role of a {role}"
        case Pin() | Spotlight():
            return _shown_words(step, playbook)
        case Recording() | Extend() | Mode() | Knock():
            return _direction_words(step)
        case TellTeacher():
            return f"writes “{step.text.text}” to the teachers in private"
        case Save():
            return f"saves {listed(step.files)}"
        case SendSignal():
            return f"sends all bots the signal “{step.name}”"
        case Log():
            return f"notes “{step.text.text}” in the log"
        case _:
            assert_never(step)


def _shown_words(step: Pin | Spotlight, playbook: Playbook) -> str:
    what, who = step.change
    whom = people(who, playbook)
    if isinstance(step, Pin):
        return f"pins {whom}" if what == "people" else f"pins {whom} no longer"
    return f"puts {whom} into the spotlight" if what == "people" else f"takes {whom} out of the spotlight"


def _direction_words(step: Recording | Extend | Mode | Knock) -> str:
    match step:
        case Recording():
            return "has the room recorded" if step.act == "start" else "ends the recording"
        case Extend():
            return "puts off the end of the room"
        case Mode():
            return f"makes the room a {step.mode}"
        case Knock():
            return "has people wait to be let in" if step.act == "on" else "has nobody wait to be let in any more"


def _floor_words(step: Floor, playbook: Playbook) -> str:
    if step.decision is None:
        own = {
            "request": "asks for the floor", "cancel": "does not ask for the floor any more",
            "reject": "rejects the offer of the floor", "open": "opens the floor to everybody",
            "close": "closes the floor",
        }  # fmt: skip
        return own.get(step.act or "", "gives the floor back")
    what, who = step.decision
    whom = people(who, playbook)
    return {
        "grant": f"gives the floor to {whom}{_who_asks(who)}",
        "deny": f"refuses the floor to {whom}{_who_asks(who)}",
        "release": f"takes the floor from {whom}",
        "invite": f"offers the floor to {whom}",
    }.get(what, f"takes the offer of the floor to {whom} back")


def _who_asks(names: Sequence[str]) -> str:
    return {"everyone": " who asks for it", "participants": " who ask for it"}.get(names[0], "")


def _who_waits(names: Sequence[str]) -> str:
    return {"everyone": " who waits", "participants": " who wait"}.get(names[0], "")


def _sound_words(step: Play, playbook: Playbook) -> str:
    sound = playbook.sound_of(step)
    extras = [f"at {share(sound.volume)} of its loudness"] if sound.volume != 1 else []
    extras += ["again and again"] if sound.loop else []
    return f"the sound {step.file}" + (f" ({', '.join(extras)})" if extras else "")


def _place_words(if_playing: IfPlaying) -> str:
    return {"queue": "", "replace": ", in place of what it plays", "mix": ", over what it plays"}[if_playing]


def _choice_words(step: Choose, playbook: Playbook) -> str:
    total = sum(choice.weight for choice in step.choices)
    is_even = len({choice.weight for choice in step.choices}) == 1
    chances = ["" if is_even else f" ({choice.weight} of {total})" for choice in step.choices]
    words = [steps_words(choice.steps, playbook) for choice in step.choices]
    return "; or ".join(f"{what}{chance}" for what, chance in zip(words, chances, strict=True))


def _rounds_words(step: Repeat) -> str:
    parts = [f"{step.times} times"] if step.times is not None else []
    parts += [f"every {spoken(step.every_s)}"] if step.every_s is not None else []
    if isinstance(step.until, Offset):
        parts.append(f"until {moment(step.until).removeprefix('at ')}")
    elif step.until is not None:
        parts.append(f"until {condition(step.until.text)}")
    return f"repeats {', '.join(parts)}"


def _wait_words(step: WaitFor) -> str:
    limit = f"at most {spoken(step.timeout_s)}"
    after = "and goes on anyway" if step.on_timeout == "continue" else "and gives up if not"
    if step.until is not None:
        return f"waits until {condition(step.until.text)}, {limit}, {after}"
    assert step.when is not None, "one of both is given"
    times = f" {step.count} times" if step.count > 1 else ""
    return f"waits until {trigger_words(step.when)}{times}, {limit}, {after}"


def _rotation_words(step: Rotate, playbook: Playbook) -> str:
    plan = playbook.rotations[step.plan]
    if step.again is not None:
        return f"opens the groups of round {step.again} of {step.plan} again, for {spoken(plan.round_length_s)}"
    if plan.groups is not None:
        who = f"{len(plan.groups)} groups"
    elif plan.rooms is not None:
        who = f"{plan.rooms} groups"
    else:
        who = "pairs" if (plan.group_size or 2) == 2 else f"groups of {plan.group_size}"
    changing = {"mix": "new ", "pairs": "new ", "fixed": "the same "}.get(plan.pattern, "")
    rounds = f"{plan.rounds} rounds of {spoken(plan.round_length_s)} each" if plan.rounds > 1 else "one round of "
    rounds += spoken(plan.round_length_s) if plan.rounds == 1 else ""
    kind = f" ({plan.pattern})" if plan.pattern in ("jigsaw", "carousel") else ""
    return f"plays {step.plan}: {rounds} in {changing if plan.rounds > 1 else ''}{who}{kind}"
