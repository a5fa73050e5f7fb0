"""A room's sound recorded by the embedded server, fetched by the archive route, and heard again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bots.media import Clip, load_clip, match
from bots.room import Archive, Room, ServerApi, decode_token
from bots.server import RoomServer
from tests.integration.room.conftest import House
from tests.integration.server.raw import RawClient

TIME_LIMIT_S = 30.0
FOLDER = Path(__file__).parents[3] / "playbooks" / "audio"


class Hall(House):
    """A house whose recordings we can see, with a moderator that speaks raw messages."""

    recordings: Path
    chair: RawClient

    async def ask(self, event: str, payload: Any = None) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.chair.ask(event, payload or {}))[-1]
        return answer

    async def archive(self, files: int = 1) -> Archive:
        """What is recorded of the room, once so many files are ready."""
        async with asyncio.timeout(TIME_LIMIT_S):
            while True:
                found = await self.api.archives(room_id=self.room_id)
                if found and len(found[-1].recordings) >= files:
                    return found[-1]
                await asyncio.sleep(0.05)


async def opened(tmp_path: Path, **settings: Any) -> AsyncIterator[Hall]:
    folder = tmp_path / "recordings"
    async with (
        RoomServer(recordings=folder) as server,
        ServerApi(server.api_url, server.app_id, server.app_key) as api,
    ):
        wanted = {"moderators": 3, "participants": 8, "max_active_talkers": 3, **settings}
        hall = Hall(server, api, await api.create_room({"name": "9B", "owner_ref": "t", "settings": wanted}))
        hall.recordings = folder
        hall.chair = await RawClient.open(server.address)
        fields = decode_token(await hall.token("Asha", "moderator"))
        assert "success" == (await hall.chair.ask("token", fields))[0]
        await hall.chair.hear("room-connected")
        yield hall
        for person in hall.people:
            await person.room.leave()
        await hall.chair.close()


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async for hall in opened(tmp_path):
        yield hall


async def clip(name: str) -> Clip:
    return await load_clip(FOLDER / f"{name}.ogg")


async def play(room: Room, sound: Clip) -> None:
    assert room.outgoing is not None
    played = await asyncio.wait_for(room.outgoing.play(sound).wait(), TIME_LIMIT_S)
    assert "finished" == played.outcome


async def recorded(hall: Hall, url: str, file: Path) -> Clip:
    """The file of this address, downloaded and decoded."""
    assert await hall.api.download(url, file) > 1000
    return await load_clip(file)


async def test_what_two_bots_play_at_once_is_in_the_recording(hall: Hall, tmp_path: Path) -> None:
    ravi, lena = await hall.join("Ravi"), await hall.join("Lena")
    one, two, other = await clip("welcome-back"), await clip("goodbye"), await clip("chatter")
    assert 0 == (await hall.ask("startRecord"))["result"]
    assert "moderatorId" in await hall.chair.hear("room-record-on")
    await asyncio.gather(play(ravi.room, one), play(lena.room, two))
    assert 0 == (await hall.ask("stopRecord"))["result"]
    await hall.chair.hear("room-record-off")
    archive = await hall.archive()
    [url] = archive.recordings
    assert (url,) == archive.transcoded
    heard = await recorded(hall, url, tmp_path / "heard.ogg")
    assert abs(heard.duration_s - max(one.duration_s, two.duration_s)) < 2
    found = {sound.name: match(sound, heard.samples) for sound in (one, two, other)}
    assert {one.name: True, two.name: True, other.name: False} == {name: one.is_heard for name, one in found.items()}
    assert [hall.recordings / Path(url).name] == list(hall.recordings.iterdir())


async def test_whom_a_moderator_has_muted_is_not_recorded(hall: Hall, tmp_path: Path) -> None:
    ravi, lena = await hall.join("Ravi"), await hall.join("Lena")
    one, two = await clip("welcome-back"), await clip("goodbye")
    assert 0 == (await hall.ask("startRecord"))["result"]
    assert 0 == (await hall.ask("hardmute-user-audio", {"clientId": ravi.room.client_id}))["result"]
    await asyncio.gather(play(ravi.room, one), play(lena.room, two))
    assert 0 == (await hall.ask("stopRecord"))["result"]
    heard = await recorded(hall, (await hall.archive()).recordings[0], tmp_path / "heard.ogg")
    assert (False, True) == (match(one, heard.samples).is_heard, match(two, heard.samples).is_heard)


async def test_one_publication_alone_can_be_recorded(hall: Hall, tmp_path: Path) -> None:
    ravi, lena = await hall.join("Ravi"), await hall.join("Lena")
    one, two = await clip("welcome-back"), await clip("goodbye")
    members = hall.server.rooms.listed()[0].members
    [stream_id] = members[ravi.room.client_id].publication_ids
    assert 1155 == (await hall.ask("startRecord", {"to": 5}))["result"]
    assert 0 == (await hall.ask("startRecord", {"to": stream_id}))["result"]
    await asyncio.gather(play(ravi.room, one), play(lena.room, two))
    await hall.ask("stopRecord")
    heard = await recorded(hall, (await hall.archive()).recordings[0], tmp_path / "heard.ogg")
    assert (True, False) == (match(one, heard.samples).is_heard, match(two, heard.samples).is_heard)


async def test_a_session_that_records_itself_is_one_file_at_its_end(tmp_path: Path) -> None:
    async for hall in opened(tmp_path, auto_recording=True, single_file_recording=True):
        assert (await hall.chair.hear("room-connected"))["mediaRecord"] is True
        one, two = await clip("welcome-back"), await clip("goodbye")
        ravi = await hall.join("Ravi")
        await play(ravi.room, one)
        await hall.ask("stopRecord")
        await hall.ask("startRecord")
        await play(ravi.room, two)
        await ravi.room.leave()
        await hall.ask("drop", {"self": True})
        async with asyncio.timeout(TIME_LIMIT_S):
            while not (archive := await hall.archive(2)).transcoded:
                await asyncio.sleep(0.05)
        [url] = archive.transcoded
        heard = await recorded(hall, url, tmp_path / "whole.ogg")
        assert (True, True) == (match(one, heard.samples).is_heard, match(two, heard.samples).is_heard)
        assert match(one, heard.samples).offset_s < match(two, heard.samples).offset_s


async def test_a_server_that_stops_finishes_its_files(tmp_path: Path) -> None:
    async for hall in opened(tmp_path):
        ravi = await hall.join("Ravi")
        await hall.ask("startRecord")
        await play(ravi.room, await clip("bell"))
    [file] = (tmp_path / "recordings").iterdir()
    assert ".ogg" == file.suffix
    assert (await load_clip(file)).duration_s > 0.5


async def test_a_recording_that_cannot_be_written_is_told_to_be_off(hall: Hall) -> None:
    hall.recordings.write_text("a file where a folder should be")
    assert 0 == (await hall.ask("startRecord"))["result"]
    await hall.chair.hear("room-record-off")
    assert 1177 == (await hall.ask("stopRecord"))["result"]


async def test_files_of_others_cannot_be_fetched(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "secret.ogg").write_bytes(b"x")
    for name in ("secret.ogg", "..%2Fsecret.ogg", "nothing.ogg"):
        reply = await hall.api._http.get(f"{hall.api.base_url}/archive/file/{name}")
        assert 404 == reply.status_code
