"""One socket at a time, raw text: what is no protocol, what is too much, who comes with what token."""

import asyncio
import socket

import pytest
from structlog.testing import capture_logs

from bots.server import connection, rooms
from bots.wire import MediaSignal
from tests.integration.server.raw import RawHouse


@pytest.mark.parametrize("frame", [b"\x00\x01", b"40", "", "9", "5", "4", "42", "43", "451-[]", "42[]", "42{}", "44{}"])
async def test_what_is_no_protocol_ends_the_conversation_in_order(house: RawHouse, frame: str | bytes) -> None:
    client = await house.connect()
    await client.socket.send(frame)
    assert 1000 == await client.closed()


@pytest.mark.parametrize("goodbye", ["1", "41"])
async def test_a_goodbye_is_answered_by_a_close_frame(house: RawHouse, goodbye: str) -> None:
    client = await house.connect()
    await client.socket.send(goodbye)
    assert 1000 == await client.closed()


async def test_a_broken_token_request_does_not_show_the_token_in_the_log(house: RawHouse) -> None:
    client = await house.connect()
    with capture_logs() as logs:
        await client.socket.send('420["token",{"signature":"s3cret"')
        await client.closed()
    assert "client_broke_protocol" in [line["event"] for line in logs]
    assert "s3cret" not in str(logs)


@pytest.mark.parametrize("token", ["text", [1], 5, True, None, {}, {"claim": 5}, {"claim": {}, "signature": 5}])
async def test_what_is_no_token_is_refused_in_the_form_that_every_sdk_understands(
    house: RawHouse, token: object
) -> None:
    client = await house.connect()
    word, answer = await client.ask("token", token)
    assert ("error", 4118) == (word, answer["result"])


async def test_after_a_refused_token_no_other_is_taken_on_this_socket(house: RawHouse) -> None:
    client, room_id = await house.connect(), await house.room()
    await client.ask("token", {})
    assert "error" == (await client.ask("token", await house.token(room_id)))[0]
    assert 0 == await house.people(room_id)
    assert 1000 == await client.closed()


async def test_an_impossible_subscription_is_refused_with_null_first(house: RawHouse) -> None:
    before = await house.connect()
    first, reason = await before.ask("subscribe", {"streamId": 1}, None)
    assert (None, 1171) == (first, reason["result"])
    inside = await house.enter(await house.room())
    for payload in ({}, {"streamId": "first"}, {"streamId": 99}):
        assert (await inside.ask("subscribe", payload, None))[0] is None, payload


async def test_who_does_not_read_is_cut_off_and_its_place_is_free(
    house: RawHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CUTTING_S", 0.2)
    monkeypatch.setattr(rooms, "GRACE_S", 0.2)
    room_id = await house.room()
    teacher = await house.enter(room_id, "moderator")
    deaf = await house.enter(room_id)
    transport = deaf.socket.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    transport.pause_reading()
    for _ in range(24):
        await teacher.ask("sendDataStreamToRoom", {"msg": "x" * 2_000_000, "broadcast": True, "clients": []})
    async with asyncio.timeout(5):
        while await house.people(room_id) > 1:
            await asyncio.sleep(0.05)
    assert deaf.client_id == (await teacher.hear("user-disconnected"))["clientId"]
    transport.abort()


async def test_what_waits_for_a_client_that_has_gone_is_not_written_line_by_line_into_the_log(
    house: RawHouse, caplog: pytest.LogCaptureFixture
) -> None:
    room_id = await house.room()
    gone = await house.enter(room_id)
    (line,) = house.server._reception.lines
    gone.socket.transport.abort()
    for _ in range(500):
        line.send(MediaSignal(stream_id=1, msg={"type": "x" * 10_000}))
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        while house.server._reception.lines:
            await asyncio.sleep(0.01)
    assert [] == [record.message for record in caplog.records if record.name == "asyncio"]


async def test_a_client_that_gives_every_request_the_same_number_is_answered_each_time(house: RawHouse) -> None:
    client = await house.enter(await house.room(), "moderator")
    answers = []
    for event in ("getMaxNumberOfTalker", "getNumberOfTalker", "create-breakout-room"):
        client.answers.pop(1, None)
        await client.socket.send(f'421["{event}",{{"participants":2}}]')
        await client.until(lambda: 1 in client.answers)
        answers.append(sorted(client.answers[1][0]))
    assert [["maxTalkers", "result"], ["numTalkers", "result"], ["msg", "result"]] == answers
