"""`kill -9` and a second process: the lesson goes on where it was, once, in one process."""

import asyncio
import os
import random
import signal
import sqlite3
import wave
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bots.room import ServerApi
from tests.e2e.guest import Guest, until
from tests.e2e.program import Ended, Program, Provider, room_server

LESSON = """\
playbook: 1
name: Small class
room: {id: "${ROOM}"}
schedule: [{id: lesson, length: %ds}]
bots:
  helper:
    role: moderator
    display_name: Helper
    timeline:
      - {at: start, do: [{say: "zero"}, {wait: 15s}, {say: "first"}, {wait: 5s}, {say: "third"}]}
      - {at: start + 17s, do: [{say: "second"}]}
      - {at: end - 1s, do: [{say: "bye"}]}
  pupil: {role: participant, display_name: "Pupil {n}", count: 2}
expect:
  joined: 3
  said: 5
"""
SETTINGS = {"mode": "group", "moderators": 3, "participants": 9, "max_active_talkers": 4}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with room_server(tmp_path_factory.mktemp("room")) as (_, provider):
        yield provider


class Class:
    """One room of the server, one playbook for it, one journal."""

    def __init__(self, folder: Path, server: Provider, room_id: str, length_s: int, started: list[Program]) -> None:
        self.folder, self.room_id, self.server = folder, room_id, server
        self.playbook = folder / "lesson.yaml"
        self.playbook.write_text(LESSON % length_s, encoding="utf-8")
        self._started = started

    def start(self, *arguments: str) -> Program:
        store = f"sqlite:///{self.folder}/journal.db"
        self._started.append(
            Program(
                "run", str(self.playbook), "--store", store, "--log-format", "json", *arguments, folder=self.folder,
                environment={**self.server.environment, "ROOM": self.room_id},
            )
        )  # fmt: skip
        return self._started[-1]


@pytest.fixture
async def api(server: Provider) -> Any:
    async with ServerApi(server.api_url, server.app_id, server.app_key) as api:
        yield api


Begin = Callable[[int], Awaitable[Class]]


@pytest.fixture
def begin(tmp_path: Path, server: Provider, api: ServerApi, started: list[Program]) -> Begin:
    """Makes a class of so many seconds."""

    async def made(length_s: int) -> Class:
        room_id = await api.create_room({"name": "Class", "owner_ref": "t", "settings": SETTINGS})
        return Class(tmp_path, server, room_id, length_s, started)

    return made


def watcher(api: ServerApi, room_id: str) -> AbstractAsyncContextManager[Guest]:
    return Guest.join(api, room_id, "Watcher", listen=False)


