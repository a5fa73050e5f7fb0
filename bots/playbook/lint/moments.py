"""Static checks of time: windows that never open, and what is planned for after the end."""

from collections.abc import Iterator, Mapping, Sequence

from bots.playbook.lint.finding import Finding
from bots.playbook.model.cast import Bot, InviteRule
from bots.playbook.model.playbook import Playbook, ScheduleEntry
from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.people import Leave
from bots.playbook.model.steps.step import Repeat, Step
from bots.playbook.values.scalars import Offset, format_duration
from bots.playbook.values.shape import Loc

__all__ = ["after_start_s", "check_moments"]

_DAY_S = 86_400


def check_moments(playbook: Playbook) -> Iterator[Finding]:
    """Everything that is due at a time at which nothing can happen, in every entry of the schedule."""
    leaving = _Leaving(playbook.steps)
    for bot_id, bot in playbook.bots.items():
        way: Loc = ("bots", bot_id)
        if _is_late(bot.arrive.at, playbook):
            yield _late((*way, "arrive", "at"), f'"{bot_id}" arrives', bot.arrive.at, playbook)
        elif bot.count > 1 and bot.arrive.over_s and _is_late(bot.arrive.at, playbook, bot.arrive.over_s):
            message = f'the last ones of "{bot_id}" arrive after the end ({_lengths(playbook)})'
            yield Finding((*way, "arrive", "over"), "after-end", message, "warning")
        for index, entry in enumerate(bot.invites.entries):
            yield from _check_window((*way, "invites", index), entry, playbook)
        for index, planned in enumerate(bot.timeline):
            if _is_late(planned.at, playbook):
                yield _late((*way, "timeline", index, "at"), "this is due", planned.at, playbook)
        yield from _check_presence(way, bot, playbook, leaving)
    for counter, expectation in playbook.expect.items():
        if _is_late(expectation.by, playbook):
            yield _late(("expect", counter, "by"), "this is looked at", expectation.by, playbook)


def after_start_s(moment: Offset, entry: ScheduleEntry) -> float | None:
    """Seconds from the start; None where a clock time meets a start that is not known."""
    if moment.clock is None:
        return moment.after_start_s(entry.length_s)
    if entry.at is None:
        return None
    clock, start = (at.hour * 3600 + at.minute * 60 + at.second for at in (moment.clock, entry.at))
    return (clock - start + _DAY_S / 2) % _DAY_S - _DAY_S / 2


def _is_late(moment: Offset, playbook: Playbook, later_s: float = 0.0) -> bool:
    """Is it, or so many seconds later, after the end of every session?"""
    found = [(after_start_s(moment, entry), entry.length_s) for entry in playbook.schedule]
    return all(at is not None and at + later_s > length for at, length in found)


def _lengths(playbook: Playbook) -> str:
    return " or ".join(dict.fromkeys(format_duration(entry.length_s) for entry in playbook.schedule))


def _late(loc: Loc, what: str, moment: Offset, playbook: Playbook) -> Finding:
    return Finding(loc, "after-end", f"{what} at {moment}, but the session ends after {_lengths(playbook)}")


def _check_window(loc: Loc, entry: InviteRule, playbook: Playbook) -> Iterator[Finding]:
    spans = [(after_start_s(entry.opens, one), after_start_s(entry.closes, one), one) for one in playbook.schedule]
    if all(opens is not None and opens >= one.length_s for opens, _, one in spans):
        message = f"this window never opens: {entry.opens} is not before the end ({_lengths(playbook)})"
        yield Finding((*loc, "from"), "never-opens", message)
    elif all(opens is not None and closes is not None and closes <= opens for opens, closes, _ in spans):
        message = f"this window never opens: it closes at {entry.closes}, and opens at {entry.opens}"
        yield Finding((*loc, "until"), "never-opens", message)
    elif all(closes is not None and closes <= 0 for _, closes, _ in spans):
        yield Finding((*loc, "until"), "never-opens", f"this window never opens: it closes at {entry.closes}")


def _check_presence(way: Loc, bot: Bot, playbook: Playbook, leaving: "_Leaving") -> Iterator[Finding]:
    """What is due before the bot has come, or after it has left."""
    entry = playbook.schedule[0]
    if len(playbook.schedule) > 1:
        return
    arrives = after_start_s(bot.arrive.at, entry) if "arrive" in bot.model_fields_set else None
    due = [after_start_s(planned.at, entry) for planned in bot.timeline]
    leaves = [
        at
        for at, planned in zip(due, bot.timeline, strict=True)
        if at is not None and leaving.is_certain(planned.steps)
    ]
    for index, at in enumerate(due):
        loc = (*way, "timeline", index, "at")
        if at is not None and arrives is not None and at < arrives:
            yield Finding(loc, "before-arrival", f"the bot arrives later, at {bot.arrive.at}", "warning")
        if at is not None and leaves and at > min(leaves):
            yield Finding(loc, "after-leaving", "the bot has left before, by an earlier entry", "warning")


class _Leaving:
    """Which steps leave the room for certain; each named list is looked at once."""

    def __init__(self, lists: Mapping[str, tuple[Step, ...]]) -> None:
        self._lists = lists
        self._known: dict[str, bool] = {}

    def is_certain(self, steps: Sequence[Step]) -> bool:
        return any(self._leaves(step) for step in steps)

    def _leaves(self, step: Step) -> bool:
        match step:
            case Leave():
                return step.what == "room"
            case Repeat(until=None):
                return self.is_certain(step.steps)
            case RunSteps():
                if step.name not in self._known:
                    self._known[step.name] = self.is_certain(self._lists.get(step.name, ()))
                return self._known[step.name]
            case _:
                return False
