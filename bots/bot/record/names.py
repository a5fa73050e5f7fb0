"""How a report names people: by pseudonyms, and by their names only if the playbook says so."""

from collections.abc import Iterable

from bots.bot.rules.facts import Person
from bots.playbook import RosterEntry

__all__ = ["Names"]


class Names:
    """The names of one report.

    People of the roster and bots have their ids; everybody else is `guest-1`, `guest-2`, in the order of coming,
    since the id of a token may be an address.

    Args:
        people: everybody who came, with their keys as ids.
        has_names: does the playbook want display names?
    """

    def __init__(self, people: Iterable[Person], roster: Iterable[RosterEntry], *, has_names: bool) -> None:
        self._ids = {entry.id: entry.id for entry in roster}
        self._names = {entry.id: entry.name for entry in roster} if has_names else {}
        guests = 0
        for person in people:
            if has_names:
                self._names.setdefault(person.id, person.name)
            if person.id not in self._ids:
                guests += not person.is_bot
                self._ids[person.id] = person.id if person.is_bot else f"guest-{guests}"

    def id_of(self, key: str) -> str:
        """What stands for this person."""
        return self._ids[key]

    def name_of(self, key: str) -> str:
        """Their name, empty unless names are wanted."""
        return self._names.get(key, "")
