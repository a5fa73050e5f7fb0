"""Trying again what may work later, as long as it is worth it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import structlog

from bots.clock import Clock
from bots.errors import BotsError

__all__ = ["patiently"]

AGAIN_S = 2.0  # the Server API's own tries come before that

T = TypeVar("T")

log = structlog.get_logger()


async def patiently(
    work: Callable[[], Awaitable[T]], *, until: datetime | None, clock: Clock, session: str, is_over: Callable[[], bool]
) -> T:
    """Do the work, again while it fails with what is `retryable`, up to an instant; None tries once.

    Args:
        is_over: nobody waits for it any more.

    Raises:
        BotsError: of the last try.
    """
    while True:
        try:
            return await work()
        except BotsError as failure:
            if not failure.retryable or until is None or is_over() or clock.now() >= until:
                raise
            log.warning("start_retried", session=session, reason=str(failure))
        await clock.sleep_until(clock.monotonic() + AGAIN_S)
