"""From a playbook and a start to the bots of one session: everything each of them needs. Pure and repeatable."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from bots.bot import AttendancePlan, BotSpec, DropRule, InviteWindow, LeaveRule, Provider, RulePlan, sound_key
from bots.errors import ConfigError
from bots.fleet.memory import MeetingsOf
from bots.fleet.rotations import rotation_plans
from bots.fleet.sounds import clip_play
from bots.playbook import (
    Bot,
    Drops,
    Instance,
    InvitePolicy,
    LeaveWhen,
    Offset,
    Play,
    Playbook,
    Repeat,
    Rule,
    RunSteps,
    ScheduleEntry,
    TimelineEntry,
)
from bots.schedule import SessionTimes, instant_at, zone_named

__all__ = ["earliest_arrival", "plan", "session_label", "session_times"]


def session_times(playbook: Playbook, starts_at: datetime, session_id: str | None = None) -> SessionTimes:
    """Start, end and zone of a session.

    Raises:
        ConfigError: no schedule entry has this id.
    """
    return _times(playbook, starts_at, _entry(playbook, session_id))


def _times(playbook: Playbook, starts_at: datetime, entry: ScheduleEntry) -> SessionTimes:
    ends_at = starts_at + timedelta(seconds=entry.length_s)
    zone = None if playbook.timezone is None else zone_named(playbook.timezone)
    return SessionTimes(starts_at.astimezone(UTC), ends_at.astimezone(UTC), zone)


def session_label(playbook: Playbook, starts_at: datetime, session_id: str | None = None) -> str:
    """`NAME/SCHEDULE_ID@2026-03-30T08:00Z`."""
    return f"{playbook.name}/{_entry(playbook, session_id).id}@{starts_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def earliest_arrival(playbook: Playbook, starts_at: datetime, entry: ScheduleEntry) -> datetime:
    """When the first bot of a session comes.

    Raises:
        ScheduleError: as `plan`.
    """
    times, early = _times(playbook, starts_at, entry), timedelta(seconds=entry.join_early_s)
    return min(_first_arrives_at(bot, times, early) for bot in playbook.bots.values())  # its copies come later


def plan(
    playbook: Playbook,
    *,
    provider: Provider,
    room_id: str,
    starts_at: datetime,
    session_id: str | None = None,
    label: str | None = None,
    only_bot: str | None = None,
    report_folder: str | None = None,
    met: MeetingsOf | None = None,
) -> tuple[BotSpec, ...]:
    """The bots of one session, in the order of the playbook; the same arguments give the same bots.

    Args:
        report_folder: where the step `save` writes; None writes nothing.
        met: who was with whom in the rotations of lessons before.
        label: of the session, if it has another one than its start gives it.
        only_bot: a bot id (all its copies) or the id of one copy.

    Raises:
        ConfigError: no schedule entry or no bot is called so.
        ScheduleError: a clock time without a zone.
    """
    times = session_times(playbook, starts_at, session_id)
    instances = playbook.instances()
    chosen = [one for one in instances if only_bot in (None, one.id, one.bot_id)]
    if not chosen:
        known = ", ".join(playbook.bots)
        raise ConfigError(f"no bot is called {only_bot!r}; this playbook has {known}")
    label = label or session_label(playbook, starts_at, session_id)
    specs = [
        _spec(
            playbook,
            instance,
            times,
            label=label,
            provider=provider,
            room_id=room_id,
            session_id=session_id,
            met=met or {},
        )
        for instance in chosen
    ]
    ids = tuple(one.id for one in instances)
    reporter = next((spec.id for spec in specs if spec.role == "moderator"), specs[0].id)
    return tuple(
        replace(spec, bot_ids=ids, reports_people=spec.id == reporter, report_folder=report_folder) for spec in specs
    )


def _entry(playbook: Playbook, session_id: str | None) -> ScheduleEntry:
    try:
        return playbook.entry(session_id)
    except KeyError:
        known = ", ".join(entry.id for entry in playbook.schedule)
        raise ConfigError(f"no schedule entry is called {session_id!r}; this playbook has {known}") from None


def _spec(
    playbook: Playbook,
    instance: Instance,
    times: SessionTimes,
    *,
    label: str,
    provider: Provider,
    room_id: str,
    session_id: str | None,
    met: MeetingsOf,
) -> BotSpec:
    bot = playbook.bots[instance.bot_id]
    early = timedelta(seconds=_entry(playbook, session_id).join_early_s)
    steps = list(playbook.steps_of(bot))
    plays = [step for step in steps if isinstance(step, Play)]
    named = dict.fromkeys(step.name for step in steps if isinstance(step, RunSteps))
    ends = [step.until for step in steps if isinstance(step, Repeat) and isinstance(step.until, Offset)]
    return BotSpec(
        id=instance.id,
        number=instance.number,
        name=instance.display_name,
        role=bot.role,
        session=label,
        provider=provider,
        room_id=room_id,
        arrives_at=_arrives_at(bot, instance, times, playbook.seed, early=early),
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        seed=f"{playbook.seed}/{instance.id}",
        bot_ids=(),
        listens=bot.listens,
        microphone=None if bot.microphone is None else clip_play(playbook, bot.microphone),
        speech=playbook.voice(),
        sounds={sound_key(step): clip_play(playbook, step) for step in plays},
        invites=_windows(bot.invites, times),
        timeline=_timeline(bot.timeline, times),
        rules=_rules(bot.rules),
        steps={name: playbook.steps[name] for name in named if name in playbook.steps},
        roster=playbook.roster,
        controls={name: tuple(who) for name, who in playbook.controls.items()},
        rotations=rotation_plans(playbook, bot, met),
        attendance=AttendancePlan(
            late_after_s=playbook.attendance.late_after_s,
            present_needs=playbook.attendance.present_needs,
            has_names=playbook.attendance.names,
        ),
        moments={str(one): instant_at(one, times) for one in ends},
        leave=_leave(bot.leave_when),
        drops=_drops(bot.drops),
    )


def _first_arrives_at(bot: Bot, times: SessionTimes, early: timedelta) -> datetime:
    """When the first copy comes.

    A bot that does not say when it arrives is there for the first entry of its timeline, and at the start at latest,
    or as much before it as the entry's `join_early`.
    """
    at = instant_at(bot.arrive.at, times)
    if "arrive" in bot.model_fields_set:
        return at
    return min([at - early, *(instant_at(entry.at, times) for entry in bot.timeline)])


def _arrives_at(
    bot: Bot, instance: Instance, times: SessionTimes, seed: int, *, early: timedelta = timedelta(0)
) -> datetime:
    """The first copy comes at `arrive.at`, the others each somewhere in their own slice of `arrive.over`."""
    at = _first_arrives_at(bot, times, early)
    if instance.number == 1:
        return at
    place = instance.number - 1 + Random(f"{seed}/{instance.id}/arrival").random()
    return at + timedelta(seconds=round(bot.arrive.over_s * place / bot.count, 3))


def _windows(policy: InvitePolicy, times: SessionTimes) -> tuple[InviteWindow, ...]:
    windows = [
        InviteWindow(
            opens_at=instant_at(entry.opens, times),
            closes_at=instant_at(entry.closes, times),
            room=entry.room,
            then=entry.then,
            chance=entry.chance,
            after_s=(entry.delay.low_s, entry.delay.high_s),
            role=entry.role,
            audio=entry.audio,
            screen=entry.screen,
            canvas=entry.canvas,
        )
        for entry in policy.entries
    ]
    if "otherwise" in policy.model_fields_set:
        windows.append(InviteWindow(then=policy.otherwise, is_otherwise=True))
    return tuple(windows)


def _timeline(entries: Sequence[TimelineEntry], times: SessionTimes) -> tuple[RulePlan, ...]:
    names = _distinct(f"at {entry.at}" for entry in entries)
    return tuple(
        RulePlan(
            id=name,
            steps=entry.steps,
            if_fails=entry.if_fails,
            at=instant_at(entry.at, times),
            is_movable=entry.at.clock is None and entry.at.anchor == "start",
        )
        for name, entry in zip(names, entries, strict=True)
    )


def _rules(rules: Sequence[Rule]) -> tuple[RulePlan, ...]:
    names = _distinct(rule.id or f"rule-{number}" for number, rule in enumerate(rules, 1))
    return tuple(
        RulePlan(
            id=name,
            steps=rule.steps,
            if_fails=rule.if_fails,
            trigger=rule.when,
            within=rule.within,
            condition=rule.condition,
            gather_s=rule.gather_s,
            cooldown_s=rule.cooldown_s,
            mode=rule.mode,
            max=rule.max,
        )
        for name, rule in zip(names, rules, strict=True)
    )


def _leave(when: LeaveWhen | None) -> LeaveRule:
    if when is None:
        return LeaveRule()
    return LeaveRule(alone_s=when.alone_s, only_bots_s=when.only_bots_s, after_s=when.after_s, waiting_s=when.waiting_s)


def _drops(drops: Drops | None) -> DropRule | None:
    if drops is None:
        return None
    back = (drops.back_after.low_s, drops.back_after.high_s)
    return DropRule(chance=drops.chance, every_s=drops.every_s, back_after_s=back)


def _distinct(names: Iterable[str]) -> list[str]:
    """Names that are there twice get a number: a run belongs to one rule."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return found
