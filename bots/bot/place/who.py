"""Whom a step means: WHO resolved to people. Never guessed between two."""

from collections.abc import Sequence

from bots.bot.rules.facts import Person
from bots.bot.rules.outcome import CannotDo

__all__ = ["resolve_who"]


def resolve_who(
    who: Sequence[str], people: Sequence[Person], *, person: Person | None, bot_ids: Sequence[str]
) -> tuple[Person, ...]:
    """The people that a WHO means, in the order of `people`, each once, never the bot itself.

    Args:
        who: `everyone`, `participants`, `moderators`, `person` (of the trigger), bot ids, display names.
        people: everybody in the parent room.
        person: whom the trigger was about.
        bot_ids: of all copies of all bots: `pupil` means each `pupil-…`.

    Raises:
        CannotDo: a name that fits nobody or several, or `person` without a person. A bot that is known but
        not
            here, and a group that is empty, is no error.
    """
    meant: set[str] = set()
    for name in who:
        meant |= {one.client_id for one in _meant_by(name, people, person, bot_ids)}
    return tuple(one for one in people if one.client_id in meant and not one.is_me)


def _meant_by(name: str, people: Sequence[Person], person: Person | None, bot_ids: Sequence[str]) -> Sequence[Person]:
    match name:
        case "everyone":
            return people
        case "participants":
            return [one for one in people if one.role == "participant"]
        case "moderators":
            return [one for one in people if one.role == "moderator"]
        case "person":
            return [_still_here(person, people)]
    copies = {known for known in bot_ids if known == name or _stem(known) == name}
    if copies:
        return [one for one in people if one.is_bot and one.id in copies]
    return [_named(name, people)]


def _still_here(person: Person | None, people: Sequence[Person]) -> Person:
    if person is None:
        raise CannotDo("nobody triggered this, so there is no person")
    for one in people:
        if one.client_id == person.client_id or (one.id and one.id == person.id):
            return one
    raise CannotDo(f"{person.name or 'the person'} is no longer in the room")


def _named(name: str, people: Sequence[Person]) -> Person:
    found = [one for one in people if one.id == name] or [
        one for one in people if one.name.casefold() == name.casefold()
    ]
    if len(found) != 1:
        raise CannotDo(
            f"nobody here is called {name!r}" if not found else f"{len(found)} people here are called {name!r}"
        )
    return found[0]


def _stem(bot_id: str) -> str:
    """`pupil` of `pupil-03`."""
    stem, dash, number = bot_id.rpartition("-")
    return stem if dash and number.isdigit() else bot_id
