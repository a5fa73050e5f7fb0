"""A sound makes way: for people, until they have been quiet for a while; for a sound over it, until that is over."""

import asyncio
from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.ports import PlaybackPort
from bots.clock import Clock

__all__ = ["DOWN_S", "DUCKED_GAIN", "HOLD_S", "UP_S", "Ducking"]

DUCKED_GAIN = 0.2  # 14 dB down: below a voice, and still there
DOWN_S, UP_S = 0.2, 1.0
HOLD_S = 1.0  # a pause for breath does not bring the music up


@dataclass(slots=True)
class _Way:
    """One sound that plays: for what it makes way, and the gain that it has."""

    clip: str
    is_ducked: bool
    is_under: bool
    gain: float = 1.0


class Ducking:
    """The gain of one bot's sounds that make way.

    Args:
        name: of the bot, for the names of tasks.
        group: owns the task that waits for a quiet to last.
    """

    def __init__(self, *, name: str, clock: Clock, group: asyncio.TaskGroup, log: FilteringBoundLogger) -> None:
        self._name = name
        self._clock = clock
        self._group = group
        self._log = log
        self._is_speech = False
        self._rising: asyncio.Task[None] | None = None
        self._playing: dict[PlaybackPort, _Way] = {}

    def begin(self, play: ClipPlay, playback: PlaybackPort, *, is_under: bool = False) -> None:
        """This has begun to play; one that makes way begins as loud as it may be now.

        Args:
            is_under: another one is heard over it.
        """
        way = self._playing[playback] = _Way(play.name, play.is_ducked, is_under)
        way.gain = self._gain_of(way)
        if way.gain != 1.0:
            playback.duck(way.gain, 0.0)

    def end(self, playback: PlaybackPort) -> None:
        """This plays no more."""
        self._playing.pop(playback, None)

    def put_under(self, playback: PlaybackPort, *, is_under: bool) -> None:
        """Another sound begins to be heard over this one, or is over; without effect if this plays no more."""
        if playback in self._playing:
            self._playing[playback].is_under = is_under
            self._go(DOWN_S if is_under else UP_S)

    def hear(self, *, is_speech: bool) -> None:
        """Does a person talk now, where the bot is?"""
        if is_speech:
            self.close()
            self._is_speech = True
            self._go(DOWN_S)
        elif self._is_speech and self._rising is None:
            self._rising = self._group.create_task(self._rise(), name=f"{self._name}/ducking")

    def close(self) -> None:
        """Wait for no quiet any more."""
        if self._rising is not None:
            self._rising.cancel()
            self._rising = None

    async def _rise(self) -> None:
        await self._clock.sleep_until(self._clock.monotonic() + HOLD_S)
        self._rising, self._is_speech = None, False
        self._go(UP_S)

    def _gain_of(self, way: _Way) -> float:
        return DUCKED_GAIN if way.is_under or (way.is_ducked and self._is_speech) else 1.0

    def _go(self, over_s: float) -> None:
        for playback, way in self._playing.items():
            gain = self._gain_of(way)
            if gain != way.gain:
                way.gain = gain
                playback.duck(gain, over_s)
                self._log.info("audio_ducked", clip=way.clip, gain=gain)
