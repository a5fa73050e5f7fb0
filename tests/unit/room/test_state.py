"""What messages mean, given who is here."""

from typing import Any

import pytest

from bots.room import (
    AudioMuted,
    AudioUnmuted,
    BreakoutCreated,
    BreakoutDestroyed,
    BreakoutInvite,
    BreakoutInvited,
    BreakoutJoined,
    BreakoutLeft,
    BreakoutsStanding,
    ChatReceived,
    Closed,
    DataReceived,
    HardMuteChanged,
    InviteRejected,
    KnockChanged,
    Participant,
    ParticipantAwaited,
    ParticipantJoined,
    ParticipantLeft,
    RoomAllowed,
    RoomAwaited,
    RoomEvent,
    RoomJoined,
    SpeechChanged,
    Talker,
    TalkersChanged,
    Unknown,
)
from bots.room.state import RoomState
from bots.wire import read_notice

BOT = {"clientId": "c-1", "name": "Bot", "role": "participant"}
ASHA = {"clientId": "c-2", "name": "Asha", "role": "moderator", "user_ref": "u-2"}
CONNECTED: dict[str, Any] = {
    "id": "room-1",
    "clientId": "c-1",
    "room": {"name": "9B", "settings": {"mode": "group"}},
    "user": BOT,
    "userList": [BOT, ASHA],
    "streams": [
        {"id": 2, "audio": True},
        {"id": 1, "audio": True},
        {"id": 101, "audio": True, "screen": True},
        {"id": 102, "audio": False, "canvas": True},
    ],
}
ME = Participant("c-1", "Bot", is_me=True)
TEACHER = Participant("c-2", "Asha", "moderator", "u-2")


def apply(state: RoomState, event: str, *arguments: Any) -> list[RoomEvent]:
    return state.apply(read_notice(event, arguments))


def joined(**changes: Any) -> RoomState:
    state = RoomState("?")
    apply(state, "room-connected", {**CONNECTED, **changes})
    return state


def test_room_connected_tells_room_oneself_and_everyone() -> None:
    state = RoomState("?")
    expected = RoomJoined("room-1", "9B", ME, (ME, TEACHER))
    assert [expected] == apply(state, "room-connected", CONNECTED)
    assert {"c-1": ME, "c-2": TEACHER} == state.participants
    assert {"mode": "group"} == state.settings


def test_only_talker_streams_are_slots_in_ascending_order() -> None:
    assert (1, 2) == joined().slots


def test_oneself_is_known_even_if_the_list_has_it_not() -> None:
    assert ME == joined(userList=[ASHA]).me


def test_somebody_comes_once_and_goes_once() -> None:
    state = joined()
    ravi = Participant("c-3", "Ravi")
    user = {"clientId": "c-3", "name": "Ravi"}
    assert [ParticipantJoined(ravi)] == apply(state, "user-connected", user)
    assert [] == apply(state, "user-connected", user)
    assert [ParticipantLeft(ravi)] == apply(state, "user-disconnected", {"clientId": "c-3"})
    assert [] == apply(state, "user-disconnected", {"clientId": "c-3"})
    assert "c-3" not in state.participants


def test_what_a_server_tells_the_bot_of_the_bot_itself_changes_nothing() -> None:
    state = joined()
    assert [] == apply(state, "user-connected", BOT)
    assert [] == apply(state, "user-disconnected", {"clientId": "c-1"})
    assert ME == state.me
    assert [] == apply(state, "user-joined-breakout-room", {"client": "c-1", "room": "b"})
    assert [] == apply(state, "breakout-user-disconnected", {"clientId": "c-1", "room": "b"})


