"""Who may have a room recorded, and who is told."""

import pytest

from bots.server.state import Room
from bots.server.watch import Watch
from bots.wire import Drop, RecordingOff, RecordingOn, StartRecording, StopRecording
from tests.fakes.house import FakeHouse


class Tape(Watch):
    """What a recorder is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def recording_began(self, room: Room, stream_id: int | None) -> None:
        self.told.append(f"began {stream_id}")

    def recording_ended(self, room: Room) -> None:
        self.told.append("ended")

    def session_ended(self, room: Room) -> None:
        self.told.append("over")


def recorded(**settings: object) -> tuple[FakeHouse, Tape]:
    house, tape = FakeHouse(**settings), Tape()
    house.rooms.watches.append(tape)
    return house, tape


def test_everybody_is_told_that_a_moderator_has_begun_and_ended_a_recording() -> None:
    house, tape = recorded()
    chair, guest = house.enter("moderator"), house.enter()
    assert house.ask(chair, StartRecording()).is_ok
    assert house.welcome(guest).media_record
    assert house.ask(chair, StopRecording()).is_ok
    assert not house.welcome(guest).media_record
    for client_id in (chair, guest):
        assert [RecordingOn(moderator_id=chair)] == house.heard(client_id, RecordingOn)
        assert [RecordingOff(moderator_id=chair)] == house.heard(client_id, RecordingOff)
    assert ["began None", "ended"] == tape.told


@pytest.mark.parametrize("request_", [StartRecording(), StopRecording()])
def test_a_participant_records_nothing(request_: StartRecording | StopRecording) -> None:
    house, tape = recorded()
    assert 4101 == house.ask(house.enter(), request_).result
    assert [] == tape.told


def test_what_is_so_already_is_refused() -> None:
    house, tape = recorded()
    chair = house.enter("moderator")
    assert 1177 == house.ask(chair, StopRecording()).result
    house.ask(chair, StartRecording())
    assert 1177 == house.ask(chair, StartRecording()).result
    assert ["began None"] == tape.told


def test_a_stream_that_nobody_publishes_is_not_recorded() -> None:
    house, tape = recorded()
    assert 1155 == house.ask(house.enter("moderator"), StartRecording(stream_id=9)).result
    assert [] == tape.told


def test_the_end_of_the_session_ends_its_recording() -> None:
    house, tape = recorded()
    chair = house.enter("moderator")
    house.ask(chair, StartRecording())
    house.ask(chair, Drop(is_self=True))
    assert ["began None", "ended", "over"] == tape.told
    assert not house.welcome(house.enter()).media_record


def test_a_room_may_record_every_session_by_itself() -> None:
    house, tape = recorded(auto_recording=True)
    guest = house.enter()
    assert house.welcome(guest).media_record
    assert [] == house.heard(guest, RecordingOn)
    house.ask(guest, Drop(is_self=True))
    assert ["began None", "ended", "over"] == tape.told
