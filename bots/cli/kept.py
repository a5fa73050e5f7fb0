"""Every run leaves a trace: in the file that was asked for, or among the newest in the user's state folder."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TextIO, cast

import structlog

from bots.errors import ConfigError
from bots.trace import KeptTrace, state_folder

__all__ = ["kept_trace"]

log = structlog.get_logger()


@contextlib.contextmanager
def kept_trace(path: str, label: str, kind: Literal["live", "simulated"]) -> Iterator[TextIO | None]:
    """Where the events of a session go beside the log; None where nothing can be kept.

    Args:
        path: that was asked for; empty for the state folder.
        label: of the session.

    Raises:
        ConfigError: the file that was asked for cannot be written.
    """
    if path:
        with _asked(path) as file:
            yield file
        return
    kept = _kept(label, kind)
    try:
        yield cast("TextIO | None", kept)
    finally:
        if kept is not None:
            kept.close()


def _asked(path: str) -> TextIO:
    try:
        return Path(path).open("w", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write the trace to {path}: {error.strerror}") from error


def _kept(label: str, kind: Literal["live", "simulated"]) -> KeptTrace | None:
    """A trace in the state folder; a machine that has none (a read-only container) runs without."""
    state = state_folder(os.environ)
    if state is None:
        return None
    folder = state / "traces"
    try:
        return KeptTrace(folder, label, kind)
    except OSError as error:
        log.info("trace_not_kept", folder=str(folder), reason=error.strerror)
        return None
