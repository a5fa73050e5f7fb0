"""Runs one session of a playbook in this process: room, plan, bots, result."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog

from bots.bot import Provider, RoundPlayed, close_room, find_room, open_room, room_body
from bots.clock import Clock
from bots.errors import BotsError, ConfigError, Overloaded, ScheduleError, SessionHeld, StartMissed
from bots.fleet.admission import admit
from bots.fleet.expect import expectations_of
from bots.fleet.local import LocalFleet
from bots.fleet.memory import Memory, Remembered, histories
from bots.fleet.patience import patiently
from bots.fleet.plan import plan, session_label, session_times
from bots.fleet.pool import Workers
from bots.fleet.result import SessionResult
from bots.fleet.script import Script
from bots.fleet.session import Session
from bots.fleet.workers import WorkerFleet
from bots.journal import OpenSession, SessionRecord
from bots.log import hide
from bots.playbook import Playbook
from bots.schedule import AlarmClock

__all__ = ["close_kept_room", "resume_session", "run_session"]

log = structlog.get_logger()


async def run_session(
    playbook: Playbook,
    *,
    provider: Provider,
    clock: Clock,
    starts_at: datetime,
    stop: asyncio.Event,
    session_id: str | None = None,
    only_bot: str | None = None,
    report_folder: str | None = None,
    on_start: Callable[[Session], None] | None = None,
    memory: Memory | None = None,
    opened: OpenSession | None = None,
    workers: Workers | None = None,
    begin_by: datetime | None = None,
) -> SessionResult:
    """Run one session until every bot has ended.

    Args:
        provider: where the rooms are.
        starts_at: aware; the session lasts as long as its schedule entry says.
        stop: set it to end the session: every bot finishes its step and leaves.
        session_id: of the schedule entry; the first unless given.
        only_bot: run this bot only.
        report_folder: where the step `save` writes.
        memory: of who was with whom in lessons before.
        on_start: gets the session when its bots are planned, to watch it by `snapshot`.
        opened: of the journal, begun for this session; without it nothing is kept.
        workers: where the bots live; in this process unless given.
        begin_by: until then, a provider that does not answer and a process that is too busy are tried again.

    Raises:
        ConfigError: wrong credentials or address, or no such schedule entry or bot.
        ApiError: the provider is not there, does not have the room, or does not make that of `room: create`.
        ScheduleError: a clock time without a zone.
        SessionHeld: another process has taken the session.
        Overloaded: this process is too late with what it does already.
    """
    hide(provider.app_key)
    label = session_label(playbook, starts_at, session_id) if opened is None else opened.record.id
    body = _room_body(playbook)
    bots = sum(only_bot in (None, one.id, one.bot_id) for one in playbook.instances())

    async def ready() -> str:
        await admit(clock, session=label, bots=bots)
        if playbook.room.id is None:
            return await open_room(provider, body or {})
        await find_room(provider, playbook.room.id)  # one answer for all bots, before any of them tries again and again
        return playbook.room.id

    try:
        room_id = await patiently(ready, until=begin_by, clock=clock, session=label, is_over=stop.is_set)
    except Overloaded as refused:
        await _missed(label, starts_at, refused, clock, opened)
        raise
    except BotsError as failure:
        if opened is not None:
            await opened.end("failed", str(failure), None, clock.now())
        raise
    try:
        times = session_times(playbook, starts_at, session_id)
        script = Script(
            specs=plan(
                playbook, provider=provider, room_id=room_id, starts_at=starts_at, session_id=session_id, label=label,
                only_bot=only_bot, report_folder=report_folder, met=histories(playbook, memory, times, session_id),
            ),
            expected=expectations_of(playbook, times),
            start_within_s=_start_within_s(playbook, session_id),
            room=body,
        )  # fmt: skip
        if opened is not None:
            await opened.planned(room_id=room_id, provider=provider.api_url, plan=script.packed())
    except BaseException:
        if body is not None:
            await _close_room(provider, room_id)  # nobody knows of it
        raise
    remember = _rememberer(playbook.name, label, memory)
    return await _play(
        script, label, provider, clock, stop, on_start=on_start, remember=remember, opened=opened,
        workers=workers,
    )  # fmt: skip


async def resume_session(
    opened: OpenSession,
    *,
    provider: Provider,
    clock: Clock,
    stop: asyncio.Event,
    on_start: Callable[[Session], None] | None = None,
    memory: Memory | None = None,
    workers: Workers | None = None,
) -> SessionResult:
    """Go on with a session that was cut off, as it was planned.

    Args:
        opened: of the journal.
        stop, on_start, memory, workers: as for `run_session`.

    Raises:
        JournalError: what is kept of it cannot be read.
        StartMissed: it had not begun, and now it is too late.
        SessionHeld: another process has taken it.
        and as `run_session`.
    """
    hide(provider.app_key)
    record = opened.record
    script = Script.of(opened, provider)
    try:
        script.check_start(opened, clock.now())
    except StartMissed as missed:
        await _missed(record.id, record.starts_at, missed, clock, opened)
        if script.room is not None and record.room_id is not None:
            await _close_room(provider, record.room_id)
        raise
    if script.room is not None:
        room_id = await open_room(provider, script.room, before=record.room_id)
        if room_id != record.room_id:
            script = script.moved_to(room_id)
            await opened.planned(room_id=room_id, provider=provider.api_url, plan=script.packed())
    remember = _rememberer(record.playbook, record.id, memory)
    return await _play(
        script, record.id, provider, clock, stop, on_start=on_start, remember=remember, opened=opened,
        workers=workers,
    )  # fmt: skip


async def _play(
    script: Script,
    label: str,
    provider: Provider,
    clock: Clock,
    stop: asyncio.Event,
    *,
    on_start: Callable[[Session], None] | None,
    remember: Callable[[RoundPlayed], None] | None,
    opened: OpenSession | None,
    workers: Workers | None,
) -> SessionResult:
    """Play a script to its end; one that is cut off stays open in the journal, and keeps its room if it has begun."""
    alarms = AlarmClock(clock)
    alarms.start()
    is_over = opened is None
    try:
        placed: LocalFleet | WorkerFleet
        if workers is None:
            placed = LocalFleet(provider, clock, opened)
        else:
            placed = WorkerFleet(provider, workers, opened, session=label)
        async with placed as fleet:
            session = Session(
                label, script.specs, script.expected, fleet=fleet, clock=clock, alarms=alarms, remember=remember,
                opened=opened,
            )  # fmt: skip
            if on_start is not None:
                on_start(session)
            await _unless_lost(session.run(stop), opened)
        is_over = True
    except asyncio.CancelledError:
        is_over = is_over or clock.now() < script.specs[0].starts_at  # whoever goes on with it makes another room
        raise
    finally:
        alarms.stop()
        if is_over and script.room is not None:
            await _close_room(provider, script.specs[0].room_id)
    result = session.finish()
    if opened is not None:
        await opened.end(result.outcome, result.reason, result.to_json(), clock.now())
    return result


async def _missed(
    label: str, starts_at: datetime, why: ScheduleError, clock: Clock, opened: OpenSession | None
) -> None:  # fmt: skip
    """A start that is not to be is told, and kept."""
    log.warning("start_missed", session=label, starts_at=starts_at, reason=str(why))
    if opened is not None:
        await opened.end("missed", str(why), None, clock.now())


async def _unless_lost(work: Coroutine[Any, Any, None], opened: OpenSession | None) -> None:
    """Do the work, as long as this process holds the session.

    Raises:
        SessionHeld: another process has taken it.
    """
    if opened is None:
        await work
        return
    doing = asyncio.create_task(work, name="session/run")
    losing = asyncio.create_task(opened.hold.lost.wait(), name="session/lost")
    try:
        await asyncio.wait([doing, losing], return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise SessionHeld(opened.record.id, "another process now")
        doing.result()
    finally:
        for task in (doing, losing):
            task.cancel()
        await asyncio.gather(doing, losing, return_exceptions=True)


def _room_body(playbook: Playbook) -> dict[str, Any] | None:
    if playbook.room.create is None:
        return None
    participants = playbook.count_of("participant") + playbook.heralds()
    return room_body(playbook.room.create, playbook.name[:100], playbook.count_of("moderator"), participants)


def _start_within_s(playbook: Playbook, session_id: str | None) -> float:
    if_missed = playbook.entry(session_id).if_missed
    return 0.0 if if_missed is None else if_missed.start_within_s


def _rememberer(playbook: str, label: str, memory: Memory | None) -> Callable[[RoundPlayed], None] | None:
    """Keeps rounds; one that cannot be kept is told, and the lesson goes on."""
    if memory is None:
        return None

    def remember(played: RoundPlayed) -> None:
        at = played.began_at.astimezone(UTC).isoformat(timespec="seconds")
        try:
            memory.remember(Remembered(playbook, played.rotation, label, at, played.pairs))
        except ConfigError as failure:
            log.warning("memory_not_kept", rotation=played.rotation, reason=str(failure))

    return remember


async def close_kept_room(record: SessionRecord, provider: Provider) -> None:
    """Delete the room that was made for a session which was cut off, and which nobody goes on with.

    A room that was there anyway stays, and so does one of another provider. What does not work is told (`room_kept`).
    """
    if record.plan is None or record.room_id is None or record.provider != provider.api_url:
        return
    try:
        script = Script.unpacked(record.plan, provider, room_id=record.room_id)
    except ValueError as unreadable:
        log.warning("room_kept", room=record.room_id, reason=f"its plan cannot be read: {unreadable}")
        return
    if script.room is not None:
        await _close_room(provider, record.room_id)


async def _close_room(provider: Provider, room_id: str) -> None:
    try:
        await close_room(provider, room_id)
    except (BotsError, OSError) as failure:  # OSError: no file or socket can be opened
        log.warning("room_kept", room=room_id, reason=str(failure))
