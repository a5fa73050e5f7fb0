"""What a playbook does with its sounds, and what is wrong once they have been listened to. Pure: decodes nothing."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.lint.flow import unrolled
from bots.playbook.model.cast import Bot
from bots.playbook.model.playbook import Playbook, Sound
from bots.playbook.model.steps.sound import Play
from bots.playbook.model.steps.step import Step
from bots.playbook.model.steps.time import Wait
from bots.playbook.problem import Problem
from bots.playbook.reading.load import Examined
from bots.playbook.values.scalars import format_duration
from bots.playbook.values.shape import Loc

__all__ = ["BY_EAR", "Heard", "Listen", "check_heard", "sounds_of"]

BY_EAR = frozenset({"bad-sound", "silent-sound", "clipped-sound", "long-sound"})
_CLIPPED = 0.001  # share of the samples at full scale from which it is heard
_QUIET_DB = -45.0
_LONG_SILENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sound is like as the room hears it.

    Attributes:
        duration_s: seconds.
        loudness_db: mean without pauses, dB below full scale; -127 for silence.
        clipped: share of the samples at full scale, 0 to 1.
        silent_s: seconds of silence at its beginning.
        fault: why it cannot be decoded; then the others are 0.
    """

    duration_s: float
    loudness_db: float
    clipped: float
    silent_s: float
    fault: str = ""


Listen = Callable[[Iterable[Sound]], Mapping[Sound, Heard]]


def sounds_of(playbook: Playbook) -> dict[Sound, Loc]:
    """Every sound that a step or microphone plays, and the way to its first use."""
    found: dict[Sound, Loc] = {}
    for step in playbook.all_steps():
        if isinstance(step, Play):
            found.setdefault(playbook.sound_of(step), loc_of(step, "play"))
    for bot_id, bot in playbook.bots.items():
        if bot.microphone is not None:
            found.setdefault(playbook.sound_of(bot.microphone), ("bots", bot_id, "microphone"))
    return found


def check_heard(examined: Examined, heard: Mapping[Sound, Heard]) -> list[Problem]:
    """The problems of the sounds of a playbook that could be read."""
    playbook = examined.playbook
    assert playbook is not None, "a playbook that could be read"
    findings = [*_judge(playbook, heard), *_check_gaps(playbook, heard)]
    return [finding.problem(examined.document) for finding in findings]


def _judge(playbook: Playbook, heard: Mapping[Sound, Heard]) -> Iterator[Finding]:
    for sound, loc in sounds_of(playbook).items():
        one = heard[sound]
        if one.fault:
            yield Finding(loc, "bad-sound", one.fault)
        elif one.loudness_db < _QUIET_DB:
            how = "silent" if one.loudness_db <= -127 else f"very quiet ({one.loudness_db:.0f} dB)"
            yield Finding(loc, "silent-sound", f"this sound is {how}; nobody will hear it", "warning")
        else:
            if one.silent_s >= _LONG_SILENCE_S:
                message = f"this sound begins with {one.silent_s:.0f} s of silence"
                yield Finding(loc, "silent-sound", message, "warning")
            if one.clipped > _CLIPPED:
                message = f"this sound is clipped ({one.clipped:.1%} of it is at full scale); it will crackle"
                yield Finding(loc, "clipped-sound", message, "warning")


def _check_gaps(playbook: Playbook, heard: Mapping[Sound, Heard]) -> Iterator[Finding]:
    """Sounds that still play when the same bot's next entry is due, or the session ends."""
    length_s = min(entry.length_s for entry in playbook.schedule)
    for bot in playbook.bots.values():
        entries = list(_entries(bot, length_s))
        moments = sorted({at_s for at_s, _ in entries})
        for at_s, steps in entries:
            after = bisect_right(moments, at_s)
            is_last = after == len(moments) or moments[after] > length_s
            limit_s = length_s if is_last else moments[after]
            what = "the session ends" if is_last else "the next entry is due"
            spent_s = 0.0
            for step in unrolled(steps, playbook.steps):
                spent_s += step.duration_s if isinstance(step, Wait) else 0.0
                sound = playbook.sound_of(step) if isinstance(step, Play) else None
                if sound is None or sound.loop or not isinstance(step, Play):
                    continue
                spent_s += heard[sound].duration_s
                if 0 < limit_s - at_s < spent_s:
                    message = f"this plays until {format_duration(round(spent_s, 1))} after its entry, but {what}"
                    message += f" {format_duration(limit_s - at_s)} after it"
                    yield Finding(loc_of(step, "play"), "long-sound", message, "warning")


def _entries(bot: Bot, length_s: float) -> Iterator[tuple[float, tuple[Step, ...]]]:
    for entry in bot.timeline:
        at_s = entry.at.after_start_s(length_s)
        if at_s is not None:
            yield at_s, entry.steps
