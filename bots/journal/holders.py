"""Who holds a lease: this process, as others know it; and whether another process of this machine still lives.

Every process that uses a journal in a file keeps a lock of its own beside it, which the kernel takes back when the
process ends, however it ends. So what a killed process held is free at once, and nobody waits for its lease to run out.
"""

import fcntl
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from bots.errors import JournalError

__all__ = ["Holder", "HolderLock"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds leases; `id` is of this run of it and no other."""

    id: str
    host: str
    pid: int

    @staticmethod
    def of_this_process() -> "Holder":
        return Holder(secrets.token_hex(8), socket.gethostname(), os.getpid())


class HolderLock:
    """This process's lock in the folder of locks beside a journal.

    Args:
        folder: made if it is not there.

    Raises:
        JournalError: it cannot be written.
    """

    def __init__(self, folder: Path, holder: Holder) -> None:
        self._folder = folder
        self._path = folder / holder.id
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            raise JournalError(f"no lock can be made in {folder}: {cause.strerror}") from cause

    def is_alive(self, holder_id: str) -> bool:
        """Does the process live that has this lock? One that is stopped lives."""
        if holder_id == self._path.name:
            return True
        try:
            file = os.open(self._folder / holder_id, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # who cannot look must not take it for dead
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(file)
        (self._folder / holder_id).unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Give the lock back."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)
