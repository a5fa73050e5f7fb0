"""Roles that change, the room's mode, how long it lasts: the rules of the embedded server, without sockets."""

import pytest

from bots.wire import (
    Answer,
    ChangeRoleOption,
    CreateBreakout,
    Drop,
    EnableKnock,
    ExtendDuration,
    HardMuteRoom,
    HardMuteUser,
    HardUnmuted,
    LockRoom,
    MutedOne,
    MuteOne,
    ProcessFloor,
    RoleChange,
    RoleChanged,
    RoleWish,
    RoomDisconnected,
    RoomManagement,
    RoomMuted,
    RoomSwitched,
    RoomUnmuted,
    SwitchRole,
    SwitchRoomMode,
    UnmuteOne,
    UserAudioMuted,
    read_request,
)
from bots.wire import BreakoutDefinition as Definition
from tests.fakes.house import NOW, FakeHouse


def hand_over(house: FakeHouse, who: str, to: str) -> Answer:
    return house.ask(who, read_request("switchUserRole", [to]))


def change(house: FakeHouse, who: str, **roles: str) -> Answer:
    """Client ids have a dash, which no keyword can have: `c_1` for `c-1`."""
    changes = tuple(RoleChange(client_id=one.replace("_", "-"), role=role) for one, role in roles.items())
    return house.ask(who, SwitchRole(changes=changes, is_list=True))


def key(client_id: str) -> str:
    return client_id.replace("-", "_")


def role_of(house: FakeHouse, who: str) -> str:
    return house.room.members[who].role


def test_a_moderator_hands_its_role_over() -> None:
    house = FakeHouse()
    mia, ann, ben = house.enter("moderator", name="Mia"), house.enter(name="Ann"), house.enter(name="Ben")
    assert hand_over(house, mia, ann).is_ok
    assert ("participant", "moderator") == (role_of(house, mia), role_of(house, ann))
    for who in (mia, ann, ben):
        (notice,) = house.heard(who, RoleChanged)
        assert (ann, mia) == (notice.moderator.new, notice.moderator.old)
        assert {"Mia": "participant", "Ann": "moderator", "Ben": "participant"} == {
            one.name: one.role for one in notice.user_list
        }
    assert house.ask(ann, LockRoom(is_locked=True)).is_ok
    assert 4101 == house.ask(mia, LockRoom(is_locked=False)).result


def test_the_new_moderator_learns_who_waits_and_nobody_else_does() -> None:
    house = FakeHouse(knock=True)
    mia = house.enter("moderator", name="Mia")
    house.room.is_knocked_at = False
    ann = house.enter(name="Ann")
    house.room.is_knocked_at = True
    zoe = house.enter(name="Zoe")
    hand_over(house, mia, ann)
    assert ({"clientId": zoe, "name": "Zoe"},) == house.heard(ann, RoleChanged)[0].awaited
    assert () == house.heard(mia, RoleChanged)[0].awaited


def test_a_changed_role_survives_a_reconnect_whatever_the_token_says() -> None:
    house = FakeHouse()
    fields = house.token("moderator", name="Mia")
    mia, ann = house.present(fields), house.enter(name="Ann")
    hand_over(house, mia, ann)
    back = {**fields, "isReconnecting": True, "oldClientIdForReconnect": mia}
    house.present(back)
    assert "participant" == role_of(house, mia)
    house.vanish(mia)
    house.present(back)
    assert "participant" == role_of(house, mia)


def test_who_has_handed_over_comes_back_to_a_place_of_the_new_role() -> None:
    house = FakeHouse(moderators=1)
    fields = house.token("moderator", name="Mia")
    mia, ann = house.present(fields), house.enter(name="Ann")
    hand_over(house, mia, ann)
    house.vanish(mia)
    house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": mia})
    assert "participant" == role_of(house, mia)


def test_who_has_taken_over_does_not_knock_on_the_way_back() -> None:
    house = FakeHouse()
    fields = house.token(name="Ann")
    mia, ann = house.enter("moderator", name="Mia"), house.present(fields)
    hand_over(house, mia, ann)
    assert house.ask(ann, EnableKnock(is_on=True)).is_ok
    house.vanish(ann)
    house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ann})
    assert {} == house.room.waiting
    assert "moderator" == role_of(house, ann)


def test_who_may_not_hand_over_and_to_whom() -> None:
    house = FakeHouse()
    mia, max_ = house.enter("moderator", name="Mia"), house.enter("moderator", name="Max")
    ann, vic = house.enter(name="Ann"), house.enter("viewer", name="Vic")
    assert 4101 == hand_over(house, ann, mia).result
    for to in (mia, max_, vic, "nobody"):
        assert 1155 == hand_over(house, mia, to).result
    assert "moderator" == role_of(house, mia)


