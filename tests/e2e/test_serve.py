"""`bots serve`: real sessions at their times, `kill -9`, two processes, and a signal."""

import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.e2e.program import Program, room_server
from tests.e2e.school import LESSON, School, ended


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
    text = LESSON.format(name="Coming", minute=starts_at.minute, hour=starts_at.hour, length=8, pupils="")
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


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nowhere",), "Invalid value for DIR"),
        ((".", "--on", "cluster"), "there are local, which is this process, and workers:N"),
        ((".", "--on", "workers:0"), "such as workers:2"),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path: Path, arguments: tuple[str, ...], problem: str) -> None:
    folder, *others = arguments
    done = Program("serve", str(tmp_path / folder), *others, folder=tmp_path).end()
    assert 2 == done.code
    assert problem in " ".join(done.err.replace("│", " ").split())
