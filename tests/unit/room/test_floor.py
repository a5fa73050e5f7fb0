"""The floor of a lecture as one participant sees it; roles, mode, lock and time."""

from typing import Any

import pytest

from bots.room import (
    FloorChanged,
    FloorOpened,
    LockChanged,
    ModeChanged,
    Participant,
    ParticipantAwaited,
    PinsChanged,
    RecordingOff,
    RecordingOn,
    RoleChanged,
    RoleWished,
    RoomJoined,
    SpotlightChanged,
    TimeLeft,
    Unknown,
)
from bots.room.state import RoomState
from tests.unit.room.test_state import ASHA, BOT, CONNECTED, apply

LUIS = Participant("c-3", "Luis")
LUIS_ON_THE_WIRE = {"clientId": "c-3", "name": "Luis"}
MODERATOR = {**BOT, "role": "moderator"}
HAND = {"clientId": "c-3", "name": "Luis"}


def lecture(user: dict[str, Any] = BOT, **changes: Any) -> RoomState:
    state = RoomState("?")
    room = {"settings": {"mode": "lecture"}, **changes.pop("room", {})}
    people = [user, ASHA, LUIS_ON_THE_WIRE]
    apply(state, "room-connected", {**CONNECTED, "user": user, "userList": people, "room": room, **changes})
    return state


def floor(state: RoomState, step: str, client_id: str = "c-3", **more: Any) -> list[Any]:
    return list(apply(state, "floorManagementEvents", {"id": step, "clientId": client_id, "name": "Luis", **more}))


def test_a_participant_of_a_lecture_speaks_with_the_floor_only() -> None:
    state = lecture()
    assert not state.has_floor
    assert [FloorChanged("granted", state.me)] == floor(state, "floorGranted", "c-1", moderatorId="c-2")
    assert state.has_floor
    floor(state, "floorReleased", "c-1")
    assert not state.has_floor


def test_moderators_and_everybody_in_a_group_need_no_floor() -> None:
    assert lecture(MODERATOR).has_floor
    assert lecture(room={"settings": {"mode": "group"}}).has_floor


def test_an_open_floor_is_everybodys() -> None:
    state = lecture(room={"openFloor": True})
    assert state.has_floor
    assert [FloorOpened(False)] == apply(state, "roomManagementEvents", {"id": "floor-closed"})
    assert not state.has_floor
    assert [FloorOpened(True)] == apply(state, "roomManagementEvents", {"id": "floor-opened"})


@pytest.mark.parametrize(("step", "hands", "holders"), [
    ("floorRequested", ["c-3"], []), ("floorCancelled", [], []), ("floorGranted", [], ["c-3"]),
    ("floorAccepted", [], ["c-3"]), ("floorDenied", [], []), ("floorFinished", [], []), ("floorReleased", [], []),
])  # fmt: skip
def test_a_moderator_sees_hands_and_who_has_the_floor(step: str, hands: list[str], holders: list[str]) -> None:
    state = lecture(MODERATOR)
    floor(state, "floorRequested")
    floor(state, step)
    assert (hands, holders) == (list(state.floor.hands), list(state.floor.holders))


def test_an_offer_stands_until_it_is_answered_or_withdrawn() -> None:
    state = lecture(MODERATOR)
    assert [FloorChanged("invited", LUIS)] == floor(state, "inviteToFloor")
    assert ["c-3"] == list(state.floor.offers)
    floor(state, "cancelFloorInvite")
    assert [] == list(state.floor.offers)


def test_steps_that_nobody_knows_mean_nothing_and_strangers_are_named() -> None:
    state = lecture(MODERATOR)
    assert [] == floor(state, "floorDanced")
    assert [] == floor(state, "floorRequested", "")
    assert [FloorChanged("requested", Participant("c-9", "Luis"))] == floor(state, "floorRequested", "c-9")


def test_who_leaves_takes_the_hand_along() -> None:
    state = lecture(MODERATOR)
    floor(state, "floorRequested")
    apply(state, "user-disconnected", {"clientId": "c-3"})
    assert {} == dict(state.floor.hands)


def test_a_late_moderator_is_told_of_the_hands_that_are_up_once() -> None:
    state = RoomState("?")
    payload = {**CONNECTED, "user": MODERATOR, "room": {"settings": {"mode": "lecture"}}, "raisedHands": [HAND, "?"]}
    first, second = apply(state, "room-connected", payload), apply(state, "room-connected", payload)
    assert [FloorChanged("requested", LUIS)] == [one for one in first if not isinstance(one, RoomJoined)]
    assert [] == [one for one in second if isinstance(one, FloorChanged)]


