"""One session: starts the bots, follows what they tell, has sounds judged, and says how it went."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from bots.bot import (
    BotEvent,
    BotFailed,
    BotIdle,
    BotJoined,
    BotLeft,
    BotSpec,
    BreakoutsClosed,
    BreakoutsGone,
    BreakoutsNamed,
    BreakoutsOpened,
    Dismiss,
    Drain,
    DropTwins,
    PersonClaimed,
    PersonKnown,
    RoleSeen,
    RoleTold,
    RoundPlayed,
    RoundStands,
    SignalGiven,
    SignalSent,
    SteerRotation,
)
from bots.clock import Clock
from bots.fleet.expect import Expected, judge
from bots.fleet.fleet import Fleet
from bots.fleet.proof import Proofs, Question, Verdict
from bots.fleet.result import Outcome, SessionResult, SessionSnapshot
from bots.fleet.standing import Standing
from bots.journal import OpenSession, Past
from bots.playbook import STOPPING, OnSignal
from bots.schedule import Alarms

__all__ = ["Session"]

ANSWER_WITHIN = timedelta(seconds=6)  # for one bot to say whether it heard a sound
DRAIN_FOR_S = 20.0  # to leave in order when asked to; with a room to close it stays within the 30 s of Kubernetes
OVERTIME = timedelta(seconds=60)  # after the end; a bot that is still there then is stopped by force
MOST_SIGNALS = 1000  # a second, of all bots
LATE = "it did not leave in time"


class Session:
    """One session on a fleet.

    Args:
        label: `NAME/SCHEDULE_ID@2026-03-30T08:00Z`.
        specs: all its bots.
        expected: what it is judged by.
        remember: takes each round of a rotation that is remembered.
        opened: keeps where the session stands, and knows where one stood that goes on.
    """

    def __init__(
        self,
        label: str,
        specs: tuple[BotSpec, ...],
        expected: tuple[Expected, ...],
        *,
        fleet: Fleet,
        clock: Clock,
        alarms: Alarms,
        remember: Callable[[RoundPlayed], None] | None = None,
        opened: OpenSession | None = None,
    ) -> None:
        self._label = label
        self._remember = remember
        self._specs = {spec.id: spec for spec in specs}
        self._fleet = fleet
        self._clock = clock
        self._alarms = alarms
        self._log = structlog.get_logger().bind(session=label)
        self._opened = opened
        facts = None if opened is None else opened.record.facts
        self._standing = Standing() if facts is None else Standing.from_json(facts)
        self._twins = () if opened is None else twins_of(opened.pasts)
        self._proofs = Proofs(specs)
        self._expected = expected
        self._alive = set(self._specs) - self._standing.gone
        self._idle: set[str] = set()
        self._hearers = _hearers(specs)
        self._signals_at_s: deque[float] = deque()
        self._cancels: list[Callable[[], None]] = []
        self._is_stopped = False
        self._is_overtime = asyncio.Event()
        self._left_behind: tuple[str, ...] = ()
        self._rounds: dict[str, RoundStands] = {}

    def snapshot(self) -> SessionSnapshot:
        """The session now."""
        first = next(iter(self._specs.values()))
        return SessionSnapshot(
            session=self._label,
            starts_at=first.starts_at,
            ends_at=first.ends_at,
            bots=len(self._specs),
            present=len(self._standing.joined & self._alive),
            gone=len(self._specs) - len(self._alive),
            counts=self._standing.tally.counts(),
            rounds=tuple(one for bot_id, one in self._rounds.items() if bot_id in self._alive and one.phase != "over"),
        )

    def steer(self, text: str) -> None:
        """Steer the rotation that runs, as `SteerRotation` says; the log tells whether it could be done."""
        for bot_id, spec in self._specs.items():
            if spec.rotations and bot_id in self._alive:
                self._fleet.command(bot_id, SteerRotation(text=text))

    async def run(self, stop: asyncio.Event) -> None:
        """Start every bot and follow them to their ends; with `stop` set, ask them all to leave."""
        self._plan_alarms()
        helpers = {
            "events": asyncio.create_task(self._follow(), name="session/events"),
            "overtime": asyncio.create_task(self._is_overtime.wait(), name="session/overtime"),
        }
        stopper = asyncio.create_task(self._stop_on(stop), name="session/stop")
        try:
            for bot_id in [one for one in self._specs if one in self._alive]:
                await self._fleet.start(self._specs[bot_id])
                if self._is_stopped:  # asked meanwhile: what was told to a bot that was not there yet, is lost
                    self._fleet.command(bot_id, Drain())
            await asyncio.wait(helpers.values(), return_when=asyncio.FIRST_COMPLETED)
            if not helpers["events"].done():
                await self._stop_by_force()
            else:
                helpers["events"].result()
        finally:
            for task in (*helpers.values(), stopper):
                task.cancel()
            await asyncio.gather(*helpers.values(), stopper, return_exceptions=True)
            for cancel in self._cancels:
                cancel()

    # ---- while it runs

    async def _follow(self) -> None:
        if not self._alive:
            return  # its process was killed after the last bot had gone
        async for event in self._fleet.events():
            self._take(event)
            if not self._alive and not self._proofs.pending:
                return

    def _take(self, event: BotEvent) -> None:
        self._standing.apply(event)
        if self._opened is not None:
            self._opened.remember(self._standing.to_json)
        for step in self._proofs.apply(event, self._clock.now()):
            self._settle(step)
        match event:
            case BotJoined(bot_id=bot_id):
                self._drop_twins(bot_id)
            case BotIdle(bot_id=bot_id):
                self._idle.add(bot_id)
            case BotLeft(bot_id=bot_id):
                self._alive.discard(bot_id)
            case BotFailed(bot_id=bot_id):
                self._alive.discard(bot_id)
            case BreakoutsOpened(bot_id=bot_id, names=names):
                self._tell_others(bot_id, BreakoutsNamed(names=names))
            case PersonClaimed(bot_id=bot_id, client_id=client_id, roster_id=roster_id):
                self._tell_others(bot_id, PersonKnown(client_id=client_id, roster_id=roster_id))
            case RoleSeen(bot_id=bot_id, room_id=room_id, client_id=client_id):
                self._tell_others(bot_id, RoleTold(room_id=room_id, client_id=client_id))
            case SignalSent():
                self._pass_on(event)
            case RoundStands(bot_id=bot_id):
                self._rounds[bot_id] = event
            case RoundPlayed() if self._remember is not None:
                self._remember(event)
            case BreakoutsClosed(bot_id=bot_id, room_ids=room_ids):
                self._tell_others(bot_id, BreakoutsGone(room_ids=room_ids))
            case _:
                pass
        if self._alive <= self._idle and not self._proofs.pending:
            for bot_id in sorted(self._alive):
                self._fleet.command(bot_id, Dismiss())

    def _drop_twins(self, bot_id: str) -> None:
        """Connections of an earlier life that are still in the room are nobody's: the first moderator removes them."""
        if self._twins and self._specs[bot_id].role == "moderator":
            self._fleet.command(bot_id, DropTwins(client_ids=self._twins))
            self._twins = ()

    def _tell_others(self, teller: str, command: BreakoutsNamed | BreakoutsGone | PersonKnown | RoleTold) -> None:
        for bot_id in sorted(self._alive - {teller}):
            self._fleet.command(bot_id, command)

    def _pass_on(self, sent: SignalSent) -> None:
        """Tell every bot that can wait for it, the sender too; bots that answer each other for ever are cut short."""
        now_s = self._clock.monotonic()
        while self._signals_at_s and self._signals_at_s[0] <= now_s - 1.0:
            self._signals_at_s.popleft()
        if len(self._signals_at_s) >= MOST_SIGNALS:
            self._log.warning("signal_dropped", bot=sent.bot_id, signal=sent.name, a_second=MOST_SIGNALS)
            return
        self._signals_at_s.append(now_s)
        for bot_id in self._hearers.get(sent.name, ()):
            if bot_id in self._alive:
                self._fleet.command(bot_id, SignalGiven(name=sent.name, sender=sent.bot_id, key=sent.key))

    def _settle(self, step: Question | Verdict) -> None:
        """Ask a bot whether it heard a sound, or tell how a sound ended."""
        if isinstance(step, Question):
            play_id = step.judge.play_id
            self._fleet.command(step.bot_id, step.judge)
            self._alarm(self._clock.now() + ANSWER_WITHIN, f"proof/{play_id}", lambda: self._give_up(step))
            return
        if step.is_heard:
            self._standing.tally.heard(step.play)
        self._log_sound(step)

    def _give_up(self, question: Question) -> None:
        for step in self._proofs.give_up(question):
            self._settle(step)

    def _log_sound(self, verdict: Verdict) -> None:
        play = verdict.play
        is_silent = verdict.is_heard is False or play.packets == 0 or play.delivered == 0
        (self._log.warning if is_silent else self._log.info)(
            "audio_finished",
            bot=play.bot_id,
            room=play.room_id,
            rule=play.rule,
            step=play.step,
            play=play.play_id,
            clip=play.clip.name,
            outcome=play.outcome,
            packets=play.packets,
            delivered=play.delivered,
            heard=verdict.is_heard,
            score=verdict.score,
            reason=verdict.reason,
            duration_s=(play.until - play.since).total_seconds(),
        )

    def _plan_alarms(self) -> None:
        first = next(iter(self._specs.values()))
        if self._opened is not None and self._opened.is_resumed:
            self._log.warning(
                "session_resumed", room=first.room_id, bots=len(self._alive), gone=len(self._standing.gone),
                ends_at=first.ends_at,
            )  # fmt: skip
        elif first.starts_at > self._clock.now():
            self._log.info("session_scheduled", starts_at=first.starts_at, ends_at=first.ends_at)
            self._alarm(first.starts_at, "session/start", lambda: self._log_start(first))
        else:
            self._log_start(first)
        for index, expected in enumerate(self._expected):
            if expected.at is not None:
                self._alarm(expected.at, f"expect/{expected.name}", partial(self._judge, index))
        self._alarm(first.ends_at + OVERTIME, "session/overtime", self._is_overtime.set)

    def _alarm(self, at: datetime, name: str, callback: Callable[[], None]) -> None:
        self._cancels.append(self._alarms.at(at, name, callback))

    def _log_start(self, first: BotSpec) -> None:
        self._log.info(
            "session_started",
            room=first.room_id,
            bots=len(self._specs),
            starts_at=first.starts_at,
            ends_at=first.ends_at,
        )

    def _judge(self, index: int) -> None:
        if index in self._standing.results:
            return
        result = self._standing.results[index] = judge(
            self._expected[index], self._standing.tally.counts(), self._standing.tally.times()
        )
        (self._log.info if result.is_met else self._log.warning)(
            "expectation_judged",
            counter=result.counter,
            wanted=result.wanted,
            value=result.value,
            is_met=result.is_met,
        )

    async def _stop_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._is_stopped = True
        self._log.info("session_stopping", bots=len(self._alive), within_s=DRAIN_FOR_S)
        told = SignalGiven(name=STOPPING, sender="", key=f"{STOPPING}/{self._clock.now().isoformat()}")
        for bot_id in sorted(self._alive & set(self._hearers.get(STOPPING, ()))):
            self._fleet.command(bot_id, told)
        for bot_id in sorted(self._alive):
            self._fleet.command(bot_id, Drain())
        await self._clock.sleep_until(self._clock.monotonic() + DRAIN_FOR_S)
        self._left_behind = tuple(sorted(self._alive))
        self._is_overtime.set()

    async def _stop_by_force(self) -> None:
        """It is long over, or was to be left long ago, and some bots are still there."""
        late = sorted(self._alive)
        await asyncio.gather(*(self._fleet.stop(bot_id) for bot_id in late))
        for bot_id in late:
            self._log.error("bot_failed", bot=bot_id, stage="bug", reason=LATE)
            self._take(BotFailed(bot_id=bot_id, stage="bug", reason=LATE))

    # ---- the end

    def finish(self) -> SessionResult:
        """Judge what is left, and say how it went; `session_finished` is the last event of a session."""
        for index in range(len(self._expected)):
            self._judge(index)
        outcome, reason = self._outcome()
        result = SessionResult(
            session=self._label,
            outcome=outcome,
            reason=reason,
            counts=self._standing.tally.counts(),
            expectations=tuple(self._standing.results[index] for index in range(len(self._expected))),
            bots=len(self._specs),
            joined=len(self._standing.joined),
            refused=len(set(self._standing.failed) - self._standing.joined),
            errors=tuple(f"{bot_id}: {failed.reason}" for bot_id, failed in sorted(self._standing.failed.items())),
            unknown=tuple(f"{one.bot_id}: {one.step}" for one in self._standing.unknown),
            left_behind=self._left_behind,
        )
        (self._log.info if outcome in ("finished", "stopped") else self._log.error)(
            "session_finished",
            outcome=outcome,
            reason=reason,
            bots=result.bots,
            joined=result.joined,
            counts=result.counts,
            expect=[
                {"counter": one.counter, "wanted": one.wanted, "value": one.value, "is_met": one.is_met}
                for one in result.expectations
            ],
            errors=list(result.errors),
            unknown=list(result.unknown),
        )
        return result

    def _outcome(self) -> tuple[Outcome, str | None]:
        joined, failed = self._standing.joined, self._standing.failed
        reasons = "; ".join(sorted({one.reason for one in failed.values()})) or None
        if not joined and failed:
            return "failed", reasons
        if self._is_stopped:
            return "stopped", None
        if joined and joined <= set(failed):
            return "ended_early", reasons
        return "finished", reasons


def _hearers(specs: tuple[BotSpec, ...]) -> dict[str, list[str]]:
    """The bots that can wait for each signal."""
    found: dict[str, list[str]] = {}
    for spec in specs:
        for name in dict.fromkeys(one.name for one in spec.triggers if isinstance(one, OnSignal)):
            found.setdefault(name, []).append(spec.id)
    return found


def twins_of(pasts: Mapping[str, Past]) -> tuple[str, ...]:
    """The last connections of bots whose process has gone."""
    return tuple(sorted(past.client_id for past in pasts.values() if past.state == "in" and past.client_id))
