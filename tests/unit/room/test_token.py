"""Tokens and the Server API, without a network."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bots.errors import ApiError, ConfigError
from bots.room import ServerApi, decode_token, socket_url

KEY = "s3cret-key"
FIELDS = {"host": "rooms.example:8443", "secure": True, "name": "Asha ñ?>", "tokenId": "t-1"}


def encode(fields: object) -> str:
    return base64.b64encode(json.dumps(fields).encode()).decode()


@pytest.mark.parametrize("change", [str, lambda t: t.rstrip("="), lambda t: t.replace("+", "-").replace("/", "_")])
def test_a_token_is_base64_of_json_in_either_alphabet(change: Callable[[str], str]) -> None:
    assert FIELDS == decode_token(change(encode(FIELDS)))


@pytest.mark.parametrize("text", ["", "not base64!", "a.b.c", encode([1]), encode({}), encode({"host": ""}), "AAAA"])
def test_what_is_no_token_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        decode_token(text)
    assert not text or text not in str(caught.value)
    assert "fetch a new one" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "h.example"}, "ws://h.example/v3/socket.io/?EIO=4&transport=websocket"),
        ({"host": "h.example:1", "secure": True}, "wss://h.example:1/v3/socket.io/?EIO=4&transport=websocket"),
        ({"host": "h.example", "secure": "yes"}, "ws://h.example/v3/socket.io/?EIO=4&transport=websocket"),
        (
            {"host": "h.example:1", "gateway": "g.example", "secure": True},
            "wss://g.example/v3/socket.io/?X-Forwarded-Host=h.example%3A1&EIO=4&transport=websocket",
        ),
    ],
)
def test_the_address_follows_from_host_gateway_and_secure(fields: dict[str, Any], url: str) -> None:
    assert url == socket_url(fields)


@pytest.mark.parametrize("host", ["h/../../x", "user:pw@h", "h:port", "h?x", "h#x", ""])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(ConfigError):
        socket_url({"host": host})


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


def answering(reply: httpx.Response | httpx.HTTPError) -> tuple[ServerApi, list[httpx.Request]]:
    """A ServerApi whose network is a function: answers every call with the reply."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(reply, httpx.HTTPError):
            raise reply
        return reply

    api = ServerApi("https://api.example/video/v2/", "id", KEY)
    old = api._http
    api._http = httpx.AsyncClient(transport=httpx.MockTransport(handle), auth=old.auth)
    return api, asked


async def test_a_token_is_asked_for_with_the_documented_body() -> None:
    api, asked = answering(httpx.Response(200, json={"result": 0, "token": "abc"}))
    assert "abc" == await api.fetch_token("65f0", name="Bot", role="participant", user_ref="b-1")
    [request] = asked
    assert ("POST", "https://api.example/video/v2/rooms/65f0/tokens") == (request.method, str(request.url))
    assert {"name": "Bot", "role": "participant", "user_ref": "b-1"} == json.loads(request.content)
    assert request.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("room", [{"room_id": "65f0"}, {"_id": "65f0"}])
async def test_a_new_rooms_id_is_read_in_both_spellings(room: dict[str, str]) -> None:
    api, _ = answering(httpx.Response(200, json={"result": "0", "room": room}))
    assert "65f0" == await api.create_room({"name": "x", "owner_ref": "y", "settings": {}})


async def test_lists_are_read_even_when_there_is_none() -> None:
    api, _ = answering(httpx.Response(200, json={"result": 0, "users": None, "rooms": [{"room_id": "a"}, 3]}))
    assert [] == await api.users("65f0")
    assert [{"room_id": "a"}] == await api.list_rooms()


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
    api, _ = answering(reply)
    with pytest.raises(ApiError, match=words) as caught:
        await api.get_room("65f0")
    assert retryable is caught.value.retryable
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(("room_is_made", "tries"), [(False, 2), (True, 1)])
async def test_a_broken_connection_is_tried_again_unless_a_room_could_be_made_twice(
    room_is_made: bool, tries: int
) -> None:
    api, asked = answering(httpx.ReadError("closed"))
    call = api.create_room({}) if room_is_made else api.get_room("65f0")
    with pytest.raises(ApiError):
        await call
    assert tries == len(asked)


@pytest.mark.parametrize("status", [401, 403])
async def test_wrong_credentials_are_a_matter_of_configuration(status: int) -> None:
    api, _ = answering(httpx.Response(status, json={"result": 1}))
    with pytest.raises(ConfigError, match="BOTS_APP_KEY"):
        await api.list_rooms()


@pytest.mark.parametrize("room_id", ["", "../x", "a/b", "a?b", "..", "a b"])
async def test_a_room_id_cannot_change_the_path(room_id: str) -> None:
    api, asked = answering(httpx.Response(200, json={"result": 0}))
    with pytest.raises(ApiError, match="no room id"):
        await api.get_room(room_id)
    assert [] == asked


async def test_the_key_is_never_shown() -> None:
    async with ServerApi("http://127.0.0.1:1", "id", KEY) as api:
        assert KEY not in repr(api)
        assert "127.0.0.1:1" in repr(api)
