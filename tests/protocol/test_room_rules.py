"""Coming in, mutes, chat, dropping: the rules of the embedded server, without sockets."""

from typing import Any

import pytest

from bots.server import state
from bots.server.tokens import Claim
from bots.wire import (
    DataReceived,
    Drop,
    GetMaxTalkers,
    GetTalkerCount,
    HardMuted,
    HardMuteRoom,
    HardMuteUser,
    HardMuteVideo,
    HardUnmuteRoom,
    HardUnmuteUser,
    HardUnmuteVideo,
    HardVideoMuted,
    LockRoom,
    MuteOwnAudio,
    PauseRoom,
    ResumeRoom,
    RoomDisconnected,
    RoomManagement,
    RoomMuted,
    SendData,
    SetTalkerCount,
    UnknownRequest,
    UnmuteOwnAudio,
    UnmuteOwnVideo,
    UserAudioMuted,
    UserAudioUnmuted,
    UserConnected,
    UserDisconnected,
    UserVideoUnmuted,
    read_request,
)
from tests.fakes.house import FakeHouse, refusal_of


def test_a_newcomer_is_announced_to_the_others_only() -> None:
    house = FakeHouse()
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    assert ["Ben"] == [notice.user.name for notice in house.heard(ann, UserConnected)]
    assert [] == house.heard(ben, UserConnected)


def test_a_token_is_good_once() -> None:
    house = FakeHouse()
    fields = house.token()
    house.present(fields)
    assert 4118 == refusal_of(house, fields).result


def test_a_token_expires_before_its_first_use() -> None:
    house = FakeHouse()
    fields = house.token()
    house.now += 901
    assert "expired" in refusal_of(house, fields).reason


@pytest.mark.parametrize("key", ["name", "role", "roomId", "userRef", "expiresAt", "tokenId"])
def test_no_part_of_the_claim_can_be_changed(key: str) -> None:
    house = FakeHouse()
    fields = house.token("participant")
    fields["claim"] = {**fields["claim"], key: "moderator"}
    assert 4118 == refusal_of(house, fields).result


@pytest.mark.parametrize(
    "broken", [{}, {"claim": 1}, {"claim": {}, "signature": "é"}, {"claim": {"a": []}, "signature": ""}]
)
def test_rubbish_is_no_token(broken: dict[str, object]) -> None:
    assert 4118 == refusal_of(FakeHouse(), broken).result


def test_what_the_client_writes_beside_the_claim_changes_nothing() -> None:
    house = FakeHouse()
    ann = house.present({**house.token("participant"), "role": "moderator", "version": "2.3.16"})
    assert 4101 == house.ask(ann, HardMuteRoom()).result


def test_a_token_of_one_server_is_refused_by_another() -> None:
    other = FakeHouse()
    other.mint = other.rooms.mint = type(other.mint)(b"t" * 32)
    assert 4118 == refusal_of(other, FakeHouse().token()).result


def test_places_are_counted_by_role() -> None:
    house = FakeHouse(moderators=1, participants=1)
    house.enter("moderator")
    house.enter("participant")
    assert 2101 == refusal_of(house, house.token("moderator")).result
    assert 2102 == refusal_of(house, house.token("participant")).result


def test_a_reconnect_takes_the_same_place_without_a_word_to_the_others() -> None:
    house = FakeHouse(participants=2)
    ann, fields = house.enter(name="Ann"), house.token(name="Ben")
    ben = house.present(fields)
    told = len(house.told[ann])
    again = house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ben})
    assert ben == again
    assert told == len(house.told[ann])


def test_a_lost_connection_is_told_to_nobody_for_a_while() -> None:
    house = FakeHouse()
    ann, fields = house.enter(name="Ann"), house.token(name="Ben")
    ben = house.present(fields)
    told = len(house.told[ann])
    house.lose(ben)
    assert ben == house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ben})
    house.pass_grace()
    assert told == len(house.told[ann])
    house.lose(ben)
    house.pass_grace()
    assert [ben] == [notice.client_id for notice in house.heard(ann, UserDisconnected)]


