"""A folder of playbooks that `bots serve` serves, with a journal: for the tests of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.clock import SystemClock
from bots.journal import Journal
from bots.playbook import load
from bots.timetable.row import version_of
from tests.e2e.program import Ended, Program, Provider

__all__ = ["LESSON", "School", "ended"]

LESSON = """\
playbook: 1
name: {name}
timezone: UTC
room: {{create: {{name: {name}, mode: group, max_active_talkers: 4, moderators: 1, participants: 4}}}}
schedule:
  - {{id: lesson, cron: "{minute} {hour} * * *", length: {length}s, if_missed: {{start_within: 15m}}}}
bots:
  helper:
    role: moderator
    display_name: Helper
    timeline: [{{at: end - 4s, do: [{{say: "Good-bye"}}]}}]
{pupils}"""


class School:
    """A folder of playbooks, a journal, and processes that serve them."""

    def __init__(self, folder: Path, server: Provider, started: list[Program]) -> None:
        self.folder, self._server, self._started = folder, server, started
        self.playbooks = folder / "playbooks"
        self.playbooks.mkdir()
        self.store = f"sqlite:///{folder}/journal.db"

    def write(self, name: str, *, ago: timedelta, length: timedelta, pupils: int = 0) -> None:
        """A playbook with one session a day, which began so long ago today."""
        starts_at = datetime.now(UTC) - ago
        text = LESSON.format(
            name=name, minute=starts_at.minute, hour=starts_at.hour, length=round(length.total_seconds()),
            pupils=f"  pupil: {{count: {pupils}}}\n" if pupils else "",
        )  # fmt: skip
        (self.playbooks / f"{name.lower()}.yaml").write_text(text, encoding="utf-8")

    async def decided(self, until: datetime) -> None:
        """As if a process had run until then."""
        async with Journal(self.store, SystemClock()) as journal:
            for path in self.playbooks.glob("*.yaml"):
                playbook = load(path, environment={})
                journal.schedules.decided(
                    f"{path.resolve()}#lesson", version_of(playbook, playbook.entry("lesson")), until
                )  # fmt: skip
            await journal.store.flushed()

    def serve(self, *arguments: str, **environment: str) -> Program:
        self._started.append(
            Program(
                "serve", str(self.playbooks), "--store", self.store, "--http", "127.0.0.1:0",
                "--log-format", "json", *arguments, folder=self.folder,
                environment={
                    **self._server.environment, "XDG_STATE_HOME": str(self.folder / "state"), **environment,
                },
            )
        )  # fmt: skip
        return self._started[-1]


async def ended(program: Program) -> Ended:
    return await asyncio.to_thread(program.end)
