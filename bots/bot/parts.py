"""The parts of one bot, made and wired together: who it is with, what it hears, says, does and answers."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any

from structlog.typing import FilteringBoundLogger

from bots.bot.breakout.invitations import Invitations
from bots.bot.breakout.roles import RoleWatch
from bots.bot.contract.commands import LeaveCause
from bots.bot.contract.messages import BotEvent, RunEnded
from bots.bot.contract.ports import JoinRoom, LoadClip
from bots.bot.contract.spec import BotSpec, RulePlan
from bots.bot.controls import Controls
from bots.bot.place.leaving import Leaving
from bots.bot.place.presence import Presence
from bots.bot.reactions import Reactions
from bots.bot.record.record import Record
from bots.bot.rules.conditions import seen
from bots.bot.rules.facts import Firing, Occasion
from bots.bot.rules.outcome import Outcome
from bots.bot.rules.run import Run, Runs
from bots.bot.rules.talking import TalkWatch
from bots.bot.sound.hearing import Hearing
from bots.bot.sound.heralds import Heralds
from bots.bot.sound.voice import Sound
from bots.bot.steps.kit import Kit
from bots.bot.steps.people import tell_kept, warn_teachers
from bots.bot.steps.perform import Performer
from bots.bot.waiting import Signal
from bots.clock import Clock
from bots.errors import BotsError
from bots.journal import Diary
from bots.playbook import Invited, Silent
from bots.schedule import Alarms

__all__ = ["Parts", "assemble"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a bot is made of; `changed` rings after each thing that happened, `spawn` starts a task under a name."""

    kit: Kit
    presence: Presence
    hearing: Hearing
    sound: Sound
    invitations: Invitations
    runs: Runs[RulePlan]
    reactions: Reactions
    controls: Controls
    roles: RoleWatch
    talk: TalkWatch
    leaving: Leaving
    changed: Signal
    spawn: Callable[[Coroutine[Any, Any, None], str], None]


def assemble(
    spec: BotSpec,
    *,
    clock: Clock,
    alarms: Alarms,
    join: JoinRoom,
    load: LoadClip,
    group: asyncio.TaskGroup,
    emit: Callable[[BotEvent], None],
    leave: Callable[[LeaveCause], None],
    shift: Callable[[float], None],
    diary: Diary,
    log: FilteringBoundLogger,
) -> Parts:
    """Make the parts of a bot.

    Args:
        group: owns every task that the parts start.
        leave: asks the bot to leave the meeting.
        shift: moves what the timeline still has to do; seconds.
        diary: keeps what is begun and done.
    """

    def spawn(work: Coroutine[Any, Any, None], what: str) -> None:
        group.create_task(work, name=f"{spec.id}/{what}")

    presence, changed = Presence(spec.id, spec.bot_ids, spec.roster), Signal()
    sound = Sound(
        bot_id=spec.id, presence=presence, load=load, clock=clock, group=group, emit=emit, log=log,
        microphone=spec.microphone, rng=Random(f"{spec.seed}/talks"),
    )  # fmt: skip
    invitations = Invitations(
        bot_id=spec.id, windows=spec.invites, rng=Random(f"{spec.seed}/invites"),
        has_rule=any(isinstance(rule.trigger, Invited) for rule in spec.rules),
        presence=presence, clock=clock, alarms=alarms, changed=changed, diary=diary, group=group, emit=emit, log=log,
    )  # fmt: skip

    def occur(occasion: Occasion) -> None:
        reactions.occur(occasion)  # made below: it needs the talk

    talk = TalkWatch(
        name=spec.id, silences_s=[one.lasts_s for one in spec.triggers if isinstance(one, Silent)],
        presence=presence, clock=clock, group=group, occur=occur,
        tell=lambda is_speech: sound.ducking.hear(is_speech=is_speech),
    )  # fmt: skip
    roles = RoleWatch(
        spec.id, presence=presence, warn_teachers=lambda text: warn_teachers(kit, text),
        spawn=lambda work: spawn(work, "roles"), emit=emit, log=log,
    )  # fmt: skip
    heralds = Heralds(spec, presence=presence, sound=sound, join=join, look=roles.saw, clock=clock, log=log)
    leaving = Leaving(
        spec.leave, name=spec.id, presence=presence, clock=clock, group=group, leave=lambda: leave("leave_when")
    )
    kit = Kit(
        spec=spec, presence=presence, record=Record(presence.keys), sound=sound, heralds=heralds,
        invitations=invitations, clock=clock, changed=changed, diary=diary,
        emit=emit, leave=lambda: leave("leave_step"), stay=leaving.stay, shift=shift,
        log=log, silent_for_s=lambda: talk.silent_for_s,
    )  # fmt: skip
    runs = _runs(kit, group)
    hearing = Hearing(bot_id=spec.id, listens=spec.listens, load=load, clock=clock)
    controls = Controls(kit, lambda work: spawn(work, "control"))
    reactions = Reactions(
        kit=kit, controls=controls, roles=roles, runs=runs, hearing=hearing, talk=talk, log=log,
        call_back=lambda: spawn(_come_back(presence, log), "call-back"),
        silence=lambda room_id: spawn(sound.silence(room_id), "silence"),
        tell_teacher=lambda person: spawn(tell_kept(kit, person), "teacher"),
    )  # fmt: skip
    return Parts(
        kit, presence, hearing, sound, invitations, runs, reactions, controls, roles, talk, leaving, changed, spawn
    )