def test_who_says_so_goes_on_as_their_lost_connection_with_a_new_token() -> None:
    house = FakeHouse(participants=2)
    ann, fields = house.enter(name="Ann"), house.token(name="Ben")
    ben = house.present(fields)
    assert 2102 == refusal_of(house, house.token(name="Ben")).result
    told = len(house.told[ann])
    house.lose(ben)
    assert ben == house.enter(name="Ben", resumesClientId=ben)
    assert told == len(house.told[ann])
    assert 4118 == refusal_of(house, {**fields, "isReconnecting": True, "oldClientIdForReconnect": ben}).result
    house.vanish(ben)
    assert ben == house.enter(name="Ben", resumesClientId=ben)
    assert {ann, ben} == set(house.room.members)


def test_of_very_many_who_are_lost_the_first_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MOST_ABSENT", 3)
    house = FakeHouse(participants=20)
    house.enter("moderator", name="Mia")
    tokens = [house.token(name=f"Pupil {number}") for number in range(5)]
    lost = [house.present(fields) for fields in tokens]
    for one in lost:
        house.vanish(one)
    assert lost[2:] == list(house.room.absent)
    first, last = ({**tokens[n], "isReconnecting": True, "oldClientIdForReconnect": lost[n]} for n in (0, 4))
    assert 4118 == refusal_of(house, first).result
    assert lost[4] == house.present(last)


def test_a_dropped_token_is_forgotten_when_it_would_be_refused_anyway() -> None:
    house = FakeHouse()
    mia, fields = house.enter("moderator", name="Mia"), house.token(name="Ben")
    ben = house.present(fields)
    assert house.ask(mia, Drop(client_ids=(ben,))).is_ok
    assert 1 == len(house.room.dropped_tokens)
    house.now += 901
    house.enter(name="Ann")
    assert (set(), 4118) == (house.room.dropped_tokens, refusal_of(house, fields).result)


@pytest.mark.parametrize(("role", "says_so"), [("participant", False), ("moderator", True)])
def test_a_lost_connection_is_gone_when_its_user_comes_anew_and_not_as_the_same(role: str, says_so: bool) -> None:
    house = FakeHouse(participants=2)
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    house.lose(ben)
    again = house.enter(role, name="Ben", resumesClientId=ben if says_so else None)
    assert [UserDisconnected, UserConnected] == [type(notice) for notice in house.told[ann][-2:]]
    assert {ann, again} == set(house.room.members)


def test_whose_loss_was_not_noticed_yet_goes_on_only_as_the_same_user() -> None:
    house = FakeHouse()
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    assert ben == house.enter(name="Ben", resumesClientId=ben)
    assert ben not in (ann, house.enter(name="Ann", resumesClientId=ben))
    assert ann != house.enter(name="Ann")


def test_who_was_away_for_long_is_as_before_and_comes_back_into_a_locked_room() -> None:
    house = FakeHouse()
    mia, fields = house.enter("moderator"), house.token(name="Ann")
    ann = house.present(fields)
    house.ask(ann, PauseRoom())
    house.vanish(ann)
    house.ask(mia, LockRoom(is_locked=True))
    back = {**fields, "isReconnecting": True, "oldClientIdForReconnect": ann, "receivedNotices": 0}
    assert ann == house.present(back)
    assert house.room.members[ann].is_paused


def test_a_reconnect_as_somebody_else_is_refused() -> None:
    house = FakeHouse()
    fields = house.token()
    house.present(fields)
    assert 4118 == refusal_of(house, {**fields, "isReconnecting": True, "oldClientIdForReconnect": "c-1"}).result


