"""The floor of a lecture: the rules of the embedded server, without sockets."""

import pytest

from bots.wire import (
    Answer,
    Drop,
    FloorManagement,
    InviteToFloor,
    OpenFloor,
    ProcessFloor,
    RoomManagement,
    read_answer,
    read_request,
)
from tests.fakes.house import FakeHouse


class Lecture(FakeHouse):
    """Mia and Max moderate, Ann and Ben listen; `heard_of` has what each was told of the floor."""

    def __init__(self) -> None:
        super().__init__(mode="lecture")
        self.mia, self.max = self.enter("moderator", name="Mia"), self.enter("moderator", name="Max")
        self.ann, self.ben = self.enter(name="Ann"), self.enter(name="Ben")

    def do(self, who: str, action: str, about: str = "") -> Answer:
        return self.ask(who, ProcessFloor(client_id=about or who, action=action))

    def may_speak(self, who: str) -> bool:
        return self.desk.publish_refusal(self.room, self.room.members[who]) is None

    def heard_of(self, who: str) -> list[str]:
        return [one.id for one in self.heard(who, FloorManagement)]


def test_a_participant_publishes_only_with_the_floor() -> None:
    hall = Lecture()
    refusal = hall.desk.publish_refusal(hall.room, hall.room.members[hall.ann])
    assert refusal is not None
    assert 1173 == refusal[0]
    assert hall.may_speak(hall.mia)


def test_a_request_is_accepted_and_moderators_hear_of_it() -> None:
    hall = Lecture()
    answer = hall.do(hall.ann, "requestFloor")
    assert (1701, {"clientId": hall.ann, "action": "requestFloor"}) == (answer.result, answer.get("request")["params"])
    (notice,) = hall.heard(hall.mia, FloorManagement)
    assert ("floorRequested", hall.ann, "Ann", None) == (
        notice.id, notice.client_id, notice.name, notice.moderator_id,
    )  # fmt: skip
    assert ([], []) == (hall.heard_of(hall.ben), hall.heard_of(hall.ann))
    assert not hall.may_speak(hall.ann)


def test_the_floor_is_granted_and_taken_back_with_the_sound() -> None:
    hall = Lecture()
    hall.do(hall.ann, "requestFloor")
    assert hall.do(hall.mia, "grantFloor", hall.ann).is_ok
    assert hall.may_speak(hall.ann)
    assert hall.do(hall.max, "releaseFloor", hall.ann).is_ok
    assert (False, [hall.ann]) == (hall.may_speak(hall.ann), hall.silenced)
    assert ["floorGranted", "floorReleased"] == hall.heard_of(hall.ann)
    assert ["floorRequested", "floorReleased"] == hall.heard_of(hall.mia)
    assert ["floorRequested", "floorGranted"] == hall.heard_of(hall.max)
    assert [hall.mia, hall.max] == [one.moderator_id for one in hall.heard(hall.ann, FloorManagement)]
    assert [] == hall.heard_of(hall.ben)


def test_a_request_is_denied_and_can_be_made_again() -> None:
    hall = Lecture()
    hall.do(hall.ann, "requestFloor")
    assert hall.do(hall.mia, "denyFloor", hall.ann).is_ok
    assert (["floorDenied"], False) == (hall.heard_of(hall.ann), hall.may_speak(hall.ann))
    assert 1701 == hall.do(hall.ann, "requestFloor").result


def test_a_request_is_cancelled_by_who_made_it() -> None:
    hall = Lecture()
    hall.do(hall.ann, "requestFloor")
    assert hall.do(hall.ann, "cancelFloor").is_ok
    assert ["floorRequested", "floorCancelled"] == hall.heard_of(hall.mia)
    assert 1707 == hall.do(hall.ann, "cancelFloor").result
    assert 1707 == hall.do(hall.mia, "grantFloor", hall.ann).result


def test_the_floor_is_given_back_with_the_sound() -> None:
    hall = Lecture()
    hall.do(hall.ann, "requestFloor")
    hall.do(hall.mia, "grantFloor", hall.ann)
    assert hall.do(hall.ann, "finishFloor").is_ok
    assert (False, [hall.ann]) == (hall.may_speak(hall.ann), hall.silenced)
    assert "floorFinished" == hall.heard_of(hall.max)[-1]
    assert 1707 == hall.do(hall.ann, "finishFloor").result


@pytest.mark.parametrize(("reply", "told", "speaks"), [
    ("acceptFloor", "floorAccepted", True), ("rejectFloor", "floorRejected", False),
])  # fmt: skip
def test_the_floor_is_offered_and_the_participant_decides(reply: str, told: str, speaks: bool) -> None:
    hall = Lecture()
    assert 0 == hall.ask(hall.mia, InviteToFloor(client_id=hall.ann)).result
    assert (["inviteToFloor"], ["inviteToFloor"]) == (hall.heard_of(hall.ann), hall.heard_of(hall.max))
    assert not hall.may_speak(hall.ann)
    assert hall.do(hall.ann, reply).is_ok
    assert ([told], speaks) == (hall.heard_of(hall.mia), hall.may_speak(hall.ann))
    assert 1707 == hall.do(hall.ann, reply).result


def test_an_offer_is_withdrawn() -> None:
    hall = Lecture()
    hall.ask(hall.mia, InviteToFloor(client_id=hall.ann))
    assert 1702 == hall.ask(hall.max, InviteToFloor(client_id=hall.ann)).result
    assert hall.do(hall.max, "cancelFloorInvite", hall.ann).is_ok
    assert ["inviteToFloor", "cancelFloorInvite"] == hall.heard_of(hall.ann)
    assert 1707 == hall.do(hall.ann, "acceptFloor").result
    assert 1707 == hall.do(hall.mia, "cancelFloorInvite", hall.ann).result


