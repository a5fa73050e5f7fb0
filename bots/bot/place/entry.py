"""How a bot gets into its room: join, and join again where trying again can help."""

import itertools
from collections.abc import Callable
from random import Random

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.ports import JoinRoom, RoomPort
from bots.bot.contract.spec import BotSpec
from bots.clock import Clock
from bots.errors import BotsError, JoinRefused
from bots.room import RoomEvent

__all__ = ["enter"]

TRIES = 5
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
NO_SEAT = (2101, 2102)  # errors.md: no place left for a moderator, a participant
SEAT_WITHIN_S = 90.0  # until a room gives up the connection of a process that stands still: pings, then its grace


async def enter(
    spec: BotSpec,
    join: JoinRoom,
    clock: Clock,
    *,
    on_event: Callable[[RoomEvent], None],
    on_breakout_event: Callable[[RoomEvent], None],
    log: FilteringBoundLogger,
    was_in: bool = False,
) -> RoomPort:
    """Join the room; tries again after a failure that may pass, with growing, jittered pauses.

    Args:
        was_in: the bot was in the room in an earlier life, whose connection may still have its seat.

    Raises:
        BotsError: JoinRefused, PublishRefused, ApiError or ConfigError of the last try.
    """
    rng = Random(f"{spec.seed}/join")
    pause_s, began_s = FIRST_PAUSE_S, clock.monotonic()
    for attempt in itertools.count(1):
        try:
            return await join(spec, on_event=on_event, on_breakout_event=on_breakout_event)
        except BotsError as failure:
            is_seat_taken = was_in and isinstance(failure, JoinRefused) and failure.result in NO_SEAT
            may_pass = clock.monotonic() - began_s < SEAT_WITHIN_S if is_seat_taken else attempt < TRIES
            if not (failure.retryable or is_seat_taken) or not may_pass or clock.now() >= spec.ends_at:
                raise
            wait_s = pause_s * rng.uniform(0.5, 1.5)
            log.warning("join_retried", attempt=attempt, wait_s=round(wait_s, 3), reason=str(failure))
            await clock.sleep_until(clock.monotonic() + wait_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
    raise AssertionError("counts for ever")
