"""What is asked: who is to be grouped, how often, and which rules hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from bots.errors import RotationError

__all__ = ["PATTERNS", "Pattern", "Problem", "rooms_for"]

Pattern = Literal["mix", "fixed", "pairs", "jigsaw", "carousel"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)


def rooms_for(people: int, group_size: int, *, never_alone: bool = True) -> int:
    """How many rooms groups of this size need.

    A group is not larger than asked, except where that would leave somebody alone: three people in pairs are one trio.

    Raises:
        RotationError: nobody is there, or the size is below 1.
    """
    if people < 1 or group_size < 1:
        raise RotationError(f"{people} people cannot form groups of {group_size}; both must be 1 or more")
    rooms = -(-people // group_size)
    return max(1, min(rooms, people // 2)) if never_alone else rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A grouping to find. Rules may name people who are not there; without them those rules have no effect.

    Attributes:
        people: their ids, each once; the order matters to nothing but the look of the plan.
        rooms: how many rooms are open in a round; their sizes differ by one at most.
        rounds: how many rounds.
        pattern: how groups follow each other (docs/rotations.md).
        keep_apart: sets of people of whom no two ever share a room.
        keep_together: sets of people who always share a room.
        anchors: person -> number of the room (from 0) or the person they stay with.
        balance: sets of people that are spread over the rooms as evenly as the rest allows (soft).
        history: pair -> how often they met in earlier lessons, weighted; 1.0 is one full meeting (soft).
        never_alone: a room has two people or more.

    Raises:
        RotationError: the numbers cannot be.
    """

    people: tuple[str, ...]
    rooms: int
    rounds: int
    pattern: Pattern = "mix"
    keep_apart: tuple[tuple[str, ...], ...] = ()
    keep_together: tuple[tuple[str, ...], ...] = ()
    anchors: Mapping[str, int | str] = field(default_factory=dict)
    balance: tuple[tuple[str, ...], ...] = ()
    history: Mapping[tuple[str, str], float] = field(default_factory=dict)
    never_alone: bool = True

    def __post_init__(self) -> None:
        count = len(self.people)
        if len(set(self.people)) < count:
            twice = sorted({person for person in self.people if self.people.count(person) > 1})
            raise RotationError(f"{', '.join(twice)}: listed more than once", twice)
        if self.rooms < 1 or self.rounds < 1:
            raise RotationError(f"{self.rooms} rooms and {self.rounds} rounds; both must be 1 or more")
        if count < self.rooms:
            raise RotationError(f"{count} people cannot fill {self.rooms} rooms; open {max(count, 1)} at most")
        if self.never_alone and count < 2 * self.rooms and count > 1:
            raise RotationError(f"{count} people in {self.rooms} rooms leave somebody alone; open {count // 2} at most")
        if any(weight < 0 for weight in self.history.values()):
            raise RotationError("the weight of an earlier meeting must be 0 or more")

    @property
    def size(self) -> int:
        """People in the largest room."""
        return -(-len(self.people) // self.rooms)

    def among(self, people: Iterable[str], *, rooms: int | None = None) -> "Problem":
        """The same rules for other people, and possibly another number of rooms."""
        return replace(self, people=tuple(people), rooms=self.rooms if rooms is None else rooms)
