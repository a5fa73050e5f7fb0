"""Rules of moderation.md, said and heard over real sockets: acks, who is told, who is not."""

from typing import Any

import pytest

from tests.integration.server.raw import RawHouse, settle, three

FOR_MODERATORS = (
    "room-muted", "room-unmuted", "hardmute-user-audio", "hardunmute-user-audio", "hardmute-user-video",
    "hardunmute-user-video", "muteUser", "unMuteUser", "lockRoom", "user-allowed", "user-denied", "enableKnock",
    "getAwaitedUser", "openFloor", "inviteToFloor", "switchUserRole", "switchRoomMode", "extendConferenceDuration",
    "startRecord", "stopRecord", "create-breakout-room", "create-invite-breakout-room", "destroy-breakout-rooms",
    "drop",
)  # fmt: skip


@pytest.mark.parametrize("role", ["participant", "viewer", "audience"])
async def test_who_is_no_moderator_learns_that_first_and_nobody_else_hears_of_it(house: RawHouse, role: str) -> None:
    room_id = await house.room()
    mia, ann = await house.enter(room_id, "moderator", "Mia"), await house.enter(room_id, role, "Ann")
    await settle(mia, ann)
    before = len(mia.told)
    for event in FOR_MODERATORS:
        for payload in (None, {}, "x", {"clientId": None}):
            (answer,) = await ann.ask(event, payload)
            assert 4101 == answer["result"], (event, payload, answer)
    await settle(mia, ann)
    assert before == len(mia.told)


async def test_every_request_is_answered_with_a_code_and_a_reason_whatever_it_carries(house: RawHouse) -> None:
    mia, *_ = await three(house)
    payloads: list[Any] = [None, {}, [], "x", 5, True, {"clientId": {}}, {"all": []}, [[[]]], {"participants": {}}]
    for event in FOR_MODERATORS:
        for payload in payloads:
            (answer,) = await mia.ask(event, payload)
            assert isinstance(answer["result"], int), (event, payload, answer)
            assert answer["result"] == 0 or answer["msg"], (event, payload, answer)


