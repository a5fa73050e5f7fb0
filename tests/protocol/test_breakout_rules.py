"""The eleven checks of breakouts.md section 12 that concern the server, and the rules of section 1."""

import pytest

from bots.server.welcome import room_meta
from bots.wire import (
    AnnounceBreakoutJoin,
    BreakoutDefinition,
    BreakoutDestroyed,
    BreakoutInvited,
    BreakoutUserJoined,
    BreakoutUserLeft,
    CreateAndInviteBreakout,
    CreateBreakout,
    DestroyBreakouts,
    Drop,
    PauseRoom,
    RejectBreakout,
    ResumeRoom,
    RoomDisconnected,
    RoomManagement,
    SwitchRoomMode,
    read_request,
)
from tests.fakes.house import FakeHouse, refusal_of


def classroom() -> tuple[FakeHouse, str, str, str]:
    house = FakeHouse()
    return house, house.enter("moderator", name="Mia"), house.enter(name="Ann"), house.enter(name="Ben")


def managed(house: FakeHouse, client_id: str, event: str) -> list[RoomManagement]:
    return [notice for notice in house.heard(client_id, RoomManagement) if notice.id == event]


@pytest.mark.parametrize(("participants", "code"), [(1, 1731), (4, 1725), (99, 1725), (-1, 1731)])
def test_a_capacity_out_of_range_is_refused(participants: int, code: int) -> None:
    house, mia, *_ = classroom()
    answer = house.ask(mia, CreateBreakout(definition=BreakoutDefinition(participants=participants)))
    assert code == answer.result
    assert answer.reason


def test_the_eleventh_room_is_refused() -> None:
    house, mia, *_ = classroom()
    for _ in range(10):
        house.open_breakout(mia)
    assert 1726 == house.ask(mia, CreateBreakout(definition=BreakoutDefinition(participants=2))).result


def test_more_rooms_than_ten_at_once_are_refused_and_none_is_made() -> None:
    house, mia, *_ = classroom()
    definition = BreakoutDefinition(participants=2, max_rooms=11)
    assert 1726 == house.ask(mia, CreateBreakout(definition=definition)).result
    assert [] == house.room.breakout_ids


def test_an_ended_room_gives_its_place_back() -> None:
    house, mia, *_ = classroom()
    rooms = [house.open_breakout(mia) for _ in range(10)]
    assert house.ask(mia, DestroyBreakouts(rooms=(rooms[3],))).is_ok
    assert house.open_breakout(mia) not in rooms


def test_moderators_hear_of_a_new_room_and_participants_do_not() -> None:
    house, mia, ann, _ = classroom()
    other = house.enter("moderator", name="Max")
    room_id = house.open_breakout(mia)
    assert [room_id] == [notice.msg["room_id"] for notice in managed(house, other, "breakout-room-created")]
    assert [] == managed(house, ann, "breakout-room-created")


def test_an_invite_reaches_only_the_invited_and_once() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    assert house.invite(mia, room_id, ann).is_ok
    assert [(room_id, mia, False)] == [
        (one.room_id, one.inviter_id, one.force_join) for one in house.heard(ann, BreakoutInvited)
    ]
    assert [] == house.heard(ben, BreakoutInvited)
    assert [] == house.heard(mia, BreakoutInvited)


def test_a_participant_may_neither_create_nor_invite() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    assert 4101 == house.ask(ann, CreateBreakout(definition=BreakoutDefinition(participants=2))).result
    assert 4101 == house.invite(ann, room_id, ben).result
    assert [] == house.heard(ben, BreakoutInvited)


def test_who_is_not_invited_is_refused_and_nobody_hears_of_it() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    before = {client: len(notices) for client, notices in house.told.items()}
    answer = house.join(ann, room_id)
    assert (1729, "not-invited") == (answer.result, answer.get("reason"))
    assert before == {client: len(notices) for client, notices in house.told.items()}
    assert ben in before


def test_an_unknown_room_is_refused() -> None:
    house, _, ann, _ = classroom()
    answer = house.join(ann, "no-such-room")
    assert (1729, "not-found") == (answer.result, answer.get("reason"))


