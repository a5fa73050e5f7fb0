"""Patterns of chat triggers (`matches`), looked for in time that grows with the message and with nothing else.

Python's `re` tries alternatives one after the other, so `(a+)+$` takes hours on thirty letters that somebody types.
Here a pattern becomes an automaton whose states advance together, letter by letter: the answer is that of `re.search`,
and the work is at most states times letters, both bounded. What no automaton can do (back references, looking around)
is refused.

Source: K. Thompson, "Regular Expression Search Algorithm", CACM 11(6), 1968. The syntax is read with `re._parser`, an
inner part of Python; a test compares the answers with those of `re`.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]  # not in typeshed; the docstring says why
from re import _parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["MAX_LENGTH", "Pattern", "PatternError", "pattern_of"]

MAX_LENGTH = 200  # characters of a pattern
_MAX_STATES = 400  # of its automaton, with all repetitions written out
_MAX_KEPT = 2000  # remembered steps of an automaton
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip
_REFUSED = {
    "ASSERT": "(?=…)", "ASSERT_NOT": "(?!…)", "GROUPREF": r"a back reference (\1)", "GROUPREF_EXISTS": "(?(1)…)",
    "POSSESSIVE_REPEAT": "a possessive repetition (*+)", "ATOMIC_GROUP": "(?>…)",
}  # fmt: skip
_IS_WORD = re.compile(r"\w")

States = frozenset[int]
# what surrounds a place: is it the first, the last, one before a last newline; do words touch it; do newlines
Context = tuple[bool, bool, bool, bool, bool, bool, bool]


class PatternError(ValueError):
    """A text that is no pattern of the language; offset is in characters."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


class Pattern:
    """A pattern, ready to be looked for.

    Raises:
        PatternError: the text is none.
    """

    def __init__(self, text: str) -> None:
        self._tests: list[Callable[[str], object] | None] = []  # a letter that leads from a state to the next
        self._jumps: list[list[tuple[int, Callable[[Context], bool] | None]]] = []  # ways that take no letter
        tree = _parsed(text)
        if tree.state.flags & re.ASCII.value:
            raise PatternError("(?a) is not part of the language")
        self._first = self._state()
        self._last = self._add(tree, tree.state.flags, self._first)
        self._closed: dict[tuple[States, Context], States] = {}
        self._steps: dict[tuple[States, str], States] = {}

    def is_in(self, text: str) -> bool:
        """Is it somewhere in the text? As `re.search` would say."""
        states: States = frozenset()
        for place in range(len(text) + 1):
            closed = self._close(states | {self._first}, _context(text, place))
            if self._last in closed:
                return True
            states = self._step(closed, text[place]) if place < len(text) else frozenset()
        return False

    def _step(self, states: States, letter: str) -> States:
        found = self._steps.get((states, letter))
        if found is None:
            found = frozenset(
                state + 1 for state in states if (test := self._tests[state]) is not None and test(letter)
            )
            _keep(self._steps, (states, letter), found)
        return found

    def _close(self, states: States, context: Context) -> States:
        """The states and all that they reach without a letter, at a place."""
        found = self._closed.get((states, context))
        if found is None:
            reached, waiting = set(states), list(states)
            while waiting:
                for target, holds in self._jumps[waiting.pop()]:
                    if target not in reached and (holds is None or holds(context)):
                        reached.add(target)
                        waiting.append(target)
            found = frozenset(reached)
            _keep(self._closed, (states, context), found)
        return found

    def _state(self) -> int:
        if len(self._tests) >= _MAX_STATES:
            raise PatternError("this pattern is too large: its repetitions multiply; use fewer or smaller ones")
        self._tests.append(None)
        self._jumps.append([])
        return len(self._tests) - 1

    def _jump(self, start: int, end: int, holds: Callable[[Context], bool] | None = None) -> None:
        self._jumps[start].append((end, holds))

    def _add(self, tree: Any, flags: int, start: int) -> int:
        """Build a sequence that begins at a state; gives the state at its end."""
        for operator, argument in tree:
            start = self._add_one(operator, argument, flags, start)
        return start

    def _add_one(self, operator: Any, argument: Any, flags: int, start: int) -> int:
        match operator:
            case sre.BRANCH:
                ends = [self._add(branch, flags, self._after(start)) for branch in argument[1]]
                return self._joined(ends)
            case sre.SUBPATTERN:
                _, added, removed, inner = argument
                if added & re.ASCII.value:
                    raise PatternError("(?a:…) is not part of the language")
                return self._add(inner, (flags | added) & ~removed, start)
            case sre.MAX_REPEAT | sre.MIN_REPEAT:  # how many are taken first makes no difference to yes or no
                return self._repeated(argument, flags, start)
            case sre.AT:
                end = self._state()
                self._jump(start, end, _condition(argument, flags))
                return end
            case _:
                return self._letter(_source(operator, argument), flags, start)

    def _after(self, start: int) -> int:
        state = self._state()
        self._jump(start, state)
        return state

    def _joined(self, ends: list[int]) -> int:
        state = self._state()
        for end in ends:
            self._jump(end, state)
        return state

    def _repeated(self, argument: Any, flags: int, start: int) -> int:
        least, most, inner = argument
        for _ in range(least):
            start = self._add(inner, flags, self._after(start))
        if most is sre.MAXREPEAT:
            begin = self._after(start)
            self._jump(self._add(inner, flags, begin), begin)
            return self._after(begin)
        ends = [start]
        for _ in range(most - least):
            ends.append(self._add(inner, flags, self._after(ends[-1])))
        return self._joined(ends)

    def _letter(self, source: str, flags: int, start: int) -> int:
        begin = self._after(start)  # a state of its own: its letter leads to the state made next
        end = self._state()
        self._tests[begin] = _letter_test(source, flags & (re.IGNORECASE | re.DOTALL).value)
        assert end == begin + 1, "a letter leads to the next state"
        return end


