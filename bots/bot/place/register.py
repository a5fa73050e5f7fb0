"""Who is who: people of the room found on the roster, with how sure that is. Never guessed between two.

A bot keeps one register for a session. It goes by what people bring (the `user_ref` of their token, their display
name) and by what they say themselves (`!iam Ana`); who is known once stays known when they come back.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bots.playbook import RosterEntry, plain_name

__all__ = ["Found", "How", "Register"]

How = Literal["user_ref", "id", "alias", "name", "similar", "claimed"]
CONFIDENCE: dict[How, float] = {
    "user_ref": 1.0, "id": 0.95, "claimed": 0.9, "alias": 0.9, "name": 0.9, "similar": 0.7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What the roster says of somebody.

    Attributes:
        entry: None where nobody fits, or several do.
        how: they were found; None where they were not.
        candidates: ids of those between whom nothing was guessed.
    """

    entry: RosterEntry | None = None
    how: How | None = None
    candidates: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """From 0 (nobody) to 1 (the token says so)."""
        return 0.0 if self.how is None else CONFIDENCE[self.how]


class Register:
    """The roster of one session, and who was found on it."""

    def __init__(self, roster: Sequence[RosterEntry]) -> None:
        self._roster = tuple(roster)
        self._by_id = {entry.id: entry for entry in roster}
        self.claims: dict[str, str] = {}  # key of a participant -> roster id

    @property
    def is_empty(self) -> bool:
        return not self._roster

    def find(self, client_id: str, user_ref: str, name: str) -> Found:
        """Who this is.

        Args:
            client_id: of the connection.
            user_ref: of the token; empty for many.
            name: that they show.
        """
        of_token = self._of_token(user_ref)
        if of_token.entry is not None or of_token.candidates:
            return of_token
        claimed = self.claims.get(_key(client_id, user_ref))
        return self.named(name) if claimed is None else Found(self._by_id[claimed], "claimed")

    def named(self, name: str) -> Found:
        """Who is called so: by id, alias or name, else without accents; nobody, if that is several."""
        shown = plain_name(name)
        if not shown:
            return Found()
        levels: tuple[tuple[How, list[RosterEntry]], ...] = (
            ("id", [one for one in self._roster if plain_name(one.id) == shown]),
            ("alias", [one for one in self._roster if shown in map(plain_name, one.aliases)]),
            ("name", [one for one in self._roster if plain_name(one.name) == shown]),
        )
        fitting = {one.id: one for _, fits in levels for one in fits}
        if len(fitting) > 1:  # the id or an alias of one may be the name of another
            return Found(candidates=tuple(sorted(fitting)))
        bare = _bare(shown)
        similar = [one for one in self._roster if bare in {_bare(plain_name(n)) for n in (one.name, *one.aliases)}]
        return next((_only(fits, how) for how, fits in (*levels, ("similar", similar)) if fits), Found())

    def claim(self, client_id: str, user_ref: str, who: str, taken: Sequence[str]) -> Found:
        """Somebody says who they are; counted if it is one person, whom nobody else is (`taken`, roster ids).

        Whom the token names is that person, whatever they say. A claim without a `user_ref` is good for one
        connection: another one may be anybody.
        """
        if self._of_token(user_ref).entry is not None:
            return self._of_token(user_ref)
        found = self.named(who)
        if found.entry is not None and found.entry.id not in taken:
            self.believe(client_id, user_ref, found.entry.id)
            return Found(found.entry, "claimed")
        return Found(candidates=(found.entry.id,) if found.entry else found.candidates)

    def believe(self, client_id: str, user_ref: str, entry_id: str) -> None:
        """A claim that was heard, by this bot or another."""
        self.claims[_key(client_id, user_ref)] = entry_id

    def _of_token(self, user_ref: str) -> Found:
        if not user_ref:
            return Found()
        by_id = [one for one in self._roster if one.id == user_ref]
        by_alias = [one for one in self._roster if user_ref in one.aliases]
        return _only(by_id, "user_ref") if by_id else _only(by_alias, "alias")

    def absent(self, present: Sequence[str]) -> tuple[str, ...]:
        """Ids of the roster that are not among these."""
        return tuple(entry.id for entry in self._roster if entry.id not in present)


def _bare(text: str) -> str:
    """Without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def _only(fits: Sequence[RosterEntry], how: How) -> Found:
    if len(fits) == 1:
        return Found(fits[0], how)
    return Found(candidates=tuple(sorted(one.id for one in fits)))


def _key(client_id: str, user_ref: str) -> str:
    return f"ref:{user_ref}" if user_ref else f"client:{client_id}"