def test_the_creator_needs_no_invitation() -> None:
    house, mia, *_ = classroom()
    assert house.join(mia, house.open_breakout(mia)).is_ok


def test_a_join_is_told_to_members_and_moderators_once_and_not_to_the_mover() -> None:
    house, mia, ann, ben = classroom()
    cyd = house.enter(name="Cyd")
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    for client in (ann, ben):
        house.go_inside(client, room_id)
        house.ask(client, AnnounceBreakoutJoin(name="x"))
        house.ask(client, AnnounceBreakoutJoin(name="x"))
    told = {client: [n.client for n in house.heard(client, BreakoutUserJoined)] for client in (mia, ann, ben, cyd)}
    assert {mia: [ann, ben], ann: [ben], ben: [], cyd: []} == told
    assert {room_id} == {notice.room for notice in house.heard(mia, BreakoutUserJoined)}


def test_one_breakout_at_a_time() -> None:
    house, mia, ann, _ = classroom()
    first, second = house.open_breakout(mia), house.open_breakout(mia)
    house.invite(mia, first, ann)
    house.invite(mia, second, ann)
    house.go_inside(ann, first)
    assert "already-in-breakout" == house.join(ann, second).get("reason")


def test_a_second_join_while_the_first_is_under_way_is_refused() -> None:
    house, mia, ann, _ = classroom()
    first, second = house.open_breakout(mia), house.open_breakout(mia)
    house.invite(mia, first, ann)
    house.invite(mia, second, ann)
    assert house.join(ann, first).is_ok
    assert "already-in-breakout" == house.join(ann, second).get("reason")
    house.give_up(ann)
    assert house.join(ann, second).is_ok


def test_the_next_breakout_waits_until_the_parent_is_resumed() -> None:
    house, mia, ann, _ = classroom()
    first, second = house.open_breakout(mia), house.open_breakout(mia)
    house.invite(mia, first, ann)
    house.invite(mia, second, ann)
    house.ask(ann, PauseRoom())
    inside = house.go_inside(ann, first)
    house.ask(inside, Drop(is_self=True))
    assert "returning" == house.join(ann, second).get("reason")
    house.ask(ann, ResumeRoom())
    assert house.join(ann, second).is_ok


def test_an_invitation_is_used_up_by_a_join_and_kept_by_a_failure() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    house.go_inside(ben, room_id)
    house.breakouts.fail_tokens = True
    assert (1729, "Failed to generate Token") == ((answer := house.join(ann, room_id)).result, answer.reason)
    house.breakouts.fail_tokens = False
    inside = house.go_inside(ann, room_id)
    house.ask(inside, Drop(is_self=True))
    assert "not-invited" == house.join(ann, room_id).get("reason")


def test_a_full_room_refuses_and_counts_who_is_on_the_way() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia, capacity=2)
    house.invite(mia, room_id, ann, ben)
    assert house.join(ann, room_id).is_ok
    house.go_inside(ben, room_id)
    assert "full" == house.join(mia, room_id).get("reason")


def test_leaving_is_told_once_and_the_last_one_out_ends_the_room() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    insides = [house.go_inside(client, room_id) for client in (ann, ben)]
    house.ask(insides[0], Drop(is_self=True))
    assert [ann] == [notice.client_id for notice in house.heard(ben, BreakoutUserLeft)]
    assert [ann] == [notice.client_id for notice in house.heard(mia, BreakoutUserLeft)]
    assert [] == house.heard(mia, BreakoutDestroyed)
    house.ask(insides[1], Drop(is_self=True))
    assert [room_id] == [notice.room_id for notice in house.heard(mia, BreakoutDestroyed)]
    assert house.rooms.get(room_id) is None


def test_whose_connection_inside_breaks_can_come_back_for_a_while() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    fields = house.fields(house.join(ann, room_id).get("token"))
    inside = house.present(fields)
    again = {**fields, "isReconnecting": True, "oldClientIdForReconnect": inside}
    house.vanish(inside)
    assert [ann] == [notice.client_id for notice in house.heard(mia, BreakoutUserLeft)]
    assert inside == house.present(again)
    house.give_up(ann)
    assert house.rooms.get(room_id) is not None, "she is inside"
    house.vanish(inside)
    house.give_up(ann)
    assert [room_id] == [notice.room_id for notice in house.heard(mia, BreakoutDestroyed)]
    assert 4118 == refusal_of(house, again).result


