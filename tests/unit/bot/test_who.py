"""Whom a WHO means."""

import pytest

from bots.bot.place.who import resolve_who
from bots.bot.rules.facts import Person
from bots.bot.rules.outcome import CannotDo

ME = Person(client_id="me", id="helper", name="Helper", role="moderator", is_bot=True, is_me=True)
ANA = Person(client_id="ana", name="Ana")
EVA = Person(client_id="eva", id="eva.m", name="Eva")
VEGA = Person(client_id="vega", name="Ms Vega", role="moderator")
P1, P2 = (Person(client_id=f"p{n}", id=f"pupil-0{n}", name=f"Pupil {n}", is_bot=True) for n in (1, 2))
EVERYBODY = (ME, ANA, EVA, VEGA, P1, P2)
BOTS = ("helper", "pupil-01", "pupil-02", "pupil-03", "late")


def meant(*who: str, person: Person | None = None) -> list[str]:
    return [one.client_id for one in resolve_who(who, EVERYBODY, person=person, bot_ids=BOTS)]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("everyone", ["ana", "eva", "vega", "p1", "p2"]),
        ("participants", ["ana", "eva", "p1", "p2"]),
        ("moderators", ["vega"]),
        ("pupil", ["p1", "p2"]),
        ("pupil-02", ["p2"]),
        ("pupil-03", []),
        ("late", []),
        ("helper", []),
        ("ana", ["ana"]),
        ("eva.m", ["eva"]),
        ("Ms Vega", ["vega"]),
    ],
)
def test_a_word_means_people_and_never_the_bot_itself(who: str, expected: list[str]) -> None:
    assert expected == meant(who)


def test_a_list_means_each_once_in_the_order_of_the_room() -> None:
    assert ["ana", "vega", "p1"] == meant("pupil-01", "moderators", "Ana", "ANA")


def test_person_is_whom_the_trigger_was_about_also_after_a_new_connection() -> None:
    assert ["ana"] == meant("person", person=ANA)
    assert ["eva"] == meant("person", person=Person(client_id="eva-before", id="eva.m", name="Eva"))


@pytest.mark.parametrize(
    ("who", "person", "problem"),
    [
        ("person", None, "nobody triggered"),
        ("person", Person(client_id="gone", name="Luis"), "Luis is no longer"),
        ("Luis", None, "nobody here is called 'Luis'"),
    ],
)
def test_a_word_that_fits_nobody_is_an_error(who: str, person: Person | None, problem: str) -> None:
    with pytest.raises(CannotDo, match=problem):
        meant(who, person=person)
