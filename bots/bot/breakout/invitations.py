"""Invites at work: each is decided once, kept until its time, answered, and told to the end.

One invite has one end: accepted, rejected, ignored, expired or failed. A second invite to the same breakout
while the first is pending is the same invite. One that has no end yet outlives the process.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, Literal

from structlog.typing import FilteringBoundLogger

from bots.bot.breakout.invites import InviteDecision, InviteWindow, decide_invite, has_pattern
from bots.bot.contract.messages import BotEvent, InviteEnd, InviteSettled, Measured
from bots.bot.place.presence import Presence
from bots.bot.waiting import Signal, done_within
from bots.clock import Clock
from bots.errors import BotsError, BreakoutRefused
from bots.journal import Diary, InvitePast
from bots.room import BreakoutInvite, Joinee, StreamInfo
from bots.schedule import Alarms, wait_until

__all__ = ["Invitations"]

LEFT = "the bot left"
NAME_WAIT_S = 2.0  # the name of a breakout comes from the moderator bot, on another way than the invite


class Invitations:
    """The invites of one bot.

    Args:
        windows: the playbook's `invites`, in order.
        rng: seeded, for chances and delays.
        has_rule: some rule of the bot answers invites itself, so the default is silence.
        changed: rings when names of breakouts come in.
        diary: keeps the invites that have no end yet.
    """

    def __init__(
        self,
        *,
        bot_id: str,
        windows: tuple[InviteWindow, ...],
        rng: Random,
        has_rule: bool,
        presence: Presence,
        clock: Clock,
        alarms: Alarms,
        changed: Signal,
        diary: Diary,
        group: asyncio.TaskGroup,
        emit: Callable[[BotEvent], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._bot_id = bot_id
        self._windows = windows
        self._rng = rng
        self._has_rule = has_rule
        self._presence = presence
        self._clock = clock
        self._alarms = alarms
        self._changed = changed
        self._diary = diary
        self._group = group
        self._emit = emit
        self._log = log
        self._pending: dict[str, asyncio.Task[object]] = {}
        self._received_at: dict[str, datetime] = {}
        self._endless: set[str] = set()  # those that have no end yet
        self._is_over = False
        self._entering: set[str] = set()
        self._overtaken: set[str] = set()  # forced invites that a later one came after; the room follows the latest
        self._forced: str | None = None
        self._in_run: set[str] = set()
        self._renewed: set[str] = set()  # another invite came while the one before is being answered
        self.last: str | None = None

    def receive(self, invite: BreakoutInvite) -> None:
        """An invite has come; a forced one is followed by the room itself and only told here."""
        inviter = self._presence.person(invite.inviter_id)
        self._log.info(
            "invite_received",
            breakout_id=invite.room_id,
            breakout=self._presence.breakout_name(invite.room_id),
            inviter=inviter.id or inviter.name if inviter else None,
            is_forced=invite.is_forced,
        )
        self.last = invite.room_id
        self._received_at[invite.room_id] = self._clock.now()
        self._endless.add(invite.room_id)
        pending = self._pending.get(invite.room_id)
        if self._is_over:
            self._expired(invite.room_id, LEFT)
        elif invite.is_forced:
            self._overtaken.discard(invite.room_id)
            if self._forced not in (None, invite.room_id):
                self._overtaken.add(self._forced)
            self._forced = invite.room_id
        elif pending is None or pending.done():  # one that is done is forgotten a moment later
            self._keep(invite.room_id, None)
            self._begin(invite.room_id, self._answer(invite.room_id))
        else:
            self._renewed.add(invite.room_id)

    def go_on(self, invites: Iterable[InvitePast]) -> None:
        """Invites of an earlier life that had no end: each is answered as it was decided, at its time."""
        for invite in sorted(invites, key=lambda one: one.received_at):
            room_id = invite.breakout_id
            self.last = room_id
            self._received_at[room_id] = invite.received_at
            self._endless.add(room_id)
            decided = None if invite.decision is None or invite.due_at is None else self._taken_up(invite)
            self._begin(room_id, self._answer(room_id, decided))

    def destroyed(self, room_id: str) -> None:
        """The breakout is gone; an invite to it that still waits has expired."""
        if room_id in self._pending:
            self._let_go(room_id, "the breakout room was closed")
        elif room_id in self._endless and room_id not in self._entering:
            self._expired(room_id, "the breakout room was closed")

    def entered(self, room_id: str) -> None:
        """The bot is in this breakout: the invite to it, if one came, is accepted."""
        if room_id in self._endless or (room_id in self._received_at and not self._is_over):
            self._settled(room_id, "accepted")
        self._pass_over(room_id)

    def failed(self, room_id: str, result: int, reason: str) -> None:
        """The breakout did not let the bot in."""
        self._log.warning("breakout_failed", breakout_id=room_id, result=result, reason=reason)
        if room_id in self._endless | self._in_run or room_id not in self._received_at:
            self._settled(room_id, "failed")
        self._pass_over(room_id)

    def close(self, reason: str) -> None:
        """What is still pending has expired."""
        for room_id in list(self._pending):
            self._let_go(room_id, reason)

    def end(self) -> None:
        """The bot goes: whatever has no end yet has expired, also what no rule has answered, or what the room was about
        to follow; and so has what comes yet."""
        self._is_over = True
        self.close(LEFT)
        for room_id in sorted(self._endless):
            self._expired(room_id, LEFT)

    def _let_go(self, room_id: str, reason: str) -> None:
        """Answer it no more; one that has had its end in this very moment has no other."""
        self._pending.pop(room_id).cancel()
        if room_id in self._endless:
            self._expired(room_id, reason)

    def waited_s(self, room_id: str) -> float | None:
        """Seconds since the invite to this breakout came, None if none came."""
        received_at = self._received_at.get(room_id)
        return None if received_at is None else round((self._clock.now() - received_at).total_seconds(), 3)

    async def accept(
        self,
        room_id: str,
        *,
        role: Literal["participant", "moderator"] = "participant",
        audio: bool = True,
        screen: bool = False,
        canvas: bool = False,
        in_run: bool = False,
    ) -> None:
        """Go into the breakout; a bot that is in another one goes out of it first, or on to the main room.

        A participant goes in as a participant, whatever `role` says.

        Raises:
            BreakoutRefused: the join failed.
        """
        if self._presence.breakout is not None and self._presence.breakout.room_id == room_id:
            return  # a forced invite was quicker
        if role == "moderator" and not self._presence.parent.is_moderator:
            role = "participant"
            self._log.warning(
                "role_lowered", breakout_id=room_id, breakout=self._presence.breakout_name(room_id), role=role
            )
        self._take(room_id)
        if in_run:
            self._in_run.add(room_id)
        if room_id in self._received_at:  # who has opened it needs no invite
            self._log.info(
                "invite_accepted", breakout_id=room_id, breakout=self._presence.breakout_name(room_id),
                waited_s=self.waited_s(room_id),
            )  # fmt: skip
        if self._presence.breakout is not None or self._presence.parent.is_returning:
            await self._presence.parent.leave_breakout()
        began_s = self._clock.monotonic()
        self._entering.add(room_id)
        try:
            await self._presence.parent.join_breakout(
                Joinee(role=role, room_id=room_id), StreamInfo(audio=audio, video=False, canvas=canvas, screen=screen)
            )
        finally:
            self._entering.discard(room_id)
        took_s = round(self._clock.monotonic() - began_s, 3)
        self._emit(Measured(bot_id=self._bot_id, what="breakout_time", took_s=took_s))
        self._presence.enter_breakout()

    async def reject(self, room_id: str) -> None:
        """Refuse the invite; the inviter is told by the room."""
        self._take(room_id)
        await self._presence.parent.reject_invite(room_id)
        self._log.info(
            "invite_rejected",
            breakout_id=room_id,
            breakout=self._presence.breakout_name(room_id),
            waited_s=self.waited_s(room_id),
        )
        self._settled(room_id, "rejected")

    async def _answer(self, room_id: str, decision: InviteDecision | None = None) -> None:
        """Decide, wait for the time of the answer, give it.

        Args:
            decision: of an earlier life.
        """
        if decision is None:
            decision = await self._decide(room_id)
        if decision.at > self._clock.now() and decision.action in ("accept", "reject"):
            self._log.info("invite_kept", breakout_id=room_id, until=decision.at)
            self._keep(room_id, decision)
            await wait_until(self._alarms, decision.at, f"{self._bot_id}/invite")
        self._renewed.discard(room_id)
        is_done = await self._tell_failure(room_id, self._perform(decision, room_id))
        if not is_done and room_id in self._renewed:  # the room had forgotten the one before, and has sent another
            self._keep(room_id, None)
            await self._answer(room_id)

    async def _decide(self, room_id: str) -> InviteDecision:
        await self._wait_for_name(room_id)
        decision = decide_invite(
            self._windows,
            self._clock.now(),
            room_id=room_id,
            room_name=self._presence.breakout_name(room_id),
            rng=self._rng,
        )
        self._log.info(
            "invite_decided",
            breakout_id=room_id,
            breakout=self._presence.breakout_name(room_id),
            entry=self._entry_of(decision),
            action=decision.action,
        )
        return decision

    def _entry_of(self, decision: InviteDecision) -> int | None:
        return next((number for number, one in enumerate(self._windows) if one is decision.window), None)

    def _keep(self, room_id: str, decision: InviteDecision | None) -> None:
        """Write down that it waits."""
        self._diary.invite_kept(
            room_id, received_at=self._received_at[room_id], due_at=None if decision is None else decision.at,
            decision=None if decision is None else {"action": decision.action, "entry": self._entry_of(decision)},
        )  # fmt: skip

    def _taken_up(self, invite: InvitePast) -> InviteDecision:
        """What was decided, if its window is still open."""
        entry: int | None = invite.decision["entry"]
        window = None if entry is None else self._windows[entry]
        assert invite.due_at is not None, "decided"
        decision = InviteDecision(invite.decision["action"], invite.due_at, window)
        is_over = window is not None and window.closes_at is not None and self._clock.now() >= window.closes_at
        return replace(decision, action="expired") if is_over else decision

    def _pass_over(self, room_id: str) -> None:
        """The latest forced invite has had its end: those before it that have none are not followed any more."""
        if room_id == self._forced:
            for overtaken in sorted(self._overtaken & self._endless):
                self._expired(overtaken, "a later forced invite was followed")
            self._forced = None
            self._overtaken.clear()

    def _begin(self, room_id: str, work: Coroutine[Any, Any, object]) -> None:
        task = self._group.create_task(work, name=f"{self._bot_id}/invite")
        self._pending[room_id] = task
        task.add_done_callback(lambda done: self._forget(room_id, done))

    async def _tell_failure(self, room_id: str, work: Coroutine[Any, Any, None]) -> bool:
        """Do the work; False if it failed."""
        try:
            await work
        except BreakoutRefused:
            return False  # the room's BreakoutError event tells it, see `failed`
        except BotsError as failure:
            self.failed(room_id, 0, str(failure))
            return False
        return True

    async def _perform(self, decision: InviteDecision, room_id: str) -> None:
        window = decision.window or InviteWindow()
        match decision.action:
            case "accept":
                await self.accept(
                    room_id, role=window.role, audio=window.audio, screen=window.screen, canvas=window.canvas
                )
            case "reject":
                await self.reject(room_id)
            case "expired":
                self._expired(room_id, "its window is over")
            case "ignore":
                if not (self._has_rule and decision.window is None):
                    self._log.info(
                        "invite_ignored", breakout_id=room_id, breakout=self._presence.breakout_name(room_id)
                    )
                    self._settled(room_id, "ignored")

    async def _wait_for_name(self, room_id: str) -> None:
        """A window that names its room needs the name; where nobody has named it, the id must do."""
        if has_pattern(self._windows):
            await done_within(self._clock, self._named(room_id), NAME_WAIT_S)

    async def _named(self, room_id: str) -> None:
        while self._presence.breakout_name(room_id) is None:
            await self._changed.wait()

    def _expired(self, room_id: str, reason: str) -> None:
        self._log.warning(
            "invite_expired",
            breakout_id=room_id,
            breakout=self._presence.breakout_name(room_id),
            waited_s=self.waited_s(room_id),
            reason=reason,
        )
        self._settled(room_id, "expired")

    def _settled(self, room_id: str, end: InviteEnd) -> None:
        self._endless.discard(room_id)
        if room_id in self._received_at:
            self._diary.invite_ended(room_id, end, self._clock.now())
        in_run = room_id in self._in_run
        self._in_run.discard(room_id)
        self._emit(InviteSettled(bot_id=self._bot_id, room_id=room_id, end=end, in_run=in_run))

    def _take(self, room_id: str) -> None:
        """Somebody answers this invite now: nobody else does."""
        pending = self._pending.get(room_id)
        if pending is not None and pending is not asyncio.current_task():
            self._pending.pop(room_id).cancel()

    def _forget(self, room_id: str, task: asyncio.Task[object]) -> None:
        if self._pending.get(room_id) is task:
            del self._pending[room_id]
