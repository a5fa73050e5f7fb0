"""Whom a step means: selectors, bot ids, ids of copies, ids and tags of the roster (`tag:beginner`), display names."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo
from pydantic.json_schema import WithJsonSchema

from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import Reading, bad, reading_of

__all__ = ["SELECTORS", "TAG", "Muted", "Who", "copy_ids", "plain_name"]

TAG = "tag:"  # before the name of a tag
SELECTORS = ("everyone", "participants", "moderators", "person")


_BOT_ID = re.compile(r"[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*", re.ASCII)


def _read_who(value: Any, info: ValidationInfo, own: tuple[str, ...] = ()) -> Any:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name for name in names) or not names:
        choice = ", ".join((*own, *SELECTORS))
        raise bad("wrong-type", f"{str(value)[:60]} names nobody; write one of {choice}, a bot id, a name, or a list")
    names = ["everyone" if name == "all" else name for name in names]
    reading = reading_of(info)
    if reading is not None:
        for name in names:
            if name not in own:
                _check_person(name, reading, (*own, *SELECTORS))
    return tuple(names)


def _read_muted(value: Any, info: ValidationInfo) -> Any:
    return _read_who(value, info, ("me", "room"))


def _check_person(name: str, reading: Reading, selectors: tuple[str, ...]) -> None:
    """A word in lower case that is nearly a bot's id is a mistake; any other may be a person's display name."""
    if name == "person" and reading.wanted is not None:
        reading.wanted.add(name)
    if name == "person" and reading.facts is not None and "person" not in reading.facts:
        raise bad("unknown-name", '"person" is known only in a rule that somebody triggers')
    is_known = name in selectors or name in reading.bot_ids or name in reading.people
    if not reading.is_whole or is_known or not _BOT_ID.fullmatch(name):
        return
    stem, _, number = name.rpartition("-")
    if stem in reading.bot_ids and number.isdigit():
        count = reading.bot_ids[stem]
        if count and not is_copy(name, stem, count):
            raise bad("unknown-bot", f'there is no copy "{name}": "{stem}" has count {count}')
    elif near := did_you_mean(name, [*reading.bot_ids, *reading.people, *selectors]):
        raise bad("unknown-bot", f'nobody has the id "{name}"{near}')


def copy_ids(bot_id: str, count: int) -> tuple[str, ...]:
    """The ids of a bot's copies: its own for one, else `pupil-01`, with as many digits as the count, at least two."""
    if count == 1:
        return (bot_id,)
    digits = max(2, len(str(count)))
    return tuple(f"{bot_id}-{number:0{digits}}" for number in range(1, count + 1))


def is_copy(name: str, bot_id: str, count: int) -> bool:
    """Is it one of `copy_ids`?"""
    if count == 1:
        return name == bot_id
    number, digits = name.removeprefix(f"{bot_id}-"), max(2, len(str(count)))
    is_number = number.isascii() and number.isdigit() and len(number) == digits
    return is_number and number != name and 1 <= int(number) <= count


_WHO_SCHEMA = WithJsonSchema(
    {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
        "examples": ["everyone", "pupil", ["pupil-01", "Ana"]],
    },
    mode="validation",
)


Who = Annotated[tuple[str, ...], BeforeValidator(_read_who), _WHO_SCHEMA]


Muted = Annotated[tuple[str, ...], BeforeValidator(_read_muted), _WHO_SCHEMA]


def plain_name(text: str) -> str:
    """The same for names that only look different: capitals, blanks, ways to write a letter."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