def test_a_handover_changes_both_roles_and_tells_the_new_moderator_what_it_must_know() -> None:
    state = lecture()
    payload = {
        "moderator": {"new": "c-1", "old": "c-2"}, "userList": [], "raisedHands": [HAND],
        "awaitedParticipants": [{"clientId": "c-9", "name": "Zoe"}],
    }  # fmt: skip
    events = apply(state, "userRoleChanged", payload)
    assert [
        RoleChanged(state.me, "participant"), RoleChanged(state.participants["c-2"], "moderator"),
        ParticipantAwaited(Participant("c-9", "Zoe")), FloorChanged("requested", LUIS),
    ] == events  # fmt: skip
    assert ("moderator", "participant", True) == (state.me.role, state.participants["c-2"].role, state.has_floor)


def test_a_list_of_changes_is_told_one_by_one_and_says_nothing_twice() -> None:
    state = lecture()
    change = {"clientId": "c-3", "role": {"new": "audience", "old": "participant"}}
    told = apply(state, "userRoleChanged", {"moderator": {"new": "", "old": ""}, "clientsInfo": [change]})
    assert [RoleChanged(Participant("c-3", "Luis", "audience"), "participant")] == told
    assert [] == apply(state, "userRoleChanged", {"clientsInfo": [change, {"clientId": "c-99", "role": "moderator"}]})


def test_wishes_for_a_role_are_told() -> None:
    state = lecture(MODERATOR)
    wish = {"clientId": "c-3", "name": "Luis", "role": "moderator"}
    for step in ("requestInitiated", "requestCancelled", "requestAccepted", "requestDenied", "requestForgotten"):
        apply(state, "userRoleManagementEvents", {"id": step, **wish})
    (event,) = apply(state, "userRoleManagementEvents", {"id": "requestInitiated", **wish})
    assert RoleWished("requested", state.participants["c-3"], "moderator") == event


def test_the_mode_is_toggled_and_a_new_lecture_has_no_hands() -> None:
    state = lecture(MODERATOR)
    floor(state, "floorGranted")
    assert [ModeChanged("group", "c-2")] == apply(state, "roomSwitched", {"moderator": "c-2"})
    assert [ModeChanged("lecture", "c-2")] == apply(state, "roomSwitched", {"moderator": "c-2"})
    assert {} == dict(state.floor.holders)


def test_locks_and_the_time_that_is_left_are_told() -> None:
    state = lecture()
    assert [LockChanged(True)] == apply(state, "roomManagementEvents", {"id": "room-locked", "msg": {}})
    assert state.is_locked
    assert [LockChanged(False)] == apply(state, "roomManagementEvents", {"id": "room-unlocked"})
    for left in (5, "5", 5.5):
        remaining = {"id": "conference-remaining-duration", "msg": {"timeLeft": left}}
        assert [TimeLeft(5)] == apply(state, "roomManagementEvents", remaining)
    odd = apply(state, "roomManagementEvents", {"id": "conference-remaining-duration", "msg": "soon"})
    assert [Unknown] == [type(one) for one in odd]


def test_the_recording_is_told_once_also_to_who_comes_late_or_back() -> None:
    state = lecture()
    assert [RecordingOn("c-2")] == apply(state, "room-record-on", {"moderatorId": "c-2"})
    assert [] == apply(state, "room-record-on", {"moderatorId": "c-2"})
    assert [RecordingOff("c-2")] == apply(state, "room-record-off", {"moderatorId": "c-2"})
    late = RoomState("?")
    assert RecordingOn("") in apply(late, "room-connected", {**CONNECTED, "mediaRecord": True})
    assert late.is_recorded
    assert RecordingOff("") in apply(late, "room-connected", CONNECTED)


@pytest.mark.parametrize("key", ["clientIds", "clients", "users"])
def test_pins_and_spotlights_are_read_under_every_name_that_is_documented(key: str) -> None:
    state = lecture()
    pins = {"id": "update-pin-users", "msg": {"moderator_id": "c-2", key: ["c-3", {"clientId": "c-2"}, 7]}}
    assert [PinsChanged(("c-3", "c-2"))] == apply(state, "roomManagementEvents", pins)
    assert [] == apply(state, "roomManagementEvents", pins)
    light = {"id": "spotlight-users", "msg": {key: ["c-3"]}}
    assert [SpotlightChanged(("c-3",))] == apply(state, "roomManagementEvents", light)
    assert (("c-3", "c-2"), ("c-3",)) == (state.shown.pinned, state.shown.in_spotlight)


def test_who_comes_late_reads_pins_and_spotlights_beside_the_room_and_in_it() -> None:
    inside = {"room": {"pinnedUsers": ["c-3"], "spotlightUsers": ["c-2"]}}
    for more in ({"pinnedUsers": ["c-3"], "spotlightUsers": ["c-2"]}, inside):
        shown = lecture(**more).shown
        assert (("c-3",), ("c-2",)) == (shown.pinned, shown.in_spotlight)