def test_a_muted_room_mutes_who_steps_down_and_unmutes_who_steps_up() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator", name="Mia"), house.enter(name="Ann")
    house.ask(mia, HardMuteUser(client_id=ann))
    house.ask(mia, HardMuteRoom())
    hand_over(house, mia, ann)
    assert (True, False) == (house.room.members[ann].is_audible, house.room.members[mia].is_audible)
    assert (1, 1) == (len(house.heard(ann, HardUnmuted)), len(house.heard(ann, RoomUnmuted)))
    assert 1 == len(house.heard(mia, RoomMuted))
    assert [mia] == [one.client_id for one in house.heard(ann, UserAudioMuted)][-1:]


def test_in_a_lecture_who_steps_down_stops_publishing_and_hands_go_along() -> None:
    house = FakeHouse(mode="lecture")
    mia, ann, ben = house.enter("moderator", name="Mia"), house.enter(name="Ann"), house.enter(name="Ben")
    house.ask(ben, ProcessFloor(client_id=ben, action="requestFloor"))
    hand_over(house, mia, ann)
    assert [mia] == house.silenced
    assert [ben] == [one["clientId"] for one in house.heard(ann, RoleChanged)[0].raised_hands]
    assert 1173 == (house.desk.publish_refusal(house.room, house.room.members[mia]) or (0,))[0]


def test_a_list_changes_several_roles_one_notice_each() -> None:
    house = FakeHouse()
    mia, ann, ben = house.enter("moderator", name="Mia"), house.enter(name="Ann"), house.enter(name="Ben")
    assert change(house, mia, **{key(ann): "moderator", key(ben): "audience"}).is_ok
    assert ("moderator", "moderator", "audience") == (role_of(house, mia), role_of(house, ann), role_of(house, ben))
    first, second = house.heard(mia, RoleChanged)
    assert ({"new": "moderator", "old": "participant"}, ann) == (first.changes[0]["role"], first.moderator.new)
    assert ("audience", 1) == (second.changes[0]["user"]["role"], second.audience)
    assert 1170 == (house.desk.publish_refusal(house.room, house.room.members[ben]) or (0,))[0]
    assert [ben] == house.silenced


def test_a_list_is_changed_as_a_whole_or_not_at_all() -> None:
    house = FakeHouse(moderators=1)
    mia, ann, ben = house.enter("moderator", name="Mia"), house.enter(name="Ann"), house.enter(name="Ben")
    assert 1159 == change(house, mia, **{key(ann): "audience", "c_9": "moderator"}).result
    assert 1159 == change(house, mia, **{key(ann): "participant"}).result
    assert 1155 == change(house, mia, **{key(ann): "king"}).result
    assert 1155 == change(house, mia, **{key(mia): "participant"}).result
    assert 2101 == change(house, mia, **{key(ann): "moderator"}).result
    assert 4101 == change(house, ann, **{key(ben): "audience"}).result
    assert 4101 == change(house, ann, **{key(ann): "moderator"}).result
    assert ["participant", "participant"] == [role_of(house, one) for one in (ann, ben)]
    assert [] == house.heard(ben, RoleChanged)


def test_a_participant_may_step_down_by_itself() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert change(house, ann, **{key(ann): "audience"}).is_ok
    assert 1 == len(house.heard(mia, RoleChanged))


@pytest.mark.parametrize(("answer", "role"), [("requestAccepted", "moderator"), ("requestDenied", "participant")])
def test_another_role_can_be_asked_for(answer: str, role: str) -> None:
    house = FakeHouse()
    mia, max_, ann = house.enter("moderator"), house.enter("moderator", name="Max"), house.enter(name="Ann")
    assert house.ask(ann, ChangeRoleOption(action="requestInitiate", role="moderator")).is_ok
    assert [("requestInitiated", "Ann", "moderator")] == [
        (one.id, one.name, one.role) for one in house.heard(mia, RoleWish)
    ]
    assert 4101 == house.ask(ann, ChangeRoleOption(action=answer, client_id=ann)).result
    assert house.ask(mia, ChangeRoleOption(action=answer, client_id=ann, role="moderator")).is_ok
    assert role == role_of(house, ann)
    assert [answer] == [one.id for one in house.heard(ann, RoleWish)][:1]
    assert answer == house.heard(max_, RoleWish)[-1].id
    assert 1707 == house.ask(mia, ChangeRoleOption(action=answer, client_id=ann)).result


