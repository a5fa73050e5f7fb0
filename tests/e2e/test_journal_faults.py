"""The journal fails under a session that runs: it says every line in its time, and what is to be kept is kept."""

import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bots.journal.store import Store
from bots.journal.tables import sessions, steps
from tests.e2e.program import Ended, Event, Program
from tests.fakes.postgres import PostgresServer

LINES = 10
APART_S = 2.0
AWAY_S = 8.0  # longer than a lease of SQLite
LATE_S = 5.0  # nothing hangs longer
LESSON = f"""\
playbook: 1
name: Small class
room: {{create: {{name: Class, mode: group, moderators: 2, participants: 9}}}}
schedule: [{{id: lesson, length: {LINES * APART_S + 6:.0f}s}}]
bots:
  helper:
    role: moderator
    timeline:
      - {{at: start, do: [{{repeat: {{times: {LINES}, do: [{{say: "and on"}}, {{wait: {APART_S:.0f}s}}]}}}}]}}
  pupil: {{role: participant, count: 2}}
expect: {{joined: 3, said: {LINES}}}
"""


def said(log: tuple[Event, ...]) -> list[float]:
    """When a line was said, seconds."""
    lines = [event for event in log if event["event"] == "step_finished" and event["kind"] == "say"]
    assert {"finished"} >= {event["outcome"] for event in lines}
    return [datetime.fromisoformat(event["timestamp"]).timestamp() for event in lines]


def went_on(ended: Ended) -> None:
    """Every line was said once, none of them late, whatever the journal did."""
    assert 0 == ended.code, ended.err
    at_s = said(ended.log)
    assert LINES == len(at_s)
    assert max(later - earlier for earlier, later in pairwise(at_s)) < APART_S + LATE_S


def caught_up(ended: Ended) -> None:
    """The log says that the journal was away, and that nothing was lost."""
    assert ended.events("journal_interrupted")[0]["reason"]
    [restored] = ended.events("journal_restored")
    assert 0 == restored["lost"]


def kept(store: str) -> tuple[str, int]:
    """What the journal knows of its one session: what came of it, and how many lines were said."""
    opened = Store(store)

    def read(connection: Connection) -> tuple[str, int]:
        outcome = connection.execute(select(sessions.c.outcome)).scalar_one()
        lines = select(func.count()).where(steps.c.kind == "say", steps.c.state == "done")
        return outcome, connection.execute(lines).scalar_one()

    found = opened.read(read)
    opened.close()
    return found


def lesson(folder: Path, store: str, started: list[Program], *, within: Sequence[str] = ()) -> Program:
    """A session of which two lines have been said."""
    playbook = folder / "lesson.yaml"
    playbook.write_text(LESSON, encoding="utf-8")
    program = Program("run", str(playbook), "--store", store, "--log-format", "json", folder=folder, within=within)
    started.append(program)
    program.wait_for("two lines", lambda: len(said(program.log)) >= 2, limit_s=60)
    return program


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system of 1 MiB in a mount namespace of its own."""

    folder: Path
    keeper: int
    """The process that keeps it."""

    @property
    def within(self) -> tuple[str, ...]:
        """The command that goes into it."""
        return ("nsenter", "--target", str(self.keeper), "--user", "--mount", "--preserve-credentials", "--")

    @property
    def seen(self) -> Path:
        """The folder, from outside."""
        return Path(f"/proc/{self.keeper}/root{self.folder}")

    def fill(self) -> None:
        with (self.seen / "filler").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass
        with pytest.raises(OSError, match="No space"):
            (self.seen / "more").write_bytes(bytes(4096))

    def empty(self) -> None:
        (self.seen / "filler").unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = f"mount -t tmpfs -o size=1m tmpfs {folder} && echo mounted && exec sleep 600"
    keeper = subprocess.Popen(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", command], stdout=subprocess.PIPE
    )
    assert keeper.stdout is not None
    assert b"mounted\n" == keeper.stdout.readline()
    yield SmallDisk(folder, keeper.pid)
    keeper.kill()
    keeper.wait()
    keeper.stdout.close()


def test_a_full_disk_is_told_and_what_could_not_be_written_is_written_later(
    tmp_path: Path, started: list[Program], small_disk: SmallDisk
) -> None:
    program = lesson(tmp_path, f"sqlite:///{small_disk.folder}/journal.db", started, within=small_disk.within)
    small_disk.fill()
    program.wait_event("journal_interrupted")
    time.sleep(AWAY_S)
    small_disk.empty()
    ended = program.end()
    went_on(ended)
    caught_up(ended)
    for file in small_disk.seen.glob("journal.db*"):
        if file.is_file():
            shutil.copy(file, tmp_path)
    assert ("finished", LINES) == kept(f"sqlite:///{tmp_path}/journal.db")


def test_a_locked_journal_is_told_and_what_could_not_be_written_is_written_later(
    tmp_path: Path, started: list[Program]
) -> None:
    store = f"sqlite:///{tmp_path}/journal.db"
    program = lesson(tmp_path, store, started)
    with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        program.wait_event("journal_interrupted")
        time.sleep(AWAY_S)
        other.execute("ROLLBACK")
    ended = program.end()
    went_on(ended)
    caught_up(ended)
    assert ("finished", LINES) == kept(store)


def test_a_database_server_may_be_started_again_in_the_middle(tmp_path: Path, started: list[Program]) -> None:
    server = PostgresServer()
    try:
        program = lesson(tmp_path, server.url(), started)
        server.stop()
        program.wait_event("journal_interrupted")
        server.start()
        ended = program.end()
        went_on(ended)
        caught_up(ended)
        assert ("finished", LINES) == kept(server.url())
    finally:
        server.remove()


def test_a_process_that_may_open_no_more_files_plays_its_session_to_the_end(
    tmp_path: Path, started: list[Program]
) -> None:
    store = f"sqlite:///{tmp_path}/journal.db"
    program = lesson(tmp_path, store, started)
    _, most = resource.prlimit(program.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(program.pid, resource.RLIMIT_NOFILE, (3, most))
    ended = program.end()
    went_on(ended)
    assert ("finished", LINES) == kept(store)