def test_who_was_dropped_or_left_does_not_come_back_with_the_same_token() -> None:
    house = FakeHouse()
    mia, dropped, leaver = house.enter("moderator"), house.token(name="Ann"), house.token(name="Ben")
    for fields, leave, result in ((dropped, False, 2001), (leaver, True, 4118)):
        client = house.present(fields)
        house.ask(client, Drop(is_self=True)) if leave else house.ask(mia, Drop(client_ids=(client,)))
        assert result == refusal_of(house, {**fields, "isReconnecting": True, "oldClientIdForReconnect": client}).result
        assert result == refusal_of(house, {**fields, "isReconnecting": True, "oldClientIdForReconnect": ""}).result


def test_who_is_dropped_while_away_is_told_so_when_it_comes_back() -> None:
    house = FakeHouse()
    mia, fields = house.enter("moderator"), house.token(name="Ann")
    ann = house.present(fields)
    house.lose(ann)
    house.ask(mia, Drop(client_ids=(ann,)))
    refusal = refusal_of(house, {**fields, "isReconnecting": True, "oldClientIdForReconnect": ann})
    assert (2001, "disconnected-by-moderator") == (refusal.result, refusal.reason)


def test_a_reconnect_does_not_shake_off_a_hard_mute() -> None:
    house = FakeHouse()
    mia, fields = house.enter("moderator"), house.token(name="Ann")
    ann = house.present(fields)
    house.ask(mia, HardMuteUser(client_id=ann))
    house.ask(mia, HardMuteVideo(client_id=ann))
    house.vanish(ann)
    assert ann == house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ann})
    assert not house.room.members[ann].is_audible
    assert house.room.members[ann].is_video_hard_muted
    assert house.heard(mia, UserConnected)[-1].user.audio_muted
    house.ask(mia, HardUnmuteUser(client_id=ann))
    assert house.room.members[ann].is_audible


def test_a_reconnect_of_one_who_muted_itself_is_told_as_what_it_is() -> None:
    house = FakeHouse()
    ann, fields = house.enter(name="Ann"), house.token(name="Ben")
    ben = house.present(fields)
    house.ask(ben, MuteOwnAudio())
    house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ben})
    assert [ben] == [notice.client_id for notice in house.heard(ann, UserAudioUnmuted)]


def test_who_goes_on_after_a_loss_is_as_before() -> None:
    house = FakeHouse()
    ann, fields = house.enter(name="Ann"), house.token(name="Ben")
    ben = house.present(fields)
    house.ask(ben, MuteOwnAudio())
    house.ask(ben, PauseRoom(audio=True, video=True))
    told = len(house.told[ann])
    house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ben, "receivedNotices": 0})
    assert (True, True) == (house.room.members[ben].is_self_muted, house.room.members[ben].is_paused)
    assert told == len(house.told[ann])


def test_own_mute_is_told_to_everybody_with_the_whole_user() -> None:
    house = FakeHouse()
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    assert house.ask(ben, MuteOwnAudio()).is_ok
    for client in (ann, ben):
        (notice,) = house.heard(client, UserAudioMuted)
        assert (True, "Ben", "ref-Ben") == (notice.user.audio_muted, notice.user.name, notice.user.user_ref)
    house.ask(ben, UnmuteOwnAudio())
    assert [ben] == [notice.client_id for notice in house.heard(ann, UserAudioUnmuted)]


def test_who_is_hard_muted_cannot_unmute_itself_and_nobody_is_told_that_it_tried() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert house.ask(mia, HardMuteUser(client_id=ann)).is_ok
    assert 1 == len(house.heard(ann, HardMuted))
    house.ask(ann, MuteOwnAudio())
    house.ask(ann, UnmuteOwnAudio())
    assert [] == house.heard(mia, UserAudioUnmuted)
    assert not house.room.members[ann].is_audible
    house.ask(mia, HardUnmuteUser(client_id=ann))
    assert house.room.members[ann].is_audible
    assert 1 == len(house.heard(mia, UserAudioUnmuted))


