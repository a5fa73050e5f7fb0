"""What a server says unasked."""

from typing import Any

import pytest

from bots.errors import WireError
from bots.wire import (
    BreakoutDestroyed,
    BreakoutInvited,
    BreakoutUserJoined,
    BreakoutUserLeft,
    CanvasStarted,
    CanvasStopped,
    CustomDataSaved,
    CustomDataUpdated,
    DataReceived,
    FloorManagement,
    GenericEvent,
    Handover,
    HardMuted,
    HardUnmuted,
    HardVideoMuted,
    HardVideoUnmuted,
    LayoutUpdated,
    MediaSignal,
    MutedOne,
    Notice,
    RecordingOff,
    RecordingOn,
    RoleChanged,
    RoleWish,
    RoomAwaited,
    RoomConnected,
    RoomData,
    RoomDisconnected,
    RoomManagement,
    RoomMuted,
    RoomSwitched,
    RoomUnmuted,
    ShareOverride,
    ShareStarted,
    ShareStopped,
    StopSharing,
    Stream,
    StreamAdded,
    StreamRemoved,
    TalkerEntry,
    TalkersUpdated,
    UnknownNotice,
    User,
    UserAudioMuted,
    UserAudioUnmuted,
    UserAwaited,
    UserConnected,
    UserDisconnected,
    UserUpdated,
    UserVideoMuted,
    UserVideoUnmuted,
    read_notice,
)
from bots.wire.notices.read import NOTICES

RAVI = User(client_id="c-2", name="Ravi", role="participant", user_ref="u-18", data={"any": "custom"})
EXAMPLES: list[Notice] = [
    RoomConnected(room={"settings": {}}, id="r", client_id="c-1", user=RAVI, user_list=(RAVI,), talker_slots=3),
    RoomAwaited(),
    RoleChanged(moderator=Handover(new="c-2", old="c-1"), user_list=(RAVI,), raised_hands=({"clientId": "c-2"},)),
    RoleWish(id="requestInitiated", client_id="c-2", name="Ravi", role="moderator"),
    RoomSwitched(moderator="c-1"),
    MutedOne(client_id="c-2", is_muted=False),
    FloorManagement(id="floorGranted", client_id="c-2", name="Ravi", moderator_id="c-1"),
    UserAwaited(client_id="c-3", name="Luis", data={"class": "9b"}),
    RoomDisconnected(cause=2001, msg="disconnected-by-moderator"),
    UserConnected(user=RAVI),
    UserDisconnected(client_id="c-2", name="Ravi"),
    UserUpdated(client_id="c-2", key="media-modes", info={"publish": {"audio": False}}),
    UserAudioMuted(client_id="c-2", user=RAVI),
    UserAudioUnmuted(client_id="c-2", user=RAVI),
    UserVideoMuted(client_id="c-2", user=RAVI),
    UserVideoUnmuted(client_id="c-2"),
    MediaSignal(stream_id=904_959_696, msg={"type": "answer", "sdp": "v=0", "media": []}),
    MediaSignal(peer_id=1, msg={"type": "ready"}),
    TalkersUpdated(active=True, talkers=(TalkerEntry(stream_id=1, client_id="c-2", name="Ravi"),)),
    StreamAdded(stream=Stream(id=101, screen=True)),
    StreamRemoved(id=101),
    HardMuted(moderator_id="c-9"),
    HardUnmuted(),
    HardVideoMuted(moderator_id="c-9"),
    HardVideoUnmuted(),
    RoomMuted(client_id="c-9"),
    RecordingOn(moderator_id="c-9"),
    ShareStarted(client_id="c-2", name="Ana", stream_id=101, layout="grid"),
    ShareStopped(client_id="c-2", name="Ana", stream_id=101),
    CanvasStarted(client_id="c-2", name="Ana", stream_id=102, canvas_type="Annotation"),
    CanvasStopped(client_id="c-2", name="Ana", stream_id=102, canvas_type="Annotation"),
    ShareOverride(client_id="c-3"),
    StopSharing(client_id="c-9"),
    LayoutUpdated(client_id="c-9", layout="grid", service="all"),
    CustomDataSaved(scope="room"),
    CustomDataUpdated(scope="session", data={"a": 1}, client_id="c-2"),
    RecordingOff(),
    RoomUnmuted(),
    DataReceived(message="hello", sender="Bot", sender_id="c-1", timestamp=1, recipients=("c-2",)),
    DataReceived(type="user_data", message={"any": ["thing"]}),
    BreakoutInvited(room_id="b-1", requestor={"id": "c-9"}, force_join=True),
    BreakoutUserJoined(client="c-2", client_id="c-2", room="b-1", name="Ravi"),
    BreakoutUserLeft(client_id="c-2", room="b-1", name="Ravi"),
    BreakoutDestroyed(room_id="b-1"),
    GenericEvent.speech(("c-2",)),
    RoomManagement(id="breakout-room-created", msg={"room_id": "b-1"}),
    RoomManagement(id="wait-room-disabled", room_data=RoomData(streams=(Stream(id=1),), user_list=(RAVI,))),
]


