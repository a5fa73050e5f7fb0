"""Files as bytes, read without waiting for what is no file."""

import stat
from pathlib import Path

from bots.playbook.problem import Problem
from bots.playbook.reading.source import MAX_BYTES, too_large

__all__ = ["read_file"]

_NO_FILES = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)  # fmt: skip


def read_file(path: Path | str) -> tuple[bytes, Problem | None]:
    """The bytes of a file, or why it cannot be read; waits for no pipe and reads no device."""
    try:
        status = Path(path).stat()
        kind = next((words for is_kind, words in _NO_FILES if is_kind(status.st_mode)), None)
        if kind is not None:
            return b"", Problem(str(path), 1, 1, "error", "unreadable", f"this is {kind}, not a playbook file")
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1), too_large(str(path), status.st_size)
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or str(cause)
        return b"", Problem(str(path), 1, 1, "error", "unreadable", f"this file cannot be read: {reason}")
