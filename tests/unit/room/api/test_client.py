"""The client of the Server API, without a network."""

import json
import random
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from bots.errors import ApiError, ConfigError
from bots.room import ServerApi
from tests.fakes.clock import FakeClock

KEY = "s3cret-key"


@pytest.mark.parametrize(
    ("url", "app_id", "app_key"),
    [
        ("ftp://api.example", "id", KEY),
        ("api.example", "id", KEY),
        ("https://", "id", KEY),
        ("https://id:pw@api.example", "id", KEY),
        ("https://api.example:port", "id", KEY),
        ("https://api.example", "", KEY),
        ("https://api.example", "id", ""),
    ],
)
def test_impossible_settings_are_refused_at_once(url: str, app_id: str, app_key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ServerApi(url, app_id, app_key)
    assert KEY not in str(caught.value)


class Network:
    """Answers every call with the next reply, the last one again and again; `asked` has the calls."""

    def __init__(self, *replies: httpx.Response | httpx.HTTPError) -> None:
        self.replies = list(replies)
        self.asked: list[httpx.Request] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, httpx.HTTPError):
            raise reply
        return reply


class HastyClock(FakeClock):
    """Nobody waits; `waited` has for how long they would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    async def sleep_until(self, monotonic_s: float) -> None:
        self.waited.append(monotonic_s - self.monotonic())


def answering(*replies: httpx.Response | httpx.HTTPError) -> tuple[ServerApi, Network, HastyClock]:
    """A ServerApi whose network is a function."""
    network, clock = Network(*replies), HastyClock()
    api = ServerApi("https://api.example/video/v2/", "id", KEY, clock=clock, rng=random.Random(5))
    api._http = httpx.AsyncClient(transport=httpx.MockTransport(network.handle), auth=api._http.auth)
    return api, network, clock


async def test_a_token_is_asked_for_with_the_documented_body() -> None:
    api, network, _ = answering(httpx.Response(200, json={"result": 0, "token": "abc"}))
    assert "abc" == await api.fetch_token("65f0", name="Bot", role="participant", user_ref="b-1")
    [request] = network.asked
    assert ("POST", "https://api.example/video/v2/rooms/65f0/tokens") == (request.method, str(request.url))
    assert {"name": "Bot", "role": "participant", "user_ref": "b-1"} == json.loads(request.content)
    assert request.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("room", [{"room_id": "65f0"}, {"_id": "65f0"}])
async def test_a_new_rooms_id_is_read_in_both_spellings(room: dict[str, str]) -> None:
    api, _, _ = answering(httpx.Response(200, json={"result": "0", "room": room}))
    assert "65f0" == await api.create_room({"name": "x", "owner_ref": "y", "settings": {}})


async def test_lists_are_read_even_when_there_is_none() -> None:
    api, _, _ = answering(httpx.Response(200, json={"result": 0, "users": None, "rooms": [{"room_id": "a"}, 3]}))
    assert [] == await api.users("65f0")
    assert ["a"] == [room.room_id for room in await api.list_rooms()]


@pytest.mark.parametrize(
    ("reply", "words", "retryable"),
    [
        (httpx.Response(400, json={"result": 10002, "error": "name missing"}), "name missing", False),
        (httpx.Response(200, json={"result": 10000, "desc": "no application"}), "no application", False),
        (httpx.Response(404, json={"result": 1, "error": "gone"}), "BOTS_API_URL", False),
        (httpx.Response(404, text="<html>"), "BOTS_API_URL", False),
        (httpx.Response(429, json={"status": "error", "error_code": "RATE_LIMITED"}), "RATE_LIMITED", True),
        (httpx.Response(503, text=""), "503", True),
        (httpx.Response(200, text="hello"), "result -1", False),
        (httpx.Response(200, json={"status": "error", "message": "bad"}), "bad", False),
        (httpx.ConnectError("refused"), "check BOTS_API_URL", True),
        (httpx.ReadTimeout("slow"), "did not answer in time", True),
    ],
)
async def test_a_failure_says_what_it_is_and_whether_to_retry(
    reply: httpx.Response | httpx.HTTPError, words: str, retryable: bool
) -> None:
    api, _, _ = answering(reply)
    with pytest.raises(ApiError, match=words) as caught:
        await api.get_room("65f0")
    assert retryable is caught.value.retryable
    assert KEY not in str(caught.value)


BUSY = httpx.Response(429, json={"status": "error", "error_code": "RATE_LIMITED", "request_id": "r-7"})
DOWN = httpx.Response(503, text="")
BROKEN = httpx.Response(500, json={"result": 500, "error": "x"})
MADE = httpx.Response(200, json={"result": "0", "room": {"room_id": "65f0"}})
NEVER_SENT = httpx.ConnectError("refused")
LOST = httpx.ReadError("closed")


@pytest.mark.parametrize("failure", [BUSY, DOWN, BROKEN, NEVER_SENT, LOST, httpx.ReadTimeout("slow")])
async def test_what_can_succeed_later_is_tried_again_at_growing_intervals(failure: Any) -> None:
    api, network, clock = answering(failure, failure, MADE)
    assert "65f0" == (await api.get_room("65f0")).room_id
    assert 3 == len(network.asked)
    assert [True, True] == [
        low <= wait <= high for wait, low, high in zip(clock.waited, (0.25, 0.5), (0.5, 1), strict=True)
    ]


@pytest.mark.parametrize(
    ("failure", "tries"),
    [
        (BUSY, 2),
        (DOWN, 2),
        (NEVER_SENT, 2),
        (httpx.ConnectTimeout("x"), 2),
        (BROKEN, 1),
        (LOST, 1),
        (httpx.ReadTimeout("x"), 1),
    ],
)
async def test_a_room_is_never_made_twice(failure: Any, tries: int) -> None:
    api, network, _ = answering(failure, MADE)
    if tries == 1:
        with pytest.raises(ApiError):
            await api.create_room({})
    else:
        assert "65f0" == await api.create_room({})
    assert tries == len(network.asked)


async def test_after_four_tries_the_last_failure_is_told() -> None:
    api, network, _ = answering(BUSY)
    with pytest.raises(ApiError, match="RATE_LIMITED; r-7") as caught:
        await api.list_rooms()
    assert (4, 4, True) == (len(network.asked), caught.value.calls, caught.value.retryable)


async def test_a_server_that_lets_every_call_wait_gets_no_second_one() -> None:
    api, network, clock = answering(httpx.ReadTimeout("slow"))
    handle = network.handle

    def after_ten_seconds(request: httpx.Request) -> httpx.Response:
        clock._passed_s += 10
        return handle(request)

    api._http = httpx.AsyncClient(transport=httpx.MockTransport(after_ten_seconds))
    with pytest.raises(ApiError, match="did not answer in time"):
        await api.get_room("65f0")
    assert 1 == len(network.asked)


async def test_a_reply_of_something_else_names_the_address_as_the_fault() -> None:
    api, _, _ = answering(httpx.Response(405, text="<html>no</html>"))
    with pytest.raises(ApiError, match="not the reply of a Server API; check BOTS_API_URL"):
        await api.create_room({})


async def test_the_server_says_how_long_to_stay_away() -> None:
    api, _, clock = answering(httpx.Response(429, headers={"Retry-After": "7"}), MADE)
    await api.get_room("65f0")
    assert 7 <= clock.waited[0] <= 7.5


async def test_a_refusal_is_not_tried_again() -> None:
    api, network, _ = answering(httpx.Response(400, json={"result": 10002, "error": "name missing"}))
    with pytest.raises(ApiError):
        await api.get_room("65f0")
    assert 1 == len(network.asked)


async def test_a_room_that_is_gone_at_the_second_try_has_been_deleted_by_the_first() -> None:
    gone = httpx.Response(404, json={"result": 404, "error": "Room not found"})
    api, _, _ = answering(LOST, gone)
    await api.delete_room("65f0")
    api, _, _ = answering(gone)
    with pytest.raises(ApiError, match="Room not found"):
        await api.delete_room("65f0")


DAYS = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("what", "path"),
    [
        ({"room_id": "65f0"}, "room/65f0"),
        ({"conf_num": "65f0-1"}, "conf/65f0-1"),
        ({"period": DAYS}, "period/2026-03-01/2026-03-31"),
        ({"room_id": "65f0", "period": DAYS}, "room-period/65f0/2026-03-01/2026-03-31"),
    ],
)
async def test_reports_are_asked_for_by_room_session_or_period(what: dict[str, Any], path: str) -> None:
    api, network, _ = answering(httpx.Response(200, json={"result": "0", "whatever": [{"cdr_id": "1", "_id": "2"}]}))
    assert ["1"] == [one.cdr_id for one in await api.calls(**what)]
    assert ["2"] == [one.archive_id for one in await api.archives(**what)]
    assert [f"/video/v2/cdr/{path}", f"/video/v2/archive/{path}"] == [one.url.path for one in network.asked]


@pytest.mark.parametrize("what", [{}, {"room_id": "a", "conf_num": "b"}, {"conf_num": "b", "period": DAYS}])
async def test_a_report_of_nothing_or_of_too_much_is_an_error(what: dict[str, Any]) -> None:
    api, _, _ = answering(MADE)
    with pytest.raises(ApiError, match="a report is of"):
        await api.calls(**what)


@pytest.mark.parametrize(
    ("url", "has_credentials"),
    [
        ("https://api.example/video/v2/x.ogg", True),
        ("https://files.example/x.ogg", False),
        ("http://api.example/x", False),
    ],
)
async def test_a_recording_is_saved_and_credentials_go_to_the_api_only(
    url: str, has_credentials: bool, tmp_path: Path
) -> None:
    api, network, _ = answering(httpx.Response(200, content=b"OggS"))
    assert 4 == await api.download(url, tmp_path / "x.ogg")
    assert b"OggS" == (tmp_path / "x.ogg").read_bytes()
    assert has_credentials is ("authorization" in network.asked[0].headers)


async def test_half_a_recording_is_not_left(tmp_path: Path) -> None:
    class Breaking(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"Ogg"
            raise httpx.ReadError("gone")

    api, _, _ = answering(httpx.Response(200, stream=Breaking()))
    with pytest.raises(ApiError, match="not downloaded"):
        await api.download("https://api.example/x.ogg", tmp_path / "x.ogg")
    assert [] == list(tmp_path.iterdir())


async def test_a_recording_that_cannot_be_had_leaves_no_file(tmp_path: Path) -> None:
    for reply in (httpx.Response(404, json={"result": 404, "error": "gone"}), LOST):
        api, _, _ = answering(reply)
        with pytest.raises(ApiError):
            await api.download("https://api.example/x.ogg", tmp_path / "x.ogg")
    api, _, _ = answering(httpx.Response(200, content=b"OggS"))
    with pytest.raises(ApiError, match="cannot be saved"):
        await api.download("https://api.example/x.ogg", tmp_path / "nowhere" / "x.ogg")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("status", [401, 403])
async def test_wrong_credentials_are_a_matter_of_configuration(status: int) -> None:
    api, _, _ = answering(httpx.Response(status, json={"result": 1}))
    with pytest.raises(ConfigError, match="BOTS_APP_KEY"):
        await api.list_rooms()


@pytest.mark.parametrize("room_id", ["", "../x", "a/b", "a?b", "..", "a b"])
async def test_a_room_id_cannot_change_the_path(room_id: str) -> None:
    api, network, _ = answering(httpx.Response(200, json={"result": 0}))
    with pytest.raises(ApiError, match="no room id"):
        await api.get_room(room_id)
    assert [] == network.asked


async def test_the_key_is_never_shown() -> None:
    async with ServerApi("http://127.0.0.1:1", "id", KEY) as api:
        assert KEY not in repr(api)
        assert "127.0.0.1:1" in repr(api)
