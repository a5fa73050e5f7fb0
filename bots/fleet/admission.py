"""Whether this process can take a session: how late its event loop is in the rhythm of packets, before anything starts.

Sound is sent from timers of the loop, so what makes a probe late makes packets late: other sessions of the process, or
a machine that has no time for it. A session that runs is never touched; one that is not yet begun is refused.
"""

from dataclasses import dataclass
from statistics import median

import structlog

from bots.clock import Clock
from bots.errors import Overloaded

__all__ = ["LAG_LIMIT_S", "TRIES", "Lag", "admit", "measure"]

RHYTHM_S = 0.02  # of packets
PROBES = 10  # a fifth of a second
TRIES = 5  # a start of its own makes a loop late, for a moment
LAG_LIMIT_S = RHYTHM_S  # half of the packets leave when the next one is due, or later

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lag:
    """How late probes were, seconds."""

    typical_s: float
    worst_s: float

    @property
    def is_too_much(self) -> bool:
        return self.typical_s > LAG_LIMIT_S


async def measure(clock: Clock) -> Lag:
    """Wake up when packets would leave, and see how late that is."""
    origin_s, late_s = clock.monotonic(), []
    for number in range(1, PROBES + 1):
        due_s = origin_s + number * RHYTHM_S
        await clock.sleep_until(due_s)
        late_s.append(max(0.0, clock.monotonic() - due_s))
    return Lag(median(late_s), max(late_s))


async def admit(clock: Clock, *, session: str, bots: int) -> None:
    """Return if a session with so many bots may start here.

    Raises:
        Overloaded: the loop was late in every one of `TRIES` looks.
    """
    for number in range(1, TRIES + 1):
        lag = await measure(clock)
        if not lag.is_too_much:
            log.info(
                "load_measured", session=session, bots=bots, lag_p50_ms=round(lag.typical_s * 1000, 1),
                lag_max_ms=round(lag.worst_s * 1000, 1), limit_ms=round(LAG_LIMIT_S * 1000, 1), looks=number,
            )  # fmt: skip
            return
    raise Overloaded(session, bots, lag.typical_s, LAG_LIMIT_S)
