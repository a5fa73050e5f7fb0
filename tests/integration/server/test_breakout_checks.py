"""The eleven checks of breakouts.md section 12, said and heard over real sockets."""

import json
from typing import Any

import pytest

from tests.integration.server.raw import RawClient, RawHouse, settle

DEFINITION = {"participants": 2, "audio": True, "video": False, "canvas": False, "share": False, "max_rooms": 1}


class Class:
    """A room with a moderator and two participants, every one on a socket of its own."""

    def __init__(self, house: RawHouse, mia: RawClient, ann: RawClient, ben: RawClient) -> None:
        self.house, self.mia, self.ann, self.ben = house, mia, ann, ben

    async def open(self, **more: Any) -> str:
        (answer,) = await self.mia.ask("create-breakout-room", {**DEFINITION, **more})
        assert 0 == answer["result"], answer
        room_id: str = answer["msg"]["rooms"][0]
        return room_id

    async def invite(self, room_id: str, *people: RawClient, **more: Any) -> None:
        clients = [one.client_id for one in people]
        answer = await self.mia.ask("invite-breakout-room", {"room_id": room_id, "clients": clients, **more})
        assert [{"result": 0, "msg": "Success"}] == answer

    async def join(self, who: RawClient, room_id: str, role: str = "participant") -> dict[str, Any]:
        """The ack."""
        (answer,) = await who.ask("join-breakout-room", {"room_id": room_id, "role": role})
        assert isinstance(answer, dict)
        return answer

    async def go(self, who: RawClient, room_id: str) -> RawClient:
        """The whole way into a breakout room, as the SDK takes it; the second connection."""
        assert [{"result": 0, "msg": "Room muted"}] == await who.ask("muteRoom", {"audio": True, "video": True})
        answer = await self.join(who, room_id)
        assert {"result", "token"} == answer.keys(), answer
        inside = await self.house.present(self.house.fields(answer["token"]))
        (room,) = inside.heard("room-connected")
        assert (room_id, "breakout-room") == (room["id"], room["room"]["settings"]["room_type"])
        assert [{"result": 0}] == await who.ask("user-joined-breakout-room", {"name": room["room"]["name"]})
        return inside

    async def settle(self) -> None:
        """Everything that was on its way to anybody has come."""
        await settle(*(client for client in self.house.clients if client.close_code is None))


@pytest.fixture
async def lesson(house: RawHouse) -> Class:
    room_id = await house.room()
    mia = await house.enter(room_id, "moderator", "Mia")
    return Class(house, mia, await house.enter(room_id, name="Ann"), await house.enter(room_id, name="Ben"))


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"participants": 1}, 1731), ({"participants": 0}, 1731), ({"participants": -3}, 1731),
        ({"participants": 4}, 1725), ({"participants": "4"}, 1725), ({"participants": 10**9}, 1725),
        ({"participants": None}, 1734), ({"participants": "many"}, 1155), ({"participants": [2]}, 1155),
        ({"max_rooms": 0}, 1731), ({"max_rooms": 11}, 1726),
    ],
)  # fmt: skip
async def test_1_a_capacity_that_cannot_be_is_refused_in_words(
    lesson: Class, wanted: dict[str, Any], code: int
) -> None:
    (answer,) = await lesson.mia.ask("create-breakout-room", {**DEFINITION, **wanted})
    assert code == answer["result"]
    assert len(answer["msg"]) > 20
    await lesson.settle()
    assert [] == lesson.mia.heard("roomManagementEvents")


async def test_1_a_missing_capacity_has_a_code_of_its_own(lesson: Class) -> None:
    (answer,) = await lesson.mia.ask("create-breakout-room", {"audio": True})
    assert 1734 == answer["result"]


async def test_2_the_eleventh_room_is_refused(lesson: Class) -> None:
    for _ in range(10):
        await lesson.open()
    (answer,) = await lesson.mia.ask("create-breakout-room", DEFINITION)
    assert 1726 == answer["result"]