def test_the_room_mute_spares_moderators_and_meets_later_joiners() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    max_ = house.enter("moderator", name="Max")
    assert house.ask(mia, HardMuteRoom()).is_ok
    late = house.enter(name="Late")
    audible = {client: house.room.members[client].is_audible for client in (mia, max_, ann, late)}
    assert {mia: True, max_: True, ann: False, late: False} == audible
    assert 1 == len(house.heard(ann, RoomMuted))
    assert [] == house.heard(mia, RoomMuted)
    assert house.welcome(late).room["mute"] is True
    house.ask(mia, HardUnmuteRoom())
    assert house.room.members[late].is_audible


def test_only_moderators_mute_others() -> None:
    house = FakeHouse()
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    assert 4101 == house.ask(ann, HardMuteUser(client_id=ben)).result
    assert 4101 == house.ask(ann, HardMuteRoom()).result
    assert house.room.members[ben].is_audible


def test_a_pause_silences_and_a_resume_gives_back() -> None:
    house = FakeHouse()
    ann = house.enter()
    assert house.ask(ann, PauseRoom()).is_ok
    assert not house.room.members[ann].is_audible
    assert 1155 == house.ask(ann, ResumeRoom(audio=True, video=True)).result
    assert house.ask(ann, ResumeRoom()).is_ok
    assert house.room.members[ann].is_audible


def test_public_chat_reaches_the_others_with_its_sender() -> None:
    house = FakeHouse()
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    assert house.ask(ann, SendData(msg="Grüße ✓")).is_ok
    (notice,) = house.heard(ben, DataReceived)
    assert ("Grüße ✓", "Ann", ann, True) == (notice.message, notice.sender, notice.sender_id, notice.broadcast)
    assert notice.timestamp > 0
    assert [] == house.heard(ann, DataReceived)


def test_private_chat_reaches_its_addressees_only() -> None:
    house = FakeHouse()
    ann, ben, cyd = (house.enter(name=name) for name in ("Ann", "Ben", "Cyd"))
    assert house.ask(ann, SendData(msg="psst", broadcast=False, clients=(ben,))).is_ok
    assert [False] == [notice.broadcast for notice in house.heard(ben, DataReceived)]
    assert [] == house.heard(cyd, DataReceived)
    assert 1155 == house.ask(ann, SendData(msg="psst", broadcast=False)).result


def test_a_dropped_client_learns_why_and_is_cut() -> None:
    house = FakeHouse()
    mia, ann, ben = house.enter("moderator"), house.enter(name="Ann"), house.enter(name="Ben")
    assert house.ask(mia, Drop(is_all=False, client_ids=(ann,))).is_ok
    assert [(2001, "disconnected-by-moderator")] == [
        (notice.cause, notice.msg) for notice in house.heard(ann, RoomDisconnected)
    ]
    assert [ann] == house.cut
    assert [ann] == [notice.client_id for notice in house.heard(ben, UserDisconnected)]
    assert 4101 == house.ask(ben, Drop(is_all=True)).result


def test_an_empty_list_drops_everyone_else_and_all_drops_everybody() -> None:
    house = FakeHouse()
    mia, ann, ben = house.enter("moderator"), house.enter(name="Ann"), house.enter(name="Ben")
    house.ask(mia, Drop(is_all=False, client_ids=()))
    assert {ann, ben} == set(house.cut)
    cyd = house.enter(name="Cyd")
    house.ask(mia, Drop(is_all=True))
    assert {ann, ben, mia, cyd} == set(house.cut)
    assert {} == house.room.members


