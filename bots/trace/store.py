"""Where the traces of sessions are kept: one bounded file of JSON lines each, the newest of each kind.

A trace that is being written is locked, so that no process takes it for an old one.
"""

import contextlib
import fcntl
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
_NUMBER = re.compile(r"(?<=z)-\d+$")  # behind its instant: of a session that was cut off, and has several
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
        with contextlib.suppress(OSError):  # a file system that knows no locks
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
    """Keep the newest, and all of sessions that run; live ones and simulated ones do not push each other out."""
    alike = [one for one in kept_traces(folder) if (_SIMULATED in one.id) == (kind == "simulated")]
    if len(alike) <= KEPT:
        return
    running = {_session_of(one) for one in alike if _is_being_written(one.path)}
    for old in alike[KEPT:]:
        if _session_of(old) not in running:
            old.path.unlink(missing_ok=True)


def _session_of(one: Kept) -> str:
    return _NUMBER.sub("", one.id)


def _is_being_written(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # it went meanwhile
    return False
