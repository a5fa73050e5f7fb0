"""Types of conditions, and comparisons that can only ever say one thing, told at their place before anything runs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.playbook import Counts, Expression, ExpressionError, PersonFacts, RoomFacts, Scope, lint_text, read
from bots.playbook.language.kind import check_outcomes, type_of
from tests.unit.playbook.effort import effort
from tests.unit.playbook.texts import unmarked, with_rule, with_step


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ('person.role is never "teacher"; it is moderator or participant', 'person.role == »"teacher"'),
        ('person.role is never "modrator"; did you mean "moderator"?', 'person.role == »"modrator"'),
        ("person.role is never 'Moderator'; did you mean \"moderator\"?", "»'Moderator' != person.role"),
        ('person.role is never "guest"; it is moderator or participant', 'person.role in ["moderator", »"guest"]'),
        ("this never holds: count.people is at least 0", "»count.people < 0"),
        ("this always holds: count.people is at least 0", "n > 2 and »0 <= count.people"),
        ("this never holds: count.people is at least 0", "»count.people == -1"),
        ("this never holds: count.people is a whole number", "»count.people == 1.5"),
        ("this never holds: n is at least 1", "»n == 0"),
        ("this never holds: n + count.people is at least 1", "»n + count.people <= 0"),
        ("this never holds: -n is at most -1", "»-n > 0"),
        ("this always holds: len(person.name) is at least 0", "»len(person.name) >= 0"),
        ("this never holds: the list is empty", "»room.name in []"),
        ("this always holds: the list is empty", "»room.name not in []"),
        ("this never holds: no fact is in it", "»1 == 2"),
        ("this always holds: no fact is in it", "not (»'a' in 'abc')"),
        ("this always holds: both sides are the same", "»person.name == person.name"),
        ("this never holds: both sides are the same", "»count.bots > count.bots"),
        ("this never holds: lower() leaves no capitals", "»lower(message.text) == 'Help'"),
        ("lower(message.text) is never 'Help': lower() leaves no capitals", "lower(message.text) in ['x', »'Help']"),
        ("this always holds", "»'' in person.name"),
        ("this never holds", "»'x' in person.role"),
        ("this never holds beside what is said of n before it", "n > 3 and »n < 2"),
        ("this never holds beside what is said of n before it", "n > 2 and person.is_bot and »3 > n"),
        ("this never holds beside what is said of person.role before it",
         "person.role == 'moderator' and »person.role == 'participant'"),
        ("this never holds beside what is said of room.name before it", "room.name in ['a'] and »room.name == 'c'"),
        ('true beside "or" decides nothing, or all; remove it', "person.is_bot or »true"),
        ('false beside "and" decides nothing, or all; remove it', "»false and person.is_bot"),
    ],
)  # fmt: skip
def test_a_comparison_that_says_only_one_thing_is_told_at_its_place(said: str, marked: str) -> None:
    text, place = unmarked(marked)
    with pytest.raises(ExpressionError) as caught:
        check_outcomes(text)
    assert ("constant-condition", said) == (caught.value.problem_id, str(caught.value))
    assert place == f"1:{caught.value.offset + 1}"


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("a number and text are never equal", "count.people == »'3'"),
        ("text and true or false are never equal", "person.name == »person.is_bot"),
        ("text and a number are never equal", "person.name in ['a', »3]"),
        ('"in" looks into a list, or for a text in a text', "'x' in »count.people"),
        ('"in" looks into a list, or for a text in a text', "3 in »person.name"),
        ('"in" looks into a list, or for a text in a text', "[1] in »[1]"),
        ('a list stands only after "in"', "[1] == »[n]"),
        ("true or false belongs here, this is text", "not »person.name"),
        ("true or false belongs here, this is a number", "person.is_bot and »count.people"),
        ("a number belongs here, this is text", "»person.name < 3"),
        ("a number belongs here, this is text", "count.people + »'1' == 2"),
        ("text belongs here, this is a number", "person.name + »1 == 'a'"),
        ("a number belongs here, this is text", "»person.name - 1 == 2"),
        ("a number belongs here, this is true or false", "-»person.is_bot < 1"),
        ("text belongs here, this is a number", "lower(»n) == 'a'"),
        ("this number is too large", "count.people < »1e400"),
        ("this number is too large", "count.people < »" + "9" * 400),
    ],
)  # fmt: skip
def test_types_that_do_not_fit_are_told_at_their_place(said: str, marked: str) -> None:
    text, place = unmarked(marked)
    with pytest.raises(ExpressionError) as caught:
        type_of(text)
    assert ("bad-expression", said) == (caught.value.problem_id, str(caught.value))
    assert place == f"1:{caught.value.offset + 1}"


def test_a_caret_stands_under_the_wrong_word() -> None:
    [problem] = lint_text(with_rule('{when: joined, if: person.role == "teacher", do: [{play: bell}]}'))
    assert ("constant-condition", 12, 41, 9) == (problem.id, problem.line, problem.column, problem.width)
    [problem] = lint_text(with_step("{wait_for: {until: count.people < 0, timeout: 5s}}, {play: bell}"))
    assert ("constant-condition", 12, 44, 16) == (problem.id, problem.line, problem.column, problem.width)


def test_with_an_input_a_comparison_may_be_settled_when_it_is_run() -> None:
    text = with_rule("{when: joined, if: \"{inputs.pupils} > 2 and person.role == 'moderator'\", do: [{play: bell}]}")
    assert [] == lint_text(text)
    assert read(text) == type(read(text)).model_validate_json(read(text).model_dump_json())


def test_true_and_false_alone_switch_a_rule_on_and_off() -> None:
    check_outcomes("true")
    check_outcomes("not false")


@pytest.mark.parametrize(
    "text",
    [
        "1" + " + 1" * 24 + " == n",
        "n == 1 and person.is_me == (" * 16 + "true" + ")" * 16,
        "(" * 20 + "n" + " < 1)" * 20,
        "n" + " < 1" * 90,
    ],
)
def test_every_part_is_looked_at_once(text: str) -> None:
    def look() -> None:
        with suppress(ExpressionError):
            check_outcomes(text)

    assert effort(look) < 20_000


_NUMBERS = st.sampled_from(["count.people", "count.away", "n", "0", "1", "-1", "2", "1.5", "len(person.name)"])
_TEXTS = st.sampled_from(
    ["person.name", "person.role", "room.name", "'moderator'", "'Ana'", "''", "'a'", "lower(person.name)", "'Ä'"]
)
_SUMS = _NUMBERS | st.tuples(_NUMBERS, st.sampled_from(["+", "-"]), _NUMBERS).map(" ".join)
_COMPARISONS = st.tuples(_SUMS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _SUMS).map(" ".join) | st.tuples(
    _TEXTS, st.sampled_from(["==", "!=", "in", "not in"]), _TEXTS
).map(" ".join)
_CONDITIONS = st.lists(_COMPARISONS, min_size=1, max_size=3).map(" and ".join)
_SCOPES = st.builds(
    Scope,
    room=st.builds(RoomFacts, name=st.sampled_from(["", "a", "Ana", "moderator"])),
    count=st.builds(Counts, people=st.integers(0, 3), away=st.integers(0, 3)),
    person=st.builds(
        PersonFacts,
        name=st.sampled_from(["", "Ana", "a", "Ä"]), role=st.sampled_from(["moderator", "participant"]),
    ),
    n=st.integers(1, 3),
)  # fmt: skip


def test_comparisons_that_may_hold_together_are_left_alone() -> None:
    for text in ("n > 1 and n < 3", "n == 2 or n == 3", "count.people >= 2 and count.people <= 2", "n != 1 and n != 2"):
        check_outcomes(text)


@given(_CONDITIONS, _SCOPES)
def test_what_is_said_to_be_always_or_never_so_is_so(text: str, scope: Scope) -> None:
    try:
        check_outcomes(text)
    except ExpressionError as problem:
        said, told = str(problem), text[problem.offset : problem.offset + problem.width]
    else:
        return
    if "beside what is said" in said:
        assert not Expression(text).evaluate(scope)
    elif " is never " not in said:
        assert Expression(told).evaluate(scope) is (" always holds" in said)
    elif " and " not in text:
        assert Expression(text).evaluate(scope) is (" != " in text)
