"""Call records: who was there, from when to when, how long sound went."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bots.server.provisioning.calls import Calls
from bots.wire import Drop
from tests.fakes.house import FakeHouse

START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


class Recorded:
    """A house whose calls are kept on a clock of our own."""

    def __init__(self) -> None:
        self.now = START
        self.house = FakeHouse()
        self.calls = Calls(app_id="app", now=lambda: self.now, new_hex=self.house.rooms.new_hex)
        self.house.rooms.watches.append(self.calls)

    def after(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def items(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.calls.filed.find(room_id=self.house.room.room_id)]

    def leave(self, client_id: str) -> None:
        self.house.ask(client_id, Drop(is_self=True))


def test_the_records_of_a_session_are_filed_when_the_last_one_is_out() -> None:
    one = Recorded()
    ann = one.house.enter(name="Ann")
    one.after(2)
    ben = one.house.enter("moderator", name="Ben")
    one.after(3)
    one.leave(ann)
    assert [] == one.items()
    one.after(5)
    one.leave(ben)
    items = one.items()
    assert [("Ann", "1", 300), ("Ben", "2", 480)] == [
        (item["user"]["name"], item["call_num"], item["sigserver"]["duration"]) for item in items
    ]
    assert [600, 600] == [item["room"]["duration"] for item in items]
    assert "2026-03-30T08:02:00.000Z" == items[1]["sigserver"]["connect_dt"]
    assert ["app"] * 2 == [item["app_id"] for item in items]


def test_minutes_of_sound_are_those_of_connections_that_were_up() -> None:
    one = Recorded()
    ann = one.house.enter(name="Ann")
    one.calls.media_began(ann, 900, is_publication=True)
    one.calls.media_began(ann, 1, is_publication=False)
    one.calls.media_ended(ann, 2, is_publication=False)  # never was up
    one.after(3)
    one.calls.media_began(ann, 900, is_publication=True)  # offered anew
    one.calls.media_ended(ann, 1, is_publication=False)
    one.after(1)
    one.leave(ann)
    one.calls.media_ended(ann, 900, is_publication=True)  # closed after it has left
    [item] = one.items()
    assert {"published_minutes": 4.0, "subscribed_minutes": 3.0} == item["usage"]
    assert item["published_track"]["audio"] is True


def test_each_session_has_its_own_number() -> None:
    one = Recorded()
    for _ in range(2):
        one.leave(one.house.enter())
    room_id = one.house.room.room_id
    assert [f"{room_id}-1", f"{room_id}-2"] == [item["conf_num"] for item in one.items()]


def test_a_token_itself_is_in_no_record() -> None:
    one = Recorded()
    fields = one.house.token()
    one.leave(one.house.present(fields))
    [item] = one.items()
    assert fields["tokenId"] == item["user"]["token"]
    assert fields["signature"] not in str(item)


def test_a_session_that_never_ends_keeps_no_more_records_than_are_filed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.server.provisioning.calls.MOST_KEPT", 3)
    one = Recorded()
    stays = one.house.enter(name="Ann")
    for number in range(5):
        one.leave(one.house.enter(name=f"Guest {number}"))
    one.leave(stays)
    assert ["Guest 3", "Guest 4", "Ann"] == [item["user"]["name"] for item in one.items()]
