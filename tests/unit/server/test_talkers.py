"""Who gets a slot."""

from bots.server.talkers import Voice, assign_slots, rank


def voices(*names: str) -> dict[str, Voice]:
    return {name: Voice(name) for name in names}


def test_who_never_spoke_is_no_talker() -> None:
    assert [] == rank(voices("ann", "ben").values(), 10.0)


def test_quiet_packets_are_no_speech() -> None:
    ann = Voice("ann")
    assert not ann.hear(90, 1.0)
    assert not ann.has_spoken


def test_speech_begins_once_and_a_short_pause_does_not_end_it() -> None:
    ann = Voice("ann")
    assert ann.hear(20, 1.0)
    assert not ann.hear(20, 1.5)
    assert ann.hear(20, 4.0)


def test_the_first_to_talk_keeps_the_place_before_the_later_one() -> None:
    people = voices("ann", "ben")
    people["ben"].hear(20, 1.0)
    people["ann"].hear(20, 1.1)
    people["ben"].hear(20, 1.2)
    assert ["ben", "ann"] == rank(people.values(), 1.3)


def test_who_talks_comes_before_who_has_talked_and_of_those_the_latest_first() -> None:
    people = voices("ann", "ben", "cyd")
    people["ann"].hear(20, 1.0)
    people["ben"].hear(20, 2.0)
    people["cyd"].hear(20, 9.0)
    assert ["cyd", "ben", "ann"] == rank(people.values(), 9.1)


def test_a_muted_voice_is_forgotten_until_it_speaks_again() -> None:
    ann = Voice("ann")
    ann.hear(20, 1.0)
    ann.forget()
    assert [] == rank([ann], 1.1)


def test_nobody_hears_itself() -> None:
    assert {1: "ben"} == assign_slots({}, ["ann", "ben"], 3, listener="ann")


def test_who_stays_keeps_the_slot_and_newcomers_take_the_free_ones() -> None:
    assert {1: "cyd", 2: "ben"} == assign_slots({1: "ann", 2: "ben"}, ["cyd", "ben"], 2, listener="dan")


def test_there_are_never_more_talkers_than_slots() -> None:
    assert {1: "ann", 2: "ben"} == assign_slots({}, ["ann", "ben", "cyd"], 2, listener="dan")
