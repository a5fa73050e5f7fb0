"""Steering a rotation by words: `more 2m`, `hold`, `next`, `back`, `swap ana luis`, `undo`."""

from collections.abc import Callable, Sequence

from bots.bot.rotation.acts import Act
from bots.bot.rotation.course import Course, Refused
from bots.bot.rules.facts import Person
from bots.bot.steps.kit import Kit
from bots.playbook import STEERING, format_duration, parse_duration, plain_name

__all__ = ["steer"]


def steer(kit: Kit, text: str) -> str:
    """Do what the words say; returns what was done, as a sentence for the one who asked.

    Raises:
        Refused: it cannot be done; the text says why.
    """
    rotation = kit.rotation
    if rotation is None:
        raise Refused("no rotation runs now")
    words = text.split()
    match words:
        case ["more", *time]:
            seconds = parse_duration("".join(time).casefold())
            if not seconds:
                raise Refused("write how much time the round gets, for example !more 2m or !more 30s")
            rotation.command(lambda course, now_s: course.more(seconds, now_s))
            _remember(kit, lambda course, now_s: course.more(-seconds, now_s))
            return f"This round has {format_duration(seconds)} more."
        case ["hold"]:
            rotation.command(Course.hold)
            _remember(kit, Course.hold)
            return "The time stands still until the next !hold." if rotation.is_held else "The time goes on."
        case ["next"]:
            rotation.command(Course.next)
            kit.undo.clear()
            return "This round ends now."
        case ["back"]:
            rotation.command(Course.back)
            kit.undo.clear()
            return "This round ends now; the one before it comes again."
        case ["swap", *names]:
            one, other = _two_of(kit.presence.people, names)
            keys = kit.presence.key_of(one), kit.presence.key_of(other)
            rotation.command(lambda course, now_s: course.swap(*keys, now_s))
            _remember(kit, lambda course, now_s: course.swap(*keys, now_s))
            return "They change places, now and in the rounds to come."
        case ["undo"]:
            if not kit.undo:
                raise Refused("there is nothing to undo; !more, !hold and !swap can be undone while their round runs")
            rotation.command(kit.undo[-1])
            kit.undo.pop()
            return "Undone."
        case _:
            raise Refused(f"write one of {', '.join('!' + example for example in STEERING.values())}")


def _remember(kit: Kit, undo: Callable[[Course, float], list[Act]]) -> None:
    kit.undo.append(undo)


def _two_of(people: Sequence[Person], words: Sequence[str]) -> tuple[Person, Person]:
    """Two people from words: ids, or names of one word or several."""
    for cut in range(1, len(words)):
        found = [_person(people, " ".join(part)) for part in (words[:cut], words[cut:])]
        if found[0] is not None and found[1] is not None and found[0] is not found[1]:
            return found[0], found[1]
    if len(words) != 2:
        raise Refused("name two people who are here, by their ids or their names, for example !swap ana luis")
    if plain_name(words[0]) == plain_name(words[1]):
        raise Refused("name two different people")
    for which, word in zip(("first", "second"), words, strict=True):
        called = _called(people, word)
        if not called:
            raise Refused(f"nobody here has the {which} name; ids work too")
        if len(called) > 1:
            raise Refused(f"several people here have the {which} name; write the id")
    raise Refused("both names are of one person")


def _person(people: Sequence[Person], name: str) -> Person | None:
    found = _called(people, name)
    return found[0] if len(found) == 1 else None


def _called(people: Sequence[Person], name: str) -> list[Person]:
    shown = plain_name(name)
    by_id = [one for one in people if plain_name(one.id) == shown]
    return by_id or [one for one in people if plain_name(one.name) == shown]
