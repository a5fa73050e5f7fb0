"""`bots serve --on workers:N`: sessions whose bots live in other processes, and `kill -9` of either side."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.program import Program
from tests.e2e.school import School, ended
from tests.e2e.test_workers import is_alive, workers_of

BOTS = 7  # of both sessions


@pytest.fixture
async def served(school: School) -> Program:
    """The bots of two sessions in two processes, two or three minutes before their end."""
    ago = timedelta(minutes=2)
    for name, pupils in (("One", 3), ("Two", 2)):
        school.write(name, ago=ago, length=ago + timedelta(seconds=180), pupils=pupils)
    await school.decided(datetime.now(UTC) - timedelta(hours=1))
    program = school.serve("--on", "workers:2")
    program.wait_for("all bots", lambda: len(program.events("room_joined")) == BOTS, limit_s=120)
    return program


def assert_played(program: Program) -> None:
    """Both sessions come to their end, with what is said in them said once."""
    program.wait_for("two ends", lambda: len(program.events("session_finished")) == 2, limit_s=300)
    for one in program.events("session_finished"):
        assert ("finished", 1, []) == (one["outcome"], one["counts"]["said"], one["errors"]), one["session"]


async def test_the_bots_of_a_worker_that_is_killed_move_and_their_sessions_finish(served: Program) -> None:
    os.kill(workers_of(served)[0], signal.SIGKILL)
    served.wait_event("worker_lost", limit_s=60)
    lost = {one["session"]: one["bots"] for one in served.events("worker_lost")}
    assert any("helper" in bots for bots in lost.values())
    served.wait_for("those bots", lambda: len(served.events("bots_moved")) == len(lost), limit_s=90)
    assert lost == {one["session"]: one["bots"] for one in served.events("bots_moved")}
    assert_played(served)
    served.signal(signal.SIGTERM)
    done = await ended(served)
    assert 0 == done.code, done.err
    assert 3 == len(workers_of(served))
    assert not any(map(is_alive, workers_of(served)))


async def test_workers_end_with_the_serving_process_and_the_next_one_goes_on(served: Program, school: School) -> None:
    processes = workers_of(served)
    assert [True, True] == [is_alive(process) for process in processes]
    served.signal(signal.SIGKILL)
    served.end()
    following = school.serve("--on", "workers:2")
    following.wait_for("both sessions", lambda: len(following.events("session_resumed")) == 2, limit_s=90)
    begun, resumed = served.events("session_started"), following.events("session_resumed")
    assert {one["session"] for one in begun} == {one["session"] for one in resumed}
    deadline_s = time.monotonic() + 60
    while any(map(is_alive, processes)):
        assert time.monotonic() < deadline_s, "a worker lives on"
        await asyncio.sleep(0.1)
    following.wait_for("all bots", lambda: len(following.events("room_joined")) == BOTS, limit_s=120)
    assert_played(following)
    following.signal(signal.SIGTERM)
    assert 0 == (await ended(following)).code
