"""The best plan of a small problem, by trying every one: written for the tests, without the solver's code."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from tests.unit.rotation.validator import Wanted, faults

__all__ = ["fewest_coincidences"]

Groups = tuple[tuple[str, ...], ...]


def _splits(people: tuple[str, ...], sizes: tuple[int, ...]) -> Iterator[Groups]:
    """Every way to fill rooms of these sizes, rooms told apart."""
    if not sizes:
        yield ()
        return
    for first in combinations(people, sizes[0]):
        rest = tuple(person for person in people if person not in first)
        for others in _splits(rest, sizes[1:]):
            yield (first, *others)


def _rounds(wanted: Wanted) -> list[frozenset[frozenset[str]]]:
    """Every round that keeps the rules, as the pairs that meet; rounds in which the same pairs meet only once."""
    small, more = divmod(len(wanted.people), wanted.rooms)
    found: dict[frozenset[frozenset[str]], None] = {}
    for larger in combinations(range(wanted.rooms), more):
        sizes = tuple(small + (room in larger) for room in range(wanted.rooms))
        for groups in _splits(tuple(wanted.people), sizes):
            one = Wanted(wanted.people, wanted.rooms, 1, wanted.apart, wanted.together, wanted.fixed, wanted.beside)
            pairs = frozenset(frozenset(pair) for group in groups for pair in combinations(group, 2))
            if pairs not in found and not faults([groups], one):
                found[pairs] = None
    return list(found)


def fewest_coincidences(wanted: Wanted) -> int | None:
    """The least that any plan has of pairs of rounds in which the same two meet; None if no plan keeps the rules."""
    rounds = _rounds(wanted)
    if not rounds:
        return None
    common = [[len(one & two) for two in rounds] for one in rounds]
    best = wanted.rounds**2 * len(wanted.people) ** 2

    def extend(chosen: Sequence[int], cost: int) -> None:
        nonlocal best
        if cost >= best:
            return
        if len(chosen) == wanted.rounds:
            best = cost
            return
        for number in range(chosen[-1] if chosen else 0, len(rounds)):
            extend([*chosen, number], cost + sum(common[number][other] for other in chosen))

    extend([], 0)
    return best
