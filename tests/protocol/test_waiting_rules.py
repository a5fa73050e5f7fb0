"""Knocking, and rooms that wait for their moderator: the rules of the embedded server, without sockets."""

import pytest

from bots.wire import (
    AdmitAwaited,
    DenyAwaited,
    Drop,
    EnableKnock,
    GetAwaited,
    LockRoom,
    MuteOwnAudio,
    Request,
    RoomConnected,
    RoomDisconnected,
    RoomManagement,
    SendData,
    UserAwaited,
    UserConnected,
    UserDisconnected,
)
from tests.fakes.house import FakeHouse, refusal_of


def is_in(house: FakeHouse, client_id: str) -> bool:
    return client_id in house.room.members


def back(fields: dict[str, object], client_id: str) -> dict[str, object]:
    return {**fields, "isReconnecting": True, "oldClientIdForReconnect": client_id}


def test_who_knocks_is_not_in_and_only_moderators_hear_of_it() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator", name="Mia"), house.enter(name="Ben")
    house.ask(mia, AdmitAwaited(client_id=ben))
    cyd = house.enter(name="Cyd")
    assert [("Ben", None), ("Cyd", None)] == [(one.name, one.data) for one in house.heard(mia, UserAwaited)]
    assert ([], False) == (house.heard(ben, UserAwaited), is_in(house, cyd))
    assert ["Ben"] == [one.user.name for one in house.heard(mia, UserConnected)]


def test_a_moderator_does_not_knock() -> None:
    house = FakeHouse(knock=True)
    assert is_in(house, house.enter("moderator"))


def test_the_admitted_one_is_welcomed_and_the_others_hear_of_it() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator", name="Mia"), house.enter(name="Ben")
    assert house.ask(mia, AdmitAwaited(client_id=ben)).is_ok
    (welcome,) = house.heard(ben, RoomConnected)
    assert ({"Mia", "Ben"}, True) == ({one.name for one in welcome.user_list}, welcome.room["knockEnabled"])
    assert [ben] == [one.user.client_id for one in house.heard(mia, UserConnected)]


def test_the_denied_one_learns_it_is_cut_and_its_token_is_good_no_more() -> None:
    house = FakeHouse(knock=True)
    mia, fields = house.enter("moderator"), house.token(name="Ben")
    ben = house.present(fields)
    assert house.ask(mia, DenyAwaited(client_id=ben)).is_ok
    assert ["user-denied"] == [one.msg for one in house.heard(ben, RoomDisconnected)]
    assert [ben] == house.cut
    assert 4118 == refusal_of(house, back(fields, ben)).result


@pytest.mark.parametrize("request_", [AdmitAwaited(client_id="x"), DenyAwaited(client_id="x"), GetAwaited()])
def test_a_participant_decides_nothing_about_those_who_wait(request_: Request) -> None:
    house = FakeHouse(knock=True)
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    house.ask(mia, AdmitAwaited(client_id=ann))
    assert 4101 == house.ask(ann, request_).result
    assert 4101 == house.ask(ann, EnableKnock(is_on=False)).result
    assert house.room.knocks


def test_who_does_not_wait_cannot_be_admitted_or_denied() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator"), house.enter(name="Ben")
    house.ask(mia, AdmitAwaited(client_id=ben))
    assert 1155 == house.ask(mia, AdmitAwaited(client_id=ben)).result
    assert 1155 == house.ask(mia, DenyAwaited(client_id=ben)).result
    assert is_in(house, ben)


def test_who_waits_may_only_go() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator"), house.enter(name="Ben")
    assert 1171 == house.ask(ben, SendData(msg="Let me in!")).result
    assert house.ask(ben, Drop(is_self=True)).is_ok
    assert [] == house.ask(mia, GetAwaited()).get("awaitedParticipants")
    assert 1155 == house.ask(mia, AdmitAwaited(client_id=ben)).result


def test_a_late_moderator_learns_who_waits() -> None:
    house = FakeHouse(knock=True)
    ben = house.enter(name="Ben")
    mia = house.enter("moderator")
    expected = [{"clientId": ben, "name": "Ben"}]
    assert expected == list(house.welcome(mia).awaited)
    assert expected == house.ask(mia, GetAwaited()).get("awaitedParticipants")


def test_who_was_let_in_does_not_knock_again_after_a_reconnect() -> None:
    house = FakeHouse(knock=True)
    mia, fields = house.enter("moderator"), house.token(name="Ben")
    ben = house.present(fields)
    house.ask(mia, AdmitAwaited(client_id=ben))
    house.vanish(ben)
    house.present(back(fields, ben))
    assert is_in(house, ben)


