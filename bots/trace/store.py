"""Where the traces of sessions are kept: one bounded file of JSON lines each, the newest of each kind."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["KEPT", "MOST_BYTES", "Kept", "KeptTrace", "kept_traces", "state_folder"]

KEPT = 50  # of each kind
MOST_BYTES = 20_000_000  # of one trace
_SLUG = re.compile(r"[^a-z0-9]+")
_SIMULATED = "-simulated"
_LAST = tuple(f'"event": "{name}"' for name in ("rule_tallied", "expectation_judged", "bot_failed", "session_finished"))

Kind = Literal["live", "simulated"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A trace that is kept: its id, for `bots trace ID`, and its file."""

    id: str
    path: Path


def state_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder of `bots` in the user's state (XDG base directories); None where there is no home."""
    state = environment.get("XDG_STATE_HOME", "")
    if not state.startswith("/"):  # a relative one is to be ignored, says the standard
        home = environment.get("HOME", "")
        if not home.startswith("/"):
            return None
        state = f"{home}/.local/state"
    return Path(state) / "bots"


def kept_traces(folder: Path) -> list[Kept]:
    """The traces in the folder, the newest first."""
    files = [(file.stat().st_mtime_ns, file) for file in folder.glob("*.jsonl")] if folder.is_dir() else []
    return [Kept(file.stem, file) for _, file in sorted(files, reverse=True)]


class KeptTrace(io.TextIOBase):
    """The trace of one session in the folder; takes whole lines, and no more than it may hold.

    When it is full, only what sums a session up is still written.

    Args:
        label: of the session, `NAME/ENTRY@2026-03-30T08:00Z`.

    Raises:
        OSError: the folder or the file cannot be written.
    """

    def __init__(self, folder: Path, label: str, kind: Kind, *, most_bytes: int = MOST_BYTES) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        suffix = _SIMULATED if kind == "simulated" else ""
        self.path = _free(folder, _SLUG.sub("-", label.casefold()).strip("-")[:80] + suffix)
        self._file = self.path.open("x", encoding="utf-8")
        self._most_bytes = most_bytes
        self._bytes = 0
        _forget_old(folder, kind)

    @property
    def id(self) -> str:
        """For `bots trace ID`."""
        return self.path.stem

    def write(self, text: str) -> int:
        is_full = self._bytes + len(text) > self._most_bytes
        if not is_full or any(name in text for name in _LAST):
            self._file.write(text)
            self._bytes += len(text)
        return len(text)

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        self._file.close()
        super().close()


def _free(folder: Path, name: str) -> Path:
    path, number = folder / f"{name}.jsonl", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.jsonl"
    return path


def _forget_old(folder: Path, kind: Kind) -> None:
    """Keep the newest; live sessions and simulated ones do not push each other out."""
    alike = [one for one in kept_traces(folder) if (_SIMULATED in one.id) == (kind == "simulated")]
    for old in alike[KEPT:]:
        old.path.unlink(missing_ok=True)
