"""The Server API over real HTTP."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bots.errors import ConfigError
from bots.server import RoomServer
from bots.wire import read_json, write_json
from tests.integration.server.raw import RawHouse

UNKNOWN = "0123456789abcdef01234567"


@pytest.fixture
async def server() -> AsyncIterator[RoomServer]:
    async with RoomServer(app_id="app", app_key="key") as one:
        yield one


@pytest.fixture
async def api(server: RoomServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.api_url, auth=("app", "key"), timeout=10) as client:
        yield client


def nested(levels: int) -> Any:
    """So many lists, one in the other."""
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


async def new_room(api: httpx.AsyncClient) -> str:
    reply = await api.post("/rooms", json={"name": "R", "owner_ref": "o", "settings": {}})
    room_id: str = reply.json()["room"]["room_id"]
    return room_id


async def test_a_room_is_made_found_listed_and_deleted(api: httpx.AsyncClient) -> None:
    room_id = await new_room(api)
    assert room_id == (await api.get(f"/rooms/{room_id}")).json()["room"]["room_id"]
    assert [room_id] == [room["room_id"] for room in (await api.get("/rooms")).json()["rooms"]]
    assert {"result": 0} == (await api.delete(f"/rooms/{room_id}")).json()
    assert 404 == (await api.get(f"/rooms/{room_id}")).status_code


@pytest.mark.parametrize("base", ["/video/v2", "/video/v1", "/v1"])
async def test_every_documented_base_address_answers(server: RoomServer, base: str) -> None:
    async with httpx.AsyncClient(auth=("app", "key")) as client:
        reply = await client.get(f"http://{server.address}{base}/rooms")
    assert 0 == reply.json()["result"]


@pytest.mark.parametrize("auth", [None, ("app", "wrong"), ("wrong", "key"), ("", "")])
async def test_wrong_credentials_are_refused_with_a_reason(server: RoomServer, auth: Any) -> None:
    async with httpx.AsyncClient(auth=auth) as client:
        reply = await client.get(f"{server.api_url}/rooms")
    assert (401, 10000) == (reply.status_code, reply.json()["result"])
    assert "APP_KEY" in reply.json()["desc"]


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ###", "Bearer abc", "Basic " + base64.b64encode(b"\xff\xfe").decode()]
)
async def test_a_damaged_credential_is_a_wrong_one(server: RoomServer, header: str) -> None:
    async with httpx.AsyncClient() as client:
        reply = await client.get(f"{server.api_url}/rooms", headers={"Authorization": header})
    assert 401 == reply.status_code


async def test_a_token_is_base64_of_ascii_json_with_the_fields_that_clients_read(api: httpx.AsyncClient) -> None:
    room_id = await new_room(api)
    body = {"name": "Grüße ✓", "role": "participant", "user_ref": "u1", "data": {"a": 1}}
    token = (await api.post(f"/rooms/{room_id}/tokens", json=body)).json()["token"]
    fields = json.loads(base64.b64decode(token, validate=True).decode("ascii"))
    assert {"host", "secure", "roomMeta", "room", "logId", "tokenId", "signature"} <= fields.keys()
    assert "SD" == fields["roomMeta"]["settings"]["quality"]
    assert room_id == fields["room"]["_id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"role": "participant"}, 10002),
        ({"name": "x", "role": "boss"}, 10010),
        ({"name": "x", "role": "participant", "data": {str(n): n for n in range(6)}}, 10010),
        ({"name": "x", "role": "participant", "data": "text"}, 10010),
        ({"name": "x", "role": "participant", "data": {"a": nested(95)}}, 10010),
    ],
)
async def test_a_bad_token_request_is_refused_with_a_reason(api: httpx.AsyncClient, body: Any, code: int) -> None:
    reply = await api.post(f"/rooms/{await new_room(api)}/tokens", json=body)
    assert (400, code) == (reply.status_code, reply.json()["result"])
    assert reply.json()["desc"]


async def test_everybody_can_read_the_deepest_data_that_a_token_may_bring(
    server: RoomServer, api: httpx.AsyncClient
) -> None:
    room_id = await new_room(api)
    house = RawHouse(server, api)
    try:
        ann = await house.enter(room_id)
        body = {"name": "Deep", "role": "participant", "user_ref": "deep", "data": {"a": nested(94)}}
        token = (await api.post(f"/rooms/{room_id}/tokens", json=body)).json()["token"]
        deep = await house.present(house.fields(token))
        late = await house.enter(room_id)
        for told in (await ann.hear("user-connected"), *deep.heard("room-connected"), *late.heard("room-connected")):
            assert told == read_json(write_json(["event", told]))[1]
    finally:
        for client in house.clients:
            await client.close()


async def test_a_room_with_data_that_nobody_could_read_is_refused(api: httpx.AsyncClient) -> None:
    body = {"name": "x", "owner_ref": "x", "settings": {}, "data": {"a": nested(95)}}
    reply = await api.post("/rooms", json=body)
    assert (400, True) == (reply.status_code, "nested less deeply, 95 levels" in reply.json()["desc"])


async def test_a_token_for_an_unknown_room_is_refused(api: httpx.AsyncClient) -> None:
    reply = await api.post(f"/rooms/{UNKNOWN}/tokens", json={"name": "x", "role": "participant", "user_ref": "x"})
    assert 404 == reply.status_code
    assert "token" not in reply.json()


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"[" * 100_000, b"\xff"])
async def test_a_body_that_is_no_json_object_is_refused(api: httpx.AsyncClient, content: bytes) -> None:
    assert 400 == (await api.post("/rooms", content=content)).status_code


async def test_an_oversized_body_is_refused(api: httpx.AsyncClient) -> None:
    assert 413 == (await api.post("/rooms", content=b" " * 300_000)).status_code


async def test_the_probe_answers_other_origins(server: RoomServer) -> None:
    async with httpx.AsyncClient() as client:
        reply = await client.head(f"http://{server.address}/probe?rand=5", headers={"Origin": "http://other"})
    assert (200, "*") == (reply.status_code, reply.headers["access-control-allow-origin"])


async def test_a_taken_port_is_a_configuration_error(server: RoomServer) -> None:
    with pytest.raises(ConfigError, match=f"cannot serve on 127.0.0.1:{server.port}"):
        await RoomServer(port=server.port).start()


async def test_users_of_a_room_without_a_session_are_an_empty_list(api: httpx.AsyncClient) -> None:
    reply = (await api.get(f"/rooms/{await new_room(api)}/users")).json()
    assert (0, []) == (reply["total"], reply["users"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, 404),
        ("GET", "/cdr/room", 404, 404),
        ("GET", "/cdr/period/2026-03-01/2026-02-01", 400, 10010),
        ("GET", "/cdr/period/2026-02-30/2026-03-01", 400, 10010),
        ("GET", "/cdr/room-period/x/yesterday/today", 400, 10010),
        ("PUT", "/rooms", 405, 405),
        ("PATCH", f"/rooms/{UNKNOWN}", 404, 404),
        ("OPTIONS", "/rooms", 405, 405),
        ("GET", "/rooms/", 400, 10001),
        ("POST", "/rooms//tokens", 400, 10001),
    ],
)
async def test_what_has_no_route_is_refused_in_the_documented_form(
    api: httpx.AsyncClient, method: str, path: str, status: int, code: int
) -> None:
    reply = await api.request(method, path)
    assert (status, "application/json") == (reply.status_code, reply.headers["content-type"])
    assert {"result", "error", "desc"} == reply.json().keys()
    assert code == reply.json()["result"]


async def test_a_number_that_json_does_not_have_is_refused_and_harms_no_listing(api: httpx.AsyncClient) -> None:
    reply = await api.post("/rooms", content=b'{"name": "x", "data": {"a": NaN}, "settings": {}}')
    assert (400, 10010) == (reply.status_code, reply.json()["result"])
    assert {"result": 0, "rooms": []} == (await api.get("/rooms")).json()


async def test_a_name_that_is_no_text_for_utf_8_is_told_as_it_came(api: httpx.AsyncClient) -> None:
    reply = await api.post("/rooms", content=b'{"name": "half a pair \\ud83d", "owner_ref": "o", "settings": {}}')
    assert 200 == reply.status_code
    assert ["half a pair \ud83d"] == [room["name"] for room in (await api.get("/rooms")).json()["rooms"]]


async def test_a_visitors_reference_that_is_null_is_empty(api: httpx.AsyncClient) -> None:
    body = {"name": "x", "role": "participant", "user_ref": None}
    token = (await api.post(f"/rooms/{await new_room(api)}/tokens", json=body)).json()["token"]
    assert "" == json.loads(base64.b64decode(token))["claim"]["user_ref"]


async def test_the_server_describes_itself_to_everybody(server: RoomServer) -> None:
    async with httpx.AsyncClient() as client:
        reply = await client.get(f"{server.api_url}/openapi.json")
    assert (200, "3.1.0") == (reply.status_code, reply.json()["openapi"])
    assert [{"url": server.api_url}] == reply.json()["servers"]


async def test_a_method_that_a_path_has_not_is_told_which_it_has(api: httpx.AsyncClient) -> None:
    reply = await api.put(f"/rooms/{await new_room(api)}")
    assert (405, "DELETE, GET, HEAD, PATCH") == (reply.status_code, reply.headers["allow"])


async def test_a_fault_in_the_server_is_told_in_the_documented_form(
    server: RoomServer, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.rooms, "listed", lambda: 1 / 0)
    reply = await api.get("/rooms")
    assert (500, 500) == (reply.status_code, reply.json()["result"])


async def test_a_room_is_changed_in_what_the_request_names(api: httpx.AsyncClient) -> None:
    room_id = await new_room(api)
    before = (await api.get(f"/rooms/{room_id}")).json()["room"]
    reply = await api.patch(f"/rooms/{room_id}", json={"name": "S", "settings": {"participants": "7"}})
    assert 0 == reply.json()["result"]
    after = (await api.get(f"/rooms/{room_id}")).json()["room"]
    assert {**before, "name": "S", "settings": {**before["settings"], "participants": 7}} == after


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"settings": {"mode": "lecture"}}, 10010),
        ({"settings": {"adhoc": True}}, 10010),
        ({"settings": {"participants": "many"}}, 10007),
        ({"settings": {"colour": "red"}}, 10009),
        ({"settings": []}, 10010),
        ({"name": ""}, 10002),
    ],
)
async def test_a_change_that_cannot_be_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, body: Any, code: int
) -> None:
    room_id = await new_room(api)
    before = (await api.get(f"/rooms/{room_id}")).json()
    reply = await api.patch(f"/rooms/{room_id}", json=body)
    assert (400, code) == (reply.status_code, reply.json()["result"])
    assert before == (await api.get(f"/rooms/{room_id}")).json()


async def test_a_change_during_a_session_holds_from_the_next_one_on(house: RawHouse) -> None:
    room_id = await house.room(max_active_talkers=2)
    ann = await house.enter(room_id)
    assert (
        0 == (await house.api.patch(f"/rooms/{room_id}", json={"settings": {"max_active_talkers": 5}})).json()["result"]
    )
    assert 2 == (await ann.ask("getMaxNumberOfTalker"))[0]["maxTalkers"]
    await ann.ask("drop", {"self": True})
    ben = await house.enter(room_id, name="Ben")
    assert 5 == (await ben.ask("getMaxNumberOfTalker"))[0]["maxTalkers"]


async def test_who_goes_in_the_middle_of_a_request_is_no_fault_of_the_server(house: RawHouse) -> None:
    host, port = house.server.host, house.server.port
    credentials = base64.b64encode(f"{house.server.app_id}:{house.server.app_key}".encode()).decode()
    lines = ("POST /video/v2/rooms HTTP/1.1", "Host: x", f"Authorization: Basic {credentials}", "Content-Length: 99")
    with capture_logs() as logs:
        _, writer = await asyncio.open_connection(host, port)
        writer.write("\r\n".join((*lines, "", "{")).encode())
        await writer.drain()
        await asyncio.sleep(0.2)  # the request has begun by now; if not, there is nothing to log either
        writer.close()
        await writer.wait_closed()
        assert 200 == (await house.api.get("/rooms")).status_code
        await asyncio.sleep(0.1)
    assert [] == [one for one in logs if one["event"] == "request_failed"]