def test_a_short_loss_inside_is_told_to_nobody_and_a_new_token_is_to_be_had() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    inside = house.go_inside(ann, room_id)
    house.lose(inside)
    assert 1729 == house.join(ben, room_id="elsewhere").result
    again = house.go_inside(ann, room_id)
    house.pass_grace()
    assert {ann: again} == house.rooms.get(room_id).breakout.members  # type: ignore[union-attr]
    assert inside != again
    house.vanish(again)
    fields = house.fields(house.join(ann, room_id).get("token"))
    assert again == house.present({**fields, "resumesClientId": again}), "the place is kept, though others were told"


def test_a_place_kept_for_a_reconnect_is_free_when_its_owner_goes_elsewhere() -> None:
    house, mia, ann, ben = classroom()
    first, second = house.open_breakout(mia), house.open_breakout(mia)
    house.invite(mia, first, ann, ben)
    house.invite(mia, second, ann)
    fields = house.fields(house.join(ann, first).get("token"))
    inside = house.present(fields)
    house.vanish(inside)
    house.go_inside(ann, second)
    assert [first] == [notice.room_id for notice in house.heard(mia, BreakoutDestroyed)]
    again = {**fields, "isReconnecting": True, "oldClientIdForReconnect": inside}
    assert 4118 == refusal_of(house, again).result


def test_an_old_token_does_not_give_up_the_place_of_a_newer_one() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    house.join(ann, room_id)
    (first,) = house.kept
    house.perform(house.breakouts.give_up(first))
    newer = house.fields(house.join(ann, room_id).get("token"))
    house.perform(house.breakouts.give_up(first))
    assert house.present(newer)


def test_the_limit_of_the_way_in_and_that_of_an_earlier_loss_do_not_end_a_later_one() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    house.go_inside(ben, room_id)
    fields = house.fields(house.join(ann, room_id).get("token"))
    inside = house.present(fields)
    again = {**fields, "isReconnecting": True, "oldClientIdForReconnect": inside}
    house.vanish(inside)
    assert inside == house.present(again)
    house.vanish(inside)
    *earlier, _ = (place for place in house.kept if place.client_id == ann)
    assert 2 == len(earlier)
    for place in earlier:
        house.perform(house.breakouts.give_up(place))
    assert inside == house.present(again)


def test_a_room_that_the_last_one_left_ends_when_nobody_comes_who_was_on_the_way() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    inside = house.go_inside(ann, room_id)
    house.join(ben, room_id)
    house.ask(inside, Drop(is_self=True))
    assert [] == house.heard(mia, BreakoutDestroyed)
    house.give_up(ben)
    assert [room_id] == [notice.room_id for notice in house.heard(mia, BreakoutDestroyed)]
    assert house.rooms.get(room_id) is None


def test_a_room_that_waits_for_one_only_ends_with_the_parent_of_that_one() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    house.vanish(house.go_inside(ann, room_id))
    house.ask(ann, Drop(is_self=True))
    assert [room_id] == [notice.room_id for notice in house.heard(mia, BreakoutDestroyed)]


@pytest.mark.parametrize("first", ["parent", "breakout"])
def test_who_loses_both_connections_for_long_comes_back_by_both(first: str) -> None:
    house, mia, _, ben = classroom()
    fields = house.token(name="Cyd")
    cyd = house.present(fields)
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, cyd, ben)
    house.ask(cyd, PauseRoom())
    inner = house.fields(house.join(cyd, room_id).get("token"))
    inside = house.present(inner)
    for lost in (cyd, inside) if first == "parent" else (inside, cyd):
        house.vanish(lost)
    more = {"isReconnecting": True, "receivedNotices": 0}
    assert cyd == house.present({**fields, **more, "oldClientIdForReconnect": cyd})
    assert inside == house.present({**inner, **more, "oldClientIdForReconnect": inside})
    house.give_up(cyd)
    assert house.rooms.get(room_id).breakout.members == {cyd: inside}  # type: ignore[union-attr]


