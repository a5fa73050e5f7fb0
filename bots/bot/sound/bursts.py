"""A sound in bursts, as people talk: some of it, a pause, some of it. In a pause nothing is sent."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from bots.bot.contract.ports import OutgoingPort, PlaybackPort
from bots.clock import Clock
from bots.media import Clip

__all__ = ["Bursts", "bursts_of"]

SHORTEST_S, LONGEST_S = 1.5, 7.0  # of one burst


@dataclass(frozen=True, slots=True)
class BurstsPlayed:
    """How it ended; packets of all bursts."""

    packets: int
    outcome: Literal["finished", "stopped", "closed"]


def bursts_of(share: float, rng: Random) -> Iterator[tuple[float, float]]:
    """Pause and burst in turn, seconds, for ever; the bursts are this share of the time, more than 0 and below 1.

    The first pause is drawn from the whole of one, so that those who begin together do not talk together.
    """
    part = rng.random()
    while True:
        burst_s = rng.uniform(SHORTEST_S, LONGEST_S)
        yield part * burst_s * (1 - share) / share, burst_s
        part = rng.uniform(0.5, 1.5)


class Bursts:
    """One sound in bursts; implements `PlaybackPort`.

    Args:
        pattern: pauses and bursts, of `bursts_of`.
        group: owns the task that plays them.
    """

    def __init__(
        self,
        voice: OutgoingPort,
        clip: Clip,
        pattern: Iterator[tuple[float, float]],
        *,
        clock: Clock,
        group: asyncio.TaskGroup,
        name: str,
    ) -> None:
        self._voice = voice
        self._clip = clip
        self._pattern = pattern
        self._clock = clock
        self._packets = 0
        self._outcome: Literal["finished", "stopped", "closed"] = "stopped"
        self._gain = 1.0
        self._playing: PlaybackPort | None = None
        self._begun = asyncio.Event()
        self.since: datetime | None = None
        """When the last burst that was sent began, and in `until` when it ended; None before the first has ended."""
        self.until: datetime | None = None
        self._task = group.create_task(self._run(), name=name)

    @property
    def started_s(self) -> float | None:
        """When the first packet of the last burst left."""
        return None if self._playing is None else self._playing.started_s

    async def has_begun(self) -> bool:
        """Wait for the first burst; False if it was stopped before."""
        beginning = asyncio.ensure_future(self._begun.wait())
        try:
            await asyncio.wait({beginning, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            beginning.cancel()
        return self._begun.is_set()

    async def wait(self) -> BurstsPlayed:
        """Until it is stopped, or its room is closed."""
        await asyncio.wait({self._task})
        return BurstsPlayed(self._packets, self._outcome)

    def stop(self) -> None:
        """Stop here; without effect if it is over, or is stopping."""
        if not self._task.cancelling():
            self._task.cancel()

    def duck(self, gain: float, over_s: float) -> None:
        """Go to this gain over so many seconds; the bursts to come begin with it."""
        self._gain = gain
        if self._playing is not None:
            self._playing.duck(gain, over_s)

    async def _run(self) -> None:
        for pause_s, burst_s in self._pattern:
            await self._clock.sleep_until(self._clock.monotonic() + pause_s)
            if not await self._burst(burst_s):
                return

    async def _burst(self, burst_s: float) -> bool:
        """One burst; False if the room was closed."""
        since = self._clock.now()
        playback = self._playing = self._voice.play(self._clip, loop=True)
        if self._gain != 1.0:
            playback.duck(self._gain, 0.0)
        self._begun.set()
        ending = asyncio.ensure_future(self._clock.sleep_until(self._clock.monotonic() + burst_s))
        closing = asyncio.ensure_future(playback.wait())
        try:
            await asyncio.wait({ending, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            playback.stop()
            played = await closing
            if played.packets or self.since is None:  # a muted burst cannot be judged
                self.since, self.until = since, self._clock.now()
            self._packets += played.packets
            if played.outcome == "closed":
                self._outcome = "closed"
        return self._outcome != "closed"
