"""`BOTS_CAPTURE`: everything that bots and their room say to each other goes into this file, without secrets."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import structlog

from bots.clock import Clock
from bots.errors import ConfigError
from bots.wire import Capture, CaptureFile

__all__ = ["VARIABLE", "capture_of"]

VARIABLE = "BOTS_CAPTURE"

log = structlog.get_logger()


def capture_of(name: str, clock: Clock, environment: Mapping[str, str] = os.environ) -> Capture | None:
    """What writes down the connection of this name; None if nobody asks for it.

    Raises:
        ConfigError: the file cannot be written.
    """
    path = environment.get(VARIABLE, "")
    file = _file(path) if path else None
    return Capture(file.write, clock.now, name) if file is not None and file.is_open else None


@cache
def _file(path: str) -> CaptureFile:
    """One for all connections of this process, open until its end; each line is on disk at once."""
    said = Path(path)
    try:
        file = said.open("a", encoding="ascii", buffering=1)
    except OSError as error:
        raise ConfigError(f"{VARIABLE}: cannot write {path}: {error.strerror}") from error
    return CaptureFile(file, lambda reason: log.warning("capture_ended", reason=reason))
