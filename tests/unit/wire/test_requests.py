"""What a client says."""

from typing import Any

import pytest

from bots.errors import WireError
from bots.wire import (
    AdmitAwaited,
    AnnounceBreakoutJoin,
    BreakoutDefinition,
    ChangeRoleOption,
    CreateAndInviteBreakout,
    CreateBreakout,
    DenyAwaited,
    DestroyBreakouts,
    Drop,
    EnableKnock,
    ExtendDuration,
    GetAwaited,
    GetCustomData,
    GetMaxTalkers,
    GetTalkerCount,
    HardMuteRoom,
    HardMuteUser,
    HardMuteVideo,
    HardUnmuteRoom,
    HardUnmuteUser,
    HardUnmuteVideo,
    InviteToBreakout,
    InviteToFloor,
    JoinBreakout,
    LockRoom,
    LogClientEvent,
    MuteOne,
    MuteOwnAudio,
    MuteOwnVideo,
    OpenFloor,
    PauseRoom,
    PresentToken,
    ProcessFloor,
    Publish,
    RejectBreakout,
    Request,
    ResumeRoom,
    RoleChange,
    SaveCustomData,
    SendData,
    SetAdvancedOptions,
    SetCustomData,
    SetTalkerCount,
    Share,
    Signal,
    StartRecording,
    StopAllSharing,
    StopRecording,
    Subscribe,
    SwitchRole,
    SwitchRoomMode,
    UnknownRequest,
    UnmuteOne,
    UnmuteOwnAudio,
    UnmuteOwnVideo,
    Unpublish,
    Unsubscribe,
    UpdateLayout,
    Way,
    read_request,
)
from bots.wire.requests.read import REQUESTS

DEFINITION = BreakoutDefinition(participants=4, max_rooms=2, force_join=True)
EXAMPLES: list[Request] = [
    Share(action="start", kind="screen", override=True),
    StopAllSharing(client_id="c-9"),
    SaveCustomData(scope="room", data={"a": 1}, query="a.b"),
    SetCustomData(scope="session", data={"a": 1}),
    GetCustomData(scope="session", options={"db": True}),
    UpdateLayout(layout="grid", service="all"),
    SwitchRole(changes=(RoleChange(client_id="c-2"),)),
    SwitchRole(changes=(RoleChange(client_id="c-2", role="audience"), RoleChange(client_id="c-3")), is_list=True),
    ChangeRoleOption(action="requestInitiate", role="moderator"),
    SwitchRoomMode(mode="lecture"),
    ExtendDuration(),
    MuteOne(client_id="c-2"),
    UnmuteOne(client_id="c-2"),
    ProcessFloor(client_id="c-2", action="grantFloor"),
    InviteToFloor(client_id="c-2"),
    OpenFloor(is_on=True),
    AdmitAwaited(client_id="c-2"),
    DenyAwaited(client_id="c-2"),
    EnableKnock(is_on=False),
    GetAwaited(),
    PresentToken(fields={"tokenId": "t", "singlePC": "subs"}),
    GetMaxTalkers(),
    GetTalkerCount(),
    SetTalkerCount(talkers=3, audio_talkers=3),
    LogClientEvent(room_id="r", timestamp="2026-03-30T08:00:00.000+00:00"),
    Publish(audio=True, attributes={"name": "Asha"}, min_video_bw=100, scheme="notify-break-recover"),
    Subscribe(stream_id=1),
    Signal.offer(904_959_696, "v=0"),
    Signal.candidate(1, "candidate:1 1 udp 1 127.0.0.1 9 typ host"),
    Signal.end_of_candidates(1),
    Unpublish(stream_id=904_959_696),
    Unsubscribe(stream_id=1),
    MuteOwnAudio(),
    UnmuteOwnAudio(),
    MuteOwnVideo(),
    UnmuteOwnVideo(),
    HardMuteUser(client_id="c-2"),
    HardUnmuteUser(client_id="c-2"),
    HardMuteVideo(client_id="c-2"),
    HardUnmuteVideo(client_id="c-2"),
    HardMuteRoom(),
    LockRoom(is_locked=True),
    SetAdvancedOptions.talker_notification(enable=True),
    HardUnmuteRoom(),
    StartRecording(),
    StartRecording(stream_id=900_000_001),
    StopRecording(),
    PauseRoom(),
    ResumeRoom(),
    Drop(is_self=True),
    Drop(is_all=False, client_ids=("c-1", "c-2")),
    SendData(msg="hello", broadcast=False, clients=("c-3",)),
    SendData(msg={"any": ["thing"]}, type="user_data"),
    CreateBreakout(definition=BreakoutDefinition(participants=2)),
    CreateAndInviteBreakout(definition=DEFINITION),
    InviteToBreakout(room_id="b-1", clients=("c-1",), force_join=True),
    JoinBreakout(room_id="b-1", role="participant"),
    AnnounceBreakoutJoin(name="red"),
    RejectBreakout(room_id="b-1"),
    DestroyBreakouts(rooms=("b-1",)),
]