async def test_3_an_invite_without_force_and_one_with_it_are_told_once_each(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann)
    await lesson.invite(room_id, lesson.ben, force_join=True)
    await lesson.settle()
    (to_ann,), (to_ben,) = lesson.ann.heard("invite-breakout-room"), lesson.ben.heard("invite-breakout-room")
    assert (room_id, lesson.mia.client_id) == (to_ann["room_id"], to_ann["requestor"]["id"])
    assert to_ann.get("force_join") is not True
    assert (room_id, True, False) == (to_ben["room_id"], to_ben["force_join"], to_ben["video"])
    assert [] == lesson.mia.heard("invite-breakout-room")
    told = [(one["id"], one["msg"]["clients"]) for one in lesson.mia.heard("roomManagementEvents")[1:]]
    assert [("breakout-room-invited", [one.client_id]) for one in (lesson.ann, lesson.ben)] == told
    assert [] == lesson.ann.heard("roomManagementEvents") + lesson.ben.heard("roomManagementEvents")


async def test_4_who_is_not_invited_is_refused_and_nobody_hears_of_it(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.settle()
    before = [len(one.told) for one in lesson.house.clients]
    answer = await lesson.join(lesson.ann, room_id)
    assert (1729, "not-invited") == (answer["result"], answer["reason"])
    await lesson.settle()
    assert before == [len(one.told) for one in lesson.house.clients]


async def test_4_who_is_in_a_breakout_does_not_join_another(lesson: Class) -> None:
    first, second = await lesson.open(), await lesson.open()
    await lesson.invite(first, lesson.ann)
    await lesson.invite(second, lesson.ann)
    await lesson.go(lesson.ann, first)
    await lesson.settle()
    before = [len(one.told) for one in lesson.house.clients]
    answer = await lesson.join(lesson.ann, second)
    assert (1729, "already-in-breakout") == (answer["result"], answer["reason"])
    await lesson.settle()
    assert before == [len(one.told) for one in lesson.house.clients]


async def test_5_each_other_member_is_told_once_of_who_joined(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann, lesson.ben)
    inside = await lesson.go(lesson.ann, room_id)
    await lesson.go(lesson.ben, room_id)
    await lesson.settle()
    ann, ben = lesson.ann.client_id, lesson.ben.client_id
    joined = {"client": ben, "clientId": ben, "room": room_id, "name": "Ben", "role": "participant"}
    assert [joined] == lesson.ann.heard("user-joined-breakout-room")
    assert [ann, ben] == [one["client"] for one in lesson.mia.heard("user-joined-breakout-room")]
    assert [] == lesson.ben.heard("user-joined-breakout-room"), "it is its own joining"
    assert ["Ben"] == [one["name"] for one in inside.heard("user-connected")], "told inside as in any room"


async def test_6_the_next_breakout_waits_until_the_parent_is_resumed(lesson: Class) -> None:
    first, second = await lesson.open(), await lesson.open()
    await lesson.invite(first, lesson.ann)
    await lesson.invite(second, lesson.ann)
    inside = await lesson.go(lesson.ann, first)
    await inside.ask("drop", {"self": True})
    refused = await lesson.join(lesson.ann, second)
    assert (1729, "returning") == (refused["result"], refused["reason"])
    (resumed,) = await lesson.ann.ask("unMuteRoom", {"audio": False, "video": False})
    assert 0 == resumed["result"]
    assert 0 == (await lesson.join(lesson.ann, second))["result"]


async def test_7_leaving_is_told_once_and_the_last_one_out_ends_the_room(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann, lesson.ben)
    ann, ben = await lesson.go(lesson.ann, room_id), await lesson.go(lesson.ben, room_id)
    await ann.ask("drop", {"self": True})
    await lesson.settle()
    left = {"name": "Ann", "clientId": lesson.ann.client_id, "room": room_id}
    assert [left] == lesson.ben.heard("breakout-user-disconnected") == lesson.mia.heard("breakout-user-disconnected")
    assert [] == lesson.ann.heard("breakout-user-disconnected") + lesson.mia.heard("breakout-room-destroyed")
    await ben.ask("drop", {"self": True})
    await lesson.settle()
    assert [{"room_id": room_id}] == lesson.mia.heard("breakout-room-destroyed")
    assert [] == lesson.ann.heard("breakout-room-destroyed") + lesson.ben.heard("breakout-room-destroyed")


async def test_8_the_loss_of_the_parent_closes_the_socket_inside(
    lesson: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.server.rooms.GRACE_S", 0.1)
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann)
    inside = await lesson.go(lesson.ann, room_id)
    lesson.ann.socket.transport.abort()
    assert (await inside.hear("room-disconnected"))["cause"]["cause"] == 2002
    await inside.closed()


@pytest.mark.parametrize("is_object", [False, True])
async def test_9_a_rejection_is_a_text_and_reaches_the_inviter_and_the_moderators(
    lesson: Class, is_object: bool
) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann)
    payload = {"room_id": room_id} if is_object else room_id  # what an application hands to the SDK is sent as it is
    assert [{"result": 0}] == await lesson.ann.ask("reject-breakout-room", payload)
    await lesson.settle()
    (told,) = [one for one in lesson.mia.heard("roomManagementEvents") if one["id"] == "breakout-invite-rejected"]
    assert (room_id, lesson.ann.client_id) == (told["msg"]["room_id"], told["msg"]["client_id"])
    assert [] == lesson.ben.heard("roomManagementEvents")
    assert "not-invited" == (await lesson.join(lesson.ann, room_id))["reason"]