def test_a_wish_can_be_withdrawn_and_must_make_sense() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert 1155 == house.ask(ann, ChangeRoleOption(action="requestInitiate", role="participant")).result
    assert 1707 == house.ask(ann, ChangeRoleOption(action="requestCancel")).result
    house.ask(ann, ChangeRoleOption(action="requestInitiate", role="moderator"))
    assert house.ask(ann, ChangeRoleOption(action="requestCancel")).is_ok
    assert "requestCancelled" == house.heard(mia, RoleWish)[-1].id
    assert 1155 == house.ask(ann, ChangeRoleOption(action="wish")).result


def test_a_wish_that_cannot_be_granted_now_stands() -> None:
    house = FakeHouse(moderators=2)
    mia, max_, ann = house.enter("moderator"), house.enter("moderator", name="Max"), house.enter(name="Ann")
    house.ask(ann, ChangeRoleOption(action="requestInitiate", role="moderator"))
    accept = ChangeRoleOption(action="requestAccepted", client_id=ann, role="moderator")
    assert 2101 == house.ask(mia, accept).result
    house.ask(max_, Drop(is_self=True))
    assert house.ask(mia, accept).is_ok
    assert "moderator" == role_of(house, ann)


def test_a_group_becomes_a_lecture_and_a_group_again() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert 4101 == house.ask(ann, SwitchRoomMode(mode="lecture")).result
    assert 1155 == house.ask(mia, SwitchRoomMode(mode="group")).result
    assert house.ask(mia, SwitchRoomMode(mode="lecture")).is_ok
    assert ([ann], "lecture") == (house.silenced, house.welcome(ann).room["settings"]["mode"])
    assert [mia] == [one.moderator for one in house.heard(ann, RoomSwitched)]
    assert 5067 == house.ask(mia, CreateBreakout(definition=Definition(participants=2))).result
    assert house.ask(mia, SwitchRoomMode(mode="group")).is_ok
    assert None is house.desk.publish_refusal(house.room, house.room.members[ann])
    house.open_breakout(mia)
    assert 1155 == house.ask(mia, SwitchRoomMode(mode="lecture")).result


def timed(house: FakeHouse, minutes: float) -> list[int]:
    """Time goes on to this minute of the session; the minutes left that everybody was told of."""
    house.now = NOW + minutes * 60
    house.perform(house.rooms.expire(house.now))
    member = next(iter(house.room.members), "")
    return [one.msg["timeLeft"] for one in house.heard(member, RoomManagement)] if member else []


def test_everybody_is_told_ten_and_five_minutes_before_the_end_and_then_it_is_over() -> None:
    house = FakeHouse(duration=30)
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert [] == timed(house, 19)
    assert [10] == timed(house, 20)
    assert [10] == timed(house, 24)
    assert [10, 5] == timed(house, 25.5)
    timed(house, 30)
    assert {mia, ann} == set(house.cut)
    assert ["Conference Expired"] == [one.msg for one in house.heard(ann, RoomDisconnected)]


def test_a_short_session_is_reminded_of_what_lies_ahead_only() -> None:
    house = FakeHouse(duration=7)
    house.enter("moderator")
    assert [] == timed(house, 1)
    assert [5] == timed(house, 2)


def test_a_moderator_makes_the_session_longer_and_is_reminded_again() -> None:
    house = FakeHouse(duration=30)
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    timed(house, 26)
    assert 4101 == house.ask(ann, ExtendDuration()).result
    assert 10 == house.ask(mia, ExtendDuration()).get("extendedTime")
    assert [5, 14] == timed(house, 26)
    assert 10 == timed(house, 30)[-1]
    assert 5 == timed(house, 35)[-1]
    assert [] == house.cut
    timed(house, 40)
    assert {mia, ann} == set(house.cut)


def test_a_room_without_a_duration_cannot_last_longer() -> None:
    house = FakeHouse()
    mia = house.enter("moderator")
    assert 1155 == house.ask(mia, ExtendDuration()).result


def test_the_older_calls_mute_one_too() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert 4101 == house.ask(ann, MuteOne(client_id=mia)).result
    assert house.ask(mia, MuteOne(client_id=ann)).is_ok
    assert not house.room.members[ann].is_audible
    assert house.ask(mia, UnmuteOne(client_id=ann)).is_ok
    assert house.room.members[ann].is_audible
    assert [True, False] == [one.is_muted for one in house.heard(ann, MutedOne)]


def test_a_room_can_be_deleted_at_its_end() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert 4101 == house.ask(ann, Drop(is_all=True, deletes_room=True)).result
    house.ask(mia, Drop(is_all=True, deletes_room=True))
    assert (None, {mia, ann}) == (house.rooms.get(house.room.room_id), set(house.cut))