async def test_who_muted_itself_is_not_unmuted_by_a_moderator(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    await ann.ask("user-audio-muted")
    (answer,) = await mia.ask("hardunmute-user-audio", {"clientId": ann.client_id})
    assert 1203 == answer["result"]
    await settle(mia, ann, ben)
    assert [] == ann.heard("hardunmute-user-audio") + ben.heard("user-audio-unmuted")


async def test_who_is_hard_muted_unmutes_itself_in_vain_until_a_moderator_gives_it_back(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    assert [{"result": 0}] == await mia.ask("hardmute-user-audio", {"clientId": ann.client_id})
    await ann.hear("hardmute-user-audio")
    await ann.ask("user-audio-muted")
    (answer,) = await ann.ask("user-audio-unmuted")
    assert 1176 == answer["result"]
    assert [{"result": 0}] == await mia.ask("hardunmute-user-audio", {"clientId": ann.client_id})
    await settle(mia, ann, ben)
    for client in (mia, ann, ben):
        assert [ann.client_id] == [one["clientId"] for one in client.heard("user-audio-muted")]
        assert [ann.client_id] == [one["clientId"] for one in client.heard("user-audio-unmuted")]
    assert [] == ben.heard("hardmute-user-audio") + mia.heard("hardmute-user-audio"), "told to the muted one only"


async def test_the_rooms_mute_is_told_to_all_others_and_to_who_comes_later(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    assert [{"result": 0, "msg": "Room is muted"}] == await mia.ask("room-muted", {})
    for client in (ann, ben):
        assert mia.client_id == (await client.hear("room-muted"))["moderatorId"]
    cyd = await house.enter(mia.heard("room-connected")[0]["id"], name="Cyd")
    assert cyd.heard("room-connected")[0]["room"]["mute"] is True
    assert [{"result": 0, "msg": "Room is un-muted"}] == await mia.ask("room-unmuted", {})
    await settle(mia, ann, ben)
    assert (0, 1, 1) == tuple(len(one.heard("room-unmuted")) for one in (mia, ann, ben))


@pytest.mark.parametrize("msg", ["", None, 0, False])
async def test_a_message_says_something(house: RawHouse, msg: Any) -> None:
    mia, ann, ben = await three(house)
    payload = {"msg": msg, "broadcast": True, "clients": [], "type": "chat"}
    assert 1155 == (await ann.ask("sendDataStreamToRoom", payload))[0]["result"]
    await settle(mia, ann, ben)
    assert [] == ben.heard("onDataStreamToRoom")


async def test_a_private_message_goes_to_whom_it_names_and_not_back_to_its_sender(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    clients = [ben.client_id, ann.client_id, "c-nobody", ben.client_id]
    payload = {"msg": {"any": ["thing"]}, "broadcast": False, "clients": clients, "type": "user_data"}
    assert [{"result": 0}] == await ann.ask("sendDataStreamToRoom", payload)
    await settle(mia, ann, ben)
    (told,) = ben.heard("onDataStreamToRoom")
    assert ("user_data", {"any": ["thing"]}, False) == (told["type"], told["message"], told["broadcast"])
    assert ("Ann", ann.client_id) == (told["sender"], told["senderId"])
    assert [] == ann.heard("onDataStreamToRoom") + mia.heard("onDataStreamToRoom")


async def test_who_is_dropped_is_dropped_out_of_its_breakout_too(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    (answer,) = await mia.ask("create-breakout-room", {"participants": 2, "audio": True})
    room_id = answer["msg"]["rooms"][0]
    await mia.ask("invite-breakout-room", {"room_id": room_id, "clients": [ann.client_id]})
    (answer,) = await ann.ask("join-breakout-room", {"room_id": room_id, "role": "participant"})
    inside = await house.present(house.fields(answer["token"]))
    assert [{"result": 0}] == await mia.ask("drop", {"all": False, "clientIds": [ann.client_id]})
    for client in (ann, inside):
        assert {"cause": {"cause": 2001, "msg": "disconnected-by-moderator"}} == await client.hear("room-disconnected")
        await client.closed()
    assert ann.client_id == (await ben.hear("user-disconnected"))["clientId"]


async def test_a_late_moderator_learns_who_asks_for_another_role(house: RawHouse) -> None:
    _, ann, _ = await three(house)
    (answer,) = await ann.ask("changeUserRoleOption", {"role": "moderator"}, "requestInitiate")
    assert 0 == answer["result"]
    room_id = ann.heard("room-connected")[0]["id"]
    max_, cyd = await house.enter(room_id, "moderator", "Max"), await house.enter(room_id, name="Cyd")
    wish = {"clientId": ann.client_id, "name": "Ann", "role": "moderator"}
    assert [wish] == max_.heard("room-connected")[0]["userRoleChangeRequests"]
    assert "userRoleChangeRequests" not in cyd.heard("room-connected")[0]


async def test_a_room_that_waited_for_its_moderator_tells_all_that_the_sdk_reads(house: RawHouse) -> None:
    room_id = await house.room(wait_for_moderator=True)
    ann = await house.enter(room_id, name="Ann")
    welcome = ann.heard("room-connected")[0]
    assert (True, True) == (welcome["room"]["waitRoom"], welcome["room"]["wait_room"])
    assert 1130 == (await ann.ask("publish", {"audio": True}, None))[0]["result"]
    await house.enter(room_id, "moderator", "Mia")
    event = await ann.hear("roomManagementEvents")
    assert "wait-room-disabled" == event["id"]
    assert {"streams", "userList", "videoMutedUsers"} == event["roomData"].keys()
    assert 0 == (await ann.ask("publish", {"audio": True}, None))[0]["result"]


@pytest.mark.parametrize("timestamp", [1.5, "2026", None, {}])
async def test_what_a_client_logs_is_acknowledged_whatever_it_is(house: RawHouse, timestamp: Any) -> None:
    client = await house.enter(await house.room())
    event = {"eventType": "clientConnSuccess", "timestamp": timestamp, "hostVersion": 120.5, "roomId": []}
    assert [{"result": 0}] == await client.ask("logClientEvents", event)
