"""`bots serve`: real sessions at their times, `kill -9`, two processes, and a signal."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bots.clock import SystemClock
from bots.journal import Journal
from bots.playbook import load
from bots.timetable.row import version_of
from tests.e2e.program import Ended, Program, Provider, room_server

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
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with room_server(tmp_path_factory.mktemp("room")) as (_, provider):
        yield provider


class School:
    """A folder of playbooks, a journal, and processes that serve them."""

    def __init__(self, folder: Path, server: Provider, started: list[Program]) -> None:
        self.folder, self._server, self._started = folder, server, started
        self.playbooks = folder / "playbooks"
        self.playbooks.mkdir()
        self.store = f"sqlite:///{folder}/journal.db"

    def write(self, name: str, *, ago: timedelta, length: timedelta) -> None:
        """A playbook with one session a day, which began so long ago today."""
        starts_at = datetime.now(UTC) - ago
        text = LESSON.format(
            name=name, minute=starts_at.minute, hour=starts_at.hour, length=round(length.total_seconds())
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


@pytest.fixture
def school(tmp_path: Path, server: Provider, started: list[Program]) -> School:
    return School(tmp_path, server, started)


async def ended(program: Program) -> Ended:
    return await asyncio.to_thread(program.end)


async def test_sessions_that_may_be_late_are_played_at_once_and_one_that_may_not_is_missed(school: School) -> None:
    ago = timedelta(minutes=5)
    school.write("One", ago=ago, length=ago + timedelta(seconds=100))
    school.write("Two", ago=ago, length=ago + timedelta(seconds=100))
    school.write("Old", ago=timedelta(minutes=30), length=timedelta(hours=2))
    await school.decided(datetime.now(UTC) - timedelta(hours=1))
    program = school.serve()
    for name in ("One", "Two"):
        program.wait_for(
            f"{name} at its room",
            lambda: any(name in event["session"] for event in program.events("room_joined")),  # noqa: B023
            limit_s=40,
        )
    [missed] = program.events("start_missed")
    assert missed["session"].startswith("Old/lesson@")
    program.signal(signal.SIGTERM)
    done = await ended(program)
    assert 7 == done.code, done.err  # not everything could be played
    assert ["stopped", "stopped"] == [event["outcome"] for event in done.events("session_finished")]
    listed = Program("sessions", "--store", school.store, "--json", folder=school.folder).end()
    assert '"outcome": "missed"' in listed.out


async def test_after_kill_9_the_session_goes_on_in_another_process_that_waited(school: School) -> None:
    ago = timedelta(minutes=2)
    school.write("One", ago=ago, length=ago + timedelta(seconds=130))
    await school.decided(datetime.now(UTC) - timedelta(hours=1))
    first = school.serve()
    first.wait_event("room_joined", limit_s=40)
    second = school.serve()
    second.wait_event("timetable_opened", limit_s=40)
    assert () == second.events("session_started")
    first.signal(signal.SIGKILL)
    first.end()
    resumed = second.wait_event("session_resumed", limit_s=60)
    assert [one["session"] for one in first.events("session_started")] == [resumed["session"]]
    second.wait_event("room_joined", limit_s=40)
    finished = second.wait_event("session_finished", limit_s=150)
    assert ("finished", 1) == (finished["outcome"], finished["counts"]["said"])
    second.signal(signal.SIGINT)
    done = await ended(second)
    assert 0 == done.code, done.err
    assert 1 == len(done.events("session_finished"))


async def test_who_has_the_token_sees_and_ends_a_session_and_anybody_sees_the_numbers(school: School) -> None:
    ago, token = timedelta(minutes=2), "a-token-of-a-test-1234567890"
    school.write("One", ago=ago, length=timedelta(minutes=20))
    await school.decided(datetime.now(UTC) - timedelta(hours=1))
    program = school.serve(BOTS_HTTP_TOKEN=token)
    program.wait_event("room_joined", limit_s=40)
    [opened] = program.events("http_opened")
    async with httpx.AsyncClient(base_url=f"http://{opened['address']}", trust_env=False, timeout=30) as client:
        for path in ("/startup", "/live", "/ready"):
            assert 200 == (await client.get(path)).status_code
        metrics = (await client.get("/metrics")).text.splitlines()
        assert {"bots_sessions_running 1", "bots_bots_present 1"} <= set(metrics)
        assert 401 == (await client.get("/sessions")).status_code
        client.headers["Authorization"] = f"Bearer {token}"
        [running] = (await client.get("/sessions")).json()
        assert (1, False) == (running["snapshot"]["present"], running["is_stopping"])
        assert 202 == (await client.post(f"/sessions/{running['session']}/stop")).status_code
        finished = program.wait_event("session_finished", limit_s=60)
        assert ("stopped", running["session"]) == (finished["outcome"], finished["session"])
        assert [] == (await client.get("/sessions")).json()
    program.signal(signal.SIGTERM)
    done = await ended(program)
    assert 0 == done.code
    assert token not in done.out + done.err


async def test_a_room_server_that_is_not_there_yet_is_waited_for(school: School, tmp_path: Path) -> None:
    ago = timedelta(minutes=1)
    school.write("One", ago=ago, length=timedelta(minutes=20))
    await school.decided(datetime.now(UTC) - timedelta(hours=1))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = {
        "BOTS_API_URL": f"http://127.0.0.1:{port}/video/v2",
        "BOTS_APP_ID": "app",
        "BOTS_APP_KEY": "a-long-secret-key",
    }
    program = school.serve(**api)
    program.wait_event("start_retried", limit_s=60)
    (folder := tmp_path / "late").mkdir()
    with room_server(folder, "--port", str(port), "--app-id", "app", "--app-key", "a-long-secret-key"):
        program.wait_event("room_joined", limit_s=60)
        program.signal(signal.SIGTERM)
        assert 0 == (await ended(program)).code


async def test_a_folder_may_be_empty_at_first_and_what_comes_is_played(school: School) -> None:
    program = school.serve()
    program.wait_event("timetable_opened", limit_s=40)
    starts_at = (datetime.now(UTC) + timedelta(seconds=80)).replace(second=0)
    text = LESSON.format(name="Coming", minute=starts_at.minute, hour=starts_at.hour, length=8)
    (school.playbooks / "coming.yaml").write_text(text, encoding="utf-8")
    program.wait_event("playbook_loaded", limit_s=40)
    (school.playbooks / "coming.yaml").write_text(text.replace("name: Coming\n", "name: [\n"), encoding="utf-8")
    broken = program.wait_event("playbook_broken", limit_s=40)
    assert broken["is_kept"]
    finished = program.wait_event("session_finished", limit_s=120)
    assert ("finished", f"Coming/lesson@{starts_at:%Y-%m-%dT%H:%MZ}") == (finished["outcome"], finished["session"])
    [started] = program.events("session_started")
    assert abs((datetime.fromisoformat(started["timestamp"]) - starts_at.replace(microsecond=0)).total_seconds()) < 2
    program.signal(signal.SIGTERM)
    assert 0 == (await ended(program)).code


def test_a_folder_that_is_none_is_refused(school: School) -> None:
    program = Program("serve", str(school.folder / "nowhere"), folder=school.folder)
    done = program.end()
    assert 2 == done.code
    assert "Invalid value for DIR" in done.err
