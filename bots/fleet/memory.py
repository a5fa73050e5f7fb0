"""Who was with whom in earlier lessons: a port, and a plain file behind it until the journal takes over.

Remembered are people with an id (of the roster, of their token, of a bot): a display name may be anybody's next week.
"""

import fcntl
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Protocol

import structlog

from bots.errors import ConfigError
from bots.playbook import Playbook
from bots.schedule import SessionTimes

__all__ = ["FileMemory", "MeetingsOf", "Memory", "Remembered", "histories"]

log = structlog.get_logger()

Pair = tuple[str, str]
MeetingsOf = Mapping[str, Sequence[tuple[str, str, float]]]
"""Rotation -> (one, other, how often they met)."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Who was with whom in one round; `at` is when it began, ISO 8601 in UTC."""

    playbook: str
    rotation: str
    session: str
    at: str
    pairs: tuple[Pair, ...]


class Memory(Protocol):
    """What is known of earlier lessons."""

    def met(self, playbook: str, rotation: str, since: datetime | None) -> Mapping[Pair, float]:
        """How often pairs met in the rounds of this rotation; all of them, or those since an instant."""
        ...

    def remember(self, round_: Remembered) -> None:
        """Keep a round."""
        ...


def histories(playbook: Playbook, memory: Memory | None, times: SessionTimes, session_id: str | None) -> MeetingsOf:
    """What the rotations of a session start from; those with `memory: session` from nothing.

    A term begins on the day that the schedule entry says (`from`); one that says none never ends.
    """
    if memory is None:
        return {}
    first_day = playbook.entry(session_id).first_day
    began = None
    if first_day is not None:
        began = datetime.combine(first_day, time.min, times.zone or UTC)
    found: dict[str, Sequence[tuple[str, str, float]]] = {}
    for name, rotation in playbook.rotations.items():
        if rotation.memory != "session":
            met = memory.met(playbook.name, name, began if rotation.memory == "term" else None)
            found[name] = [(one, other, often) for (one, other), often in met.items()]
    return found


class FileMemory:
    """A file with a JSON object for each round; several processes may use it at once.

    A line that cannot be read (a machine that stopped while it was written) is passed over, and told.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def met(self, playbook: str, rotation: str, since: datetime | None) -> Mapping[Pair, float]:
        """Implements `Memory`.

        Raises:
            ConfigError: the file cannot be read.
        """
        often: Counter[Pair] = Counter()
        for one in self.rounds():
            is_later = since is None or datetime.fromisoformat(one.at) >= since
            if (one.playbook, one.rotation) == (playbook, rotation) and is_later:
                often.update(one.pairs)
        return {pair: float(count) for pair, count in sorted(often.items())}

    def remember(self, round_: Remembered) -> None:
        """Implements `Memory`.

        Raises:
            ConfigError: the file cannot be written.
        """
        with self._locked():
            is_new = not self._path.exists()
            with self._path.open("a", encoding="utf-8") as file:
                file.write(_line(round_))
            if is_new:
                self._path.chmod(0o600)

    def rounds(self) -> list[Remembered]:
        """Everything that is remembered, in the order in which it was kept.

        Raises:
            ConfigError: the file cannot be read.
        """
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        except OSError as error:
            raise ConfigError(f"cannot read {self._path}: {error.strerror}") from error
        found = [_read(line) for line in lines]
        whole = [one for one in found if one is not None]
        if len(whole) < len(found):
            log.warning("memory_damaged", file=str(self._path), lines=len(found) - len(whole))
        return whole

    def erase(self, *, playbook: str = "", person: str = "") -> int:
        """Forget a person, in one playbook's lessons or in all; or without a person the lessons themselves.

        Returns:
            In how many rounds something is forgotten.

        Raises:
            ConfigError: the file cannot be written.
        """
        with self._locked():
            before = self.rounds()
            after = [kept for one in before if (kept := _after(one, playbook, person)) is not None]
            part = self._path.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_text("".join(map(_line, after)), encoding="utf-8")
            part.replace(self._path)
        untouched = {id(one) for one in after}
        return sum(id(one) not in untouched for one in before)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._path.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise ConfigError(f"cannot write {self._path}: {error.strerror}") from error


def _line(one: Remembered) -> str:
    return json.dumps(asdict(one), ensure_ascii=False) + "\n"


def _read(line: str) -> Remembered | None:
    try:
        values = json.loads(line)
        pairs = tuple((str(one), str(other)) for one, other in values.pop("pairs"))
        datetime.fromisoformat(values["at"])
        return Remembered(**values, pairs=pairs)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _after(one: Remembered, playbook: str, person: str) -> Remembered | None:
    """What is left of a round once something is forgotten; the same object if it is not concerned."""
    if playbook not in ("", one.playbook) or (person and not any(person in pair for pair in one.pairs)):
        return one
    return replace(one, pairs=tuple(pair for pair in one.pairs if person not in pair)) if person else None
