"""A diagnostic: what is wrong, where, and the line with a caret under the place."""

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["Problem", "Severity"]

Severity = Literal["error", "warning"]
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


def _printable(text: str) -> str:
    """No character of the text can move the cursor or break the line."""
    return "".join(character if character.isprintable() else " " for character in text)


def _columns(text: str) -> int:
    """How many columns a terminal needs for a text; wide letters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