async def test_10_there_is_no_breakout_inside_a_breakout(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann)
    answer = await lesson.join(lesson.ann, room_id, "moderator")
    inside = await lesson.house.present(lesson.house.fields(answer["token"]))
    (nested,) = await inside.ask("create-breakout-room", DEFINITION)
    assert 1731 == nested["result"]


async def test_11_a_token_that_fails_reaches_the_application_unchanged(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann)
    lesson.house.server.breakouts.fail_tokens = True
    answer = await lesson.join(lesson.ann, room_id)
    assert (1729, "Failed to generate Token") == (answer["result"], answer["msg"])
    lesson.house.server.breakouts.fail_tokens = False
    assert 0 == (await lesson.join(lesson.ann, room_id))["result"], "the invitation has survived"


async def test_two_who_race_for_the_last_place_get_one_place(lesson: Class) -> None:
    room_id = await lesson.open()
    cyd = await lesson.house.enter(lesson.mia.heard("room-connected")[0]["id"], name="Cyd")
    people = (lesson.ann, lesson.ben, cyd)
    await lesson.invite(room_id, *people)
    numbers = [await one.say("join-breakout-room", {"room_id": room_id, "role": "participant"}) for one in people]
    for one, number in zip(people, numbers, strict=True):
        await one.until(lambda one=one, number=number: number in one.answers)  # type: ignore[misc]
    answers = [one.answers[number][0] for one, number in zip(people, numbers, strict=True)]
    assert [0, 0, 1729] == sorted(one["result"] for one in answers)
    assert ["full"] == [one["reason"] for one in answers if one["result"]]


async def test_a_breakout_token_opens_its_room_once_for_whom_it_was_made(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann)
    fields = lesson.house.fields((await lesson.join(lesson.ann, room_id))["token"])
    await lesson.house.present(fields)
    again = await lesson.house.connect()
    word, refusal = await again.ask("token", fields)
    assert ("error", 4118) == (word, refusal["result"])


