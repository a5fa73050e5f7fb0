"""Music makes way for people: down while somebody talks, up again when it has been quiet for a while."""

import asyncio

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.messages import ClipPlay
from bots.bot.contract.ports import PlaybackPort
from bots.clock import Clock

__all__ = ["DOWN_S", "DUCKED_GAIN", "HOLD_S", "UP_S", "Ducking"]

DUCKED_GAIN = 0.2  # 14 dB down: below a voice, and still there
DOWN_S, UP_S = 0.2, 1.0
HOLD_S = 1.0  # a pause for breath does not bring the music up


class Ducking:
    """The gain of one bot's sounds that make way for speech.

    Args:
        name: of the bot, for the names of tasks.
        group: owns the task that waits for a quiet to last.
    """

    def __init__(self, *, name: str, clock: Clock, group: asyncio.TaskGroup, log: FilteringBoundLogger) -> None:
        self._name = name
        self._clock = clock
        self._group = group
        self._log = log
        self._gain = 1.0
        self._rising: asyncio.Task[None] | None = None
        self._playing: dict[PlaybackPort, str] = {}

    def begin(self, play: ClipPlay, playback: PlaybackPort) -> None:
        """This has begun to play; one that makes way begins as loud as it may be now."""
        if play.is_ducked:
            self._playing[playback] = play.name
            if self._gain != 1.0:
                playback.duck(self._gain, 0.0)

    def end(self, playback: PlaybackPort) -> None:
        """This plays no more; without effect if it does not make way."""
        self._playing.pop(playback, None)

    def hear(self, *, is_speech: bool) -> None:
        """Does a person talk now, where the bot is?"""
        if is_speech:
            self.close()
            self._go(DUCKED_GAIN, DOWN_S)
        elif self._gain != 1.0 and self._rising is None:
            self._rising = self._group.create_task(self._rise(), name=f"{self._name}/ducking")

    def close(self) -> None:
        """Wait for no quiet any more."""
        if self._rising is not None:
            self._rising.cancel()
            self._rising = None

    async def _rise(self) -> None:
        await self._clock.sleep_until(self._clock.monotonic() + HOLD_S)
        self._rising = None
        self._go(1.0, UP_S)

    def _go(self, gain: float, over_s: float) -> None:
        if gain == self._gain:
            return
        self._gain = gain
        for playback, clip in self._playing.items():
            playback.duck(gain, over_s)
            self._log.info("audio_ducked", clip=clip, gain=gain)