@pytest.mark.parametrize("request_", EXAMPLES, ids=lambda request: type(request).__name__)
def test_every_request_survives_the_way_there_and_back(request_: Request) -> None:
    assert request_ == read_request(request_.event, request_.arguments())


def test_every_request_of_the_table_has_an_example() -> None:
    assert set(REQUESTS.values()) == {type(example) for example in EXAMPLES}


@pytest.mark.parametrize("request_", EXAMPLES, ids=lambda request: type(request).__name__)
def test_each_way_of_sending_has_its_number_of_arguments(request_: Request) -> None:
    expected = {Way.MESSAGE: 1, Way.SDP: 2, Way.EVENT: 1, Way.NAME: 0, Way.PARAM: 1}[request_.way]
    assert expected == len(request_.arguments())
    if request_.way is Way.SDP and not isinstance(request_, ProcessFloor | ChangeRoleOption):
        assert None is request_.arguments()[1]


def test_all_five_ways_are_used() -> None:
    assert set(Way) == {example.way for example in EXAMPLES}


@pytest.mark.parametrize(
    ("request_", "payload"),
    [
        (RejectBreakout(room_id="b-1"), "b-1"),
        (Unpublish(stream_id=5), 5),
        (Drop(is_self=True), {"self": True}),
        (Drop(is_all=False, client_ids=()), {"all": False, "clientIds": []}),
        (PauseRoom(), {"audio": True, "video": True}),
        (ResumeRoom(), {"audio": False, "video": False}),
        (HardMuteRoom(), {}),
        (LockRoom(is_locked=False), False),
        (
            SetAdvancedOptions.talker_notification(enable=False),
            [{"id": "speaker-notification", "enable": False}],
        ),
        (JoinBreakout(room_id="b-1", role="participant"), {"room_id": "b-1", "role": "participant"}),
        (
            CreateBreakout(definition=BreakoutDefinition(participants=2)),
            {
                "participants": 2,
                "audio": True,
                "video": False,
                "canvas": False,
                "share": False,
                "max_rooms": 1,
            },
        ),
        (
            SendData(msg="hello", broadcast=False, clients=("C-3",)),
            {"msg": "hello", "broadcast": False, "clients": ["C-3"], "type": "chat"},
        ),
    ],
)
def test_payloads_look_as_documented(request_: Request, payload: object) -> None:
    assert payload == request_.arguments()[0]


def test_a_publication_of_audio_has_the_keys_of_the_vendors_client() -> None:
    publish = Publish(audio=True, attributes={"name": "Asha"}, min_video_bw=100, max_video_bw=1200, scheme="s")
    expected = {
        "state",
        "data",
        "audio",
        "video",
        "attributes",
        "muteStream",
        "minVideoBW",
        "maxVideoBW",
        "scheme",
    }
    assert expected == set(publish.write())


def test_constraints_in_place_of_flags_count_as_true() -> None:
    read = read_request("subscribe", [{"streamId": 1, "video": {"width": 640}, "audio": 1}, None])
    assert isinstance(read, Subscribe)
    assert (True, True) == (read.audio, read.video)


def test_an_event_that_is_not_in_the_table_is_kept_whole() -> None:
    assert UnknownRequest(name="pingBack", values=({}, 1)) == read_request("pingBack", [{}, 1])


def test_a_reject_may_come_as_an_object() -> None:
    assert RejectBreakout(room_id="b") == read_request("reject-breakout-room", [{"room_id": "b"}])


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("token", ["text"]),
        ("publish", [3, None]),
        ("subscribe", [{}, None]),
        ("unpublish", [None]),
        ("unpublish", ["five"]),
        ("hardmute-user-audio", [{}]),
        ("join-breakout-room", [{"room_id": "b"}]),
        ("invite-breakout-room", [{"room_id": "b"}]),
        ("reject-breakout-room", [None]),
        ("create-breakout-room", [{"participants": "many"}]),
        ("signaling_message", [{"streamId": 1}]),
    ],
)
def test_arguments_that_an_event_cannot_carry_are_refused(event: str, arguments: list[Any]) -> None:
    with pytest.raises(WireError):
        read_request(event, arguments)


def test_a_token_tells_what_kind_of_client_sent_it() -> None:
    token = PresentToken(fields={"singlePC": "subs", "isReconnecting": True, "oldClientIdForReconnect": "c"})
    assert (True, True, "c") == (token.is_single_pc, token.is_reconnecting, token.old_client_id)
    plain = PresentToken(fields={"isReconnecting": "yes", "oldClientIdForReconnect": 3})
    assert (False, False, "") == (plain.is_single_pc, plain.is_reconnecting, plain.old_client_id)


def test_wrong_types_are_never_sent() -> None:
    with pytest.raises(WireError):
        JoinBreakout(room_id=3, role="participant").arguments()  # type: ignore[arg-type]  # the point of the test
