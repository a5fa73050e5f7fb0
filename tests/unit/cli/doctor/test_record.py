from datetime import UTC, datetime

from bots.cli.doctor.record import Record


def record_of(*texts: tuple[str, str]) -> Record:
    record = Record(lambda: datetime(2026, 11, 28, tzinfo=UTC))
    capture = record.capture("r1")
    for sender, text in texts:
        capture.take(text, sender=sender)
    return record


def test_events_and_acks_of_the_server_are_found_by_name_room_and_place() -> None:
    record = record_of(
        ("client", '420["drop",{"self":true}]'), ("server", '430[{"result":0}]'), ("server", '42["user-connected",{}]')
    )
    [ack] = record.acks("drop")
    assert (0, "r1", False) == (ack.first["result"], ack.room_id, ack.wants_ack)
    assert 1 == len(record.events("user-connected", room_id="r1"))
    assert [] == record.events("user-connected", room_id="r2")
    assert [] == record.events("user-connected", since=record.place)
    assert [] == record.events("drop"), "the client said that"


def test_an_event_that_wants_an_ack_is_known_by_its_number() -> None:
    record = record_of(("server", '427["hardmute-user-audio",{}]'), ("server", '42["roomManagementEvents",{"id":"x"}]'))
    assert record.events("hardmute-user-audio")[0].wants_ack
    assert 1 == len(record.notices("x"))
    assert [] == record.notices("y")


def test_tokens_do_not_get_into_it() -> None:
    record = record_of(("server", '430[{"result":0,"token":"eyJhIjogMX0="}]'))
    assert "(removed)" == record.said[0].first["token"]
