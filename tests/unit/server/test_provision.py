"""Room objects of the Server API: defaults and documented refusals."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bots.server.provision import ApiRefusal, new_room_body

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
    ("body", "code"), [({}, 10002), ({"name": " "}, 10002), ([], 10010), ({"name": "R", "settings": []}, 10010)]
)
def test_a_body_that_is_no_room_is_refused(body: object, code: int) -> None:
    with pytest.raises(ApiRefusal) as refusal:
        new_room_body(body, NOW)
    assert code == refusal.value.result
