"""What a bot hears of others: is this clip in what came in, in that room, in that time?

The rooms a bot has left are remembered for a while, since the question comes after the sound.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bots.bot.contract.commands import Judge
from bots.bot.contract.messages import Judged
from bots.bot.contract.ports import IncomingPort, LoadClip, RoomPort
from bots.clock import Clock
from bots.errors import MediaError
from bots.media import Clip, match

__all__ = ["Hearing", "part_of"]

MARGIN_S = 1.0  # network, jitter buffer and the other machine's clock
LONGEST_S = 60.0  # of a long sound, its last part is looked for; two minutes of what was heard are kept
RATE_HZ = 16_000
_ROOMS = 3  # the parent, the breakout, and the breakout before


@dataclass(frozen=True, slots=True)
class _Part:
    """What to look for, and where: seconds of the monotonic clock."""

    clip: Clip
    since_s: float
    until_s: float


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
        self._rooms: OrderedDict[str, tuple[RoomPort, Mapping[int, IncomingPort]]] = OrderedDict()

    def enter(self, room: RoomPort) -> None:
        """Remember what comes in here; a room forgets its slots when it is left."""
        self._rooms[room.room_id] = room, dict(room.incoming)
        while len(self._rooms) > _ROOMS:
            self._rooms.pop(list(self._rooms)[1])  # the first is the parent

    async def judge(self, question: Judge) -> Judged:
        """Was the clip heard? Where that cannot be said, `is_heard` is None and `reason` says why."""
        slots = self._slots(question.room_id)
        if not self._listens or not slots:
            return self._answer(question, None, reason="the bot does not listen in this room")
        play = question.clip
        try:
            clip = await self._load(play.path, **play.shape)
        except MediaError as cause:
            return self._answer(question, None, reason=str(cause))
        part = part_of(clip, question, self._monotonic(question.since), self._monotonic(question.until))
        score, is_silent = -1.0, True
        for slot in slots:
            heard = slot.samples(part.since_s - MARGIN_S / 2, part.until_s + MARGIN_S)
            if not heard.any():
                continue
            is_silent = False
            result = await asyncio.to_thread(match, part.clip, heard)
            score = max(score, result.score)
            if result.is_heard:
                return self._answer(question, True, score)
        if play.is_looped and not is_silent:
            return self._answer(question, None, score, "others were heard over this loop")
        return self._answer(question, False, 0.0 if is_silent else score)

    def _slots(self, room_id: str) -> list[IncomingPort]:
        if room_id not in self._rooms:
            return []
        room, before = self._rooms[room_id]
        return list({**before, **room.incoming}.values())

    def _monotonic(self, at: datetime) -> float:
        return self._clock.monotonic() - (self._clock.now() - at).total_seconds()

    def _answer(
        self, question: Judge, is_heard: bool | None, score: float | None = None, reason: str | None = None
    ) -> Judged:
        return Judged(
            bot_id=self._bot_id,
            play_id=question.play_id,
            is_heard=is_heard,
            score=None if score is None else round(float(score), 3),
            reason=reason,
        )


def part_of(clip: Clip, question: Judge, since_s: float, until_s: float) -> _Part:
    """The part of the clip that was sent, at most its last minute, and when that was.

    Args:
        clip: as it was played.
        question: whose clip may be a loop, and may have been stopped early.
        since_s, until_s: of the sound, seconds of the monotonic clock.
    """
    length_s = until_s - since_s
    if question.clip.is_looped and length_s > clip.duration_s:
        look_s = min(length_s, 2 * min(clip.duration_s, LONGEST_S))
        return _Part(clip, until_s - look_s, until_s)
    sent_s = min(length_s, clip.duration_s)
    first_s = max(0.0, sent_s - LONGEST_S)
    samples = clip.samples[round(first_s * RATE_HZ) : round(sent_s * RATE_HZ)]
    return _Part(replace(clip, samples=samples), since_s + first_s, since_s + sent_s)