def write_noise(path: Path, duration_s: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(random.Random(1).randbytes(2 * 8000 * duration_s))


def when(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["timestamp"])


async def event_of(program: Program, name: str, **values: object) -> dict[str, Any]:
    """As `wait_event`, while the people of the test live on."""
    return await asyncio.to_thread(program.wait_event, name, limit_s=40.0, **values)


async def ended(program: Program) -> Ended:
    return await asyncio.to_thread(program.end)


async def freeze(program: Program, folder: Path) -> None:
    """Stop it, but not inside a write: it would keep SQLite's lock, which no other process can take from it."""
    while True:
        os.kill(program.pid, signal.SIGSTOP)
        if all(map(is_writable, (folder / "journal.db", folder / "journal.db-leases"))):
            return
        os.kill(program.pid, signal.SIGCONT)
        await asyncio.sleep(0.05)


def is_writable(database: Path) -> bool:
    """Does nobody write into it now?"""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
    return True


async def test_a_killed_lesson_goes_on_where_it_was_and_ends_when_it_would_have(begin: Begin, api: ServerApi) -> None:
    lesson = await begin(30)
    async with watcher(api, lesson.room_id) as guest:
        first = lesson.start()
        await until("the first wait", lambda: guest.chat == ["zero"])
        started = await event_of(first, "session_started")
        await asyncio.sleep(1)  # until that it waits is kept, too
        first.signal(signal.SIGKILL)
        first.end()
        lesson.playbook.write_text("this is no playbook any more: [", encoding="utf-8")
        second = lesson.start("--resume")
        await until("the next line", lambda: "first" in guest.chat, limit_s=40)
        people = {person.user_ref for person in guest.room.participants.values()}
        assert {"helper", "pupil-01", "pupil-02", "person-watcher"} == people
        assert len(people) == len(guest.room.participants)  # no ghosts
        done = await ended(second)
        assert ["zero", "first", "second", "third", "bye"] == guest.chat
    assert 0 == done.code, done.err
    [resumed] = done.events("session_resumed")
    assert started["session"] == resumed["session"]
    assert started["ends_at"] == resumed["ends_at"]
    [finished] = done.events("session_finished")
    assert abs((when(finished) - datetime.fromisoformat(started["ends_at"])).total_seconds()) < 2.0
    assert (3, 5) == (finished["counts"]["joined"], finished["counts"]["said"])
    assert [] == finished["unknown"]


async def test_a_second_process_says_who_runs_the_lesson_and_does_nothing(begin: Begin, api: ServerApi) -> None:
    lesson = await begin(30)
    async with watcher(api, lesson.room_id) as guest:
        first = lesson.start()
        await until("a line", lambda: guest.chat == ["zero"])
        for arguments in (["--resume"], ["--resume", "--session", "lesson"]):
            second = await ended(lesson.start(*arguments))
            assert 9 == second.code
            assert f"is run by process {first.pid} on " in second.err
            assert () == second.events("room_joined")
        first.signal(signal.SIGTERM)
        assert 0 == (await ended(first)).code


async def test_a_frozen_process_loses_the_lesson_and_says_nothing_when_it_wakes_up(
    begin: Begin, api: ServerApi
) -> None:
    lesson = await begin(60)
    async with watcher(api, lesson.room_id) as guest:
        first = lesson.start()
        await until("a line", lambda: guest.chat == ["zero"])
        await freeze(first, lesson.folder)
        taken = None
        async with asyncio.timeout(120):  # its lease is over after some of these
            while taken is None:
                second = lesson.start("--resume")
                await until("an answer", lambda: second.is_over or bool(second.events("session_resumed")), limit_s=60)  # noqa: B023
                taken = None if second.is_over else second
        await until("the lines that are left", lambda: "third" in guest.chat, limit_s=60)
        twins = taken.events("twins_dropped")
        assert twins  # the frozen one still had its connections
        before = list(guest.chat)
        os.kill(first.pid, signal.SIGCONT)
        woken = await ended(first)
        assert 9 == woken.code, woken.err
        assert ["lease_lost"] == [one["event"] for one in woken.log if one["event"] == "lease_lost"]
        taken.signal(signal.SIGTERM)
        assert 0 == (await ended(taken)).code
        assert before == guest.chat[: len(before)]
        assert len(set(guest.chat)) == len(guest.chat)


async def test_with_no_lesson_cut_off_a_new_one_begins_and_ctrl_c_twice_leaves_one_to_go_on_with(
    begin: Begin, api: ServerApi
) -> None:
    lesson = await begin(60)
    write_noise(lesson.folder / "long.wav", 50)
    music = LESSON.replace('{say: "zero"}', '{say: "zero"}, {play: long.wav}')
    lesson.playbook.write_text(music % 60, encoding="utf-8")
    async with watcher(api, lesson.room_id) as guest:
        first = lesson.start("--resume")
        started = await event_of(first, "session_started")
        await event_of(first, "audio_started")
        first.signal(signal.SIGINT)  # the sound is played to its end, ten seconds at most
        await until("the word", lambda: "once more to stop at once" in first.err)
        first.signal(signal.SIGINT)
        assert 130 == (await ended(first)).code
        second = lesson.start("--resume")
        resumed = await event_of(second, "session_resumed")
        assert started["session"] == resumed["session"]
        await event_of(second, "step_passed_over", outcome="unknown", kind="play")
        await event_of(second, "step_finished", kind="wait")
        await until("the line after it", lambda: "first" in guest.chat)
        assert 1 == guest.chat.count("zero")
        second.signal(signal.SIGTERM)
        assert 0 == (await ended(second)).code
        third = lesson.start("--resume")
        again = await event_of(third, "session_started")
        assert again["session"] != started["session"]
        third.signal(signal.SIGTERM)
        assert 0 == (await ended(third)).code
