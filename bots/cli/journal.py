"""The journal of a command: which one, what begins in it, and what was cut off and goes on."""

import contextlib
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import structlog

from bots.bot import Provider
from bots.clock import SystemClock
from bots.errors import ConfigError, JournalError, SessionHeld
from bots.fleet import close_kept_room, session_label, session_times
from bots.journal import Journal, OpenSession, SessionRecord, missing_file
from bots.playbook import Playbook
from bots.trace import state_folder

__all__ = ["begun", "cut_off", "end_past", "journal_at", "kept_journal", "store_url"]

MOST_ALIKE = 1000  # sessions of one playbook that begin in one minute
OVER = "no process ran it when it ended"

log = structlog.get_logger()


def store_url(store: str) -> str | None:
    """The URL of the store that was asked for, or of the one in the user's state folder; None without a home."""
    if store:
        return store
    folder = state_folder(os.environ)
    return None if folder is None else f"sqlite:///{folder}/journal.db"


def absolute(path: str) -> str:
    """How the journal names a playbook, wherever the command is given."""
    return str(Path(path).resolve())


@contextlib.asynccontextmanager
async def journal_at(store: str) -> AsyncIterator[Journal | None]:
    """The journal of this command; None where nothing can be kept, and none was asked for.

    Args:
        store: URL that was asked for; empty for the user's own.

    Raises:
        ConfigError, JournalError: the one that was asked for cannot be opened.
    """
    url = store_url(store)
    journal = None
    if url is not None:
        try:
            journal = Journal(url, SystemClock())
        except JournalError as failure:
            if store:
                raise
            log.warning("journal_not_kept", reason=str(failure))
    if journal is None:
        yield None
        return
    async with journal:
        yield journal


@contextlib.asynccontextmanager
async def kept_journal(store: str) -> AsyncIterator[Journal | None]:
    """The journal to look into; None where there is no home folder, and none was asked for.

    Args:
        store: URL that was asked for; empty for the user's own.

    Raises:
        ConfigError: the one that was asked for is not there: a mistyped path makes no new journal.
        JournalError: it cannot be opened, also the user's own.
    """
    if store and (missing := missing_file(store)) is not None:
        raise ConfigError(f"there is no journal at {missing}; bots run and bots serve make one")
    async with journal_at(store_url(store) or "") as journal:
        yield journal


async def begun(
    journal: Journal, playbook: Playbook, starts_at: datetime, session: str | None, *, is_shared: bool
) -> OpenSession | None:
    """A new session of a playbook; None if the journal takes no writes, and the session goes on without.

    Args:
        session: id of the schedule entry.
        is_shared: the room is there for others too: a second process that starts the same lesson in the same minute
            does it by mistake.

    Raises:
        SessionHeld: another process runs this session.
    """
    times = session_times(playbook, starts_at, session)
    label = session_label(playbook, starts_at, session)
    for number in range(1, MOST_ALIKE):
        record = SessionRecord(
            id=label if number == 1 else f"{label}#{number}", playbook=playbook.name,
            file=absolute(playbook.file), entry=playbook.entry(session).id,
            starts_at=times.starts_at, ends_at=times.ends_at,
        )  # fmt: skip
        try:
            opened = await journal.begin(record)
        except SessionHeld:
            if is_shared:
                raise
            continue
        except JournalError as failure:
            log.warning("journal_not_kept", reason=str(failure))
            return None
        if opened is not None:
            return opened
    raise JournalError(f"{MOST_ALIKE} sessions of {playbook.name} began in one minute")


async def cut_off(journal: Journal, path: str, entry: str | None, provider: Provider | None) -> OpenSession | None:
    """The session of a playbook that was cut off last; None if there is none.

    One that should be over by now is ended, with that reason, and so is a room that was made for it.

    Args:
        path: of the playbook.
        entry: only sessions of this schedule entry.
        provider: where such a room may be; None for one that went with its process.

    Raises:
        SessionHeld: another process runs it.
        JournalError: the journal cannot be read or written.
    """
    now = SystemClock().now()
    for record in reversed(await journal.open_sessions(absolute(path), entry)):
        opened = await journal.resume(record.id)
        if record.ends_at > now and record.plan is not None:
            return opened
        reason = "it was cut off before it was planned" if record.plan is None else OVER
        log.warning("session_given_up", session=record.id, reason=reason)
        await opened.end("ended_early", reason, None, now)
        if provider is not None:
            await close_kept_room(record, provider)
    return None


async def end_past(journal: Journal) -> None:
    """End what was cut off, should be over by now, and is run by nobody: it has ended, and can be forgotten.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    now = SystemClock().now()
    for record in await journal.open_sessions():
        if record.ends_at <= now:
            with contextlib.suppress(SessionHeld):
                await (await journal.resume(record.id)).end("ended_early", OVER, None, record.ends_at)