def test_who_loses_both_for_long_and_does_not_come_back_frees_the_place() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    inside = house.go_inside(ann, room_id)
    house.vanish(ann)
    assert inside not in house.rooms.get(room_id).members  # type: ignore[union-attr]
    house.give_up(ann)
    assert [room_id] == [notice.room_id for notice in house.heard(mia, BreakoutDestroyed)]


def test_who_did_not_get_in_with_the_first_token_asks_for_another() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    first = house.fields(house.join(ann, room_id).get("token"))
    inside = house.go_inside(ann, room_id)
    assert house.rooms.get(room_id).breakout.members == {ann: inside}  # type: ignore[union-attr]
    assert 4118 == refusal_of(house, first).result


def test_an_accepted_invitation_cannot_be_rejected() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    token = house.join(ann, room_id).get("token")
    assert 1155 == house.ask(ann, RejectBreakout(room_id=room_id)).result
    assert [] == managed(house, mia, "breakout-invite-rejected")
    house.present(house.fields(token))
    assert 1155 == house.ask(ann, RejectBreakout(room_id=room_id)).result


@pytest.mark.parametrize("role", ["viewer", "audience"])
def test_listeners_have_no_part_in_breakouts(role: str) -> None:
    house, mia, ann, ben = classroom()
    vic = house.enter(role, name="Vic")
    room_id = house.open_breakout(mia)
    assert 1155 == house.invite(mia, room_id, vic).result
    house.invite(mia, room_id, vic, ann)
    assert [] == house.heard(vic, BreakoutInvited)
    assert 4101 == house.join(vic, room_id).result
    assert house.ask(mia, CreateAndInviteBreakout(definition=BreakoutDefinition(participants=3))).is_ok
    assert [] == house.heard(vic, BreakoutInvited)
    assert 1 == len(house.heard(ben, BreakoutInvited))


def test_who_is_in_a_breakout_invites_nobody() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.go_inside(mia, room_id)
    assert 1155 == house.invite(mia, room_id, ann).result
    assert [] == house.heard(ann, BreakoutInvited)


def test_a_definition_without_a_capacity_has_a_code_of_its_own() -> None:
    house, mia, *_ = classroom()
    assert 1734 == house.ask(mia, read_request("create-breakout-room", [{"audio": True}])).result
    assert 1734 == house.ask(mia, read_request("create-invite-breakout-room", [{"max_rooms": 2}])).result


def test_the_loss_of_the_parent_connection_closes_the_breakout_connection() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    inside = house.go_inside(ann, room_id)
    house.go_inside(ben, room_id)
    house.vanish(ann)
    assert [inside] == house.cut
    assert 1 == len(house.heard(inside, RoomDisconnected))


def test_a_rejection_is_a_text_and_reaches_inviter_and_moderators() -> None:
    house, mia, ann, ben = classroom()
    max_ = house.enter("moderator", name="Max")
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    request = read_request("reject-breakout-room", [room_id])
    assert (room_id,) == request.arguments()
    assert house.ask(ann, request).is_ok
    for client in (mia, max_):
        assert [ann] == [notice.msg["client_id"] for notice in managed(house, client, "breakout-invite-rejected")]
    assert [] == managed(house, ben, "breakout-invite-rejected")
    assert "not-invited" == house.join(ann, room_id).get("reason")
    assert 1155 == house.ask(ann, RejectBreakout(room_id=room_id)).result


def test_a_breakout_inside_a_breakout_is_refused() -> None:
    house, mia, *_ = classroom()
    inside = house.go_inside(mia, house.open_breakout(mia))
    assert 1731 == house.ask(inside, CreateBreakout(definition=BreakoutDefinition(participants=2))).result


def test_a_lecture_room_has_no_breakouts() -> None:
    house = FakeHouse(mode="lecture")
    mia = house.enter("moderator")
    assert 5067 == house.ask(mia, CreateBreakout(definition=BreakoutDefinition(participants=2))).result