def test_a_locked_room_keeps_who_is_there_and_lets_nobody_in() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    assert 4101 == house.ask(ann, LockRoom(is_locked=True)).result
    assert house.ask(mia, LockRoom(is_locked=True)).is_ok
    assert 4121 == house.ask(mia, LockRoom(is_locked=True)).result
    assert ["room-locked"] == [notice.id for notice in house.heard(ann, RoomManagement)]
    assert "locked" in refusal_of(house, house.token(name="Ben")).reason
    assert house.welcome(ann).room["locked"]
    assert house.ask(mia, LockRoom(is_locked=False)).is_ok
    house.enter(name="Ben")


def test_an_empty_room_is_not_locked_any_more() -> None:
    house = FakeHouse()
    mia = house.enter("moderator")
    house.ask(mia, LockRoom(is_locked=True))
    house.vanish(mia)
    house.enter(name="Ann")


def test_dropping_nobody_in_particular_is_refused() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    for payload in ({}, {"all": False}, {"all": False, "clientIds": None}, {"self": False}):
        assert 1155 == house.ask(mia, read_request("drop", [payload])).result
    assert 4101 == house.ask(ann, read_request("drop", [{}])).result
    assert {mia, ann} == set(house.room.members)


def test_a_leaver_is_told_of_with_its_permissions() -> None:
    house = FakeHouse()
    mia, vic = house.enter("moderator"), house.enter("viewer", name="Vic")
    house.ask(vic, Drop(is_self=True))
    (notice,) = house.heard(mia, UserDisconnected)
    written = notice.write()
    assert {"clientId", "name", "role", "permissions"} == written.keys()
    assert ("Vic", "viewer", False) == (written["name"], written["role"], written["permissions"]["publish"])


def test_addressees_without_a_word_about_broadcast_make_a_message_private() -> None:
    house = FakeHouse()
    ann, ben, cyd = house.enter(name="Ann"), house.enter(name="Ben"), house.enter(name="Cyd")
    assert house.ask(ann, read_request("sendDataStreamToRoom", [{"msg": "psst", "clients": [ben]}])).is_ok
    assert (1, 0) == (len(house.heard(ben, DataReceived)), len(house.heard(cyd, DataReceived)))


@pytest.mark.parametrize("message", ["x" * (2048 * 1024 + 1), {"key": "x" * 2048 * 1024}])
def test_a_message_that_is_too_large_is_refused(message: object) -> None:
    house = FakeHouse()
    ann, ben = house.enter(name="Ann"), house.enter(name="Ben")
    assert 1196 == house.ask(ann, SendData(msg=message, type="user_data")).result
    assert [] == house.heard(ben, DataReceived)


def test_an_unknown_request_is_answered_so_that_its_callback_fires() -> None:
    house = FakeHouse()
    ann = house.enter()
    assert house.ask(ann, UnknownRequest(name="pingBack")).is_ok
    assert 4 == house.ask(ann, GetMaxTalkers()).get("maxTalkers")
    house.vanish(ann)
    assert 1171 == house.ask(ann, GetMaxTalkers()).result


def test_a_camera_is_told_of_to_everybody_and_a_hard_mute_holds_it() -> None:
    house = FakeHouse()
    mia, ann = house.enter("moderator"), house.enter(name="Ann")
    house.ask(ann, UnmuteOwnVideo())
    for client in (mia, ann):
        assert [False] == [notice.user.video_muted for notice in house.heard(client, UserVideoUnmuted)]
    assert house.ask(mia, HardMuteVideo(client_id=ann)).is_ok
    assert ([ann], []) == (
        [one.client_id for one in house.heard(ann, HardVideoMuted)],
        house.heard(mia, HardVideoMuted),
    )
    house.ask(ann, UnmuteOwnVideo())
    assert 1 == len(house.heard(mia, UserVideoUnmuted)), "she cannot unmute herself"
    house.ask(mia, HardUnmuteVideo(client_id=ann))
    house.ask(ann, UnmuteOwnVideo())
    assert 2 == len(house.heard(mia, UserVideoUnmuted))
    assert 4101 == house.ask(ann, HardMuteVideo(client_id=mia)).result
    assert 1155 == house.ask(mia, HardMuteVideo(client_id="c-nobody")).result


