"""Who is who: found on the roster, with how sure that is, and never guessed between two."""

import pytest

from bots.bot.place.register import Register
from bots.playbook import RosterEntry

ANA = RosterEntry(id="ana.r", name="Ana Ruiz", aliases=("Ani",), tags=("beginner",))
LUIS = RosterEntry(id="luis.m", name="Luis Martín")
LUISA = RosterEntry(id="luisa", name="Luisa", aliases=("Lu",))
LUCIA = RosterEntry(id="lucia", name="Lucía", aliases=("Lu",))
CLASS = Register([ANA, LUIS, LUISA, LUCIA])


@pytest.mark.parametrize(
    ("user_ref", "name", "who", "how", "confidence"),
    [
        ("ana.r", "whoever", "ana.r", "user_ref", 1.0),
        ("Ani", "whoever", "ana.r", "alias", 0.9),
        ("", "ANA.R", "ana.r", "id", 0.95),
        ("", "  ana   ruiz ", "ana.r", "name", 0.9),
        ("", "ani", "ana.r", "alias", 0.9),
        ("", "Luis Martin", "luis.m", "similar", 0.7),
        ("x-77", "Luis Martín", "luis.m", "name", 0.9),
    ],
)
def test_people_are_found_by_what_they_bring_and_it_is_said_how(
    user_ref: str, name: str, who: str, how: str, confidence: float
) -> None:
    found = CLASS.find("c1", user_ref, name)
    assert found.entry is not None
    assert (who, how, confidence) == (found.entry.id, found.how, found.confidence)


@pytest.mark.parametrize(("name", "candidates"), [("Lu", ("lucia", "luisa")), ("Eva", ()), ("", ())])
def test_nothing_is_guessed(name: str, candidates: tuple[str, ...]) -> None:
    found = CLASS.find("c1", "", name)
    assert (None, None, candidates, 0.0) == (found.entry, found.how, found.candidates, found.confidence)


def test_a_name_of_one_that_is_an_alias_of_another_is_not_guessed() -> None:
    tom = RosterEntry(id="tom", name="Tom")
    thomas = RosterEntry(id="thomas", name="Thomas", aliases=("Tom",))
    assert ("thomas", "tom") == Register([tom, thomas]).find("c1", "", "Tom").candidates


def test_an_id_of_one_that_is_the_name_of_another_is_not_guessed() -> None:
    register = Register([RosterEntry(id="ana", name="Ana Ruiz"), RosterEntry(id="b", name="Ana")])
    assert ("ana", "b") == register.find("c1", "", "Ana").candidates


def test_who_says_who_they_are_stays_that_when_they_come_back_with_their_token() -> None:
    register = Register([ANA, LUIS])
    assert None is register.find("c1", "guest-1", "iPad").entry
    assert ANA is register.claim("c1", "guest-1", "ani", taken=[]).entry
    assert (ANA, "claimed") == ((found := register.find("c2", "guest-1", "iPad")).entry, found.how)
    assert ("ana.r",) == register.claim("c3", "guest-2", "Ana Ruiz", taken=["ana.r"]).candidates
    assert None is register.find("c3", "guest-2", "Tab").entry


def test_a_claim_without_a_token_is_no_stranger_s() -> None:
    register = Register([ANA, LUIS])
    assert ANA is register.claim("c1", "", "Ana Ruiz", taken=[]).entry
    assert ANA is register.find("c1", "", "Guest").entry
    assert None is register.find("c2", "", "Guest").entry


def test_whom_the_token_names_is_nobody_else() -> None:
    register = Register([ANA, LUIS])
    assert (LUIS, "user_ref") == ((found := register.claim("c1", "luis.m", "Ana Ruiz", taken=[])).entry, found.how)
    assert LUIS is register.find("c1", "luis.m", "Ana Ruiz").entry


def test_who_is_absent_is_known() -> None:
    assert ("luis.m", "lucia") == CLASS.absent(["ana.r", "luisa"])
