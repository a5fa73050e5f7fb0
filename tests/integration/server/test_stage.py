"""Pinned people, layouts, and data that applications keep: asked, answered and told over real sockets."""

from typing import Any

import pytest

from bots.wire import read_json, write_json
from tests.integration.server.raw import RawHouse, settle, three


def option(name: str, request: str, *people: str) -> list[dict[str, Any]]:
    return [{"id": name, "request": request, "clientIds": list(people)}]


async def test_a_pinned_one_has_a_slot_though_silent(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    await mia.ask("setAdvancedOptions", option("update-pin-users", "add", ann.client_id))
    await settle(mia, ann, ben)
    assert [[ann.client_id], []] == [
        [one["clientId"] for one in client.heard("active-talkers-updated")[-1]["activeList"]] for client in (ben, ann)
    ]


@pytest.mark.parametrize(
    ("what", "keys"), [("update-pin-users", ("clientIds",)), ("spotlight-users", ("clients", "users"))]
)
async def test_who_is_shown_is_told_to_everybody_under_the_documented_names(
    house: RawHouse, what: str, keys: tuple[str, ...]
) -> None:
    mia, ann, ben = await three(house)
    assert 0 == (await mia.ask("setAdvancedOptions", option(what, "add", ben.client_id)))[0]["result"]
    for client in (mia, ann, ben):
        told = await client.hear("roomManagementEvents")
        assert (what, mia.client_id) == (told["id"], told["msg"]["moderator_id"])
        assert [[ben.client_id]] * len(keys) == [told["msg"].get(key) for key in keys]


async def test_a_layout_is_told_to_everybody(house: RawHouse) -> None:
    mia, ann, _ = await three(house)
    assert 1192 == (await mia.ask("sendLayoutData", {"layout": "round", "service": "all"}))[0]["result"]
    assert 1193 == (await mia.ask("sendLayoutData", {"layout": "grid", "service": "post"}))[0]["result"]
    assert 4101 == (await ann.ask("sendLayoutData", {"layout": "grid", "service": "all"}))[0]["result"]
    assert [{"result": 0}] == await mia.ask("sendLayoutData", {"layout": "grid", "service": "all"})
    wanted = {"clientId": mia.client_id, "layout": "grid", "service": "all"}
    for client in (mia, ann):
        assert wanted == await client.hear("update-layout")


@pytest.mark.parametrize("scope", ["room", "session"])
async def test_data_of_a_room_is_told_to_everybody_and_to_who_comes_later(house: RawHouse, scope: str) -> None:
    mia, ann, ben = await three(house)
    await ann.ask("setCustomData", {"scope": scope, "data": {"a": {"b": 1}}, "query": "a"})
    assert [{"result": 0}] == await ann.ask("setCustomData", {"scope": scope, "data": {"c": 2}})
    await settle(mia, ann, ben)
    for client in (mia, ann, ben):
        told = client.heard("CustomDataUpdated")[-1]
        assert ({"a": {"b": 1}, "c": 2}, scope, 0) == (told["data"], told["scope"], told["result"])
    (answer,) = await ben.ask("getCustomData", {"scope": scope, "options": {"db": True}, "query": "a.b"})
    assert (0, 1) == (answer["result"], answer["data"])
    late = await house.enter(mia.heard("room-connected")[0]["id"], name="Late")
    key = {"room": "customRoomData", "session": "customSessionData"}[scope]
    assert {"a": {"b": 1}, "c": 2} == late.heard("room-connected")[0]["room"][key]


async def test_saved_data_goes_where_the_query_says_and_stays_for_the_next_session(house: RawHouse) -> None:
    mia, ann, ben = await three(house)
    await ann.ask("saveCustomData", {"scope": "room", "data": {"x": 1}, "query": "deep.er"})
    await ann.ask("saveCustomData", {"scope": "user", "data": {"mine": True}})
    await settle(mia, ann, ben)
    assert [{"result": 0, "scope": "room"}] == ben.heard("CustomDataSaved"), "not of a user's own"
    assert 1 == (await ben.ask("getCustomData", {"scope": "user", "query": "mine"}))[0]["result"]
    for client in (mia, ann, ben):
        await client.ask("drop", {"self": True})
    room_id = mia.heard("room-connected")[0]["id"]
    again = await house.enter(room_id, name="Ann")
    assert {"deep": {"er": {"x": 1}}} == again.heard("room-connected")[0]["room"]["customRoomData"]
    assert {"mine": True} == again.heard("room-connected")[0]["user"]["customUserData"]


def nested(levels: int) -> dict[str, Any]:
    return {"a": nested(levels - 1)} if levels > 1 else {}


async def test_the_deepest_data_that_is_kept_keeps_no_bot_out(house: RawHouse) -> None:
    mia, ann, _ = await three(house)
    for scope in ("room", "session", "user"):
        assert [{"result": 0}] == await ann.ask("setCustomData", {"scope": scope, "data": nested(95)})
    late = await house.enter(mia.heard("room-connected")[0]["id"], name="Late")
    assert nested(95) == late.heard("room-connected")[0]["room"]["customRoomData"]
    await mia.ask("switchUserRole", [{"clientId": ann.client_id, "role": "viewer"}])
    await settle(late)
    for name, arguments in late.told:
        assert [name, *arguments] == read_json(write_json([name, *arguments])), "as our bots read it"
    assert "userRoleChanged" in {name for name, _ in late.told}


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "planet", "data": {}}, {"scope": ["room"], "data": {}}, {"scope": "owner", "data": {}}, {},
        {"scope": "room", "data": []}, {"scope": "room", "data": {"": 1}},
        {"scope": "room", "data": {}, "query": "a.b.c"},
        {"scope": "room", "data": {}, "query": 5}, {"scope": "room", "data": {"a": "x" * 200_000}},
        {"scope": "room", "data": nested(97)}, {"scope": "user", "data": nested(96)},
    ],
)  # fmt: skip
async def test_data_that_cannot_be_kept_is_refused(house: RawHouse, wrong: Any) -> None:
    mia, ann, ben = await three(house)
    (answer,) = await ann.ask("setCustomData", wrong)
    assert 1 == answer["result"]
    assert answer["msg"]
    await settle(mia, ann, ben)
    assert [] == ben.heard("CustomDataUpdated")
