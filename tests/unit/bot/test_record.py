"""The record of a lesson: stays, rounds, partners. Pure."""

from datetime import UTC, datetime, timedelta

from bots.bot.place.keys import Keys
from bots.bot.record.groups import groups_of, met_in
from bots.bot.record.names import Names
from bots.bot.record.record import Answered, Record, Round
from bots.bot.record.stays import Stays, merged, seconds_of, shared_s
from bots.bot.rules.facts import Person

START = datetime(2026, 3, 30, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def record_of(*people: Person) -> Record:
    keys = Keys()
    record = Record(keys)
    for person in people:
        keys.of(person, [])
        record.came(person, START)
    return record


ANA, BEN, CLEO = (Person(client_id=f"c-{name}", id=name, name=name, is_bot=True) for name in ("ana", "ben", "cleo"))


def test_two_connections_at_once_are_one_stay() -> None:
    record = record_of(ANA, Person(client_id="c-phone", id="ana"))
    record.went("c-ana", at(600))
    assert record.is_here("ana")
    record.went("c-phone", at(900))
    assert [(START, at(900))] == record.spans("ana", at(2000))
    assert not record.is_here("ana")


def test_stays_under_any_connection_add_up() -> None:
    record = record_of(ANA)
    record.went("c-ana", at(600))
    record.came(Person(client_id="c-ana", id="ana"), at(720))
    assert 1080 == seconds_of(record.spans("ana", at(1200)))


def test_who_went_while_the_bot_was_away_has_gone_when_it_looks_again() -> None:
    record = record_of(ANA, BEN)
    record.only(["c-ben"], at(180))
    assert [180.0, 240.0] == [seconds_of(record.spans(key, at(240))) for key in ("ana", "ben")]


def test_spans_that_touch_are_one_and_what_is_shared_is_counted_once() -> None:
    spans = merged([(at(10), at(20)), (at(0), at(10)), (at(30), at(40)), (at(32), at(35))])
    assert [(at(0), at(20)), (at(30), at(40))] == spans
    assert 15.0 == shared_s(spans, [(at(10), at(35))])


def test_somebody_is_in_one_room_at_a_time() -> None:
    stays = Stays()
    stays.began("c", "red", at(0))
    stays.began("c", "red", at(5))
    stays.began("c", "blue", at(10))
    stays.closed("blue", at(30))
    stays.ended("c", at(40))
    assert [("red", at(0), at(10)), ("blue", at(10), at(30))] == [(one.room_id, one.since, one.until) for one in stays]


def test_a_round_tells_the_plan_what_was_and_who_was_with_whom_to_the_second() -> None:
    record = record_of(ANA, BEN, CLEO)
    planned = {"Group 1": ("c-ana", "c-ben"), "Group 2": ("c-cleo",)}
    one = Round("talk", 1, at(0), planned, {"br-1": "Group 1", "br-2": "Group 2"})
    record.round_began(one)
    for client, room, since in (("c-ana", "br-1", 2), ("c-ben", "br-1", 5), ("c-cleo", "br-2", 4)):
        record.entered(client, room, at(since))
        one.answers.append(Answered(client, one.rooms[room], at(since), "accepted", float(since)))
    record.came_out("c-cleo", at(34))
    record.entered("c-cleo", "br-1", at(40))
    record.closed("br-1", at(100))
    one.until = at(101)
    names = Names(record.people(), (), has_names=False)
    ana, ben, cleo = groups_of(record, names=names, now=at(500))
    assert ("Group 1", ["Group 1"], 98.0) == (ana.planned, ana.groups, ana.seconds)
    assert {"ben": 95.0, "cleo": 60.0} == ana.partners
    assert ("Group 2", ["Group 2", "Group 1"], 90.0) == (cleo.planned, cleo.groups, cleo.seconds)
    assert ["ana", "cleo"] == list(ben.partners)
    assert (at(101), "accepted", 5.0) == (ben.ended_at, ben.answer, ben.waited_s)
    assert [("ana", "ben"), ("ana", "cleo"), ("ben", "cleo")] == met_in(record, one, at(500), least_s=50)
    assert [("ana", "ben")] == met_in(record, one, at(500), least_s=61)