def test_mutes_are_told_with_the_participant_as_it_is_now() -> None:
    state = joined()
    muted = Participant("c-2", "Asha", "moderator", "u-2", is_audio_muted=True)
    assert [AudioMuted(muted)] == apply(state, "user-audio-muted", {"clientId": "c-2"})
    assert muted == state.participants["c-2"]
    assert [AudioUnmuted(TEACHER)] == apply(state, "user-audio-unmuted", {"clientId": "c-2", "user": ASHA})
    assert [] == apply(state, "user-audio-muted", {"clientId": "nobody"})


def test_talkers_are_told_only_when_they_change() -> None:
    state = joined()
    entry = {"streamId": 1, "clientId": "c-2", "name": "Asha", "mediatype": "audio"}
    share = {"streamId": 101, "clientId": "c-2"}
    expected = [TalkersChanged((Talker(1, "c-2", "Asha"),))]
    assert expected == apply(state, "active-talkers-updated", {"active": False, "activeList": [entry, share]})
    assert [] == apply(state, "active-talkers-updated", {"active": True, "activeList": [entry]})
    assert [TalkersChanged(())] == apply(state, "active-talkers-updated", {"active": True, "activeList": []})


@pytest.mark.parametrize("users", [["c-2", "c-3"], [{"clientId": "c-2"}, {"clientId": "c-3"}]])
def test_who_talks_is_told_and_not_who_only_makes_noise(users: list[object]) -> None:
    data = [{"speech": True, "users": users}, {"noise": True, "users": ["c-4"]}]
    notice = {"id": "speaker_notification", "data": data}
    assert [SpeechChanged(("c-2", "c-3"))] == apply(joined(), "genericEvents", notice)
    assert [SpeechChanged(())] == apply(joined(), "genericEvents", {"id": "speaker_notification", "data": [None]})


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("hardmute-user-audio", HardMuteChanged(True, "me")),
        ("hardunmute-user-audio", HardMuteChanged(False, "me")),
        ("room-muted", HardMuteChanged(True, "room")),
        ("room-unmuted", HardMuteChanged(False, "room")),
    ],
)
def test_hard_mutes_are_told_with_their_scope(event: str, expected: RoomEvent) -> None:
    assert [expected] == apply(joined(), event, {})


@pytest.mark.parametrize(("role", "is_muted"), [("participant", True), ("moderator", False)])
def test_a_late_joiner_of_a_muted_room_is_muted_unless_it_moderates(role: str, is_muted: bool) -> None:
    state = joined(room={"name": "9B", "mute": True}, user={**BOT, "role": role})
    assert is_muted is state.is_room_muted


def test_chat_has_its_sender_even_if_only_the_id_came() -> None:
    data = {"type": "chat", "message": "hola", "broadcast": False, "senderId": "c-2"}
    assert [ChatReceived("hola", "c-2", "Asha", True)] == apply(joined(), "onDataStreamToRoom", data)


@pytest.mark.parametrize("key", ["message", "msg"])
def test_user_data_is_any_json(key: str) -> None:
    data = {"type": "user_data", key: {"a": 1}, "broadcast": True, "senderId": "c-2"}
    assert [DataReceived({"a": 1}, "c-2", False)] == apply(joined(), "onDataStreamToRoom", data)


