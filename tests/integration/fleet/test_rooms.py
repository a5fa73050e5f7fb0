"""A room that is made for a session goes with it, whenever the session is stopped; it would stay at the provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.bot import Provider, open_room
from bots.cli.journal import begun, cut_off
from bots.clock import SystemClock
from bots.errors import BotsError, JournalError, StartMissed
from bots.fleet import Script, Session, plan, resume_session, run_session
from bots.journal import Journal, OpenSession
from bots.playbook import Playbook, load
from bots.server import RoomServer

BODY: dict[str, Any] = {"name": "Made", "owner_ref": "t", "settings": {"mode": "group"}}
MADE = """
playbook: 1
name: Made
room: {create: {name: Made}}
schedule: [{length: 60s}]
bots: {helper: {role: moderator}}
"""


@pytest.fixture
async def server() -> AsyncIterator[RoomServer]:
    async with RoomServer(app_id="app", app_key="a-long-secret-key") as server:
        yield server


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with Journal(f"sqlite:///{tmp_path}/journal.db", SystemClock()) as journal:
        yield journal


@pytest.fixture
def playbook(tmp_path: Path) -> Playbook:
    (tmp_path / "made.yaml").write_text(MADE, encoding="utf-8")
    return load(tmp_path / "made.yaml", environment={}, inputs={})


def provider_of(server: RoomServer) -> Provider:
    return Provider(server.api_url, server.app_id, server.app_key)


def rooms(server: RoomServer) -> list[str]:
    return [room.name for room in server.rooms.listed()]


class Life:
    """A session, from now on; `planned` is set when its bots are planned."""

    def __init__(
        self, server: RoomServer, playbook: Playbook, opened: OpenSession | None, *, starts_in_s: float = 60.0
    ) -> None:
        self.planned, self.stop = asyncio.Event(), asyncio.Event()
        self.session: Session | None = None
        clock = SystemClock()
        self.task = asyncio.create_task(run_session(
            playbook, provider=provider_of(server), clock=clock, stop=self.stop, opened=opened, on_start=self._begun,
            starts_at=clock.now() + timedelta(seconds=starts_in_s),
        ))  # fmt: skip

    def _begun(self, session: Session) -> None:
        self.session = session
        self.planned.set()

    async def cut(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


async def begin(journal: Journal, playbook: Playbook, starts_in_s: float = 60.0) -> OpenSession:
    starts_at = SystemClock().now() + timedelta(seconds=starts_in_s)
    opened = await begun(journal, playbook, starts_at, None, is_shared=False)
    assert opened is not None
    return opened


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4, 5, 6, 8, 12, 20])
async def test_who_is_stopped_while_the_provider_makes_the_room_leaves_none(server: RoomServer, turns: int) -> None:
    making = asyncio.create_task(open_room(provider_of(server), BODY))
    async with asyncio.timeout(20):
        while not rooms(server):
            await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
    making.cancel()
    with suppress(asyncio.CancelledError):
        await making
    assert making.cancelled() == (rooms(server) == [])


async def test_a_session_that_is_stopped_before_its_start_leaves_no_room_and_goes_on_in_another(
    server: RoomServer, journal: Journal, playbook: Playbook
) -> None:
    opened = await begin(journal, playbook)
    life = Life(server, playbook, opened)
    await asyncio.wait_for(life.planned.wait(), 30)
    assert ["Made"] == rooms(server)
    await life.cut()
    await opened.let_go()
    assert [] == rooms(server)
    again, stop = await journal.resume(opened.record.id), asyncio.Event()
    on = asyncio.create_task(resume_session(again, provider=provider_of(server), clock=SystemClock(), stop=stop))
    async with asyncio.timeout(30):
        while not rooms(server):
            await asyncio.sleep(0.05)
    stop.set()
    assert "stopped" == (await on).outcome
    assert [] == rooms(server)


async def test_a_session_that_has_begun_keeps_its_room_when_its_process_is_stopped(
    server: RoomServer, journal: Journal, playbook: Playbook
) -> None:
    life = Life(server, playbook, await begin(journal, playbook), starts_in_s=0.0)
    await asyncio.wait_for(life.planned.wait(), 30)
    await life.cut()
    assert ["Made"] == rooms(server)


async def test_a_session_that_cannot_be_written_down_leaves_no_room(
    server: RoomServer, journal: Journal, playbook: Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(self: OpenSession, **values: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr(OpenSession, "planned", full)
    with pytest.raises(BotsError, match="the disk is full"):
        await Life(server, playbook, await begin(journal, playbook)).task
    assert [] == rooms(server)


async def test_a_session_that_goes_on_too_late_leaves_no_room(
    server: RoomServer, journal: Journal, playbook: Playbook
) -> None:
    provider = provider_of(server)
    opened = await left_behind(provider, journal, playbook, started_s_ago=40, room=BODY)
    with pytest.raises(StartMissed):
        await resume_session(
            await journal.resume(opened.record.id), provider=provider, clock=SystemClock(), stop=asyncio.Event()
        )
    assert [] == rooms(server)


async def left_behind(
    provider: Provider, journal: Journal, playbook: Playbook, *, started_s_ago: float, room: dict[str, Any] | None
) -> OpenSession:
    """A session whose process was killed when it was planned; its room is there, and perhaps was before it."""
    opened = await begin(journal, playbook, starts_in_s=-started_s_ago)
    room_id = await open_room(provider, BODY)
    specs = plan(playbook, provider=provider, room_id=room_id, starts_at=opened.record.starts_at)
    script = Script(specs=specs, room=room)
    await opened.planned(room_id=room_id, provider=provider.api_url, plan=script.packed())
    await opened.let_go()
    return opened


@pytest.mark.parametrize(("is_made", "is_here", "kept"), [(True, True, 0), (False, True, 1), (True, False, 1)])
async def test_a_session_that_is_over_and_was_cut_off_leaves_no_room_that_was_made_for_it(
    server: RoomServer, journal: Journal, playbook: Playbook, is_made: bool, is_here: bool, kept: int
) -> None:
    provider = provider_of(server)
    await left_behind(provider, journal, playbook, started_s_ago=100, room=BODY if is_made else None)
    asked = provider if is_here else Provider("http://127.0.0.1:1", "app", "key")
    assert await cut_off(journal, playbook.file, None, asked) is None
    assert kept == len(rooms(server))
