"""What a new version of a playbook changes for the class (`bots explain --diff`)."""

from collections.abc import Iterator
from typing import Any

from bots.playbook.model.playbook import Playbook
from bots.playbook.telling.tell import Fact, facts

__all__ = ["changes"]

_SILENT = ("version", "name", "inputs", "use", "file", "folder")  # told otherwise, or of no consequence
_PLACES = ("where", "path")
_TOPICS = {
    "timeline": "What happens when", "rules": "When something happens", "invites": "Breakout invites",
    "steps": "Steps by name",
    "audio": "Sounds", "expect": "What makes it a success", "schedule": "When and where", "room": "When and where",
    "timezone": "When and where",
}  # fmt: skip


def changes(old: Playbook, new: Playbook) -> list[str]:
    """What the new version changes for the class, a sentence a change; empty if nothing.

    Settings too small for the sentences (may people share a canvas?) are told by their way through the playbook.
    """
    before, after = ({(fact.topic, fact.key): fact for fact in facts(one)} for one in (old, new))
    gone = [fact for key, fact in before.items() if key not in after]
    come = [fact for key, fact in after.items() if key not in before]
    other = [(before[key], fact) for key, fact in after.items() if key in before and str(before[key]) != str(fact)]
    found = [f"The lesson is called “{new.name}” now, not “{old.name}”."] if old.name != new.name else []
    found += [f"{fact.topic}: {fact} Before: {earlier}" for earlier, fact in other]
    told = {_owner(fact) for fact in (*gone, *come, *(fact for _, fact in other))}
    for fact in list(come):
        moved = next((one for one in gone if one.when and (one.topic, one.text) == (fact.topic, fact.text)), None)
        if moved is not None and fact.when:
            gone.remove(moved)
            come.remove(fact)
            found.append(f"{fact.topic}: moved from {moved.when} to {fact.when}: {fact.text}")
    found += [f"{fact.topic}, new: {fact}" for fact in come]
    found += [f"{fact.topic}, no longer: {fact}" for fact in gone]
    return found + list(_untold(old, new, told))


def _owner(fact: Fact) -> tuple[str, str]:
    """The topic, and the bot if it is about one."""
    is_about_bot = fact.topic in ("Who comes", "What happens when", "When something happens", "Breakout invites")
    return fact.topic, fact.key.split()[0] if is_about_bot else ""


def _untold(old: Playbook, new: Playbook, told: set[tuple[str, str]]) -> Iterator[str]:
    """Differences in parts of which no sentence has changed."""
    before, after = (dict(_values(one.model_dump(mode="json"))) for one in (old, new))
    for way in [*after, *(way for way in before if way not in after)]:
        if before.get(way) != after.get(way) and way[0] not in _SILENT and _topic_of(way) not in told:
            yield f"A setting, {'.'.join(way)}: {after.get(way, 'none')}. Before: {before.get(way, 'none')}."


def _topic_of(way: tuple[str, ...]) -> tuple[str, str]:
    if way[0] != "bots":
        return _TOPICS.get(way[0], ""), ""
    return (_TOPICS.get(way[2], "Who comes") if len(way) > 2 else "Who comes"), way[1]


def _values(value: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with its way; where steps stand in the file is none of them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _PLACES:
                yield from _values(inner, (*way, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _values(inner, (*way, str(number)))
    else:
        yield way, value
