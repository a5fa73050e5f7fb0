"""What a look at something found, and how it is told. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["Finding", "Findings", "Verdict", "shape"]

Verdict = Literal["same", "differs", "unseen"]

_TITLES: Mapping[Verdict, str] = {
    "differs": "differs from the reference", "unseen": "not seen", "same": "as the reference says",
}  # fmt: skip
_WORDS = frozenset(("msg", "error", "desc", "message", "reason"))
_LONGEST_WORDS = 120
_LONGEST_SHAPE = 900
_DEEPEST = 4
_MOST_KEYS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        section: of the reference, such as `breakouts.md 10`.
        about: what was looked at.
        expected, seen: in words; without secrets, and without what people call themselves.
        verdict: `unseen` where it did not come to it.
    """

    section: str
    about: str
    expected: str
    seen: str
    verdict: Verdict


class Findings:
    """In the order of looking."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def note(self, section: str, about: str, *, expected: str, seen: str, is_same: bool) -> None:
        """Something was seen."""
        self.all.append(Finding(section, about, expected, seen, "same" if is_same else "differs"))

    def miss(self, section: str, about: str, why: str) -> None:
        """It did not come to it."""
        self.all.append(Finding(section, about, "", why, "unseen"))

    def of(self, verdict: Verdict) -> list[Finding]:
        return [one for one in self.all if one.verdict == verdict]

    def write(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [asdict(one) for one in self.all]

    def text(self) -> str:
        """For people: what differs first, then what was not seen, then what is as written."""
        lines: list[str] = []
        for verdict, title in _TITLES.items():
            found = self.of(verdict)
            lines.append(f"{title}: {len(found)}")
            for one in found:
                lines.append(f"  {one.section:20s} {one.about}")
                if verdict == "differs":
                    lines += [f"    expected: {one.expected}", f"    seen:     {one.seen}"]
                elif verdict == "unseen":
                    lines.append(f"    why:      {one.seen}")
        return "\n".join(lines)


def shape(value: Any, key: str = "", depth: int = 0) -> str:
    """How a JSON value is made: its keys and kinds, its numbers of results, and what the server says in words."""
    text = _shape(value, key, depth)
    return text if len(text) <= _LONGEST_SHAPE else f"{text[:_LONGEST_SHAPE]}…"


def _shape(value: Any, key: str, depth: int) -> str:
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return repr(value[:_LONGEST_WORDS]) if key in _WORDS and value else "text" if value else '""'
        case int() | float():
            return str(value)
        case Mapping() if depth < _DEEPEST:
            keys = list(value)[:_MOST_KEYS]
            return "{" + ", ".join(f"{one}: {_shape(value[one], str(one), depth + 1)}" for one in keys) + "}"
        case Sequence() if depth < _DEEPEST:
            return f"[{_shape(value[0], key, depth + 1)} x {len(value)}]" if value else "[]"
        case _:
            return "…"
