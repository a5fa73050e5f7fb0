"""What stays the same of somebody who comes back under another connection: a key, a text, for each person."""

from collections.abc import Collection, Mapping
from itertools import count

from bots.bot.place.register import Register
from bots.bot.rules.facts import Person
from bots.playbook import plain_name

__all__ = ["NAME", "Keys"]

NAME = "name:"  # begins the key of somebody who is known by a display name only


class Keys:
    """The keys of everybody who was seen in a session.

    The key of somebody with an id is that id. People who have a name only are known by it; two who bear one name at
    one time are two people, and nobody can say which of them comes back.

    Args:
        register: who is expected, and under which names.

    Attributes:
        renames: (old key, new key) of those who have said who they are; it only grows.
    """

    def __init__(self, register: Register | None = None) -> None:
        self._register = register or Register(())
        self._of_client: dict[str, str] = {}
        self._names: dict[str, str] = {}  # key -> the name shown, plain
        self.renames: list[tuple[str, str]] = []

    @property
    def revision(self) -> int:
        """Grows when somebody new is known."""
        return len(self._names)

    def kept(self) -> dict[str, dict[str, str]]:
        """What must be known to go on in another process; JSON."""
        return {"clients": dict(self._of_client), "names": dict(self._names)}

    def restore(self, kept: Mapping[str, Mapping[str, str]]) -> None:
        """Know what an earlier life has kept."""
        self._of_client = dict(kept["clients"])
        self._names = dict(kept["names"])

    def of(self, person: Person, here: Collection[str]) -> str:
        """The key of somebody who is here, or was.

        Args:
            here: the connections that are in the room now.
        """
        known = self._of_client.get(person.client_id)
        key = person.id or known or self._free(person, here)
        if known == key:
            return key
        if known is not None:
            self.renames.append((known, key))
            self._of_client.update({one: key for one, old in self._of_client.items() if old == known})
        self._of_client[person.client_id] = key
        self._names.setdefault(key, plain_name(person.name))
        return key

    def now(self, client_id: str) -> str:
        """The key of a connection that was seen."""
        return self._of_client[client_id]

    def _free(self, person: Person, here: Collection[str]) -> str:
        """The key of this name that nobody has who is here."""
        name = NAME + plain_name(person.name)
        taken = {self._of_client.get(client_id) for client_id in here if client_id != person.client_id}
        numbered = (name if number == 1 else f"{name}#{number}" for number in count(1))
        return next(one for one in numbered if one not in taken)

    def called(self, name: str) -> frozenset[str]:
        """The keys of those with this id or name; the name itself, if nobody was seen who has it.

        A name of the roster is the one who has it there, wherever they are.
        """
        entry = self._register.named(name).entry
        if entry is not None:
            return frozenset([entry.id])
        shown = plain_name(name)
        found = {key for key, known in tuple(self._names.items()) if key == name or known == shown}
        return frozenset([name]) if name in found or not found else frozenset(found)
