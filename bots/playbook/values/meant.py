"""What somebody probably meant: the known word that is nearest to a misspelt one."""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import islice

__all__ = ["SURE", "bounded_hints", "closest", "did_you_mean"]

SURE = 0.75  # how alike two words are that are surely meant to be the same
_LIKELY = 0.6
_MANY = 100  # words from which only those with the same first letter are compared
_MOST_HINTS = 300  # of a reading, of which at most two hundred problems are told
_hints_left: ContextVar[list[int] | None] = ContextVar("hints_left", default=None)


@contextmanager
def bounded_hints() -> Iterator[None]:
    """Inside, no more hints are looked for than anybody is told: ten thousand wrong names cost no minutes."""
    before = _hints_left.set([_MOST_HINTS])
    try:
        yield
    finally:
        _hints_left.reset(before)


def closest(word: str, known: Iterable[str], *, alike: float = _LIKELY) -> str | None:
    """The known word that was probably meant; None where nothing is near."""
    return _closest(word.casefold()[:100], tuple(sorted(known)), alike)


@lru_cache(maxsize=1024)  # a mistake is often made many times
def _closest(word: str, known: tuple[str, ...], alike: float) -> str | None:
    by_folded, by_letter = _folded(known)
    if len(by_folded) > _MANY:
        by_folded = by_letter.get(word[:1], {})
    found = difflib.get_close_matches(word, islice(by_folded, _MANY), n=1, cutoff=alike)
    return by_folded[found[0]] if found else None


@lru_cache(maxsize=16)
def _folded(known: tuple[str, ...]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The words by how they compare, all of them, and those with each first letter."""
    by_folded = {name.casefold(): name for name in known}
    by_letter: dict[str, dict[str, str]] = {}
    for folded, name in by_folded.items():
        by_letter.setdefault(folded[:1], {})[folded] = name
    return by_folded, by_letter


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` or nothing."""
    left = _hints_left.get()
    if left is not None:
        left[0] -= 1
        if left[0] < 0:
            return ""
    near = closest(word, known)
    return f'; did you mean "{near}"?' if near else ""
