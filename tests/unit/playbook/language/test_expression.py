"""Conditions: what they mean, and that nothing else can be said in them."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.playbook import (
    FACTS,
    BotFacts,
    Counts,
    Expression,
    ExpressionError,
    MessageFacts,
    PersonFacts,
    RoomFacts,
    Scope,
)

SCOPE = Scope(
    bot=BotFacts(id="pupil-03", name="Pupil 3"),
    room=RoomFacts(name="red", is_breakout=True),
    count=Counts(participants=12, people=2, bots=10, moderators=1, breakouts=2, away=4),
    person=PersonFacts(name="Ana", id="c-1", role="participant"),
    message=MessageFacts(text="HELP me"),
    n=3,
)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (True, "not person.is_bot"), (False, "person.is_bot or person.is_me"), (True, "count.people >= 2"),
        (True, "1 < count.people <= 2"), (True, "room.name in ['red', 'blue']"), (False, "n not in (1, 2, 3)"),
        (True, "'help' in lower(message.text)"), (True, "len(message.text) == 7"),
        (True, "person.name + '!' == 'Ana!'"),
        (True, "count.participants - count.away == 8"), (True, "-n < 0"), (True, "true"), (False, "False"),
        (True, "room.is_breakout == true"), (True, " count.people > 1 and\n count.bots > 1 "), (True, "1.5 < 2"),
        (False, "count.people > 2 and message.text == 'x'"), (True, "person.role != \"moderator\""),
    ],
)  # fmt: skip
def test_a_condition_is_true_or_false(expected: bool, text: str) -> None:
    assert expected is Expression(text).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("problem_id", "offset", "text"),
    [
        ("unknown-name", 4, "not persn.is_bot"), ("unknown-name", 0, "person.age > 3"),
        ("unknown-name", 0, "person == 'a'"),
        ("unknown-name", 0, "open"), ("bad-expression", 0, "count.people"), ("bad-expression", 0, "'text'"),
        ("bad-expression", 15, "count.people > 'a'"), ("bad-expression", 16, "count.people == 'a'"),
        ("bad-expression", 0, "person.name and true"), ("bad-expression", 0, "open('x')"),
        ("bad-expression", 1, "(lambda: 1)()"),
        ("bad-expression", 4, "len(1) > 2"), ("bad-expression", 0, "n * 2 > 4"),
        ("bad-expression", 0, "2 ** 9999 > 1"),
        ("bad-expression", 0, "f'{n}' == '3'"), ("bad-expression", 0, "[a for a in (1, 2)] == 1"),
        ("unknown-name", 0, "person.name.__class__ == 'a'"), ("bad-expression", 8, "[1] in [[1]]"),
        ("bad-expression", 0, "b'a' == b'a'"), ("bad-expression", 0, "None == None"), ("bad-expression", 5, "n is 3"),
        ("bad-expression", 0, ""), ("bad-expression", 8, "n == 1 &&"), ("bad-expression", 2, "n = 3"),
        ("bad-expression", 200, "(" * 300), ("bad-expression", 0, "n == 3" + " " * 600), ("bad-expression", 0, "\0"),
    ],
    ids=range(27),
)  # fmt: skip
def test_anything_else_is_refused_at_its_place(problem_id: str, offset: int, text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression(text)
    assert (problem_id, offset) == (caught.value.problem_id, caught.value.offset)


def test_a_place_counts_characters_not_bytes() -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression("'äöü' == persn.name")
    assert (9, 10) == (caught.value.offset, caught.value.width)


def test_a_deeply_nested_condition_is_refused() -> None:
    with pytest.raises(ExpressionError, match="nested too deeply"):
        Expression("not " * 60 + "true")


def test_and_ends_at_the_first_false_so_that_later_facts_are_not_asked_for() -> None:
    assert not Expression("n > 9 and person.is_bot").evaluate(Scope())


def test_asking_for_a_person_where_nobody_triggered_says_so() -> None:
    with pytest.raises(LookupError, match='"person" is not known here'):
        Expression("person.is_bot").evaluate(Scope())


def test_a_condition_knows_which_facts_it_asks_for() -> None:
    assert {"n", "person.name"} == Expression("n > 1 or person.name == 'person.id'").facts


def test_a_condition_survives_pickling() -> None:
    condition = Expression("n > 1")
    assert condition == pickle.loads(pickle.dumps(condition))


_WORDS = st.sampled_from([*FACTS, "and", "not", "(", ")", "==", "'a'", "1", "-", "in", "["])


@given(st.text(max_size=60) | st.lists(_WORDS).map(" ".join))
def test_every_text_is_a_condition_with_a_value_or_refused(text: str) -> None:
    try:
        offset, found = 0, Expression(text).evaluate(SCOPE)
    except ExpressionError as problem:
        offset, found = problem.offset, False
    assert found in (True, False)
    assert 0 <= offset <= max(len(text) - 1, 0)
