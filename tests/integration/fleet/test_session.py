"""Whole sessions on the real room client, the real media and the embedded room server, on loopback."""

import asyncio
import os
import signal
import wave
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from bots.bot import Provider
from bots.cli.exits import Exit, exit_of
from bots.cli.journal import begun
from bots.clock import SystemClock
from bots.errors import ConfigError, Overloaded
from bots.fleet import SessionResult, Workers, run_session, workers_of
from bots.journal import Journal
from bots.playbook import load
from bots.server import RoomServer
from tests.fakes.clock import LateClock

CLASS = """
playbook: 1
name: Small class
seed: 3
room: {create: {name: Small class}}
schedule: [{id: lesson, length: 20s}]
audio: {welcome: welcome.wav, group: group.wav}
bots:
  helper:
    role: moderator
    listens: true
    timeline:
      - at: start + 5s
        do: [{play: welcome}, {breakouts: {open: [red], capacity: 4}}, {invite: {people: pupil, to: red}}]
      - at: end - 3s
        do: [{call_back: all}, {breakouts: {close: all}}, {say: "Welcome back"}]
  pupil:
    count: 3
    listens: true
    invites: [{from: start, until: end, room: red, after: 10ms..50ms}]
    rules:
      - {when: breakout_joined, if: "person.is_me and bot.id == 'pupil-01'", do: [{wait: 1s}, {play: group}]}
expect:
  joined: {equals: 4, by: start + 5s}
  breakouts: 1
  accepted: 3
  breakout_joins: {equals: 3, by: start + 15s}
  heard_in_parent: 1
  heard_in_breakouts: 1
  back: 3
  errors: 0
"""

ALONE = """
playbook: 1
name: Alone
room: {create: {name: Alone}}
schedule: [{length: 60s}]
bots: {helper: {role: moderator, microphone: group.wav}, pupil: {}}
"""


