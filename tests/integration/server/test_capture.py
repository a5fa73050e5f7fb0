"""`bots room --capture FILE` and `BOTS_CAPTURE`: all that was said is there, and no secret is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bots.clock import SystemClock
from bots.errors import ConfigError
from bots.room.capture import _file, capture_of
from bots.server import RoomServer
from tests.integration.server.raw import RawHouse


async def test_a_lesson_is_captured_without_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "said.jsonl"
    secrets: list[str] = ["key-of-the-project"]
    async with (
        RoomServer(app_id="app", app_key=secrets[0], capture=path) as server,
        httpx.AsyncClient(base_url=server.api_url, auth=("app", secrets[0]), timeout=10) as api,
    ):
        house = RawHouse(server, api)
        room_id = await house.room()
        fields = await house.token(room_id, "moderator", "Mia")
        mia, ann = await house.present(fields), await house.enter(room_id, name="Ann")
        (made,) = await mia.ask("create-breakout-room", {"participants": 2, "audio": True})
        breakout = made["msg"]["rooms"][0]
        await mia.ask("invite-breakout-room", {"room_id": breakout, "clients": [ann.client_id]})
        (answer,) = await ann.ask("join-breakout-room", {"room_id": breakout, "role": "participant"})
        await house.present(house.fields(answer["token"]))
        await ann.ask("sendDataStreamToRoom", {"msg": "hello", "broadcast": True, "clients": [], "type": "chat"})
        secrets += [answer["token"], fields["signature"], fields["tokenId"], house.fields(answer["token"])["signature"]]
        for client in house.clients:
            await client.close()
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    events = [line["event"] for line in lines if line["packet"] == "event"]
    for event in ("token", "room-connected", "create-breakout-room", "invite-breakout-room", "onDataStreamToRoom"):
        assert event in events
    assert {"socket 1", "socket 2", "socket 3"} == {line["socket"] for line in lines}
    assert {"client", "server"} == {line["from"] for line in lines}
    for secret in secrets:
        assert len(secret) > 8
        assert secret not in path.read_text()


async def test_a_disk_that_is_full_ends_the_capture_and_no_conversation() -> None:
    async with (
        RoomServer(app_id="app", app_key="key", capture=Path("/dev/full")) as server,
        httpx.AsyncClient(base_url=server.api_url, auth=("app", "key"), timeout=10) as api,
    ):
        house = RawHouse(server, api)
        room_id = await house.room()
        with capture_logs() as logs:
            mia, ann = await house.enter(room_id, "moderator", "Mia"), await house.enter(room_id)
        assert ["No space left on device"] == [one["reason"] for one in logs if one["event"] == "capture_ended"]
        assert ann.client_id == (await mia.hear("user-connected"))["clientId"]
        for client in house.clients:
            await client.close()


async def test_a_capture_that_cannot_be_written_says_so_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="capture"):
        await RoomServer(capture=tmp_path / "no-such-folder" / "said.jsonl").start()


@pytest.fixture
def opened() -> Iterator[None]:
    """The files that this process has opened for captures are closed afterwards."""
    found: list[Any] = []
    yield
    for path in found:
        _file(path).close()
    _file.cache_clear()


def test_the_environment_asks_for_a_capture_of_the_client(tmp_path: Path, opened: None) -> None:
    path = tmp_path / "said.jsonl"
    assert capture_of("greeter/main", SystemClock(), {}) is None
    environment = {"BOTS_CAPTURE": str(path)}
    for name in ("greeter/main", "helper/main"):
        capture = capture_of(name, SystemClock(), environment)
        assert capture is not None
        capture.take('42["drop",{"self":true}]', sender="client")
    assert ["greeter/main", "helper/main"] == [json.loads(line)["socket"] for line in path.read_text().splitlines()]
    _file(str(path)).close()


def test_a_capture_of_the_client_that_cannot_be_written_says_which_variable(tmp_path: Path, opened: None) -> None:
    with pytest.raises(ConfigError, match="BOTS_CAPTURE"):
        capture_of("greeter/main", SystemClock(), {"BOTS_CAPTURE": str(tmp_path / "none" / "said.jsonl")})