async def test_invited_are_those_who_are_here_and_no_others(lesson: Class) -> None:
    room_id = await lesson.open()
    clients = ["c-nobody", lesson.ann.client_id, lesson.ann.client_id]
    assert 0 == (await lesson.mia.ask("invite-breakout-room", {"room_id": room_id, "clients": clients}))[0]["result"]
    await lesson.settle()
    assert 1 == len(lesson.ann.heard("invite-breakout-room"))
    wrong: list[dict[str, Any]] = [
        {"clients": ["c-nobody"]},
        {"clients": []},
        {"clients": "x"},
        {"room_id": "no", "clients": clients},
    ]
    for wanted in wrong:
        (answer,) = await lesson.mia.ask("invite-breakout-room", {"room_id": room_id, **wanted})
        assert 1155 == answer["result"], wanted


async def test_create_and_invite_forces_everybody_else_and_the_end_of_all_is_told(lesson: Class) -> None:
    wanted = {**DEFINITION, "max_rooms": 2, "force_join": True}
    (answer,) = await lesson.mia.ask("create-invite-breakout-room", wanted)
    rooms = answer["msg"]["rooms"]
    await lesson.settle()
    invites = [one.heard("invite-breakout-room") for one in (lesson.ann, lesson.ben)]
    assert sorted(rooms) == sorted(one["room_id"] for (one,) in invites), "one each: spread evenly"
    assert all(one["force_join"] is True for (one,) in invites)
    assert [] == lesson.mia.heard("invite-breakout-room")
    inside = await lesson.go(lesson.ann, invites[0][0]["room_id"])
    assert [{"result": 0}] == await lesson.mia.ask("destroy-breakout-rooms", {})
    await inside.hear("room-disconnected")
    await inside.closed()
    await lesson.settle()
    assert sorted(rooms) == sorted(one["room_id"] for one in lesson.mia.heard("breakout-room-destroyed"))
    (answer,) = await lesson.ann.ask("destroy-breakout-rooms", {})
    assert 4101 == answer["result"]


async def test_the_end_of_the_parent_is_the_end_of_everybody_inside(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann)
    inside = await lesson.go(lesson.ann, room_id)
    assert [{"result": 0}] == await lesson.mia.ask("drop", {"all": True, "clients": None})
    for client in (lesson.mia, lesson.ann, lesson.ben, inside):
        cause = (await client.hear("room-disconnected"))["cause"]
        assert {"cause": 2001, "msg": "disconnected-by-moderator"} == cause
        await client.closed()


async def test_breakouts_outlive_their_creator_as_long_as_the_lesson(lesson: Class) -> None:
    room_id = await lesson.open()
    await lesson.invite(room_id, lesson.ann, lesson.ben)
    inside = await lesson.go(lesson.ann, room_id)
    await lesson.mia.ask("drop", {"self": True})
    assert 0 == (await lesson.join(lesson.ben, room_id))["result"]
    assert inside.close_code is None
    await inside.ask("drop", {"self": True})
    await lesson.settle()
    assert [] == lesson.ben.heard("breakout-room-destroyed"), "he is on the way there"


@pytest.mark.parametrize("name", ["", " ", "O'Brien <b>&amp;</b>", "Ärger ✓ 日本", "\u202egnp", "a" * 4096, "\ud83d"])
async def test_names_travel_as_they_are(house: RawHouse, name: str) -> None:
    room_id = await house.room()
    mia = await house.enter(room_id, "moderator", "Mia")
    body = json.dumps({"name": name, "role": "participant"})  # half a surrogate pair travels escaped only
    reply = await house.api.post(f"/rooms/{room_id}/tokens", content=body)
    if not name.strip():
        assert 10002 == reply.json()["result"]
        return
    ann = await house.present(house.fields(reply.json()["token"]))
    assert name == (await mia.hear("user-connected"))["name"]
    (answer,) = await mia.ask("create-breakout-room", DEFINITION)
    room = answer["msg"]["rooms"][0]
    await mia.ask("invite-breakout-room", {"room_id": room, "clients": [ann.client_id]})
    (answer,) = await ann.ask("join-breakout-room", {"room_id": room, "role": "participant"})
    inside = await house.present(house.fields(answer["token"]))
    assert name == inside.heard("room-connected")[0]["user"]["name"]
