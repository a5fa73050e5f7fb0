"""Shared screens and canvases: what is asked, answered and told, over real sockets."""

from typing import Any

import pytest

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
