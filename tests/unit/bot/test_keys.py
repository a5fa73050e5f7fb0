"""Who is who over a session, whatever the connection."""

from bots.bot.place.keys import Keys
from bots.bot.place.register import Register
from bots.bot.rules.facts import Person
from bots.playbook import RosterEntry


def test_an_id_is_the_key_and_a_name_is_where_there_is_none() -> None:
    keys = Keys()
    assert "pupil-01" == keys.of(Person(client_id="c1", id="pupil-01", name="Pupil"), ["c1"])
    assert "name:ana ruiz" == keys.of(Person(client_id="c2", name="Ana  RUIZ"), ["c1", "c2"])


def test_two_of_one_name_at_one_time_are_two_and_who_comes_back_takes_the_free_key() -> None:
    keys = Keys()
    assert ["name:ana", "name:ana#2"] == [
        keys.of(Person(client_id=one, name="Ana"), ["c1", "c2"]) for one in ("c1", "c2")
    ]
    assert "name:ana" == keys.of(Person(client_id="c3", name="Ana"), ["c2", "c3"])
    assert frozenset({"name:ana", "name:ana#2"}) == keys.called("ana")


def test_who_says_who_they_are_gets_another_key_and_that_is_told() -> None:
    keys = Keys(Register((RosterEntry(id="ana.r", name="Ana Ruiz"),)))
    keys.of(Person(client_id="c1", name="anni"), ["c1"])
    assert "ana.r" == keys.of(Person(client_id="c1", id="ana.r", name="anni"), ["c1"])
    assert [("name:anni", "ana.r")] == keys.renames


def test_a_name_of_the_roster_means_its_person_before_they_come_and_an_unknown_one_itself() -> None:
    keys = Keys(Register((RosterEntry(id="ana.r", name="Ana Ruiz", aliases=("Anita",)),)))
    assert [{"ana.r"}, {"ana.r"}, {"ana.r"}, {"Luis"}] == [
        keys.called(name) for name in ("ana.r", "anita", "ANA RUIZ", "Luis")
    ]