def test_asking_twice_is_refused_by_what_there_is_already() -> None:
    hall = Lecture()
    hall.do(hall.ann, "requestFloor")
    assert 1719 == hall.do(hall.ann, "requestFloor").result
    hall.ask(hall.mia, InviteToFloor(client_id=hall.ben))
    assert 1702 == hall.do(hall.ben, "requestFloor").result
    hall.do(hall.mia, "grantFloor", hall.ann)
    assert 1708 == hall.do(hall.ann, "requestFloor").result
    assert 1708 == hall.ask(hall.mia, InviteToFloor(client_id=hall.ann)).result


def test_a_moderator_who_comes_too_late_learns_what_has_happened_meanwhile() -> None:
    hall = Lecture()
    hall.do(hall.ann, "requestFloor")
    hall.do(hall.mia, "grantFloor", hall.ann)
    assert (1708, 1710) == (
        hall.do(hall.max, "grantFloor", hall.ann).result, hall.do(hall.max, "denyFloor", hall.ann).result,
    )  # fmt: skip
    hall.do(hall.mia, "releaseFloor", hall.ann)
    assert 1712 == hall.do(hall.max, "releaseFloor", hall.ann).result
    hall.do(hall.ann, "requestFloor")
    hall.do(hall.mia, "grantFloor", hall.ann)
    hall.do(hall.ann, "finishFloor")
    assert 1711 == hall.do(hall.max, "releaseFloor", hall.ann).result
    hall.do(hall.ben, "requestFloor")
    hall.do(hall.mia, "denyFloor", hall.ben)
    assert 1709 == hall.do(hall.max, "denyFloor", hall.ben).result


@pytest.mark.parametrize("action", ["grantFloor", "denyFloor", "releaseFloor", "cancelFloorInvite"])
def test_only_moderators_decide(action: str) -> None:
    hall = Lecture()
    hall.do(hall.ann, "requestFloor")
    assert 4101 == hall.do(hall.ben, action, hall.ann).result
    assert 4101 == hall.do(hall.ann, action).result
    assert not hall.may_speak(hall.ann)


def test_nobody_asks_for_somebody_else_and_moderators_need_no_floor() -> None:
    hall = Lecture()
    assert 4101 == hall.do(hall.ben, "requestFloor", hall.ann).result
    assert 1155 == hall.do(hall.mia, "requestFloor").result
    assert 1155 == hall.ask(hall.mia, InviteToFloor(client_id=hall.max)).result
    assert 4101 == hall.ask(hall.ann, InviteToFloor(client_id=hall.ben)).result
    assert 4101 == hall.ask(hall.ann, OpenFloor(is_on=True)).result
    assert 1155 == hall.do(hall.mia, "grantFloor", "nobody").result
    assert 1155 == hall.do(hall.ann, "danceOnIt").result


def test_with_the_floor_open_everybody_speaks_until_it_is_closed() -> None:
    hall = Lecture()
    hall.do(hall.ben, "requestFloor")
    hall.do(hall.mia, "grantFloor", hall.ben)
    assert hall.ask(hall.mia, OpenFloor(is_on=True)).is_ok
    assert (True, True) == (hall.may_speak(hall.ann), hall.welcome(hall.ann).room["openFloor"])
    assert hall.ask(hall.mia, OpenFloor(is_on=False)).is_ok
    assert (False, True, [hall.ann]) == (hall.may_speak(hall.ann), hall.may_speak(hall.ben), hall.silenced)
    assert ["floor-opened", "floor-closed"] == [one.id for one in hall.heard(hall.ann, RoomManagement)]


def test_a_late_moderator_sees_hands_offers_and_who_has_the_floor() -> None:
    hall = Lecture()
    cyd = hall.enter(name="Cyd")
    hall.do(hall.ann, "requestFloor")
    hall.ask(hall.mia, InviteToFloor(client_id=hall.ben))
    hall.do(cyd, "requestFloor")
    hall.do(hall.mia, "grantFloor", cyd)
    welcome = hall.welcome(hall.max)
    assert ({"clientId": hall.ann, "name": "Ann"},) == welcome.raised_hands
    assert ({"clientId": hall.ben, "name": "Ben", "moderatorId": hall.mia},) == welcome.floor_invites
    assert ({"clientId": cyd, "name": "Cyd", "moderatorId": hall.mia},) == welcome.approved_hands
    pupil = hall.welcome(hall.ben)
    assert ((), (), ()) == (pupil.raised_hands, pupil.floor_invites, pupil.approved_hands)


def test_a_reconnect_keeps_the_floor_and_who_left_has_none() -> None:
    hall = Lecture()
    fields = hall.token(name="Dan")
    dan = hall.present(fields)
    hall.do(dan, "requestFloor")
    hall.do(hall.mia, "grantFloor", dan)
    hall.lose(dan)
    hall.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": dan})
    assert hall.may_speak(dan)
    hall.ask(dan, Drop(is_self=True))
    assert () == hall.welcome(hall.mia).approved_hands


def test_there_is_no_floor_in_a_group() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert 1155 == house.ask(ann, ProcessFloor(client_id=ann, action="requestFloor")).result
    assert 1155 == house.ask(mia, OpenFloor(is_on=True)).result


def test_a_refusal_is_told_as_the_vendors_client_reads_it() -> None:
    hall = Lecture()
    request = read_request("processFloorRequest", [hall.ann, "cancelFloor"])
    answer = hall.desk.handle(hall.ann, request, hall.now).answer
    assert (None, 1707) == (answer[0], read_answer(answer).result)
