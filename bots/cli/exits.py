"""Exit codes: what the command's end says to whoever started it (design section 7)."""

from enum import IntEnum

from bots.errors import (
    ApiError,
    BotsError,
    ConfigError,
    JoinRefused,
    JournalError,
    MediaError,
    Overloaded,
    PlaybookError,
    RotationError,
    ScheduleError,
    SessionHeld,
    StartMissed,
)

__all__ = ["Exit", "exit_of"]


class Exit(IntEnum):
    """The codes of the contract."""

    DONE = 0
    BUG = 1
    USAGE = 2
    PLAYBOOK = 3
    CONFIG = 4
    JOIN = 5
    EXPECT = 6
    MISSED = 7
    ENDED_EARLY = 8
    HELD = 9
    DRAIN_TIMEOUT = 10
    INTERRUPTED = 130
    TERMINATED = 143


def exit_of(error: BotsError) -> Exit:
    """The code that an error ends the command with."""
    match error:
        case SessionHeld():
            return Exit.HELD
        case StartMissed() | Overloaded():
            return Exit.MISSED
        case PlaybookError() | MediaError() | RotationError() | ScheduleError():
            return Exit.PLAYBOOK
        case ConfigError() | JournalError():
            return Exit.CONFIG
        case ApiError() | JoinRefused():
            return Exit.JOIN
        case _:
            return Exit.BUG
