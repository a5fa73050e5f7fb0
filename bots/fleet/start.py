"""Runs one session of a playbook in this process: room, plan, bots, result."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from bots.bot import Provider, RoundPlayed, close_room, open_room
from bots.clock import Clock
from bots.errors import BotsError, ConfigError
from bots.fleet.expect import expectations_of
from bots.fleet.local import LocalFleet
from bots.fleet.memory import Memory, Remembered, histories
from bots.fleet.plan import plan, session_label, session_times
from bots.fleet.result import SessionResult
from bots.fleet.session import Session
from bots.log import hide
from bots.playbook import Playbook
from bots.schedule import AlarmClock

__all__ = ["run_session"]

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
) -> SessionResult:
    """Run one session, in this process, until every bot has ended.

    Args:
        provider: where the rooms are.
        starts_at: aware; the session lasts as long as its schedule entry says.
        stop: set it to end the session: every bot finishes its step and leaves.
        session_id: of the schedule entry; the first unless given.
        only_bot: run this bot only.
        report_folder: where the step `save` writes.
        memory: of who was with whom in lessons before.
        on_start: gets the session when its bots are planned, to watch it by `snapshot`.

    Raises:
        ConfigError: wrong credentials or address, or no such schedule entry or bot.
        ApiError: the provider does not make the room of `room: create`.
        ScheduleError: a clock time without a zone.
    """
    hide(provider.app_key)
    label = session_label(playbook, starts_at, session_id)
    room_id = playbook.room.id
    if room_id is None:
        assert playbook.room.create is not None, "a room is named or made"
        room_id = await open_room(
            provider,
            playbook.room.create,
            owner_ref=playbook.name[:100],
            moderators=playbook.count_of("moderator"),
            participants=playbook.count_of("participant") + playbook.heralds(),
        )
    alarms = AlarmClock(clock)
    try:
        times = session_times(playbook, starts_at, session_id)
        specs = plan(
            playbook,
            provider=provider,
            room_id=room_id,
            starts_at=starts_at,
            session_id=session_id,
            only_bot=only_bot,
            report_folder=report_folder,
            met=histories(playbook, memory, times, session_id),
        )
        expected = expectations_of(playbook, times)
        alarms.start()
        async with LocalFleet(provider, clock) as fleet:
            session = Session(
                label,
                specs,
                expected,
                fleet=fleet,
                clock=clock,
                alarms=alarms,
                remember=_rememberer(playbook, label, memory),
            )
            if on_start is not None:
                on_start(session)
            await session.run(stop)
    finally:
        alarms.stop()
        if playbook.room.create is not None:
            await _close_room(provider, room_id)
    return session.finish()


def _rememberer(playbook: Playbook, label: str, memory: Memory | None) -> Callable[[RoundPlayed], None] | None:
    """Keeps rounds; one that cannot be kept is told, and the lesson goes on."""
    if memory is None:
        return None

    def remember(played: RoundPlayed) -> None:
        at = played.began_at.astimezone(UTC).isoformat(timespec="seconds")
        try:
            memory.remember(Remembered(playbook.name, played.rotation, label, at, played.pairs))
        except ConfigError as failure:
            log.warning("memory_not_kept", rotation=played.rotation, reason=str(failure))

    return remember


async def _close_room(provider: Provider, room_id: str) -> None:
    try:
        await close_room(provider, room_id)
    except BotsError as failure:
        log.warning("room_kept", room=room_id, reason=str(failure))
