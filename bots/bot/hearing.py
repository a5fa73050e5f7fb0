"""What a bot hears of others: is this clip in what came in, in that room, in that time?

The rooms a bot has left are remembered for a while, since the question comes after the sound.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from bots.bot.messages import Judge, Judged
from bots.bot.ports import IncomingPort, LoadClip, RoomPort
from bots.clock import Clock
from bots.media import Clip, Match, match

__all__ = ["Hearing"]

MARGIN_S = 1.0  # network, jitter buffer and the other machine's clock
LOOP_LOOK_S = 20.0  # of a loop, its last seconds are judged
_ROOMS = 6


class Hearing:
    """The ears of one bot.

    Args:
        listens: does it subscribe at all?
    """

    def __init__(self, *, bot_id: str, listens: bool, load: LoadClip, clock: Clock) -> None:
        self._bot_id = bot_id
        self._listens = listens
        self._load = load
        self._clock = clock
        self._heard: OrderedDict[str, Mapping[int, IncomingPort]] = OrderedDict()

    def enter(self, room: RoomPort) -> None:
        """Remember what comes in here."""
        self._heard[room.room_id] = room.incoming
        while len(self._heard) > _ROOMS:
            self._heard.popitem(last=False)

    async def judge(self, question: Judge) -> Judged:
        """Was the clip heard? Never raises for sound that cannot be judged: `is_heard` is None then."""
        slots = self._heard.get(question.room_id)
        if not self._listens or slots is None:
            return self._cannot(question, "the bot does not listen in this room")
        play = question.clip
        clip = await self._load(play.path, volume=play.volume, fade_in_s=play.fade_in_s, fade_out_s=play.fade_out_s)
        since_s, until_s = self._span(question)
        score = 0.0
        for slot in list(slots.values()):
            result = await asyncio.to_thread(_match_slot, clip, slot, since_s, until_s)
            if result.is_heard:
                return Judged(
                    bot_id=self._bot_id, play_id=question.play_id, is_heard=True, score=round(result.score, 3)
                )
            score = max(score, result.score)
        return Judged(bot_id=self._bot_id, play_id=question.play_id, is_heard=False, score=round(score, 3))

    def _span(self, question: Judge) -> tuple[float, float]:
        """The time to look at, seconds of the monotonic clock."""
        offset_s = self._clock.monotonic()
        now = self._clock.now()
        since_s = offset_s - (now - question.since).total_seconds()
        until_s = offset_s - (now - question.until).total_seconds()
        if question.clip.is_looped:
            since_s = max(since_s, until_s - LOOP_LOOK_S)
        return since_s - MARGIN_S / 2, until_s + MARGIN_S

    def _cannot(self, question: Judge, reason: str) -> Judged:
        return Judged(bot_id=self._bot_id, play_id=question.play_id, is_heard=None, reason=reason)


def _match_slot(clip: Clip, slot: IncomingPort, since_s: float, until_s: float) -> Match:
    """Off the event loop: the comparison takes longer than a packet lasts."""
    return match(clip, slot.samples(since_s, until_s))