@pytest.mark.parametrize(
    ("event", "data", "is_paused"),
    [
        ("muteRoom", {"audio": True, "video": True}, True),
        ("muteRoom", {"audio": True}, True),
        ("muteRoom", {"video": True}, False),
        ("muteRoom", {}, None),
        ("muteRoom", {"audio": False, "video": False}, None),
    ],
)
def test_a_pause_is_of_what_it_names(event: str, data: dict[str, bool], is_paused: bool | None) -> None:
    house = FakeHouse()
    ann = house.enter(name="Ann")
    answer = house.ask(ann, read_request(event, [data]))
    assert (1155 if is_paused is None else 0) == answer.result
    assert bool(is_paused) == house.room.members[ann].is_paused


@pytest.mark.parametrize(
    ("data", "result", "is_paused"),
    [({"audio": False}, 0, False), ({"video": False}, 0, True), ({}, 1155, True), ({"audio": True}, 1155, True)],
)
def test_a_resume_is_of_what_it_names(data: dict[str, bool], result: int, is_paused: bool) -> None:
    house = FakeHouse()
    ann = house.enter(name="Ann")
    house.ask(ann, PauseRoom())
    assert result == house.ask(ann, read_request("unMuteRoom", [data])).result
    assert is_paused == house.room.members[ann].is_paused


def test_how_many_talkers_a_client_wants_is_kept_and_echoed_within_the_room() -> None:
    house = FakeHouse(max_active_talkers=5)
    ann = house.enter(name="Ann")
    assert 5 == house.ask(ann, GetTalkerCount()).get("numTalkers")
    answer = house.ask(ann, SetTalkerCount(talkers=2, audio_talkers=3, video_talkers=2))
    assert (3, 2) == (answer.get("numAudioTalkers"), answer.get("numVideoTalkers"))
    assert 2 == house.ask(ann, GetTalkerCount()).get("numTalkers")
    answer = house.ask(ann, SetTalkerCount(talkers=9, audio_talkers=9, video_talkers=0))
    assert (5, 0) == (answer.get("numAudioTalkers"), answer.get("numVideoTalkers"))
    assert 1155 == house.ask(ann, SetTalkerCount(talkers=-1)).result


def test_a_refused_data_channel_has_null_first() -> None:
    house = FakeHouse()
    ann = house.enter(name="Ann")
    first, reason = house.desk.handle(ann, UnknownRequest(name="addDataChannel"), house.now).answer
    assert (None, 1170) == (first, reason["result"])


def test_used_tokens_are_forgotten_once_they_open_nothing_any_more() -> None:
    house = FakeHouse()
    fields, spent = house.token(name="Ann"), house.token(name="Ben")
    ann = house.present(fields)
    assert ann == house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ann})
    house.ask(house.present(spent), Drop(is_self=True))
    assert 4118 == refusal_of(house, spent).result
    house.now += 901
    cyd = house.enter(name="Cyd")
    assert {ann, cyd} == set(house.room.used_tokens.values())
    assert 4118 == refusal_of(house, spent).result
    assert ann == house.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": ann})


def test_another_one_with_the_same_reference_takes_no_lost_place() -> None:
    house = FakeHouse(participants=2)

    def token(name: str) -> dict[str, Any]:  # one reference for everybody, which nothing forbids
        claim = Claim(token_id=name, room_id=house.room.room_id, name=name, role="participant", user_ref="2236",
                      expires_at=house.now + 900)  # fmt: skip
        return house.fields(house.token_text(claim, house.room))

    ann = house.present(token("Ann"))
    house.lose(ann)
    ben = house.present(token("Ben"))
    assert {ann, ben} == set(house.room.members)
    assert ann == house.present({**token("Ann"), "isReconnecting": True, "oldClientIdForReconnect": ann})