def test_file_notices_are_not_chat() -> None:
    [event] = apply(joined(), "onDataStreamToRoom", {"type": "data-internal-in", "message": "x"})
    assert isinstance(event, Unknown)


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        ("invite-breakout-room", {"room_id": "b", "requestor": {"id": "c-2"}}, BreakoutInvite("b", "c-2")),
        ("invite-breakout-room", {"room_id": "b", "force_join": True}, BreakoutInvite("b", "", True)),
        ("user-joined-breakout-room", {"client": "c-2", "room": "b"}, BreakoutJoined("c-2", "b")),
        ("breakout-user-disconnected", {"clientId": "c-2", "room": "b"}, BreakoutLeft("c-2", "b")),
        ("breakout-room-destroyed", {"room_id": "b"}, BreakoutDestroyed("b")),
        (
            "roomManagementEvents",
            {"id": "breakout-room-created", "msg": {"room_id": "b", "rooms": ["b", "d"]}},
            BreakoutCreated(("b", "d")),
        ),
        ("roomManagementEvents", {"id": "breakout-room-created", "msg": {"room_id": "b"}}, BreakoutCreated(("b",))),
        (
            "roomManagementEvents",
            {"id": "breakout-rooms-standing", "msg": {"rooms": {"b": ["c-2", "c-3"], "d": []}}},
            BreakoutsStanding((("b", ("c-2", "c-3")), ("d", ()))),
        ),
        ("roomManagementEvents", {"id": "breakout-rooms-standing", "msg": "x"}, BreakoutsStanding(())),
        (
            "roomManagementEvents",
            {"id": "breakout-room-invited", "msg": {"room_id": "b", "clients": ["c-2"]}},
            BreakoutInvited("b", ("c-2",)),
        ),
        (
            "roomManagementEvents",
            {"id": "breakout-invite-rejected", "msg": {"room_id": "b", "client_id": "c-2"}},
            InviteRejected("b", "c-2"),
        ),
        ("roomManagementEvents", {"id": "new-thing", "msg": 1}, Unknown("new-thing", (1,))),
        ("room-awaited", None, RoomAwaited("room-1")),
        ("room-disconnected", {"cause": {"cause": 2001, "msg": "bye"}}, Closed(2001, "bye")),
        ("genericEvents", {"id": "x"}, Unknown("genericEvents", ({"id": "x"},))),
    ],
)
def test_each_message_means_one_event(event: str, payload: Any, expected: RoomEvent) -> None:
    assert [expected] == apply(joined(), event, payload)


def test_a_room_that_waits_begins_with_everybody_who_was_kept_apart() -> None:
    state = joined(room={"waitRoom": True}, userList=[BOT], streams=[])
    assert state.is_waiting
    data = {"streams": CONNECTED["streams"], "userList": [BOT, ASHA]}
    begun = apply(state, "roomManagementEvents", {"id": "wait-room-disabled", "roomData": data})
    assert [RoomAllowed(), ParticipantJoined(TEACHER)] == begun
    assert (1, 2) == state.slots
    assert not state.is_waiting


LUIS = Participant("c-9", "Luis", data={"class": "9b"})


def test_who_waits_is_told_of_until_they_come_in() -> None:
    state = joined()
    told = apply(state, "user-awaited", {"clientId": "c-9", "name": "Luis", "data": {"class": "9b"}})
    assert ([ParticipantAwaited(LUIS)], {"c-9": LUIS}) == (told, dict(state.awaited))
    apply(state, "user-connected", {"clientId": "c-9", "name": "Luis"})
    assert {} == dict(state.awaited)


def test_a_late_moderator_is_told_of_those_who_wait_already_and_an_odd_one_does_no_harm() -> None:
    state = RoomState("?")
    events = apply(state, "room-connected", {**CONNECTED, "awaitedParticipants": [{"clientId": "c-9"}, {"name": "?"}]})
    assert [ParticipantAwaited(Participant("c-9"))] == events[1:]


def test_when_nobody_has_to_knock_any_more_nobody_waits() -> None:
    state = joined(awaitedParticipants=[{"clientId": "c-9", "name": "Luis"}])
    assert [KnockChanged(False)] == apply(state, "roomManagementEvents", {"id": "knock-disabled"})
    assert {} == dict(state.awaited)
    assert [KnockChanged(True)] == apply(state, "roomManagementEvents", {"id": "knock-enabled"})


def test_odd_management_messages_do_no_harm() -> None:
    for name in ("breakout-room-created", "breakout-room-invited", "breakout-invite-rejected"):
        odd: list[Any] = [None, "text", [], {"rooms": "x", "clients": 3}]
        for msg in odd:
            assert 1 == len(apply(joined(), "roomManagementEvents", {"id": name, "msg": msg}))
