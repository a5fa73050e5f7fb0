"""Patterns: the answers are those of `re`, and no message can make them slow."""

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.playbook import Chat, lint_text
from bots.playbook.language.pattern import MAX_LENGTH, Pattern, PatternError
from tests.unit.playbook.texts import with_rule


@pytest.mark.parametrize(
    ("expected", "pattern", "text"),
    [
        (True, "^!help", "!help me"), (False, "^!help", "please !help"), (True, r"\bhelp\b", "I need help."),
        (False, r"\bhelp\b", "helpless"), (True, "(?i)HELP|ayuda", "Ayuda!"), (True, r"\d{2,}", "room 12"),
        (False, r"\d{3,}", "room 12"), (True, "[^a-z ]+$", "yes!"), (True, "a.c", "xabcx"), (False, "a.c", "a\nc"),
        (True, "(?s)a.c", "a\nc"), (True, "(?m)^b$", "a\nb\nc"), (True, "c$", "abc\n"), (False, r"c\Z", "abc\n"),
        (True, "(?:ab){2,4}?c", "ababc"), (True, "", ""), (True, "ß|é", "é"), (True, "(?i)straSSe", "STRASSE"),
        (True, r"[\w-]+@\w+", "to ana-1@home"), (False, "a{0}b", "a"), (True, "(a*)*b", "aab"),
    ],
)  # fmt: skip
def test_a_pattern_is_found_as_re_would_find_it(expected: bool, pattern: str, text: str) -> None:
    assert expected is (re.search(pattern, text) is not None)
    assert expected is Pattern(pattern).is_in(text)


_LEAVES = st.sampled_from(
    [
        "a", "b", "c", ".", r"\d", r"\w", r"\W", r"\s", "[ab]", "[^ab]", "[a-c1]", r"[^\w]", "^", "$", r"\b", r"\B",
        r"\A", r"\Z", "", "é", "(?i:B)", "\n",
    ]
)  # fmt: skip
_PATTERNS = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "??"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        )
    ),
    max_leaves=6,
)


def is_too_large(pattern: str) -> bool:
    try:
        Pattern(pattern)
    except PatternError as problem:
        return "too large" in str(problem) or len(pattern) > MAX_LENGTH
    return False


@given(_PATTERNS, st.text("abcB1é \n_", max_size=8))
def test_the_answer_is_always_that_of_re(pattern: str, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = re.search(pattern, text) is not None
    if not is_too_large(pattern):
        assert expected is Pattern(pattern).is_in(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 900 + "!"), ("(a|a)*b", "a" * 1000), ("(a*)*(a*)*b", "a" * 1000),
        ("a*a*a*a*a*b", "a" * 1000), ("(.*,){15}x", "1," * 500), (r"^(\w+\s?)*$", "word " * 190 + "!"),
        ("(a|b)*a(a|b){60}c", "abbab" * 200), ("((a?){6}){6}b", "a" * 1000),
    ],
)  # fmt: skip
def test_no_message_stalls_a_pattern(pattern: str, text: str) -> None:
    trigger = Chat(matches=pattern)
    assert not trigger.fits(text)  # re would need minutes to years


@pytest.mark.parametrize(
    ("said", "pattern"),
    [
        ("not a regular expression", "(a"), ("too large", "((((a{9}){9}){9}){9})"), ("too large", "a{1,5000}"),
        ("at most 200 characters", "a" * 201), (r"back reference", r"(a)\1"), (r"\(\?=…\)", "a(?=b)"),
        (r"\(\?!…\)", "a(?!b)"), (r"\(\?!…\)|\(\?=…\)", "(?<=a)b"), (r"\(\?\(1\)…\)", "(a)?(?(1)b|c)"),
        ("possessive", "a*+b"), (r"\(\?>…\)", "(?>a)b"), (r"\(\?a\)", r"(?a)\w"), (r"\(\?a:…\)", r"(?a:\w)"),
    ],
)  # fmt: skip
def test_what_no_automaton_can_do_is_refused_with_its_name(said: str, pattern: str) -> None:
    with pytest.raises(PatternError, match=said):
        Pattern(pattern)


def test_a_playbook_with_such_a_pattern_is_refused_at_its_place() -> None:
    [problem] = lint_text(with_rule("{when: {chat: {matches: '(a)(b'}}, do: [{play: bell}]}"))
    assert ("bad-regex", 12, 35) == (problem.id, problem.line, problem.column)
    [problem] = lint_text(with_rule(r"{when: {chat: {matches: '(a)\1'}}, do: [{play: bell}]}"))
    assert ("bad-regex", 12, 32) == (problem.id, problem.line, problem.column)