def test_who_loses_the_connection_while_waiting_waits_again_and_is_told_of_again() -> None:
    house = FakeHouse(knock=True)
    mia, fields = house.enter("moderator"), house.token(name="Ben")
    ben = house.present(fields)
    house.present(back(fields, ben))
    assert 1 == len(house.heard(mia, UserAwaited))
    house.vanish(ben)
    assert [] == house.ask(mia, GetAwaited()).get("awaitedParticipants")
    house.present(back(fields, ben))
    assert 2 == len(house.heard(mia, UserAwaited))


def test_no_more_are_let_in_than_there_are_places() -> None:
    house = FakeHouse(knock=True, participants=1)
    mia, ben, cyd = house.enter("moderator"), house.enter(name="Ben"), house.enter(name="Cyd")
    assert house.ask(mia, AdmitAwaited(client_id=ben)).is_ok
    assert 2102 == house.ask(mia, AdmitAwaited(client_id=cyd)).result
    house.vanish(ben)
    assert house.ask(mia, AdmitAwaited(client_id=cyd)).is_ok


def test_who_knocks_in_vain_begins_no_session_whose_time_could_run_out() -> None:
    house = FakeHouse(knock=True, duration=10)
    ben = house.enter(name="Ben")
    assert house.room.ends_at is None
    house.vanish(ben)
    house.now += 3600
    house.perform(house.rooms.expire(house.now))
    mia = house.enter("moderator")
    assert is_in(house, mia)
    assert house.room.began_at == house.now


def test_a_locked_room_can_be_entered_by_whom_a_moderator_lets_in() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator"), house.enter(name="Ben")
    house.ask(mia, LockRoom(is_locked=True))
    assert 4121 == refusal_of(house, house.token(name="Cyd")).result
    assert house.ask(mia, AdmitAwaited(client_id=ben)).is_ok


def test_knocking_can_be_switched_and_everybody_who_waits_comes_in() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator"), house.enter(name="Ben")
    assert house.ask(mia, EnableKnock(is_on=False)).is_ok
    assert ["knock-disabled"] == [one.id for one in house.heard(mia, RoomManagement)]
    assert is_in(house, ben)
    assert is_in(house, house.enter(name="Cyd"))
    assert house.ask(mia, EnableKnock(is_on=True)).is_ok
    assert not is_in(house, house.enter(name="Dan"))


def test_the_next_session_knocks_as_the_settings_say() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator"), house.enter(name="Ben")
    house.ask(mia, EnableKnock(is_on=False))
    for client_id in (ben, mia):
        house.ask(client_id, Drop(is_self=True))
    assert not is_in(house, house.enter(name="Cyd"))


def test_the_end_of_the_room_is_the_end_of_the_wait() -> None:
    house = FakeHouse(knock=True)
    mia, ben = house.enter("moderator"), house.enter(name="Ben")
    house.ask(mia, Drop(is_all=True))
    assert {mia, ben} == set(house.cut)
    assert [2001] == [one.cause for one in house.heard(ben, RoomDisconnected)]


def test_before_the_moderator_nobody_is_told_of_anybody() -> None:
    house = FakeHouse(wait_for_moderator=True)
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    welcome = house.welcome(ben)
    assert (True, ["Ben"], ()) == (welcome.room["waitRoom"], [one.name for one in welcome.user_list], welcome.streams)
    house.ask(ann, MuteOwnAudio())
    house.vanish(ann)
    assert [] == house.told[ben]


def test_before_the_moderator_nobody_publishes_or_writes() -> None:
    house = FakeHouse(wait_for_moderator=True)
    ann = house.enter(name="Ann")
    house.enter(name="Ben")
    assert 1130 == house.ask(ann, SendData(msg="Hello?")).result
    refusal = house.desk.publish_refusal(house.room, house.room.members[ann])
    assert refusal is not None
    assert 1130 == refusal[0]


def test_with_the_moderator_the_lesson_begins_for_everybody() -> None:
    house = FakeHouse(wait_for_moderator=True)
    ann = house.enter(name="Ann")
    mia = house.enter("moderator", name="Mia")
    (begun,) = house.heard(ann, RoomManagement)
    assert "wait-room-disabled" == begun.id
    assert ({"Ann", "Mia"}, [1, 2, 3, 4]) == (
        {one.name for one in begun.room_data.user_list},
        [one.id for one in begun.room_data.streams],
    )
    assert not house.welcome(mia).room["waitRoom"]
    assert house.ask(ann, SendData(msg="Good morning!")).is_ok
    late = house.welcome(house.enter(name="Late"))
    assert (False, 3) == (late.room["waitRoom"], len(late.user_list))


def test_a_lesson_that_has_begun_goes_on_without_its_moderator() -> None:
    house = FakeHouse(wait_for_moderator=True)
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    house.vanish(mia)
    assert [mia] == [one.client_id for one in house.heard(ann, UserDisconnected)]
    assert not house.welcome(ann).room["waitRoom"]
    house.vanish(ann)
    assert house.welcome(house.enter(name="Ben")).room["waitRoom"]
