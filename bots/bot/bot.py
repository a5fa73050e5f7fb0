"""One bot: arrives, follows its room's events and its timeline, leaves. Everything else is done by its parts.

Its life is one coroutine, `run`. What happens comes in through one inbox and is handled in order; what takes
time (steps, invites, sounds) runs in tasks that `run` owns and awaits.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import structlog

from bots.bot.contract.commands import (
    BreakoutsGone,
    BreakoutsNamed,
    Command,
    Dismiss,
    Drain,
    DropTwins,
    Judge,
    LeaveCause,
    PersonKnown,
    RoleTold,
    SignalGiven,
    SteerRotation,
)
from bots.bot.contract.messages import BotEvent, BotFailed, BotIdle, BotJoined, BotLeft, FailStage, Measured
from bots.bot.contract.ports import JoinRoom, LoadClip, RoomPort
from bots.bot.contract.spec import BotSpec, RulePlan
from bots.bot.inbox import Inbox
from bots.bot.parts import assemble
from bots.bot.place.drops import drops_of
from bots.bot.place.entry import enter
from bots.bot.recall import Recall
from bots.bot.rotation.course import Refused
from bots.bot.rules.periods import Periods
from bots.bot.rules.timeline import Timeline
from bots.bot.rules.triggers import signal_of
from bots.bot.steps.breakouts import close_own
from bots.bot.waiting import done_within
from bots.clock import Clock
from bots.errors import BotsError
from bots.journal import Diary
from bots.playbook import STOPPING
from bots.room import Closed, ParticipantJoined, RoomAwaited, RoomEvent, SpeechChanged, TalkersChanged
from bots.schedule import Alarms, wait_until

__all__ = ["Bot"]

DRAIN_S = 10.0  # for running steps, at the end of the session
DISMISS_WAIT_S = 10.0  # for the questions of others about what was heard


@dataclass(frozen=True, slots=True)
class _Happened:
    """A room event, and whether it is of a breakout."""

    event: RoomEvent
    is_breakout: bool


@dataclass(frozen=True, slots=True)
class _Entered:
    """The join has succeeded."""

    room: RoomPort


class Bot:
    """One bot of one session.

    Args:
        join: enters the room; `Venue.join` is the real one.
        load: makes clips; `bots.media.load_clip` is the real one.
        emit: takes each `BotEvent`, on the event loop, without blocking.
        diary: keeps what is begun and done, and knows what an earlier life has done; none unless given.
    """

    def __init__(
        self,
        spec: BotSpec,
        *,
        clock: Clock,
        alarms: Alarms,
        join: JoinRoom,
        load: LoadClip,
        emit: Callable[[BotEvent], None],
        diary: Diary | None = None,
    ) -> None:
        self._spec = spec
        self._clock = clock
        self._alarms = alarms
        self._join = join
        self._load = load
        self._emit = emit
        self._diary = diary or Diary()
        self._recall = Recall(spec, self._diary, clock)
        self._log = structlog.get_logger().bind(session=spec.session, bot=spec.id, room=spec.room_id)
        self._inbox = Inbox[_Happened | _Entered | Command]()
        self._held: list[_Happened] = []
        self._over = asyncio.Event()
        self._dismissed = asyncio.Event()
        self._cause: LeaveCause = "session_end"
        self._within_s = DRAIN_S
        self._stopping_at: datetime | None = None
        self._failure: tuple[FailStage, str] | None = None
        self._room: RoomPort | None = None
        self._is_in = False
        self._timeline = Timeline(
            spec, self._recall, clock=clock, alarms=alarms, fire=self._fire, miss=self._miss
        )  # fmt: skip
        self._periods = Periods(spec, clock=clock, alarms=alarms, fire=self._tick, miss=self._slept)
        self._cancel_end: Callable[[], None] = lambda: None
        self._is_leaving = False

    def command(self, command: Command) -> None:
        """Ask the bot something; it answers with events. Never waits."""
        self._inbox.put(command)

    async def run(self) -> None:
        """Live, from waiting for the arrival to having left; its last event is `BotLeft` or `BotFailed`."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._live(group)
        except Exception as bug:  # noqa: BLE001 - the border of a bot: a fault of ours must not reach the others
            self._log.exception("bot_failed", stage="bug", reason=str(bug))
            self._tell_failure("bug", f"{type(bug).__name__}: {bug}")
        finally:
            self._timeline.stop()
            self._cancel_end()
            self._periods.stop()
            if self._room is not None:
                await self._room.leave()

    async def _live(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._parts = assemble(
            self._spec,
            clock=self._clock,
            alarms=self._alarms,
            join=self._join,
            load=self._load,
            group=group,
            emit=self._emit,
            leave=self._finish,
            shift=self._shift,
            diary=self._diary,
            log=self._log,
        )
        self._recall.restore(self._parts)
        self._parts.runs.on_queued = self._parts.kit.keep = lambda: self._recall.keep(self._parts)
        pump = group.create_task(self._pump(), name=f"{self._spec.id}/pump")
        arriving = group.create_task(self._arrive(), name=f"{self._spec.id}/arrive")
        self._set_end()
        try:
            await self._over.wait()
            arriving.cancel()
            await self._go()
        except asyncio.CancelledError:
            self._diary.close()  # the process ends, not the lesson: what stops now is not over
            self._parts.runs.close()
            raise
        pump.cancel()
        self._parts.talk.close()  # what came while it went has made them wait anew
        self._parts.leaving.close()

    # ---- in

    async def _arrive(self) -> None:
        """Come, and where the playbook says that the connection drops, drop and come back until the end."""
        await wait_until(self._alarms, self._spec.arrives_at, f"{self._spec.id}/arrive")
        is_in = await self._enter()
        joined_s = self._clock.monotonic()
        if self._spec.drops is None or not is_in or self._room is None:
            return
        for after_s, back_after_s in drops_of(self._spec.drops, Random(f"{self._spec.seed}/drops")):
            await self._clock.sleep_until(joined_s + after_s)
            self._log.info("connection_dropped", back_after_s=round(back_after_s, 3))
            await self._room.cut(back_after_s)

    async def _enter(self) -> bool:
        """Join; False if the room does not let the bot in, which is its end."""
        began_s = self._clock.monotonic()
        try:
            self._room = await enter(
                self._spec,
                self._join,
                self._clock,
                on_event=lambda event: self._take(_Happened(event, is_breakout=False)),
                on_breakout_event=lambda event: self._take(_Happened(event, is_breakout=True)),
                log=self._log,
                was_in=self._recall.is_back,
            )
        except BotsError as failure:
            self._fail("join", str(failure))
            return False
        took_s = round(self._clock.monotonic() - began_s, 3)
        self._emit(Measured(bot_id=self._spec.id, what="join_time", took_s=took_s))
        self._inbox.put(_Entered(self._room))
        return True

    def _take(self, happened: _Happened) -> None:
        self._inbox.put(happened, droppable=isinstance(happened.event, TalkersChanged | SpeechChanged))

    def _entered(self, room: RoomPort) -> None:
        parts = self._parts
        parts.presence.enter(room)
        parts.hearing.enter(room)
        parts.talk.enter()
        parts.leaving.came_in()
        self._is_in = True
        self._log.info("room_joined", client_id=room.client_id, participants=len(room.participants), **room.took_s)
        self._emit(BotJoined(bot_id=self._spec.id, room_id=room.room_id, client_id=room.client_id))
        self._diary.joined(room.client_id, self._clock.now())
        newcomers = self._recall.newcomers(parts, tuple(room.participants.values()))
        held, self._held = self._held, []
        for happened in held:
            parts.reactions.handle(happened.event, is_breakout=happened.is_breakout)
        parts.sound.open_microphone(room)
        for newcomer in newcomers:
            parts.presence.forget(newcomer)
            parts.reactions.handle(ParticipantJoined(newcomer), is_breakout=False)
        self._recall.go_on(parts)
        self._timeline.start()
        self._periods.start()
        self._set_end()  # after the timeline: its entries at the end come first

    def _shift(self, seconds: float) -> None:
        """What hangs on the start and is still to come, comes so much later."""
        self._recall.shifted(self._clock.now(), seconds)
        self._timeline.shift(seconds)
        self._recall.keep(self._parts)  # nothing else may happen for long
        self._log.info("timeline_shifted", seconds=round(seconds, 3))

    def _fire(self, entry: RulePlan, at: datetime, is_late: bool = False) -> None:
        late_s = (self._clock.now() - at).total_seconds()
        self._emit(Measured(bot_id=self._spec.id, what="lateness", took_s=round(max(0.0, late_s), 3)))
        trigger = "timeline" if entry.trigger is None else entry.trigger.kind
        self._log.info("rule_fired", rule=entry.id, trigger=trigger, participant=None)
        self._parts.runs.fire(entry, planned_at=at, is_late=is_late)

    def _tick(self, rule: RulePlan, at: datetime) -> None:
        """An instant of a rule with `every`; a bot that is away lets it pass."""
        if self._parts.presence.is_connected:
            self._fire(rule, at)
        else:
            self._parts.runs.misfire(rule, "the bot is not in the room now")

    def _miss(self, entry: RulePlan, reason: str) -> None:
        self._parts.runs.misfire(entry, reason)

    def _slept(self, rule: RulePlan, count: int) -> None:
        self._miss(rule, f"{count} of its instants passed while this machine stood still")

    def _set_end(self) -> None:
        self._cancel_end()
        self._cancel_end = self._alarms.at(
            self._spec.ends_at, f"{self._spec.id}/end", lambda: self._finish("session_end")
        )

    # ---- there

    async def _pump(self) -> None:
        while True:
            self._handle(await self._inbox.get())
            while self._inbox:  # what came at one instant is kept once
                self._handle(await self._inbox.get())
            self._parts.changed.ring()
            self._recall.keep(self._parts)

    def _handle(self, item: _Happened | _Entered | Command) -> None:
        match item:
            case _Entered(room=room):
                self._entered(room)
            case _Happened():
                self._happened(item)
            case Drain():
                self._finish(item.cause, item.within_s)
            case Judge():
                self._group.create_task(self._judge(item), name=f"{self._spec.id}/judge")
            case BreakoutsNamed(names=names):
                self._parts.presence.name_breakouts(names)
            case BreakoutsGone(room_ids=room_ids):
                self._parts.reactions.breakouts_gone(room_ids)
            case SignalGiven(name=name, key=key):
                if name == STOPPING:
                    self._stopping_at = self._clock.now()
                if self._parts.presence.is_joined and not self._over.is_set() and self._recall.is_new(key):
                    self._parts.reactions.occur(signal_of(name, key, self._parts.presence))
            case PersonKnown(client_id=client_id, roster_id=roster_id):
                self._parts.presence.believe(client_id, roster_id)
            case RoleTold(room_id=room_id, client_id=client_id):
                self._parts.roles.deviated(client_id, room_id)
            case DropTwins(client_ids=client_ids):
                self._group.create_task(self._drop_twins(client_ids), name=f"{self._spec.id}/twins")
            case SteerRotation(text=text):
                self._steer(text)
            case Dismiss():
                self._dismissed.set()
        self._parts.leaving.consider()

    def _happened(self, happened: _Happened) -> None:
        if not self._is_in and isinstance(happened.event, Closed):
            self._held.clear()  # a join that has failed after all; the next one begins anew
            return
        if not self._is_in:
            self._held.append(happened)
            if isinstance(happened.event, RoomAwaited):
                self._log.info("room_awaited")
                self._parts.leaving.waits()
        else:
            self._parts.reactions.handle(happened.event, is_breakout=happened.is_breakout)
        if isinstance(happened.event, Closed) and not happened.is_breakout and not self._is_leaving:
            self._fail("room", f"{happened.event.cause} {happened.event.reason}".strip())

    def _steer(self, text: str) -> None:
        try:
            self._parts.controls.command(text)
        except Refused as reason:
            self._log.info("control_refused", control=text.partition(" ")[0], participant=None, reason=str(reason))

    async def _drop_twins(self, client_ids: Sequence[str]) -> None:
        """Bots of an earlier process, frozen or cut off, whose connections the room has not given up yet."""
        here = [
            one
            for one in client_ids
            if self._parts.presence.is_joined and one in self._parts.presence.parent.participants
        ]
        try:
            if here:
                await self._parts.presence.parent.drop(here)
                self._log.warning("twins_dropped", client_ids=here)
        except BotsError as failure:
            self._log.warning("twins_kept", client_ids=here, reason=str(failure))

    async def _judge(self, question: Judge) -> None:
        self._emit(await self._parts.hearing.judge(question))

    # ---- out

    def _finish(self, cause: LeaveCause, within_s: float = DRAIN_S) -> None:
        if not self._over.is_set():
            self._cause, self._within_s = cause, within_s
            if cause == "stopped":
                self._diary.stopping()
            self._over.set()

    def _fail(self, stage: FailStage, reason: str) -> None:
        if self._failure is None:
            self._failure = (stage, reason)
        self._over.set()

    async def _go(self) -> None:
        """Drain, answer the last questions, leave."""
        spare_since = self._spec.ends_at if self._cause == "session_end" else self._stopping_at
        within_s = 0.0 if self._failure else self._within_s
        await self._parts.runs.drain(within_s=within_s, spare_since=spare_since)
        self._parts.invitations.end()
        self._parts.talk.close()
        self._parts.leaving.close()
        await self._parts.sound.close()
        if self._failure is None and self._room is not None:
            await self._end_session()
            if not self._room.is_connected and not self._room.is_closed and self._spec.drops is None:
                self._fail("room", "the connection was lost and was not back by the end")
        await self._leave_room()
        self._tell_end()

    async def _end_session(self) -> None:
        """The last duties of a bot that goes because the session does: nobody stays behind, no question stays open."""
        is_over = self._cause in ("session_end", "stopped")
        if is_over:
            try:
                if not await done_within(self._clock, close_own(self._parts.kit), DRAIN_S):
                    self._log.warning("breakout_kept", reason="the connection to the room is lost")
            except BotsError as failure:
                self._log.warning("breakout_kept", reason=str(failure))
        self._emit(BotIdle(bot_id=self._spec.id))
        await self._parts.kit.heralds.withdraw()
        if is_over and self._spec.listens:
            await done_within(self._clock, self._until_dismissed(), DISMISS_WAIT_S)

    async def _until_dismissed(self) -> None:
        await self._dismissed.wait()

    async def _leave_room(self) -> None:
        self._is_leaving = True
        if self._room is None:
            return
        await self._room.leave()
        while len(self._inbox):
            self._handle(await self._inbox.get())

    def _tell_end(self) -> None:
        self._parts.reactions.tell_tallies()
        self._parts.reactions.tell_roster()
        if self._parts.kit.for_teacher:
            self._log.warning("teacher_missed", lines=len(self._parts.kit.for_teacher))
        if self._failure is not None:
            stage, reason = self._failure
            self._log.error("bot_failed", stage=stage, reason=reason)
            self._tell_failure(stage, reason)
            return
        if self._room is not None:
            self._log.info("room_left", cause=self._cause)
        if self._cause != "stopped":  # a stop that is cut short is no end
            self._diary.left("left", self._cause)
        self._emit(BotLeft(bot_id=self._spec.id, cause=self._cause, was_joined=self._room is not None))

    def _tell_failure(self, stage: FailStage, reason: str) -> None:
        self._diary.left("failed", reason)
        self._emit(BotFailed(bot_id=self._spec.id, stage=stage, reason=reason))
