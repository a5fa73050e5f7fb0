"""The people of a rotation as the room knows them now: by their keys, with all their connections."""

from collections.abc import Coroutine, Iterable
from typing import Any

from bots.bot.place.presence import Presence
from bots.bot.rotation.grouping import Grouping
from bots.bot.rules.facts import Person
from bots.bot.steps.breakouts import CALL_BACK
from bots.bot.steps.kit import Kit
from bots.errors import BotsError

__all__ = ["Crowd"]


class Crowd:
    """Who is who, and how they are spoken to."""

    def __init__(self, kit: Kit, grouping: Grouping) -> None:
        self._kit = kit
        self._grouping = grouping
        self._renames = len(kit.presence.keys.renames)
        self._now: dict[str, str] = {}  # key that was -> key that is

    @property
    def _presence(self) -> Presence:
        return self._kit.presence

    def key_of(self, person: Person) -> str:
        """What stays the same of them."""
        return self._presence.key_of(person)

    def takes_part(self, person: Person) -> bool:
        """Participants do, and whoever is anchored to a group; never the bot that conducts."""
        if person.is_me:
            return False
        return person.role == "participant" or self._grouping.is_anchored(self.key_of(person))

    @property
    def here(self) -> list[str]:
        """Everybody who takes part and is here."""
        return list(dict.fromkeys(self.key_of(one) for one in self._presence.people if self.takes_part(one)))

    def connections(self) -> dict[str, list[Person]]:
        """Everybody who is here by their key, once for each connection that they have now."""
        return self._presence.connections()

    def persons(self) -> dict[str, Person]:
        """Everybody who is here by their key; of several connections, the newest."""
        return {key: ones[-1] for key, ones in self.connections().items()}

    def person(self, key: str) -> Person | None:
        """Who this is now, if they are here; see `persons`, which looks once for many."""
        return self.persons().get(key)

    def is_inside(self, person: Person) -> bool:
        """Is this connection in a breakout?"""
        return person.client_id in self._presence.away

    @property
    def inside(self) -> list[Person]:
        """Everybody who is in a breakout."""
        return [one for one in self._presence.people if self.is_inside(one)]

    def new_names(self) -> list[tuple[str, str]]:
        """(old key, new key) of those who have said who they are since this was asked last."""
        renames = self._presence.keys.renames[self._renames :]
        self._renames += len(renames)
        for old, new in renames:
            self._grouping.renamed(old, new)
            self._now[old] = new
            self._now.pop(new, None)
        return renames

    def now(self, key: str) -> str:
        """The key of somebody who had this one, as far as `new_names` has told."""
        while key in self._now:
            key = self._now[key]
        return key

    def pseudonym(self, key: str) -> str:
        """As the log names people: our bots and the people of the roster by their ids, others by their connections."""
        return self.pseudonyms([key])[0]

    def pseudonyms(self, keys: Iterable[str]) -> list[str]:
        """As `pseudonym`, of many."""
        persons, spec = self.persons(), self._kit.spec
        known = {*spec.bot_ids, *(entry.id for entry in spec.roster)}
        return [persons[key].pseudonym if key in persons else key if key in known else "gone" for key in keys]

    async def call(self, person: Person, line: str) -> None:
        """Ask somebody to come out of their breakout."""
        if person.is_bot:
            await self.attempt("user data", self._presence.parent.send_data(CALL_BACK, to=[person.client_id]))
        else:
            await self.whisper(person, line)

    async def whisper(self, person: Person, line: str) -> None:
        """Write a line that only they see."""
        await self.attempt("chat", self._presence.parent.say(line, to=[person.client_id]))

    async def attempt(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Send something; that it was refused is logged."""
        try:
            await work
        except BotsError as failure:
            self._kit.log.warning("message_not_sent", what=what, reason=str(failure))
