"""Rotations that cannot be played as they are written."""

import pytest

from bots.playbook import lint_text
from tests.unit.playbook.texts import with_bot, with_step


def found(rotation: str, step: str = "{rotate: talk}", *, top: str = "", bots: str = "") -> list[tuple[str, str]]:
    text = (
        with_step(step).replace("create: {name: Test}", f"create: {{name: Test{top}}}")
        + f"rotations: {{talk: {rotation}}}\n"
    )
    text = text.replace("count: 3", f"count: {bots}") if bots else text
    return [(one.id, one.message) for one in lint_text(text) if one.id != "unused-clip"]


PLAN = "group_size: 3, rounds: 2, round_length: 5m"


def test_a_rotation_that_fits_has_no_problem() -> None:
    assert [] == found(f"{{{PLAN}}}")


@pytest.mark.parametrize(
    ("rotation", "id_", "words"),
    [
        (f"{{{PLAN}, group_size: 4}}", "duplicate-key", "group_size"),
        ("{group_size: 7, rounds: 2, round_length: 5m}", "enablex-limit", "groups of 7 do not fit"),
        (
            "{group_size: 5, rounds: 2, round_length: 5m, warn: [{left: 20s, play: bell}]}",
            "enablex-limit",
            "one place for the player",
        ),
        (f"{{{PLAN}, rooms: 4}}", "bad-value", 'write one of "group_size", "rooms" and "groups"'),
        ("{rounds: 2, round_length: 5m}", "bad-value", "write one of"),
        (f"{{{PLAN}, warn: [{{left: 5m, say: x}}]}}", "bad-value", "shorter than round_length"),
        (f"{{{PLAN}, warn: [{{left: 1m}}]}}", "missing-key", 'write "say" or "play"'),
        ("{groups: [[a, b]], pattern: jigsaw, round_length: 5m}", "bad-value", "the same in every round"),
    ],
)
def test_what_does_not_fit_is_told_with_its_numbers(rotation: str, id_: str, words: str) -> None:
    ((problem, message),) = found(rotation)
    assert id_ == problem
    assert words in message


def test_too_many_rooms_are_told_with_both_numbers() -> None:
    problems = found("{group_size: 2, rounds: 2, round_length: 5m}", bots="30")
    assert ("enablex-limit", "16 rooms needed for 31 people in groups of 2, EnableX allows 10") in problems


def test_an_unknown_rotation_an_unknown_round_and_one_that_nobody_plays() -> None:
    ((problem, message),) = found(f"{{{PLAN}}}", "{rotate: tlak}")[:1]
    assert ("unknown-rotation", True) == (problem, 'did you mean "talk"' in message)
    assert [("unknown-rotation", '"talk" has 2 rounds, no round-3')] == found(
        f"{{{PLAN}}}", "{rotate: {plan: talk, again: round-3}}"
    )
    assert [("unused-rotation", 'no step plays the rotation "talk"')] == found(f"{{{PLAN}}}", "{log: hi}")


def test_a_lecture_has_no_groups() -> None:
    assert "enablex-limit" in [problem for problem, _ in found(f"{{{PLAN}}}", top=", mode: lecture")]


def test_a_rotation_that_is_longer_than_what_is_left_of_the_session_is_told() -> None:
    text = with_bot("timeline: [{at: start + 30m, do: [{rotate: talk}]}]")
    text += "rotations: {talk: {group_size: 2, rounds: 5, round_length: 5m, gap: 1m}}\n"
    problems = [one.message for one in lint_text(text) if one.id == "after-end"]
    assert ['"talk" needs 29m, 20m are left of the session; its rounds will be shorter, or fewer'] == problems


@pytest.mark.parametrize(
    ("rotation", "people", "expected"),
    [
        ("{group_size: 4, rounds: 9, round_length: 2m}", "23", "24 people in groups of 4 can rotate at most 7 times"),
        ("{rooms: 6, rounds: 8, round_length: 2m}", "23", "without repeats; 8 asked"),
        ("{pattern: pairs, rounds: 8, round_length: 2m}", "7", "8 people in groups of 2 can rotate at most 7 times"),
    ],
)
def test_rounds_that_force_repeats_are_told_with_the_numbers(rotation: str, people: str, expected: str) -> None:
    ((problem, message),) = found(rotation, bots=people)
    assert "forced-repeats" == problem
    assert expected in message


@pytest.mark.parametrize(
    "rotation",
    [
        "{group_size: 4, rounds: 7, round_length: 2m}",
        "{pattern: fixed, group_size: 4, rounds: 9, round_length: 2m}",
        "{pattern: carousel, group_size: 4, rounds: 9, round_length: 2m}",
    ],
)
def test_no_repeat_is_forced_or_they_are_meant(rotation: str) -> None:
    assert [] == found(rotation, bots="23")


def test_nobody_can_be_apart_and_together() -> None:
    rules = "keep_apart: [[ana, ben, eva]], keep_together: [[eva, ana]]"
    assert [("impossible", '"ana" and "eva" are to be kept apart, and always together')] == found(
        f"{{{PLAN}, {rules}}}"
    )


def test_the_people_are_those_of_the_roster() -> None:
    names = ", ".join(f"{{id: p{number}, name: P{number}}}" for number in range(24))
    rotation = "{group_size: 4, rounds: 9, round_length: 2m, keep_apart: [[p1, p99]]}"
    text = with_step("{rotate: talk}") + f"roster: [{names}]\nrotations: {{talk: {rotation}}}\n"
    problems = {one.id: one.message for one in lint_text(text)}
    assert "24 people in groups of 4 can rotate at most 7 times without repeats; 9 asked" == problems["forced-repeats"]
    assert 'nobody on the roster is called "p99"' in problems["unknown-person"]


@pytest.mark.parametrize(
    ("memory", "top", "is_found"),
    [
        ("session", "", False),
        ("forever", "", False),
        ("term", "", True),
        ("term", ", from: 2026-01-07, every: [mon], at: 10:00", False),
    ],
)
def test_a_term_needs_a_first_day(memory: str, top: str, *, is_found: bool) -> None:
    text = with_step("{rotate: talk}") + f"rotations: {{talk: {{{PLAN}, memory: {memory}}}}}\n"
    text = text.replace("{length: 50m}", f"{{length: 50m{top}}}")
    assert is_found == ("nothing-remembered" in {one.id for one in lint_text(text)})


def test_without_roster_and_pupil_bots_nobody_can_be_remembered() -> None:
    text = with_step("{rotate: talk}").replace("  pupil: {count: 3, display_name: 'Pupil {n}'}\n", "")
    text = text.replace("  helper:\n", "  helper:\n    role: moderator\n")
    text += f"rotations: {{talk: {{{PLAN}, memory: forever}}}}\n"
    assert "nothing-remembered" in {one.id for one in lint_text(text)}
