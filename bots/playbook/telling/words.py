"""Plain English for the small values of a playbook: times, shares, people, conditions."""

from collections.abc import Sequence

from bots.playbook.model.playbook import Playbook
from bots.playbook.values.people import TAG
from bots.playbook.values.scalars import Offset, Range

__all__ = ["condition", "listed", "moment", "people", "share", "spoken", "spread"]

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
    if name.startswith(TAG):
        return f"everybody with the tag {name.removeprefix(TAG)}"
    known = next((one for one in playbook.roster if one.id == name), None)
    if known is not None:
        return known.name
    if name in playbook.bots:
        bot = playbook.bots[name]
        return f"all {bot.count} copies of {name}" if bot.count > 1 else name
    return name


def condition(text: str) -> str:
    """A condition in words where it is a usual one, else as it is written."""
    return _CONDITIONS.get(text.strip(), f"“{text.strip()}” holds")
