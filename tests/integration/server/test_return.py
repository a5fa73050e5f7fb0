"""Coming back over a new socket: read off the wire by raw clients."""

from typing import Any

import pytest

from bots.server import rooms
from tests.integration.server.raw import RawClient, RawHouse


async def pair(house: RawHouse) -> tuple[RawClient, RawClient, dict[str, Any]]:
    """A moderator, a participant whose socket can be cut, and its token."""
    room_id = await house.room()
    mia, fields = await house.enter(room_id, "moderator"), await house.token(room_id, name="Ben")
    return mia, await house.present(fields), fields


def again(fields: dict[str, Any], client: RawClient, **more: Any) -> dict[str, Any]:
    """What its client says when it comes back."""
    return {**fields, "isReconnecting": True, "oldClientIdForReconnect": client.client_id, **more}


async def say(client: RawClient, text: str) -> None:
    await client.ask("sendDataStreamToRoom", {"msg": text, "broadcast": True, "clients": [], "type": "chat"})


async def test_who_says_what_it_has_got_is_told_the_rest_and_nobody_learns_of_the_loss(house: RawHouse) -> None:
    mia, ben, fields = await pair(house)
    await say(mia, "heard")
    await ben.hear("onDataStreamToRoom")
    ben.socket.transport.abort()
    await say(mia, "missed")
    back = await house.present(again(fields, ben, receivedNotices=1))
    assert ben.client_id == back.client_id
    await back.hear("onDataStreamToRoom")
    assert ["missed"] == [message["message"] for message in back.heard("onDataStreamToRoom")]
    assert back.order.index("room-connected") < back.order.index("onDataStreamToRoom")
    await say(back, "here")
    assert [] == mia.heard("user-disconnected")


async def test_a_client_that_does_not_count_is_told_nothing_again(house: RawHouse) -> None:
    mia, ben, fields = await pair(house)
    ben.socket.transport.abort()
    await say(mia, "missed")
    back = await house.present(again(fields, ben))
    await say(mia, "now")
    await back.hear("onDataStreamToRoom")
    assert ["now"] == [message["message"] for message in back.heard("onDataStreamToRoom")]


async def test_a_request_that_comes_again_under_its_number_is_done_once(house: RawHouse) -> None:
    mia, ben, fields = await pair(house)
    request = '["sendDataStreamToRoom",{"msg":"once","broadcast":true,"clients":[],"type":"chat"}]'
    await ben.socket.send(f"4277{request}")
    await ben.until(lambda: 77 in ben.answers)
    ben.socket.transport.abort()
    back = await house.present(again(fields, ben, receivedNotices=0))
    await back.socket.send(f"4277{request}")
    await back.until(lambda: 77 in back.answers)
    await back.socket.send(f"4278{request}")
    await back.until(lambda: 78 in back.answers)
    await mia.until(lambda: len(mia.heard("onDataStreamToRoom")) == 2)


async def test_the_ack_says_whether_it_is_resumed(house: RawHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "GRACE_S", 0.05)
    mia, ben, fields = await pair(house)
    ben.socket.transport.abort()
    await mia.hear("user-disconnected")
    client = await house.connect()
    word, answer = await client.ask("token", again(fields, ben))
    assert ("success", ben.client_id, None) == (word, answer["clientId"], answer.get("resumed"))
    other = await house.connect()
    _, answer = await other.ask("token", again(fields, ben, receivedNotices=0))
    assert answer["resumed"] is True


async def test_the_older_of_two_sockets_is_told_that_it_is_not_wanted_any_more(house: RawHouse) -> None:
    mia, ben, fields = await pair(house)
    await house.present(again(fields, ben))
    assert {"cause": 2002, "msg": "joined-again-elsewhere"} == (await ben.hear("room-disconnected"))["cause"]
    assert 1000 == await ben.closed()
    assert [] == mia.heard("user-disconnected")


async def test_who_was_away_for_long_is_told_what_it_missed_before_it_was_given_up(
    house: RawHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "GRACE_S", 0.3)
    mia, ben, fields = await pair(house)
    ben.socket.transport.abort()
    await say(mia, "missed")
    await mia.hear("user-disconnected")
    await say(mia, "to those who are here")
    back = await house.present(again(fields, ben, receivedNotices=0))
    await back.hear("onDataStreamToRoom")
    await say(mia, "welcome")
    await back.until(lambda: len(back.heard("onDataStreamToRoom")) == 2)
    assert ["missed", "welcome"] == [message["message"] for message in back.heard("onDataStreamToRoom")]
