"""Where repeats are forced, the fewest: the plan in which most pairs meet at all.

The search's own cost makes a third meeting dearer than a second, which leads straight to plans without repeats. Where
there are none it spreads the repeats over many pairs; fewer in all are found when every repeat costs nearly the same.
"""

from collections.abc import Sequence

from bots.rotation.rules import ONE
from bots.rotation.searching.search import Table

__all__ = ["CrowdedTable"]


class CrowdedTable(Table):
    """Rounds in which a second meeting costs ONE and each later one a little more; people have no weights."""

    is_linear = False

    def add(self, line: Sequence[int], rooms: int) -> None:
        """One more round, with the room of every person."""
        self.rooms.append([[] for _ in range(rooms)])
        self.at.append([-1] * len(line))
        for person, room in enumerate(line):
            self.cost += self.enter(len(self.at) - 1, person, room)

    def leave(self, number: int, person: int) -> int:
        """Take a person out of their room; returns the change of the cost."""
        inside = self.rooms[number][self.at[number][person]]
        inside.remove(person)
        prices, change = self.price[person], 0
        for other in inside:
            price = prices[other] - 1 if prices[other] > ONE else 0
            prices[other] = self.price[other][person] = price
            change -= price
        return change

    def enter(self, number: int, person: int, room: int) -> int:
        """Put a person who is in no room into one; returns the change of the cost."""
        inside = self.rooms[number][room]
        prices, change = self.price[person], 0
        for other in inside:
            price = prices[other]
            prices[other] = self.price[other][person] = price + 1 if price else ONE
            change += price
        inside.append(person)
        self.at[number][person] = room
        return change
