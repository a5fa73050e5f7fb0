"""`bots run`: one session of a playbook in the foreground, on EnableX or on the embedded room server."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO, cast

import structlog
import typer

from bots.bot import Provider
from bots.cli.audio import shape_of
from bots.cli.exits import Exit
from bots.cli.journal import begun, cut_off, journal_at, store_url
from bots.cli.kept import kept_trace
from bots.cli.live import LiveLines, live_lines
from bots.cli.memory import memory_of_user
from bots.cli.options import inputs_of, log_format_of
from bots.cli.provider import opened, provider_of
from bots.cli.stopping import Stop
from bots.cli.telling import tell
from bots.clock import SystemClock
from bots.errors import ConfigError, PlaybookError
from bots.fleet import Session, SessionResult, resume_session, run_session, session_label, workers_of
from bots.journal import Journal, OpenSession
from bots.log import Format, configure
from bots.media import engine_fault, load_clip
from bots.playbook import Bot, Play, Playbook, Save, Say, Sound, lint, load, parse_duration
from bots.trace import KeptTrace

__all__ = [
    "check_choices",
    "check_report",
    "exit_of_result",
    "load_sounds",
    "refuse_errors",
    "run_playbook",
    "sounds_of",
]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for."""

    path: str
    session: str = ""
    delay_s: float = 0.0
    inputs: Mapping[str, str] = field(default_factory=dict)
    only_bot: str = ""
    report: str = ""
    trace: str = ""
    store: str = ""
    resume: bool = False
    workers: int = 1
    form: Format = "auto"


def run_playbook(
    path: str,
    *,
    session: str,
    starts_in: str,
    inputs: Sequence[str],
    only_bot: str,
    report: str,
    trace: str,
    store: str,
    resume: bool,
    workers: int,
    log_format: str,
) -> int:
    """Run it, and say by the exit code how it went.

    Raises:
        PlaybookError, ConfigError, ApiError, MediaError: before anything started.
        JournalError: the store that was asked for cannot be used; SessionHeld: another process runs the session.
        StartMissed: the session that was cut off had not begun, and now it is too late.
    """
    form = log_format_of(log_format)
    configure(form)
    delay_s = parse_duration(starts_in)
    if delay_s is None:
        raise typer.BadParameter(f"{starts_in!r} is no time span; write 30s or 5m", param_hint="--starts-in")
    asked = Asked(
        path=path, session=session, delay_s=delay_s, inputs=inputs_of(inputs), only_bot=only_bot, report=report,
        trace=trace, store=store, resume=resume, workers=workers, form=form,
    )  # fmt: skip
    named, stop = provider_of(), Stop()
    result = stop.run(lambda: _run(asked, named, stop))
    if log_format == "text" or (log_format == "auto" and sys.stdout.isatty()):
        typer.echo(tell(path, result, command="bots" if shutil.which("bots") else sys.argv[0]))
    return exit_of_result(result)


def refuse_errors(path: str, inputs: dict[str, str], *, environment: Mapping[str, str] | None = None) -> None:
    """What only `lint` finds ends a run before it begins, too.

    Args:
        environment: as for `lint`.

    Raises:
        PlaybookError: with all errors.
    """
    errors = [problem for problem in lint(path, inputs=inputs, environment=environment) if problem.severity == "error"]
    if errors:
        raise PlaybookError(errors)


def check_choices(playbook: Playbook, session: str, only_bot: str) -> None:
    """Are the session and the bot in the playbook? Empty means not chosen.

    Raises:
        typer.BadParameter: one is not.
    """
    ids = [entry.id for entry in playbook.schedule]
    if session and session not in ids:
        raise typer.BadParameter(f"{session!r} is not in the schedule; it has {', '.join(ids)}", param_hint="--session")
    bots = {one.id for one in playbook.instances()} | set(playbook.bots)
    if only_bot and only_bot not in bots:
        known = ", ".join(playbook.bots)
        raise typer.BadParameter(f"{only_bot!r} is no bot of this playbook; it has {known}", param_hint="--only-bot")


def check_report(playbook: Playbook, folder: str) -> None:
    """Is there a folder for what the playbook saves? Makes it; empty means not chosen.

    Raises:
        typer.BadParameter: the playbook saves something, and no folder is given.
        ConfigError: it cannot be made.
    """
    saved = sorted({name for bot in playbook.bots.values() for name in _saved(playbook, bot)})
    if saved and not folder:
        raise typer.BadParameter(f"this playbook saves {', '.join(saved)}: say where", param_hint="--report DIR")
    if folder:
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"cannot make the folder {folder} of the report: {error.strerror}") from error


def _saved(playbook: Playbook, bot: Bot) -> Iterator[str]:
    return (name for step in playbook.steps_of(bot) if isinstance(step, Save) for name in step.files)


