"""What the Server API tells, in all its spellings."""

from datetime import UTC, datetime

import pytest

from bots.room.api.records import Archive, CallRecord, RoomRecord, SessionUser, first_list

AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["2026-03-30T08:00:00.000Z", "2026-03-30T10:00:00+02:00", "2026-03-30 08:00:00", "1774857600", 1774857600],
)
def test_an_instant_is_read_in_every_form(written: object) -> None:
    assert AT == RoomRecord.read({"_id": "r", "created": written}).created_at


@pytest.mark.parametrize("written", [None, "", "yesterday", "1e999", {}, "nan"])
def test_what_is_no_instant_is_none(written: object) -> None:
    assert RoomRecord.read({"room_id": "r", "created": written}).created_at is None


def test_a_call_is_read_from_its_parts() -> None:
    call = CallRecord.read(
        {
            "cdr_id": 7, "conf_num": "r-1", "room": {"room_id": "r"},
            "user": {"name": "Ann", "ref": "u1", "role": "moderator"},
            "sigserver": {"connect_dt": "2026-03-30 08:00:00", "disconnect_dt": None},
            "usage": {"published_minutes": "1.5", "subscribed_minutes": 2},
        }
    )  # fmt: skip
    assert ("7", "r", "Ann", "u1", AT, None) == (
        call.cdr_id, call.room_id, call.name, call.user_ref, call.connected_at, call.disconnected_at,
    )  # fmt: skip
    assert (1.5, 2.0) == (call.published_min, call.subscribed_min)


def test_an_archive_has_the_addresses_of_its_files() -> None:
    archive = Archive.read({"_id": "a", "recording": [{"url": "http://x/1.mkv"}, {}], "transcoded": "http://x/1.mp4"})
    assert (("http://x/1.mkv",), ("http://x/1.mp4",)) == (archive.recordings, archive.transcoded)


def test_whatever_is_missing_is_empty() -> None:
    assert ("", "", "") == (RoomRecord.read({}).room_id, SessionUser.read({}).name, CallRecord.read({}).cdr_id)
    assert () == Archive.read({}).recordings


def test_the_list_of_a_report_is_the_first_one_whatever_its_key() -> None:
    assert [{"a": 1}] == first_list({"result": "0", "cdrs": [{"a": 1}, 5], "more": [{}]})
    assert [] == first_list({"result": 0, "users": None}, "users")
