"""Texts with placeholders: filled once, and never read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.playbook import ExpressionError, MessageFacts, PersonFacts, Scope, Template

SCOPE = Scope(person=PersonFacts(name="Ana"), message=MessageFacts(text="{bot.id} {{x}}"), n=3)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("Hi Ana!", "Hi {person.name}!"), ("Pupil 03", "Pupil {n:02}"), ("3", "{ n }"), ("{n}", "{{n}}"),
        ("plain", "plain"),
        ("4 left", "{n + 1} left"), ("", ""), ("%s $x", "%s $x"),
    ],
)  # fmt: skip
def test_placeholders_are_filled(expected: str, text: str) -> None:
    assert expected == Template(text).fill(SCOPE)


def test_what_was_filled_in_is_never_read_as_a_placeholder() -> None:
    assert "They wrote {bot.id} {{x}}" == Template("They wrote {message.text}").fill(SCOPE)


@pytest.mark.parametrize(
    ("problem_id", "offset", "text"),
    [
        ("unknown-name", 4, "Hi {persn.name}"), ("bad-placeholder", 3, "Hi {}"),
        ("bad-placeholder", 3, "Hi {person.name"),
        ("bad-placeholder", 0, "} Hi"), ("bad-placeholder", 3, "Hi ${NAME}"),
        ("bad-placeholder", 0, "{person.is_bot}"),
        ("bad-placeholder", 0, "{person.name:02}"), ("bad-placeholder", 1, "{open('x')}"),
    ],
)  # fmt: skip
def test_other_placeholders_are_refused_at_their_place(problem_id: str, offset: int, text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Template(text)
    assert (problem_id, offset) == (caught.value.problem_id, caught.value.offset)


@given(st.text(), st.text())
def test_a_message_comes_out_as_it_came_in(before: str, message: str) -> None:
    braces = before.replace("{", "{{").replace("}", "}}")
    scope = Scope(message=MessageFacts(text=message))
    assert before + message == Template(braces.removesuffix("$") + "{message.text}").fill(scope) or before.endswith("$")
