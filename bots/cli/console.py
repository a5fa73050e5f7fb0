"""`bots console`: a session in memory, typed by hand; see docs/tools.md."""

import asyncio
import contextlib
import io
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO, assert_never, cast

import typer

from bots.cli.exits import Exit
from bots.cli.kept import kept_trace
from bots.cli.simulate import Sink, chosen_session, prepared
from bots.errors import ConfigError
from bots.fleet import session_label
from bots.log import configure
from bots.playbook import Playbook, rule_names
from bots.simulation import (
    HELP,
    Actor,
    Asked,
    Done,
    Habits,
    Moved,
    Nothing,
    Stage,
    Unclear,
    appearance,
    do,
    read_line,
    scenario_of,
)
from bots.trace import RuleStory, rule_told, stories_of

__all__ = ["open_console"]

AFTER_EACH_S = 1.0  # time goes on so much after what somebody did, so that one sees what comes of it


def open_console(path: str, *, session: str, inputs: Sequence[str], seed: int | None, script: str) -> int:
    """Play a session by the lines of a script, or of the standard input; 3 for a line of a script that means nothing.

    Raises:
        PlaybookError, ConfigError, MediaError: before anything started.
    """
    playbook, clips = prepared(path, inputs)
    session_id, starts_at = chosen_session(playbook, session)
    scenario = scenario_of(
        playbook, habits=Habits(people=0), seed=seed, session_id=session_id, starts_at=starts_at, clips=clips
    )
    label = session_label(playbook, scenario.times.starts_at, session_id)
    with _lines_of(script) as lines, kept_trace("", label, "simulated") as trace:
        console = _Console(playbook, lines, script or "<stdin>", is_typed=not script and sys.stdin.isatty())
        sink = Sink(sys.stdout, trace, scenario.times.starts_at, also=console.events.append)
        configure("json", cast("TextIO", sink), now=scenario.clock.now)
        scenario.run(console.direct)
    if console.is_interrupted:
        return Exit.INTERRUPTED
    return Exit.PLAYBOOK if console.is_broken else Exit.DONE


