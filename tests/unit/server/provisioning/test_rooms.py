"""Room objects of the Server API: defaults and documented refusals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.rooms import changed_room_body, check_open, new_room_body, refuse_late_change

NOW = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def made(**settings: Any) -> dict[str, Any]:
    return new_room_body({"name": "R", "owner_ref": "o", "settings": settings}, NOW)


def test_a_room_has_the_documented_defaults() -> None:
    room = made()
    settings = room["settings"]
    assert ("group", 6, 1, "SD") == (
        settings["mode"], settings["max_active_talkers"], settings["moderators"], settings["quality"],
    )  # fmt: skip
    assert 24 == len(room["room_id"])
    assert "2026-03-30T08:00:00.000Z" == room["created"]


def test_numbers_may_come_as_texts() -> None:
    assert 10 == made(participants="10")["settings"]["participants"]


def test_the_older_spelling_of_wait_for_moderator_counts() -> None:
    assert made(wait_moderator=True)["settings"]["wait_for_moderator"] is True


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"scheduled": "yes"}, 10003),
        ({"knock": "no"}, 10010),
        ({"scheduled": True}, 10004),
        ({"scheduled": True, "scheduled_time": "tomorrow"}, 10005),
        ({"scheduled": True, "scheduled_time": "2026-13-40 10:00:00"}, 10006),
        ({"participants": -1}, 10007),
        ({"participants": "many"}, 10007),
        ({"auto_recording": 1}, 10008),
        ({"colour": "blue"}, 10009),
        ({"mode": "party"}, 10010),
        ({"moderators": 6}, 10010),
        ({"max_active_talkers": 17}, 10010),
        ({"quality": "XXL"}, 10010),
    ],
)
def test_a_wrong_setting_is_refused_with_its_code(settings: dict[str, Any], code: int) -> None:
    with pytest.raises(ApiRefusal) as refusal:
        made(**settings)
    assert (400, code) == (refusal.value.status, refusal.value.result)
    assert refusal.value.desc


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 10002),
        ({"name": " ", "owner_ref": "o", "settings": {}}, 10002),
        ({"name": "R", "settings": {}}, 10010),
        ({"name": "R", "owner_ref": "o"}, 10010),
        ({"name": "R", "owner_ref": True, "settings": {}}, 10010),
        ({"name": "R", "owner_ref": "o", "settings": []}, 10010),
        ({"name": "R", "owner_ref": "o", "settings": {}, "sip": {"enabled": "yes"}}, 10010),
        ({"name": "R", "owner_ref": "o", "settings": {}, "data": "text"}, 10010),
        ([], 10010),
    ],
)
def test_a_body_that_is_no_room_is_refused(body: object, code: int) -> None:
    with pytest.raises(ApiRefusal) as refusal:
        new_room_body(body, NOW)
    assert code == refusal.value.result


def test_a_reference_that_is_a_number_is_kept_as_a_text() -> None:
    assert "42" == new_room_body({"name": "R", "owner_ref": 42, "settings": {}}, NOW)["owner_ref"]


def test_a_room_with_a_telephone_keeps_its_numbers_when_it_is_changed() -> None:
    room = new_room_body({"name": "R", "owner_ref": "o", "settings": {}, "sip": {"enabled": True}}, NOW)
    assert (True, 6, 10) == (room["sip"]["enabled"], len(room["sip"]["pin"]), len(room["sip"]["meeting_id"]))
    assert room["sip"] == changed_room_body(room, {"name": "S", "sip": {"enabled": True}})["sip"]
    assert {"enabled": False} == changed_room_body(room, {"sip": {"enabled": False}})["sip"]


def test_a_change_may_have_the_older_spelling_too() -> None:
    room = made(wait_for_moderator=False)
    changed = changed_room_body(room, {"settings": {"wait_moderator": True}})
    assert {**room["settings"], "wait_for_moderator": True} == changed["settings"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"settings": {"mode": "lecture"}}, 10010),
        ({"settings": {"adhoc": True}}, 10010),
        ({"settings": {"scheduled": True}}, 10003),
        ({"settings": {"scheduled_time": "later"}}, 10005),
    ],
)
def test_what_a_room_keeps_for_life_is_not_changed(change: dict[str, Any], code: int) -> None:
    room = new_room_body({"name": "R", "owner_ref": "o", "settings": {}}, NOW)
    with pytest.raises(ApiRefusal) as refusal:
        changed_room_body(room, change)
    assert code == refusal.value.result


def test_a_change_may_name_what_stays() -> None:
    room = new_room_body({"name": "R", "owner_ref": "o", "settings": {}}, NOW)
    assert {**room, "data": {"a": 1}} == changed_room_body(room, {"data": {"a": 1}, "settings": {"mode": "group"}})


START = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
END = START + timedelta(hours=1)


def scheduled() -> dict[str, Any]:
    settings = {"scheduled": True, "scheduled_time": "2026-03-30 10:00:00", "duration": 60}
    return new_room_body({"name": "R", "owner_ref": "o", "settings": settings}, NOW)


@pytest.mark.parametrize(
    ("now", "is_in_session", "is_open"),
    [
        (START - timedelta(minutes=15, seconds=1), False, False),
        (START - timedelta(minutes=15), False, True),
        (END - timedelta(seconds=1), False, True),
        (END, False, False),
        (END, True, True),  # documented: no more tokens when the window is over and nobody is in
    ],
)
def test_a_scheduled_room_gives_tokens_in_its_window(now: datetime, is_in_session: bool, is_open: bool) -> None:
    if is_open:
        check_open(scheduled(), now, is_in_session=is_in_session, ends_at=END)
        return
    with pytest.raises(ApiRefusal) as refusal:
        check_open(scheduled(), now, is_in_session=is_in_session, ends_at=END)
    assert (409, 409) == (refusal.value.status, refusal.value.result)


@pytest.mark.parametrize(("before", "is_late"), [(16, False), (15, True), (-60, True)])
def test_a_scheduled_room_is_changed_until_a_quarter_of_an_hour_before(before: int, is_late: bool) -> None:
    now = START - timedelta(minutes=before)
    if is_late:
        with pytest.raises(ApiRefusal, match="until 15 minutes before"):
            refuse_late_change(scheduled(), now)
    else:
        refuse_late_change(scheduled(), now)
