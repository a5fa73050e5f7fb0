"""How a bot gets into its room: join, and join again where trying again can help."""

from collections.abc import Callable
from random import Random

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.ports import JoinRoom, RoomPort
from bots.bot.contract.spec import BotSpec
from bots.clock import Clock
from bots.errors import BotsError
from bots.room import RoomEvent

__all__ = ["enter"]

TRIES = 5
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0


async def enter(
    spec: BotSpec,
    join: JoinRoom,
    clock: Clock,
    *,
    on_event: Callable[[RoomEvent], None],
    on_breakout_event: Callable[[RoomEvent], None],
    log: FilteringBoundLogger,
) -> RoomPort:
    """Join the room; tries again after a failure that may pass, with growing, jittered pauses.

    Raises:
        BotsError: JoinRefused, PublishRefused, ApiError or ConfigError of the last try.
    """
    rng = Random(f"{spec.seed}/join")
    pause_s = FIRST_PAUSE_S
    for attempt in range(1, TRIES + 1):
        try:
            return await join(spec, on_event=on_event, on_breakout_event=on_breakout_event)
        except BotsError as failure:
            if not failure.retryable or attempt == TRIES or clock.now() >= spec.ends_at:
                raise
            wait_s = pause_s * rng.uniform(0.5, 1.5)
            log.warning("join_retried", attempt=attempt, wait_s=round(wait_s, 3), reason=str(failure))
            await clock.sleep_until(clock.monotonic() + wait_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
    raise AssertionError("the last try either returns or raises")
