"""The best plan of a small problem, by trying every one: written for the tests, without the solver's code."""

from collections.abc import Iterator
from itertools import combinations

from tests.unit.rotation.validator import Wanted, faults

__all__ = ["fewest_repeats"]

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


def fewest_repeats(wanted: Wanted) -> int | None:
    """The least that any plan has of meetings beyond a pair's first; None if no plan keeps the rules."""
    rounds = _rounds(wanted)
    if not rounds:
        return None
    best = wanted.rounds * len(wanted.people) ** 2

    def extend(first: int, left: int, met: frozenset[frozenset[str]], cost: int) -> None:
        nonlocal best
        if cost >= best:
            return
        if left == 0:
            best = cost
            return
        for number in range(first, len(rounds)):
            extend(number, left - 1, met | rounds[number], cost + len(met & rounds[number]))

    extend(0, wanted.rounds, frozenset(), 0)
    return best