@lru_cache(maxsize=256)
def pattern_of(text: str) -> Pattern:
    """The pattern of a text, made once.

    Raises:
        PatternError: the text is none.
    """
    return Pattern(text)


def _keep(kept: dict[Any, States], key: object, found: States) -> None:
    if len(kept) >= _MAX_KEPT:
        kept.clear()
    kept[key] = found


def _parsed(text: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise PatternError(f"a pattern has at most {MAX_LENGTH} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on what may mean something else one day
            return _parser.parse(text)
    except (re.error, OverflowError, RecursionError) as cause:
        message = f"this is not a regular expression: {getattr(cause, 'msg', cause)}"
        raise PatternError(message, getattr(cause, "pos", None) or 0) from None


@lru_cache(maxsize=512)
def _letter_test(source: str, flags: int) -> Callable[[str], object]:
    return re.compile(source, flags).match


def _source(operator: Any, argument: Any) -> str:
    """The regular expression of one letter, for `re` to judge: it knows the capitals of all scripts."""
    match operator:
        case sre.LITERAL:
            return re.escape(chr(argument))
        case sre.NOT_LITERAL:
            return f"[^{re.escape(chr(argument))}]"
        case sre.ANY:
            return "."
        case sre.IN:
            return f"[{''.join(_set_parts(argument))}]"
        case _:
            raise PatternError(f"{_REFUSED.get(str(operator), str(operator).lower())} is not part of the language")


def _set_parts(items: Any) -> Iterator[str]:
    for operator, argument in items:
        match operator:
            case sre.NEGATE:
                yield "^"
            case sre.RANGE:
                yield f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
            case sre.CATEGORY:
                yield _CATEGORIES[str(argument)]
            case _:
                yield re.escape(chr(argument))


def _context(text: str, place: int) -> Context:
    before, after = text[place - 1 : place] if place else "", text[place : place + 1]
    return (
        place == 0, place == len(text), place == len(text) - 1 and after == "\n",
        bool(_IS_WORD.match(before)), bool(_IS_WORD.match(after)), before == "\n", after == "\n",
    )  # fmt: skip


def _condition(place: Any, flags: int) -> Callable[[Context], bool]:
    """What an anchor asks of a place."""
    is_multiline = bool(flags & re.MULTILINE)
    match str(place):
        case "AT_BEGINNING":
            return lambda at: at[0] or (is_multiline and at[5])
        case "AT_BEGINNING_STRING":
            return lambda at: at[0]
        case "AT_END":
            return lambda at: at[1] or at[2] or (is_multiline and at[6])
        case "AT_END_STRING":
            return lambda at: at[1]
        case "AT_BOUNDARY":
            return lambda at: at[3] != at[4]
        case "AT_NON_BOUNDARY":
            return lambda at: at[3] == at[4] and not (at[0] and at[1])
        case other:
            raise AssertionError(f"an anchor that re has learnt since: {other}")