def _runs(kit: Kit, group: asyncio.TaskGroup) -> Runs[RulePlan]:
    performer = Performer(kit)

    def ended(rule_id: str, outcome: Outcome, reason: str | None, run: Run | None) -> None:
        since = None if run is None else (kit.clock.now() - run.started_at).total_seconds()
        (kit.log.warning if outcome in ("failed", "misfired") else kit.log.info)(
            "run_finished",
            rule=rule_id,
            run=None if run is None else run.number,
            outcome=outcome,
            reason=reason,
            duration_s=since,
            steps=0 if run is None else len(run.trace),
        )
        if run is not None and kit.diary.is_end(outcome):
            kit.diary.run_ended(run.number, outcome, reason, kit.clock.now())
        kit.emit(RunEnded(bot_id=kit.spec.id, rule=rule_id, outcome=outcome, reason=reason))

    def begun(run: Run) -> None:
        kit.diary.run_begun(
            run.number, run.rule_id, firing=run.firing.to_json(), planned_at=run.planned_at,
            started_at=run.started_at,
        )  # fmt: skip

    async def perform(rule: RulePlan, run: Run) -> None:
        kit.log.info("run_started", rule=rule.id, run=run.number, occasions=run.firing.count)
        await performer.perform(rule.steps, run)

    def does_hold(rule: RulePlan, firing: Firing) -> bool:
        if rule.condition is None:
            return True
        scope = kit.scope(firing)
        if rule.condition.evaluate(scope):
            return True
        kit.log.info(
            "condition_false",
            rule=rule.id,
            condition=rule.condition.text,
            false_part=rule.condition.false_part(scope),
            values=seen(rule.condition, scope),
        )
        return False

    return Runs[RulePlan](
        perform=perform,
        rescue=lambda rule, run: performer.rescue(rule.if_fails, run),
        is_true=does_hold,
        clock=kit.clock,
        group=group,
        name=kit.spec.id,
        next_number=kit.diary.next_number,
        on_begin=begun,
        on_end=ended,
    )


async def _come_back(presence: Presence, log: FilteringBoundLogger) -> None:
    """Leave the breakout because a moderator calls; a bot that is in none has nothing to do."""
    if presence.breakout is None:
        return
    try:
        await presence.parent.leave_breakout()
    except BotsError as failure:
        log.warning("breakout_failed", breakout_id=None, result=None, reason=str(failure))
