"""`BOTS_CAPTURE`: everything that bots and their room say to each other goes into this file, without secrets."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TextIO

from bots.clock import Clock
from bots.errors import ConfigError
from bots.wire import Capture

__all__ = ["VARIABLE", "capture_of"]

VARIABLE = "BOTS_CAPTURE"


def capture_of(name: str, clock: Clock, environment: Mapping[str, str] = os.environ) -> Capture | None:
    """What writes down the connection of this name; None if nobody asks for it.

    Raises:
        ConfigError: the file cannot be written.
    """
    path = environment.get(VARIABLE, "")
    return Capture(_file(path).write, clock.now, name) if path else None


@cache
def _file(path: str) -> TextIO:
    """One for all connections of this process, open until its end; each line is on disk at once."""
    try:
        return Path(path).open("a", encoding="ascii", buffering=1)
    except OSError as error:
        raise ConfigError(f"{VARIABLE}: cannot write {path}: {error.strerror}") from error
