"""Whether what is kept of a session names a person."""

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from bots.journal.tables import bots, invites, runs, steps

__all__ = ["names_person"]

_TEXTS = ((bots, "facts"), (runs, "firing"), (steps, "detail"), (invites, "decision"))


def names_person(connection: Connection, session: str, plan: str | None, person: str) -> bool:
    """Is somebody of this session's roster, or of those who came, called so, or has this id? Letters are alike."""
    wanted = person.casefold()
    texts: list[str] = [] if plan is None else [zlib.decompress(base64.b64decode(plan)).decode("utf-8")]
    for table, column in _TEXTS:
        found = select(table.c[column]).where(table.c.session == session, table.c[column].is_not(None))
        texts += connection.execute(found).scalars()
    return any(word.casefold() == wanted for text in texts for word in _words(json.loads(text)))


def _words(value: Any) -> Iterator[str]:
    """Every text in a value of JSON, keys too."""
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _words(one)
        case dict():
            yield from value
            for one in value.values():
                yield from _words(one)
        case _:
            pass
