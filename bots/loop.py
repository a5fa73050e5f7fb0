"""The event loop that a program of ours runs on, and what memory it keeps."""

import asyncio
import ctypes
import gc
import resource
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

__all__ = ["run"]

TRIM_EVERY_S = 60.0

T = TypeVar("T")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes a loop of uvloop; None, which is asyncio's own, if `playbots[uvloop]` is not installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run(main: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run` for a process that lasts, on uvloop where it is installed.

    All that is imported by now stays for good, so a full garbage collection, which holds up all bots, does not look at
    it. Memory that the C heap keeps between what is in use goes back to the system every minute (`malloc_trim` of
    glibc; elsewhere it stays). The process may open as many files as its hard limit allows.
    """
    gc.freeze()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            _trim_always(runner.get_loop(), trim)
        _allow_files()
        try:
            return runner.run(main)
        finally:
            _allow_files()  # somebody may have lowered it meanwhile, and uvloop opens two to end


def _allow_files() -> None:
    """Have as many files as this process may: a bot has two to four, and 1,024 are the custom of many systems."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _trim_always(loop: asyncio.AbstractEventLoop, trim: Callable[[int], int]) -> None:
    trim(0)
    loop.call_later(TRIM_EVERY_S, _trim_always, loop, trim)
