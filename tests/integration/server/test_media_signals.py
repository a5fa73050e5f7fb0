"""Offers and candidates as no client should send them: the server answers the last offer, and lives."""

import pytest

from bots.media import MediaLine, PeerConnection
from tests.integration.server.raw import RawClient, RawHouse


async def offer() -> str:
    peer = PeerConnection()
    try:
        return await peer.offer([MediaLine("recvonly")])
    finally:
        await peer.close()


async def signal(client: RawClient, stream_id: int, **msg: object) -> None:
    await client.ask("signaling_message", {"streamId": stream_id, "msg": msg}, None)


async def test_of_many_offers_at_once_the_last_one_is_answered(house: RawHouse) -> None:
    client, text = await house.enter(await house.room()), await offer()
    for _ in range(10):
        await client.say("signaling_message", {"streamId": 1, "msg": {"type": "offer", "sdp": text}}, None)
    answer = await client.hear("media_engine_connecting")
    assert (1, "answer", []) == (answer["peerId"], answer["msg"]["type"], answer["msg"]["media"])
    await signal(client, 2, type="offer", sdp=text)
    await client.until(lambda: 2 in [one["peerId"] for one in client.heard("media_engine_connecting")])
    assert [1, 2] == [one["peerId"] for one in client.heard("media_engine_connecting")]


@pytest.mark.parametrize("sdp", ["", "v=0", "x" * 100_000, "m=audio 9 UDP/TLS/RTP/SAVPF 111", "\ud83d", 5, None])
async def test_an_offer_that_cannot_be_read_does_not_spoil_the_next(house: RawHouse, sdp: object) -> None:
    client = await house.enter(await house.room())
    await signal(client, 1, type="offer", sdp=sdp)
    await signal(client, 1, type="offer", sdp=await offer())
    assert "answer" == (await client.hear("media_engine_connecting"))["msg"]["type"]


@pytest.mark.parametrize(
    "candidate",
    ["", "x", "end", 5, None, [], "a=candidate:", "a=candidate:1 1 udp x y z typ host", "a=candidate:" + "9 " * 5000],
)
async def test_a_candidate_that_cannot_be_read_changes_nothing(house: RawHouse, candidate: object) -> None:
    client = await house.enter(await house.room())
    for stream_id in (1, 777):  # an id that is offered later, and one that is nobody's
        await signal(client, stream_id, type="candidate", candidate=candidate)
        await signal(client, stream_id, type="candidate", candidate={"sdpMLineIndex": 0, "candidate": candidate})
    await signal(client, 777, type="offer", sdp=await offer())
    await signal(client, 1, type="offer", sdp=await offer())
    assert 1 == (await client.hear("media_engine_connecting"))["peerId"]
