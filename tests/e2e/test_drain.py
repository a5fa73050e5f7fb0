"""Stopping a session in order: the class is told, people come back, and there is a time after which it is cut short."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.room import ServerApi
from tests.e2e.guest import Guest, until
from tests.e2e.program import Ended, Program, Provider, room_server

LESSON = """\
playbook: 1
name: Stopped class
room: {id: "${ROOM}"}
schedule: [{length: 5m, join_early: 6s}]
bots:
  helper:
    role: moderator
    display_name: Helper
    timeline:
      - {at: start + 1s, do: [{breakouts: {open: [red], capacity: 3}}, {invite: {people: pupil, to: red}}, {wait: 4m}]}
    rules:
      - {when: {signal: stopping}, do: [{say: "We have to stop here."}, {say: "Good-bye"}]}
  pupil: {count: 2, invites: [{from: start, until: end}]}
"""
SETTINGS = {"mode": "group", "moderators": 3, "participants": 9, "max_active_talkers": 4}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Provider]:
    (folder := tmp_path / "room").mkdir()
    with room_server(folder) as (_, provider):
        yield provider


def start(folder: Path, server: Provider, room_id: str, lesson: str = LESSON) -> Program:
    (folder / "lesson.yaml").write_text(lesson, encoding="utf-8")
    return Program(
        "run", str(folder / "lesson.yaml"), "--store", f"sqlite:///{folder}/journal.db", "--log-format", "json",
        "--starts-in", "6s", folder=folder, environment={**server.environment, "ROOM": room_id},
    )  # fmt: skip


async def ended(program: Program) -> Ended:
    return await asyncio.to_thread(program.end, limit_s=90.0)


async def test_the_class_is_told_and_everybody_is_called_back_before_the_bots_leave(
    tmp_path: Path, server: Provider, started: list[Program]
) -> None:
    async with ServerApi(server.api_url, server.app_id, server.app_key) as api:
        room_id = await api.create_room({"name": "Class", "owner_ref": "t", "settings": SETTINGS})
        async with Guest.join(api, room_id, "Ana", listen=False) as ana:
            started.append(program := start(tmp_path, server, room_id))
            await until("two pupils in the breakout", lambda: len(program.events("breakout_joined")) >= 2, limit_s=40)
            program.signal(signal.SIGTERM)
            done = await ended(program)
            await until("their going", lambda: len(ana.room.participants) == 1)
    assert 0 == done.code, done.err
    assert ["We have to stop here.", "Good-bye"] == ana.chat
    [stopping], [end] = done.events("session_stopping"), done.events("session_finished")
    assert (3, "stopped", []) == (stopping["bots"], end["outcome"], end["errors"])
    assert done.events("breakout_destroyed")
    assert 3 == len(done.events("room_left", cause="stopped"))


ROTATION = """\
playbook: 1
name: Large class
room: {id: "${ROOM}"}
schedule: [{length: 5m, join_early: 6s}]
rotations: {speaking: {group_size: 4, rounds: 3, round_length: 60s, no_show: {after: 5s}}}
bots:
  helper:
    role: moderator
    display_name: Helper
    timeline: [{at: start, do: [{rotate: speaking}]}]
    rules: [{when: {signal: stopping}, do: [{say: "You are coming back now."}]}]
  pupil: {count: 12, display_name: "Pupil {n:02}", invites: [{from: start, until: end}]}
"""


async def test_a_rotation_is_stopped_in_its_round_and_nobody_is_left_in_a_breakout(
    tmp_path: Path, server: Provider, started: list[Program]
) -> None:
    settings = {**SETTINGS, "participants": 20, "max_active_talkers": 12}
    async with ServerApi(server.api_url, server.app_id, server.app_key) as api:
        room_id = await api.create_room({"name": "Class", "owner_ref": "t", "settings": settings})
        async with Guest.join(api, room_id, "Ana", listen=False) as ana:
            started.append(program := start(tmp_path, server, room_id, ROTATION))
            await until("twelve pupils in groups", lambda: len(program.events("breakout_joined")) >= 12, limit_s=60)
            program.signal(signal.SIGTERM)
            done = await ended(program)
            await until("their going", lambda: len(ana.room.participants) == 1)
            assert ["You are coming back now."] == ana.chat[-1:]
    assert 0 == done.code, done.err
    assert 13 == len(done.events("room_left", cause="stopped"))
    inside = {event["breakout_id"] for event in done.events("breakout_joined")}
    assert inside == {event["breakout_id"] for event in done.events("breakout_destroyed", bot="helper")}


async def test_what_does_not_end_in_time_is_cut_short_and_the_exit_code_says_so(
    tmp_path: Path, server: Provider, started: list[Program]
) -> None:
    async with ServerApi(server.api_url, server.app_id, server.app_key) as api:
        room_id = await api.create_room({"name": "Class", "owner_ref": "t", "settings": SETTINGS})
    started.append(program := start(tmp_path, server, room_id))
    await until("two pupils in the breakout", lambda: len(program.events("breakout_joined")) >= 2, limit_s=40)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        program.signal(signal.SIGTERM)
        done = await ended(program)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert 10 == done.code, done.out
    assert "Traceback" not in done.err