@pytest.mark.parametrize("notice", EXAMPLES, ids=lambda notice: type(notice).__name__)
def test_every_notice_survives_the_way_there_and_back(notice: Notice) -> None:
    assert notice == read_notice(notice.event, notice.arguments())


def test_every_notice_of_the_table_has_an_example() -> None:
    assert set(NOTICES.values()) == {type(example) for example in EXAMPLES}


def test_the_events_that_the_vendors_client_must_ack_say_so() -> None:
    asking = {example.event for example in EXAMPLES if example.wants_ack}
    expected = {
        "hardmute-user-audio",
        "hardunmute-user-audio",
        "hardmute-user-video",
        "hardunmute-user-video",
        "room-muted",
        "room-unmuted",
        "onDataStreamToRoom",
    }
    assert expected == asking


def test_the_smallest_room_connected_is_enough() -> None:
    data = {
        "id": "room-1",
        "clientId": "c-1",
        "room": {"settings": {}},
        "user": {"clientId": "c-1", "name": "Asha"},
        "userList": {"c-1": {"clientId": "c-1", "name": "Asha", "role": "participant"}},
        "streams": [{"id": 1, "audio": True, "video": False, "data": True, "attributes": {}}],
        "videoBitrateQualityMap": {},
    }
    read = read_notice("room-connected", [data])
    assert isinstance(read, RoomConnected)
    assert ("room-1", 1, "Asha") == (read.id, read.streams[0].id, read.user_list[0].name)


@pytest.mark.parametrize(
    ("payload", "cause", "msg"),
    [
        ({"cause": {"cause": 2001, "msg": "disconnected-by-moderator"}}, 2001, "disconnected-by-moderator"),
        ({"cause": 2002, "msg": "unexpected-disconnection"}, 2002, "unexpected-disconnection"),
        ({"cause": {"msg": "user-denied"}}, 2002, "user-denied"),
        ("Conference Expired", 2002, "Conference Expired"),
        ({"cause": "user-denied"}, 2002, "user-denied"),
        ({"cause": {"cause": "2001", "msg": "disconnected-by-moderator"}}, 2001, "disconnected-by-moderator"),
        (None, 2002, "unexpected-disconnection"),
    ],
)
def test_the_end_is_understood_at_both_depths(payload: Any, cause: int, msg: str) -> None:
    assert RoomDisconnected(cause=cause, msg=msg) == read_notice("room-disconnected", [payload])


@pytest.mark.parametrize("requestor", ["c-9", {"id": "c-9", "name": "Asha"}, {"clientId": "c-9"}])
def test_the_inviter_may_be_a_text_or_an_object(requestor: Any) -> None:
    read = read_notice("invite-breakout-room", [{"room_id": "b", "requestor": requestor}])
    assert isinstance(read, BreakoutInvited)
    assert "c-9" == read.inviter_id


def test_both_documented_forms_of_a_breakout_leave_are_read() -> None:
    first = read_notice("breakout-user-disconnected", [{"clientId": "c", "room": "b", "name": ""}])
    assert first == read_notice("breakout-user-disconnected", [{"client_id": "c", "room_id": "b"}])


@pytest.mark.parametrize("payload", [{"client": "c"}, {"clientId": "c"}, {"client": "c", "clientId": "c"}])
def test_both_spellings_of_a_breakout_joiner_are_read(payload: Any) -> None:
    assert BreakoutUserJoined(client="c", client_id="c") == read_notice("user-joined-breakout-room", [payload])


def test_user_data_is_found_under_both_names() -> None:
    read = read_notice("onDataStreamToRoom", [{"type": "user_data", "msg": {"a": 1}}])
    assert isinstance(read, DataReceived)
    assert {"a": 1} == read.message


def test_a_media_signal_has_one_number_whatever_its_key() -> None:
    assert 7 == MediaSignal(stream_id=7, msg={}).number
    assert 1 == MediaSignal(peer_id=1, msg={}).number
    assert 0 == MediaSignal(msg={}).number


