"""One session in several processes: the same result, one log, one journal."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.test_sessions import LESSON, bots


def test_a_rotation_with_its_bots_in_two_processes_is_one_session(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(LESSON, encoding="utf-8")
    ended = bots(
        tmp_path, "run", str(tmp_path / "two.yaml"), "--workers", "2", "--starts-in", "15s", "--log-format", "json"
    )  # fmt: skip
    assert {"helper", "pupil-01", "pupil-02", "pupil-03", "pupil-04"} == {
        event["bot"] for event in ended.events("room_joined")
    }
    assert [1, 2] == [event["round"] for event in ended.events("round_started")]
    label = ended.log[-1]["session"]
    report = json.loads(bots(tmp_path, "report", label, "--json").out)
    assert [1, 2] == [round_["round"] for round_ in report["rounds"]]
    [one] = json.loads(bots(tmp_path, "sessions", "--json").out)
    assert ("ended", "finished") == (one["state"], one["outcome"])


LONG = """\
playbook: 1
name: Long
room: {create: {name: Long}}
schedule: [{length: 10m}]
bots: {helper: {role: moderator}, pupil: {count: 3}}
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Program]:
    """A session in two processes, with everybody in."""
    (tmp_path / "long.yaml").write_text(LONG, encoding="utf-8")
    program = Program(
        "run", str(tmp_path / "long.yaml"), "--workers", "2", "--log-format", "json", folder=tmp_path,
        environment={"XDG_STATE_HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        program.wait_for("four bots", lambda: len(program.events("room_joined")) == 4, limit_s=120)
        yield program
    finally:
        program.close()


def workers_of(program: Program) -> list[int]:
    return [event["process"] for event in program.events("worker_begun")]


def test_the_session_starts_when_its_processes_have_begun(running: Program) -> None:
    [started] = running.events("session_started")
    assert max(event["timestamp"] for event in running.events("worker_begun")) < started["starts_at"]


def is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_who_stops_it_stops_the_bots_of_all_processes_in_order(running: Program) -> None:
    running.signal(signal.SIGINT)
    ended = running.end(limit_s=60)
    assert 0 == ended.code
    assert ["stopped"] * 4 == [event["cause"] for event in ended.events("room_left")]
    assert [False, False] == [is_alive(process) for process in workers_of(running)]


def test_workers_end_with_the_process_that_is_killed(running: Program) -> None:
    processes = workers_of(running)
    assert [True, True] == [is_alive(process) for process in processes]
    running.signal(signal.SIGKILL)
    running.end()
    deadline_s = time.monotonic() + 60
    while any(map(is_alive, processes)):
        assert time.monotonic() < deadline_s, "a worker lives on"
        time.sleep(0.1)
