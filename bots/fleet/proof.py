"""Proof that a sound was heard: who was in the room all the while and listens is asked, one after the other. Pure.

The first yes is enough. A bot that cannot say, or is gone before it answers, is passed over.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.bot import (
    BotAway,
    BotBack,
    BotEvent,
    BotFailed,
    BotJoined,
    BotLeft,
    BotSpec,
    BreakoutEntered,
    BreakoutExited,
    Judge,
    Judged,
    PlayFinished,
)

__all__ = ["Proofs", "Question", "Verdict"]

SLACK = timedelta(seconds=1)  # a bot may come so late, or go so early, and still judge the sound
LOOKED_AT = timedelta(minutes=2)  # how far back a bot remembers
MOST_ASKED = 8


@dataclass(frozen=True, slots=True)
class Question:
    """Ask this bot."""

    bot_id: str
    judge: Judge


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a proof.

    Attributes:
        is_heard: None when nobody could say; `reason` says why.
        asked: how many bots were asked.
    """

    play: PlayFinished
    is_heard: bool | None
    asked: int = 0
    score: float | None = None
    reason: str | None = None


@dataclass(slots=True)
class _Stay:
    """A bot's time in one room; `until` is None while it lasts."""

    room_id: str
    since: datetime
    until: datetime | None = None


@dataclass(slots=True)
class _Proof:
    """A sound whose hearing is not settled."""

    play: PlayFinished
    candidates: list[str]
    asking: str = ""
    asked: int = 0
    denied: int = 0
    score: float | None = None
    reasons: list[str] = field(default_factory=list)


class Proofs:
    """The proofs of one session.

    Args:
        specs: of all its bots; those with `listens` can be asked.
    """

    def __init__(self, specs: tuple[BotSpec, ...]) -> None:
        self._listeners = tuple(spec.id for spec in specs if spec.listens)
        self._parent = {spec.id: spec.room_id for spec in specs}
        self._stays: defaultdict[str, list[_Stay]] = defaultdict(list)
        self._gone: set[str] = set()
        self._proofs: dict[str, _Proof] = {}

    @property
    def pending(self) -> int:
        return len(self._proofs)

    def apply(self, event: BotEvent, now: datetime) -> list[Question | Verdict]:
        """Take one event; returns what is to be asked, and what is settled."""
        match event:
            case BotJoined():
                self._move(event.bot_id, event.room_id, now)
            case BotAway():
                self._leave(event.bot_id, event.room_id, now)
            case BotBack():
                self._return(event.bot_id, event.room_id, now)
            case BreakoutEntered():
                self._move(event.bot_id, event.room_id, now)
            case BreakoutExited():
                self._move(event.bot_id, self._parent[event.bot_id], now)
            case PlayFinished():
                return [self._begin(event)]
            case Judged():
                return self._answered(event)
            case BotLeft() | BotFailed():
                return self._left(event.bot_id)
            case _:
                pass
        return []

    def give_up(self, question: Question) -> list[Question | Verdict]:
        """This question was not answered in time; without effect if it was."""
        proof = self._proofs.get(question.judge.play_id)
        if proof is None or proof.asking != question.bot_id:
            return []
        return [self._next(proof, f"{proof.asking} did not answer")]

    def _begin(self, play: PlayFinished) -> Question | Verdict:
        if play.packets == 0:
            return Verdict(play, None, reason="nothing was sent")
        candidates = [bot_id for bot_id in self._listeners if bot_id != play.bot_id and self._was_there(bot_id, play)]
        if not candidates:
            return Verdict(play, None, reason="nobody in the room listens")
        proof = _Proof(play, [one for one in candidates if one not in self._gone][:MOST_ASKED])
        self._proofs[play.play_id] = proof
        return self._next(proof, "whoever listened has left")

    def _answered(self, judged: Judged) -> list[Question | Verdict]:
        proof = self._proofs.get(judged.play_id)
        if proof is None or proof.asking != judged.bot_id:
            return []
        if judged.is_heard:
            del self._proofs[judged.play_id]
            return [Verdict(proof.play, True, proof.asked, judged.score)]
        if judged.is_heard is False:
            proof.denied += 1
            proof.score = max(proof.score or 0.0, judged.score or 0.0)
        return [self._next(proof, judged.reason)]

    def _left(self, bot_id: str) -> list[Question | Verdict]:
        self._gone.add(bot_id)
        waiting = [proof for proof in self._proofs.values() if proof.asking == bot_id]
        return [self._next(proof, f"{bot_id} left before it could answer") for proof in waiting]

    def _next(self, proof: _Proof, reason: str | None) -> Question | Verdict:
        """Ask the next bot, or settle."""
        if reason is not None:
            proof.reasons.append(reason)
        while proof.candidates:
            proof.asking = proof.candidates.pop(0)
            if proof.asking not in self._gone:
                proof.asked += 1
                return Question(proof.asking, _judge(proof.play))
        self._proofs.pop(proof.play.play_id, None)
        if proof.denied:
            return Verdict(proof.play, False, proof.asked, proof.score, f"{proof.denied} listened and did not hear it")
        return Verdict(proof.play, None, proof.asked, None, proof.reasons[-1] if proof.reasons else None)

    def _move(self, bot_id: str, room_id: str, now: datetime) -> None:
        stays = self._stays[bot_id]
        if stays and stays[-1].until is None:
            stays[-1].until = now
        stays.append(_Stay(room_id, now))

    def _leave(self, bot_id: str, room_id: str, now: datetime) -> None:
        """It hears nothing there for a while."""
        stays = self._stays[bot_id]
        if stays and stays[-1].room_id == room_id and stays[-1].until is None:
            stays[-1].until = now

    def _return(self, bot_id: str, room_id: str, now: datetime) -> None:
        """It hears again where it was, unless it is elsewhere by now."""
        stays = self._stays[bot_id]
        if stays and stays[-1].room_id == room_id and stays[-1].until is not None:
            stays.append(_Stay(room_id, now))

    def _was_there(self, bot_id: str, play: PlayFinished) -> bool:
        """All the while; of a long sound, its last minutes are enough."""
        since = max(play.since, play.until - LOOKED_AT)
        return any(
            stay.room_id == play.room_id
            and stay.since <= since + SLACK
            and (stay.until is None or stay.until >= play.until - SLACK)
            for stay in self._stays[bot_id]
        )


def _judge(play: PlayFinished) -> Judge:
    return Judge(play_id=play.play_id, clip=play.clip, room_id=play.room_id, since=play.since, until=play.until)