@contextlib.contextmanager
def _lines_of(script: str) -> Iterator[TextIO]:
    """Where the lines come from.

    Raises:
        ConfigError: the script cannot be read.
    """
    if not script:
        yield sys.stdin
        return
    try:
        text = Path(script).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {script}: {getattr(error, 'strerror', None) or error}") from error
    yield io.StringIO(text)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Inside, Ctrl-C is heard at once: the loop would only note it, and go on reading."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Console:
    """Does what the lines say; time stands still while somebody types.

    Args:
        name: of where the lines come from, for errors.
        is_typed: at a terminal: there is a prompt, and a line that means nothing ends nothing.
    """

    def __init__(self, playbook: Playbook, lines: TextIO, name: str, *, is_typed: bool) -> None:
        self._playbook = playbook
        self._lines = lines
        self._name = name
        self._is_typed = is_typed
        self._number = 0
        self._actors: dict[str, Actor] = {}
        self._doing: set[asyncio.Task[None]] = set()
        self.events: list[dict[str, Any]] = []
        self.is_broken = False
        self.is_interrupted = False

    async def direct(self, stage: Stage) -> None:
        """Line after line, up to `quit`, the last line, or the end of the session."""
        start = stage.times.starts_at - stage.scene.clock.now()
        await _pass(stage, start.total_seconds() + AFTER_EACH_S)
        try:
            while not stage.over.is_set() and (line := self._next(stage)):
                try:
                    if not await self._take(line, stage):
                        break
                except Unclear as unclear:
                    typer.echo(
                        f"{self._name}:{self._number}: {unclear}" if not self._is_typed else str(unclear), err=True
                    )
                    self.is_broken = not self._is_typed
                    if self.is_broken:
                        break
        finally:
            stage.stop.set()
            for task in self._doing:
                task.cancel()
            await asyncio.gather(*self._doing, return_exceptions=True)
            for actor in self._actors.values():
                await actor.stop()

    def _next(self, stage: Stage) -> str:
        """The next line; empty at the end. Nothing else happens meanwhile: the clock is virtual."""
        self._number += 1
        with _interruptible():
            try:
                if self._is_typed and sys.stdout.isatty():
                    passed = int((stage.scene.clock.now() - stage.times.starts_at).total_seconds())
                    typer.echo(f"{passed // 60:02}:{passed % 60:02}> ", nl=False)
                return self._lines.readline()
            except KeyboardInterrupt:
                self.is_interrupted = True
                return ""

    async def _take(self, text: str, stage: Stage) -> bool:
        """Do what a line says; false if it says that this is the end.

        Raises:
            Unclear: it means nothing.
        """
        line = read_line(text)
        match line:
            case Nothing():
                pass
            case Moved(seconds=seconds):
                await _pass(stage, seconds)
            case Done():
                self._act(line, stage)
                await _pass(stage, AFTER_EACH_S)
            case Asked(what="quit"):
                return False
            case Asked(what=what):
                for shown in self._shown(what, stage):
                    typer.echo(shown)
            case _:
                assert_never(line)
        if stage.over.is_set():
            typer.echo("the session is over")
        return True

    def _act(self, line: Done, stage: Stage) -> None:
        if line.who in {one.id for one in self._playbook.instances()} | set(self._playbook.bots):
            raise Unclear(f"{line.who!r} is a bot: it does what the playbook says; only people are told what to do")
        actor = self._actors.get(line.who)
        if actor is None:
            if not line.act.joins:
                raise Unclear(f"nobody here is called {line.who!r}; write first: {line.who} joins")
            name, role = appearance(self._playbook, line.who)
            actor = self._actors[line.who] = Actor(
                stage.scene, line.who, name=name, role="moderator" if line.is_moderator else role
            )
        task = asyncio.create_task(actor.unless_refused(do(actor, line.act)), name=f"{line.who}/act")
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    def _shown(self, what: str, stage: Stage) -> Iterator[str]:
        match what:
            case "help":
                yield HELP
            case "rooms":
                yield from self._rooms(stage)
            case "people":
                for actor in self._actors.values():
                    yield f"{actor.id}: {self._place(actor.id, stage)}, {actor.invites}s invites"
                if not self._actors:
                    yield "nobody yet; write: ana joins"
            case "rules":
                yield from self._rules()
            case _:
                counts = stage.session.snapshot().counts
                yield ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "all counters are 0"

    def _rooms(self, stage: Stage) -> Iterator[str]:
        names = self._names(stage)
        places = stage.scene.rooms.places(stage.scene.room_id)
        for room_id in dict.fromkeys([stage.scene.room_id, *places.values()]):
            people = sorted(who for who, room in places.items() if room == room_id)
            yield f"{names.get(room_id, room_id)}: {', '.join(people) or 'nobody'}"

    def _rules(self) -> Iterator[str]:
        stories = stories_of(self.events)
        for one in self._playbook.instances():
            rules = stories[one.id].rules if one.id in stories else {}
            for name in rule_names(self._playbook.bots[one.bot_id]):
                found = rules.get(name, RuleStory())
                yield f"{one.id}: " + (
                    rule_told(name, found) if found.fired or found.ran else f"{name} was not fired yet"
                )

    def _place(self, who: str, stage: Stage) -> str:
        room_id = stage.scene.rooms.places(stage.scene.room_id).get(who)
        return "nowhere" if room_id is None else self._names(stage).get(room_id, room_id)

    def _names(self, stage: Stage) -> dict[str, str]:
        opened = {one["breakout_id"]: one["breakout"] for one in self.events if one["event"] == "breakout_created"}
        return {**opened, **stage.scene.names, stage.scene.room_id: "parent"}


async def _pass(stage: Stage, seconds: float) -> None:
    """Let time pass, up to the end of the session."""
    over = asyncio.ensure_future(stage.over.wait())
    try:
        await asyncio.wait([over], timeout=max(0.0, seconds))
    finally:
        over.cancel()
