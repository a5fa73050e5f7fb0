"""Words that were probably meant."""

import pytest

from bots.playbook.values.meant import bounded_hints, closest, did_you_mean


@pytest.mark.parametrize(
    ("expected", "word"),
    [
        ("round_length", "round_lenght"),
        ("round_length", "ROUND_LENGTH"),
        (None, "zebra"),
        (None, ""),
        (None, "x" * 9999),
    ],
)
def test_only_a_near_word_was_meant(expected: str | None, word: str) -> None:
    assert expected == closest(word, ["round_length", "rounds", "gap"])


def test_nothing_is_said_where_nothing_is_near() -> None:
    assert "" == did_you_mean("zebra", ["gap"])
    assert '; did you mean "gap"?' == did_you_mean("gab", ["gap"])


def test_of_very_many_words_those_with_the_same_first_letter_are_compared() -> None:
    words = [f"{letter}{number}" for letter in "abcdefghij" for number in range(50)]
    assert "c27" == closest("c277", words)
    assert None is closest("zc27", words)


def test_nobody_looks_for_more_hints_than_are_told() -> None:
    with bounded_hints():
        found = [did_you_mean("gab", ["gap"]) for _ in range(1000)]
        with bounded_hints():
            assert did_you_mean("gab", ["gap"])
    assert (300, True, False) == (sum(map(bool, found)), all(found[:300]), any(found[300:]))
    assert did_you_mean("gab", ["gap"])