def write_sound(path: Path, seed: int, duration_s: float = 1.5) -> None:
    """Speech-like noise: bursts of changing tones, so that two sounds are never alike."""
    rng = np.random.default_rng(seed)
    at = np.arange(round(0.1 * 48_000)) / 48_000
    bursts = [
        np.sin(2 * np.pi * rng.uniform(200, 2500) * at) * rng.uniform(0.2, 1) for _ in range(round(duration_s * 10))
    ]
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        out.writeframes((np.concatenate(bursts) * 12_000).astype("<i2").tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_sound(tmp_path / "welcome.wav", 1)
    write_sound(tmp_path / "group.wav", 2)
    (tmp_path / "class.yaml").write_text(CLASS, encoding="utf-8")
    (tmp_path / "alone.yaml").write_text(ALONE, encoding="utf-8")
    return tmp_path


@pytest.fixture
async def server() -> AsyncIterator[RoomServer]:
    async with RoomServer(app_id="app", app_key="a-long-secret-key") as server:
        yield server


def provider_of(server: RoomServer) -> Provider:
    return Provider(server.api_url, server.app_id, server.app_key)


async def run(
    path: Path, provider: Provider, stop: asyncio.Event | None = None, *, starts_in_s: float = 0.5, **values: Any
) -> SessionResult:
    clock = SystemClock()
    return await run_session(
        load(path, environment={}, inputs={}),
        provider=provider,
        clock=clock,
        starts_at=clock.now() + timedelta(seconds=starts_in_s),
        stop=stop or asyncio.Event(),
        **values,
    )


@pytest.mark.parametrize("count", [1, 2])
async def test_a_class_meets_hears_parts_and_comes_back(folder: Path, server: RoomServer, count: int) -> None:
    async with workers_of(count) as workers:
        with capture_logs() as lines:
            starts_in_s = 0.5 if workers is None else 5.0  # bots take longer to begin in another process
            result = await run(folder / "class.yaml", provider_of(server), workers=workers, starts_in_s=starts_in_s)
    unmet = [one for one in result.expectations if not one.is_met]
    assert ("finished", [], ()) == (result.outcome, unmet, result.errors), [
        line for line in lines if line["log_level"] != "info"
    ]
    events = [line["event"] for line in lines]
    assert ("load_measured", "session_finished") == (events[0], events[-1])
    assert {True} == {line["heard"] for line in lines if line["event"] == "audio_finished"}
    assert "a-long-secret-key" not in str(lines)


async def test_a_stopped_session_leaves_its_room_empty_and_gone(folder: Path, server: RoomServer) -> None:
    stop = asyncio.Event()
    session = asyncio.create_task(run(folder / "alone.yaml", provider_of(server), stop))
    await asyncio.sleep(2)
    stop.set()
    async with asyncio.timeout(8):
        result = await session
    assert ("stopped", 2, 2) == (result.outcome, result.joined, result.counts["left"])


async def test_a_server_that_goes_away_ends_the_session_early(folder: Path) -> None:
    async with RoomServer() as server:
        session = asyncio.create_task(run(folder / "alone.yaml", provider_of(server)))
        await asyncio.sleep(2)
    async with asyncio.timeout(10):
        result = await session
    assert ("ended_early", 2, 2) == (result.outcome, result.joined, len(result.errors))


async def test_wrong_credentials_are_named_before_anything_starts(folder: Path, server: RoomServer) -> None:
    with pytest.raises(ConfigError, match="BOTS_APP_KEY"):
        await run(folder / "alone.yaml", Provider(server.api_url, "app", "wrong-key"))


async def test_one_bot_can_be_run_alone(folder: Path, server: RoomServer) -> None:
    stop = asyncio.Event()
    session = asyncio.create_task(run(folder / "alone.yaml", provider_of(server), stop, only_bot="pupil"))
    await asyncio.sleep(1.5)
    stop.set()
    assert (1, 1) == ((await session).bots, (await session).joined)


async def test_a_loop_that_is_late_refuses_a_session_and_the_one_that_runs_goes_on(
    folder: Path, server: RoomServer
) -> None:
    running = asyncio.create_task(run(folder / "class.yaml", provider_of(server)))
    await asyncio.sleep(2)
    nobody = Provider("http://127.0.0.1:1", "app", "key")
    with capture_logs() as lines, pytest.raises(Overloaded, match="too busy for its 2 bots") as refused:
        await run_session(
            load(folder / "alone.yaml", environment={}, inputs={}), provider=nobody, clock=LateClock(lambda _: 0.05),
            starts_at=SystemClock().now(), stop=asyncio.Event(),
        )  # fmt: skip
    missed = [line["reason"] for line in lines if line["event"] == "start_missed"]
    assert ([str(refused.value)], Exit.MISSED) == (missed, exit_of(refused.value))
    result = await running
    assert ("finished", True, ()) == (result.outcome, result.expect_met, result.errors)


async def test_the_bots_of_a_worker_that_is_killed_go_on_in_another_one(tmp_path: Path, server: RoomServer) -> None:
    (tmp_path / "two.yaml").write_text(
        """
playbook: 1
name: Two lines
room: {create: {name: Two lines}}
schedule: [{id: lesson, length: 40s}]
bots:
  helper:
    role: moderator
    timeline: [{at: start + 1s, do: [{say: "One"}]}, {at: start + 30s, do: [{say: "Two"}]}]
  pupil: {}
expect: {joined: 2, said: 2, errors: 0}
""",
        encoding="utf-8",
    )
    playbook, clock = load(tmp_path / "two.yaml", environment={}, inputs={}), SystemClock()
    async with Workers(2) as workers, Journal(f"sqlite:///{tmp_path}/journal.db", clock) as journal:
        first, starts_at = workers.processes[0], clock.now() + timedelta(seconds=5)
        opened = await begun(journal, playbook, starts_at, None, is_shared=False)
        with capture_logs() as lines:
            session = asyncio.create_task(run_session(
                playbook, provider=provider_of(server), clock=clock, starts_at=starts_at, stop=asyncio.Event(),
                opened=opened, workers=workers,
            ))  # fmt: skip
            async with asyncio.timeout(90):
                while not any(line["event"] == "step_finished" for line in lines):
                    await asyncio.sleep(0.05)
            os.kill(first, signal.SIGKILL)
            result = await session
    assert ("finished", True, ()) == (result.outcome, result.expect_met, result.errors), lines
    [lost], [moved] = ([line for line in lines if line["event"] == name] for name in ("worker_lost", "bots_moved"))
    assert (["helper"], ["helper"], 3) == (lost["bots"], moved["bots"], moved["worker"])


async def test_what_a_bot_says_aloud_is_heard(tmp_path: Path, server: RoomServer) -> None:
    (tmp_path / "aloud.yaml").write_text(
        """
playbook: 1
name: Aloud
room: {create: {name: Aloud}}
schedule: [{id: lesson, length: 20s}]
speech: en-gb
bots:
  helper:
    role: moderator
    timeline: [{at: start + 4s, do: [{say: {text: "Good morning. There are {count.bots} of us.", aloud: true}}]}]
  pupil: {listens: true}
expect: {said: 1, heard: 1, errors: 0}
""",
        encoding="utf-8",
    )
    result = await run(tmp_path / "aloud.yaml", provider_of(server))
    assert ("finished", True, ()) == (result.outcome, result.expect_met, result.errors)
