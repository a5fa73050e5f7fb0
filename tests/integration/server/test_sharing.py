"""Shared screens and canvases: what is asked, answered and told, over real sockets."""

from typing import Any

import pytest

from bots.media import MediaLine, PeerConnection
from tests.integration.server.raw import RawClient, RawHouse, settle, three

SCREEN = {"req": "start", "pubType": "screen", "override": True}
PUBLISH = {"audio": False, "video": True, "data": True, "screen": True, "shareMetadata": {"layout": "presenter"}}


async def share(client: RawClient) -> int:
    """The id of the publication."""
    assert [{"result": 0}] == await client.ask("auxilaryPublishRequests", SCREEN)
    (answer,) = await client.ask("publish", PUBLISH, None)
    assert 0 == answer["result"], answer
    stream_id: int = answer["id"]
    return stream_id


async def test_a_share_is_told_to_everybody_when_it_begins_and_when_it_ends(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    stream_id = await share(ann)
    late = await house.enter(mia.heard("room-connected")[0]["id"], name="Late")
    assert late.heard("room-connected")[0]["room"]["shareOn"] is True
    assert ["success", True] == await ann.ask("unpublish", stream_id)
    await settle(mia, ann, ben)
    about = {"clientId": ann.client_id, "name": "Ann", "streamId": 101}
    for client in (mia, ann, ben):
        assert [{**about, "layout": "presenter"}] == client.heard("shareStarted")
        assert [about] == client.heard("shareStopped")
    await share(ben)


async def test_a_canvas_has_words_of_its_own(house: RawHouse) -> None:
    _, ann, ben = await three(house, canvas=True)
    assert [{"result": 0}] == await ann.ask("auxilaryPublishRequests", {"req": "start", "pubType": "canvas"})
    (answer,) = await ann.ask("publish", {"video": True, "canvas": True, "canvasType": "Annotation"}, None)
    await ann.ask("unpublish", answer["id"])
    await settle(ann, ben)
    about = {"clientId": ann.client_id, "name": "Ann", "streamId": 102, "canvasType": "Annotation"}
    assert ([about], [about]) == (ben.heard("canvasStarted"), ben.heard("canvasStopped"))


@pytest.mark.parametrize("kind", ["screen", "canvas"])
async def test_a_share_is_asked_for_before_it_is_published(house: RawHouse, kind: str) -> None:
    client = await house.enter(await house.room())
    (answer,) = await client.ask("publish", {"audio": False, "video": True, kind: True}, None)
    assert (4108, answer["msg"]) == (answer["result"], answer["error"])


@pytest.mark.parametrize("may_take_over", [False, True])
async def test_one_shares_at_a_time_unless_the_room_lets_others_take_over(house: RawHouse, may_take_over: bool) -> None:
    mia, ann, ben = await three(house, screen_share_override=may_take_over)
    await share(ann)
    (answer,) = await ben.ask("auxilaryPublishRequests", SCREEN)
    assert (0 if may_take_over else 1151) == answer["result"]
    await settle(mia, ann, ben)
    assert ([{"clientId": ben.client_id}] if may_take_over else []) == ann.heard("shareOverride")
    assert int(may_take_over) == len(mia.heard("shareStopped"))


async def test_who_leaves_shares_no_more(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    await share(ann)
    await ann.ask("drop", {"self": True})
    await settle(mia, ben)
    assert [101] == [one["streamId"] for one in ben.heard("shareStopped")]
    await share(ben)


async def test_a_share_asked_for_in_vain_is_given_back_without_a_word(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    await ann.ask("auxilaryPublishRequests", SCREEN)
    assert [{"result": 0}] == await ann.ask("auxilaryPublishRequests", {"req": "stop", "pubType": "screen"})
    await settle(mia, ann, ben)
    assert [] == ben.heard("shareStopped")
    await share(ben)


async def test_a_moderator_ends_all_sharing(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    assert 1159 == (await mia.ask("stopAllSharing", mia.client_id))[0]["result"]
    await share(ann)
    assert 4101 == (await ben.ask("stopAllSharing", ben.client_id))[0]["result"]
    assert [{"result": 0}] == await mia.ask("stopAllSharing", mia.client_id)
    assert {"clientId": mia.client_id} == await ann.hear("stopSharing")
    assert [] == ben.heard("stopSharing")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"req": "start", "pubType": "sound"}, 1155), ({"req": "start"}, 1155),
        ({"req": "start", "pubType": "canvas"}, 1170),
        ({"req": "set-permission-mode", "pubType": "screen", "mode": "all"}, 1170),
    ],
)  # fmt: skip
async def test_what_cannot_be_shared_is_refused(house: RawHouse, request_: Any, code: int) -> None:
    client = await house.enter(await house.room())
    assert code == (await client.ask("auxilaryPublishRequests", request_))[0]["result"]


async def test_a_share_does_not_end_the_microphone(house: RawHouse) -> None:
    _, ann, _ = await three(house)
    (answer,) = await ann.ask("publish", {"audio": True, "video": False}, None)
    stream_id = await share(ann)
    place = house.server.rooms.place_of(ann.client_id)
    assert place is not None
    assert {answer["id"], stream_id} == place[1].publication_ids


async def connected(client: RawClient, stream_id: int) -> PeerConnection:
    """The media connection of a publication, up: candidates follow the answer, as from the vendor's client."""
    peer = PeerConnection(loopback=True)
    whole = (await peer.offer([MediaLine("sendonly")])).splitlines(keepends=True)
    candidates = [line.strip() for line in whole if line.startswith("a=candidate:")]
    offer = "".join(line for line in whole if not line.startswith(("a=candidate:", "a=end-of-candidates")))

    async def signal(**msg: Any) -> None:
        await client.ask("signaling_message", {"streamId": stream_id, "msg": msg}, None)

    def told(kind: str) -> list[Any]:
        found = [one for one in client.heard("media_engine_connecting") if one.get("streamId") == stream_id]
        return [one["msg"] for one in found if one["msg"]["type"] == kind]

    await signal(type="offer", sdp=offer)
    await client.until(lambda: bool(told("answer")))
    await peer.accept_answer(told("answer")[-1]["sdp"])
    for candidate in (*candidates, "end"):
        await signal(type="candidate", candidate={"sdpMLineIndex": 0, "sdpMid": "0", "candidate": candidate})
    await peer.wait_connected(20)
    await client.until(lambda: bool(told("started")))
    return peer


async def test_a_share_whose_media_end_without_a_word_is_over_and_somebody_else_may_share(house: RawHouse) -> None:
    _, ann, ben = await three(house)
    stream_id = await share(ann)
    peer = await connected(ann, stream_id)
    assert [] == ben.heard("shareStopped")
    await peer.close()
    assert (ann.client_id, 101) == ((told := await ben.hear("shareStopped"))["clientId"], told["streamId"])
    await share(ben)
    await ann.ask("unpublish", stream_id)
    await settle(ann, ben)
    assert 1 == len(ben.heard("shareStopped"))


async def test_the_microphone_of_who_shares_may_end_and_the_share_goes_on(house: RawHouse) -> None:
    _, ann, ben = await three(house)
    (answer,) = await ann.ask("publish", {"audio": True, "video": False}, None)
    microphone = await connected(ann, answer["id"])
    await share(ann)
    await microphone.close()
    place = house.server.rooms.place_of(ann.client_id)
    assert place is not None
    await ann.until(lambda: answer["id"] not in place[1].publication_ids)
    await settle(ann, ben)
    assert [] == ben.heard("shareStopped")
