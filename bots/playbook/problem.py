"""A diagnostic: what is wrong, where, and the line with a caret under the place."""

import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["MOST_PROBLEMS", "Problem", "Severity", "most_important"]

Severity = Literal["error", "warning"]
MOST_PROBLEMS = 200  # of a file; one that has more has another kind of problem
_WINDOW = 110  # characters of a long source line that are shown
_LONGEST = 400  # characters of a sentence; what people wrote may be repeated in it
_BEFORE = 60  # of these, at most before the place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a playbook.

    Attributes:
        file: as the caller named it.
        line: from 1.
        column: from 1, in characters.
        severity: an error stops the playbook from running, a warning does not.
        id: stable, listed in `docs/playbook.md`.
        message: one sentence; may end in "did you mean …?".
        source: the line of the file.
        width: how many characters the place is wide, on that line.
    """

    file: str
    line: int
    column: int
    severity: Severity
    id: str
    message: str
    source: str = ""
    width: int = 1

    def render(self) -> str:
        """`file:line:column: error[id] message`, the line, and the caret."""
        head = (
            f"{self.file}:{self.line}:{self.column}: {self.severity}[{self.id}] {_printable(self.message[:_LONGEST])}"
        )
        if not self.source.strip():
            return head
        first = max(0, self.column - 1 - _BEFORE) if len(self.source) > _WINDOW else 0
        shown = self.source[first : first + _WINDOW]
        at = self.column - 1 - first
        gap = " " * _columns(shown[:at])
        carets = "^" * max(1, _columns(shown[at : at + self.width]))
        return f"{head}\n{self.line:>5} | {_printable(shown)}\n      | {gap}{carets}"

    def to_json(self) -> dict[str, Any]:
        """Plain values for `bots lint --format json`."""
        return asdict(self)

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Problems are listed in this order."""
        return (self.file, self.line, self.column, self.id, self.message)


def most_important(problems: Iterable[Problem]) -> list[Problem]:
    """The problems in order, each once; of very many, errors before warnings."""
    found = sorted(set(problems), key=lambda problem: problem.order)
    if len(found) > MOST_PROBLEMS:
        found = sorted(found, key=lambda problem: problem.severity)[:MOST_PROBLEMS]  # "error" before "warning"
    return sorted(found, key=lambda problem: problem.order)


def _printable(text: str) -> str:
    """No character of the text can move the cursor or break the line."""
    return "".join(character if character.isprintable() else " " for character in text)


def _columns(text: str) -> int:
    """How many columns a terminal needs for a text; wide letters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
