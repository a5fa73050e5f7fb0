"""Notifications over real HTTP: what is posted, tried again, given up; and what a room server notifies of."""

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bots.clock import SystemClock
from bots.errors import ConfigError
from bots.server import RoomServer
from bots.server.provisioning.webhook import Webhook
from tests.fakes.clock import FakeClock
from tests.integration.server.raw import RawHouse

TIME_LIMIT_S = 20.0


class Receiver:
    """A server that takes notifications: answers with the next status, the last one again and again."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.got: list[tuple[dict[str, str], bytes]] = []
        self._server: asyncio.Server | None = None

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://user:pass@127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(TIME_LIMIT_S):
            while len(self.got) < count:
                await asyncio.sleep(0.01)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        self.got.append((headers, body))
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


class HastyClock(FakeClock):
    """Nobody waits; `waited` has for how long they would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    async def sleep_until(self, monotonic_s: float) -> None:
        self.waited.append(monotonic_s - self.monotonic())


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


async def delivered(receiver: Receiver, *statuses: int) -> list[float]:
    """One notification to a receiver that answers so; the waits between the tries."""
    receiver.statuses = list(statuses)
    clock = HastyClock()
    webhook = Webhook(receiver.url, "app", clock=clock, rng=random.Random(3))
    webhook.start()
    webhook.notify("roomdrop", "r", "r-1")
    await webhook.stop()
    return clock.waited


async def test_a_notification_has_the_documented_keys_and_credentials(receiver: Receiver) -> None:
    await delivered(receiver, 200)
    [(headers, body)] = receiver.got
    expected = {"type": "roomdrop", "trans_date": "1774857600", "app_id": "app", "room_id": "r", "conf_num": "r-1"}
    assert expected == json.loads(body)
    assert "application/json" == headers["content-type"]
    assert f"basic {base64.b64encode(b'user:pass').decode()}".lower() == headers["authorization"]


async def test_what_is_not_taken_is_posted_again_the_same_at_growing_intervals(receiver: Receiver) -> None:
    waited = await delivered(receiver, 503, 429, 500, 204)
    assert 4 == len(receiver.got)
    assert 1 == len({(headers["idempotency-key"], body) for headers, body in receiver.got})
    assert [True] * 3 == [0.5 * 2**n <= wait <= 2**n for n, wait in enumerate(waited)]


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (404, 1), (301, 1), (500, 6)])
async def test_what_cannot_be_taken_is_given_up(receiver: Receiver, status: int, tries: int) -> None:
    await delivered(receiver, status)
    assert tries == len(receiver.got)


async def test_a_receiver_that_is_away_for_a_moment_misses_nothing(receiver: Receiver) -> None:
    url = receiver.url
    await receiver.stop()
    webhook = Webhook(url, "app", clock=SystemClock(), rng=random.Random(3))
    webhook.start()
    for number in range(3):
        webhook.notify("roomdrop", "r", f"r-{number}")
    await asyncio.sleep(0.1)
    receiver._server = await asyncio.start_server(receiver._answer, "127.0.0.1", int(url.split(":")[3].split("/")[0]))
    await receiver.until(3)
    await webhook.stop()
    assert ["r-0", "r-1", "r-2"] == [body["conf_num"] for body in receiver.bodies]


async def test_a_password_may_have_any_character(receiver: Receiver) -> None:
    webhook = Webhook(receiver.url.replace("user:pass", "us%40er:p%2Fs%3A"), "app", clock=SystemClock())
    webhook.start()
    webhook.notify("roomdrop", "r", "r-1")
    await webhook.stop()
    [(headers, _)] = receiver.got
    assert f"basic {base64.b64encode(b'us@er:p/s:').decode()}".lower() == headers["authorization"]


@pytest.mark.parametrize(
    "url", ["", "ftp://x/y", "http://", "localhost:9000", "http://x:port/", "http://bücher..x/", "http://x/\x7f"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="--webhook"):
        Webhook(url, "app", clock=SystemClock())


async def test_the_end_of_a_session_and_its_recording_are_notified(receiver: Receiver, tmp_path: Any) -> None:
    async with (
        RoomServer(app_id="app", app_key="key", webhook=receiver.url, recordings=tmp_path) as server,
        httpx.AsyncClient(base_url=server.api_url, auth=("app", "key"), timeout=10) as api,
    ):
        house = RawHouse(server, api)
        room_id = await house.room()
        chair = await house.enter(room_id, role="moderator")
        for event in ("startRecord", "stopRecord"):
            assert 0 == (await chair.ask(event, {}))[-1]["result"]
        await receiver.until(2)
        await chair.ask("drop", {"self": True})
        await receiver.until(3)
        await chair.close()
        archive = (await api.get(f"/archive/room/{room_id}")).json()["archive"][0]
    by_type = {body["type"]: body for body in receiver.bodies}
    assert ["recording", "transcoded", "roomdrop"] == [body["type"] for body in receiver.bodies]
    assert {(room_id, f"{room_id}-1", "app")} == {
        (body["room_id"], body["conf_num"], body["app_id"]) for body in receiver.bodies
    }
    [url] = by_type["recording"]["recording"]
    assert (url, "1") == (by_type["transcoded"]["recording"], by_type["transcoded"]["stage"])
    assert [{"url": url}] == archive["recording"]
    assert int(by_type["transcoded"]["file_size"]) == next(tmp_path.iterdir()).stat().st_size


async def test_of_a_session_that_is_one_file_only_that_one_is_notified_as_composed(
    receiver: Receiver, tmp_path: Any
) -> None:
    async with (
        RoomServer(app_id="app", app_key="key", webhook=receiver.url, recordings=tmp_path) as server,
        httpx.AsyncClient(base_url=server.api_url, auth=("app", "key"), timeout=10) as api,
    ):
        house = RawHouse(server, api)
        # an ad-hoc room is gone before its last file is finished
        chair = await house.enter(await house.room(adhoc=True, auto_recording=True, single_file_recording=True))
        await chair.ask("drop", {"self": True})
        await receiver.until(3)
        await chair.close()
    assert ["roomdrop", "recording", "transcoded"] == [body["type"] for body in receiver.bodies]