async def _run(asked: Asked, named: Provider | None, stop: Stop) -> SessionResult:
    async with live_lines(asked.form) as lines, journal_at(asked.store) as journal:
        shown = _Shown(asked.form, lines)
        if lines is not None:
            stop.tell = lines.note
        if store_url(asked.store) is None:
            log.warning(
                "journal_not_kept", reason="there is no home folder; set HOME or XDG_STATE_HOME, or use --store"
            )
        if journal is not None and asked.resume:
            again = await cut_off(journal, asked.path, asked.session or None, named)
            if again is not None:
                return await _go_on(asked, named, again, stop.asked, shown)
        return await _begin(asked, named, journal, stop.asked, shown)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The log, and on a terminal the live line below it."""

    form: Format
    lines: LiveLines | None

    def watch(self, session: Session) -> None:
        """Show how it stands."""
        if self.lines is not None:
            self.lines.watch(lambda: (session.snapshot(),))

    def configure(self, trace: TextIO | None = None) -> None:
        """Write the log there, and into a trace."""
        configure(self.form, cast("TextIO | None", self.lines), trace=trace)


async def _go_on(
    asked: Asked, named: Provider | None, again: OpenSession, stop: asyncio.Event, shown: _Shown
) -> SessionResult:  # fmt: skip
    with _traced(asked, again.record.id, again, shown):
        async with opened(named) as provider, workers_of(asked.workers) as workers:
            return await resume_session(
                again, provider=provider, clock=SystemClock(), stop=stop, memory=memory_of_user(), workers=workers,
                on_start=shown.watch,
            )  # fmt: skip


async def _begin(
    asked: Asked, named: Provider | None, journal: Journal | None, stop: asyncio.Event, shown: _Shown
) -> SessionResult:  # fmt: skip
    playbook = load(asked.path, environment=os.environ, inputs=asked.inputs)
    refuse_errors(asked.path, dict(asked.inputs))
    check_choices(playbook, asked.session, asked.only_bot)
    check_report(playbook, asked.report)
    await load_sounds(playbook)
    session = asked.session or None
    async with workers_of(asked.workers) as workers:
        starts_at = datetime.now(UTC) + timedelta(seconds=asked.delay_s)  # processes take their time to begin
        is_shared = named is not None and playbook.room.id is not None
        new = None if journal is None else await begun(journal, playbook, starts_at, session, is_shared=is_shared)
        label = session_label(playbook, starts_at, session) if new is None else new.record.id
        with _traced(asked, label, new, shown):
            log.info("playbook_loaded", playbook=playbook.name, file=playbook.file, bots=len(playbook.instances()))
            async with opened(named) as provider:
                return await run_session(
                    playbook, provider=provider, clock=SystemClock(), starts_at=starts_at, session_id=session,
                    only_bot=asked.only_bot or None, report_folder=asked.report or None, memory=memory_of_user(),
                    stop=stop, opened=new, workers=workers, on_start=shown.watch,
                )  # fmt: skip


@contextmanager
def _traced(asked: Asked, label: str, kept: OpenSession | None, shown: _Shown) -> Iterator[None]:
    """Inside, events go into a trace too; the journal knows which."""
    with kept_trace(asked.trace, label, "live") as trace:
        shown.configure(trace)
        try:
            if kept is not None and isinstance(trace, KeptTrace):
                kept.traced(trace.id)
            yield
        finally:
            shown.configure()


async def load_sounds(playbook: Playbook) -> None:
    """Decode every sound before anything starts: a file that cannot be played is named now, not in class.

    Raises:
        MediaError: the first one that cannot be read.
        ConfigError: something is said aloud, and the engine for it is not there.
    """
    fault = engine_fault(*playbook.voice())
    if fault is not None and any(isinstance(step, Say) and step.aloud for step in playbook.all_steps()):
        raise ConfigError(fault)
    for sound in sounds_of(playbook):
        await load_clip(sound.path, **shape_of(sound))


def sounds_of(playbook: Playbook) -> Iterator[Sound]:
    """Every sound that a bot of the playbook can play."""
    for bot in playbook.bots.values():
        if bot.microphone is not None:
            yield playbook.sound_of(bot.microphone)
        for step in playbook.steps_of(bot):
            if isinstance(step, Play):
                yield playbook.sound_of(step)


def exit_of_result(result: SessionResult) -> Exit:
    """The exit code of a session that ran."""
    match result.outcome:
        case "failed":
            return Exit.JOIN
        case "ended_early":
            return Exit.ENDED_EARLY
        case "stopped":  # somebody asked for it
            return Exit.DRAIN_TIMEOUT if result.left_behind else Exit.DONE
        case "finished":
            return Exit.DONE if result.expect_met else Exit.EXPECT