def test_create_and_invite_forces_everybody_else_up_to_the_capacity() -> None:
    house, mia, *_ = classroom()
    people = [house.enter(name=f"P{n}") for n in range(5)]  # seven others with Ann and Ben
    definition = BreakoutDefinition(participants=3, max_rooms=2, force_join=True)
    answer = house.ask(mia, CreateAndInviteBreakout(definition=definition))
    invites = {client: house.heard(client, BreakoutInvited) for client in house.room.members}
    forced = {client: got for client, got in invites.items() if got}
    assert 6 == len(forced)
    assert all(len(got) == 1 and got[0].force_join for got in forced.values())
    counts = [sum(got[0].room_id == room for got in forced.values()) for room in answer.get("msg")["rooms"]]
    assert [3, 3] == counts
    assert mia not in forced
    assert set(people) & set(forced)


def test_ending_breakouts_disconnects_whoever_is_inside_and_is_for_moderators() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann, ben)
    inside = house.go_inside(ann, room_id)
    assert 4101 == house.ask(ben, DestroyBreakouts()).result
    assert house.ask(mia, DestroyBreakouts()).is_ok
    assert 1 == len(house.heard(inside, RoomDisconnected))
    assert [inside] == house.cut
    assert [room_id] == [notice.room_id for notice in house.heard(mia, BreakoutDestroyed)]
    assert [room_id] == [notice.room_id for notice in house.heard(ben, BreakoutDestroyed)], "its invitation is void"


def test_ending_a_room_that_is_not_there_says_so() -> None:
    house, mia, *_ = classroom()
    assert 1155 == house.ask(mia, DestroyBreakouts(rooms=("nope",))).result


def test_a_moderator_who_comes_is_told_what_is_open_and_who_is_inside() -> None:
    house, mia, ann, ben = classroom()
    red, blue = house.open_breakout(mia), house.open_breakout(mia)
    house.invite(mia, red, ann)
    house.go_inside(ann, red)
    again = house.enter("moderator", name="Max")
    place, other = house.rooms.place_of(again), house.rooms.place_of(ben)
    assert place is not None
    assert other is not None
    house.perform(house.breakouts.standing(*place))
    [told] = managed(house, again, "breakout-rooms-standing")
    assert {"rooms": {red: [ann], blue: []}} == told.msg
    assert [] == house.breakouts.standing(*other)
    house.ask(mia, DestroyBreakouts())
    assert [] == house.breakouts.standing(*place)


def test_who_comes_again_with_a_new_token_is_still_invited() -> None:
    house, mia, ann, ben = classroom()
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    house.lose(ann)
    again = house.enter(name="Ann")
    assert again != ann
    assert house.join(again, room_id).is_ok
    assert "not-invited" == house.join(ben, room_id).get("reason")


def test_who_comes_again_with_a_new_token_has_still_made_its_rooms() -> None:
    house, mia, ann, _ = classroom()
    room_id = house.open_breakout(mia)
    house.lose(mia)
    again = house.enter("moderator", name="Mia")
    assert house.invite(again, room_id, ann).is_ok
    inside = house.go_inside(ann, room_id)
    assert house.ask(inside, Drop(is_self=True)).is_ok
    assert [room_id] == [one.room_id for one in house.heard(again, BreakoutDestroyed)]


def test_in_a_breakout_of_a_lecture_that_has_become_a_group_everybody_may_speak() -> None:
    house = FakeHouse(mode="lecture")
    mia, ann = house.enter("moderator", name="Mia"), house.enter(name="Ann")
    assert house.ask(mia, SwitchRoomMode(mode="group")).is_ok
    room_id = house.open_breakout(mia)
    house.invite(mia, room_id, ann)
    fields = house.fields(house.join(ann, room_id).get("token"))
    inside = house.present(fields)
    place = house.rooms.place_of(inside)
    assert place is not None
    assert house.desk.publish_refusal(*place) is None
    assert "group" == house.welcome(inside).room["settings"]["mode"] == fields["roomMeta"]["settings"]["mode"]


def test_a_token_says_which_mode_the_room_has_now() -> None:
    house = FakeHouse(mode="lecture")
    house.ask(house.enter("moderator"), SwitchRoomMode(mode="group"))
    assert "group" == room_meta(house.room)["settings"]["mode"]