def test_an_event_that_is_not_in_the_table_is_kept_whole() -> None:
    assert UnknownNotice(name="bandwidthEvents", values=(1, 2)) == read_notice("bandwidthEvents", [1, 2])


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("room-connected", {}),
        ("room-connected", {"room": "9B"}),
        ("user-connected", {"name": "no id"}),
        ("active-talkers-updated", {"activeList": [{"streamId": "first"}]}),
        ("invite-breakout-room", {}),
        ("user-joined-breakout-room", {}),
        ("breakout-room-destroyed", []),
        ("onRemoveStream", {"id": "x"}),
    ],
)
def test_payloads_that_an_event_cannot_carry_are_refused(event: str, payload: Any) -> None:
    with pytest.raises(WireError):
        read_notice(event, [payload])


def test_the_shortest_payload_that_the_sdk_takes_is_enough() -> None:
    payload = {
        "id": "room-1", "clientId": "c-1", "room": {"settings": {}}, "user": {"name": "Asha", "role": "participant"},
        "userList": [{"clientId": "c-1", "name": "Asha", "role": "participant"}],
        "streams": [{"id": 1, "audio": True, "video": False, "data": True, "attributes": {}}],
        "initialNumATs": 1, "videoBitrateQualityMap": {}, "videoMutedUsers": {},
    }  # fmt: skip
    notice = read_notice("room-connected", [payload])
    assert isinstance(notice, RoomConnected)
    assert notice.user is not None
    assert ("c-1", "Asha") == (notice.user.client_id, notice.user.name)
    assert ["c-1"] == [user.client_id for user in notice.user_list]


def test_users_may_come_by_client_id_and_who_is_nobody_is_left_out() -> None:
    users = {"c-1": {"name": "Asha"}, "c-2": {"clientId": "c-2", "name": "Ravi"}, "c-3": "?"}
    by_id = read_notice("room-connected", [{"room": {}, "userList": users}])
    listed = read_notice("room-connected", [{"room": {}, "userList": [{"name": "no id"}, {"clientId": "c-2"}]}])
    assert isinstance(by_id, RoomConnected)
    assert isinstance(listed, RoomConnected)
    assert ["c-1", "c-2"] == [user.client_id for user in by_id.user_list]
    assert ["c-2"] == [user.client_id for user in listed.user_list]


def test_what_only_the_list_of_users_says_of_oneself_counts() -> None:
    users = [{"clientId": "c-2", "role": "participant"}, {"clientId": "c-1", "role": "moderator", "name": "A."}]
    payload = {"room": {}, "clientId": "c-1", "user": {"name": "Asha", "role": None}, "userList": users}
    notice = read_notice("room-connected", [payload])
    assert isinstance(notice, RoomConnected)
    assert User(client_id="c-1", name="Asha", role="moderator") == notice.user


def test_client_ids_may_be_numbers() -> None:
    notice = read_notice("room-connected", [{"room": {}, "clientId": 1, "user": {}, "userList": [{"clientId": 1}]}])
    assert isinstance(notice, RoomConnected)
    assert ("1", User(client_id="1"), (User(client_id="1"),)) == (notice.client_id, notice.user, notice.user_list)


@pytest.mark.parametrize("event", ["room-connected", "roomManagementEvents"])
def test_streams_may_come_by_number_and_an_odd_one_loses_no_other(event: str) -> None:
    for streams in ({"2": {"audio": True}, "x": {"audio": True}}, [{"id": "2"}, {"audio": True}, {"id": "share"}, 3]):
        payload = {"room": {}, "streams": streams, "id": "wait-room-disabled", "roomData": {"streams": streams}}
        notice = read_notice(event, [payload])
        told = notice.room_data if isinstance(notice, RoomManagement) else notice
        assert isinstance(told, RoomConnected | RoomData)
        assert [2] == [stream.id for stream in told.streams]


@pytest.mark.parametrize(
    ("event", "payload", "field", "value"),
    [
        ("room-connected", {"room": {}, "maxVideoBW": "fast"}, "max_video_bw", None),
        ("room-disconnected", {"cause": "user-denied"}, "cause", 2002),
        ("onDataStreamToRoom", {"message": "hello", "timestamp": "2026-03-30T08:00:00Z"}, "message", "hello"),
        ("invite-breakout-room", {"room_id": "b-1", "force_join": "yes"}, "force_join", False),
    ],
)
def test_an_odd_detail_does_not_lose_the_message(event: str, payload: Any, field: str, value: object) -> None:
    assert value == getattr(read_notice(event, [payload]), field)
