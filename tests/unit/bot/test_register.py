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
    found = CLASS.find(user_ref, name)
    assert found.entry is not None
    assert (who, how, confidence) == (found.entry.id, found.how, found.confidence)


@pytest.mark.parametrize(("name", "candidates"), [("Lu", ("lucia", "luisa")), ("Eva", ()), ("", ())])
def test_nothing_is_guessed(name: str, candidates: tuple[str, ...]) -> None:
    found = CLASS.find("", name)
    assert (None, None, candidates, 0.0) == (found.entry, found.how, found.candidates, found.confidence)


def test_a_name_of_one_that_is_an_alias_of_another_is_not_guessed() -> None:
    tom = RosterEntry(id="tom", name="Tom")
    thomas = RosterEntry(id="thomas", name="Thomas", aliases=("Tom",))
    assert ("thomas", "tom") == Register([tom, thomas]).find("", "Tom").candidates


def test_who_says_who_they_are_stays_that_when_they_come_back() -> None:
    register = Register([ANA, LUIS])
    assert None is register.find("guest-1", "iPad").entry
    assert ANA is register.claim("guest-1", "iPad", "ani", taken=[]).entry
    assert (ANA, "claimed") == ((found := register.find("guest-1", "iPad")).entry, found.how)
    assert ("ana.r",) == register.claim("guest-2", "Tab", "Ana Ruiz", taken=["ana.r"]).candidates
    assert None is register.find("guest-2", "Tab").entry


def test_who_is_absent_is_known() -> None:
    assert ("luis.m", "lucia") == CLASS.absent(["ana.r", "luisa"])
