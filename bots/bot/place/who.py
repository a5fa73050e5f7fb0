"""Whom a step means: WHO resolved to people. Never guessed between two."""

from collections.abc import Collection, Sequence

from bots.bot.rules.facts import Person
from bots.bot.rules.outcome import CannotDo
from bots.playbook import TAG, plain_name

__all__ = ["resolve_who"]


def resolve_who(
    who: Sequence[str],
    people: Sequence[Person],
    *,
    person: Person | None,
    bot_ids: Sequence[str],
    expected: Collection[str] = (),
) -> tuple[Person, ...]:
    """The people that a WHO means, in the order of `people`, each once, never the bot itself.

    Args:
        who: `everyone`, `participants`, `moderators`, `person` (of the trigger), bot ids, ids and tags (`tag:shy`) of
            the roster, display names.
        people: everybody in the parent room.
        person: whom the trigger was about.
        bot_ids: of all copies of all bots: `pupil` means each `pupil-…`.
        expected: ids of the roster.

    Raises:
        CannotDo: a name that fits nobody or several, or `person` without a person. A bot or somebody of the roster
            who is not here, and a group that is empty, are no error.
    """
    meant: set[str] = set()
    for name in who:
        meant |= {one.client_id for one in _meant_by(name, people, person, bot_ids, expected)}
    return tuple(one for one in people if one.client_id in meant and not one.is_me)


def _meant_by(
    name: str, people: Sequence[Person], person: Person | None, bot_ids: Sequence[str], expected: Collection[str]
) -> Sequence[Person]:
    match name:
        case "everyone":
            return people
        case "participants":
            return [one for one in people if one.role == "participant"]
        case "moderators":
            return [one for one in people if one.role == "moderator"]
        case "person":
            return [_still_here(person, people)]
    if name.startswith(TAG):
        return [one for one in people if name.removeprefix(TAG) in one.tags]
    copies = {known for known in bot_ids if known == name or _stem(known) == name}
    if copies:
        return [one for one in people if one.is_bot and one.id in copies]
    if name in expected and all(one.id != name for one in people):
        return []
    return [_named(name, people)]


def _still_here(person: Person | None, people: Sequence[Person]) -> Person:
    if person is None:
        raise CannotDo("nobody triggered this, so there is no person")
    for one in people:
        if one.client_id == person.client_id or (one.id and one.id == person.id):
            return one
    raise CannotDo(f"{person.name or 'the person'} is no longer in the room")


def _named(name: str, people: Sequence[Person]) -> Person:
    shown = plain_name(name)
    found = [one for one in people if one.id == name] or [one for one in people if plain_name(one.name) == shown]
    if len(found) != 1:
        raise CannotDo(
            f"nobody here is called {name!r}" if not found else f"{len(found)} people here are called {name!r}"
        )
    return found[0]


def _stem(bot_id: str) -> str:
    """`pupil` of `pupil-03`."""
    stem, dash, number = bot_id.rpartition("-")
    return stem if dash and number.isdigit() else bot_id
