"""A text as it is written: where comments, blank lines, dashes and ends are."""

import pytest

from bots.errors import PlaybookError
from bots.playbook.layout.written import Collection, Scalar, comments_of, comments_with_lines, read_written

TEXT = """\
# top
a: 1  # one
b: # two
  # three
  - x

  # four
  - 'y # no' # five
  # six
c: "z # no"
# seven
"""


def test_comments_are_found_outside_of_texts_only() -> None:
    assert [f"# {n}" for n in ("top", "one", "two", "three", "four", "five", "six", "seven")] == comments_of(TEXT, "t")


def test_a_comment_has_its_line_and_column_from_1() -> None:
    assert [(1, 1, "# top"), (2, 7, "# one")] == comments_with_lines(TEXT, "t")[:2]


def test_a_comment_belongs_to_its_line_or_to_what_is_below_or_to_the_end_of_its_block() -> None:
    root = read_written(TEXT, "t")
    a, b, c = root.entries
    items = b.value
    assert isinstance(items, Collection)
    assert (["# top"], "# one", "# two") == (a.lead, a.note, b.note)
    assert [["# three"], ["\n# four"]] == [item.lead for item in items.entries]
    assert ("# five", ["# six"]) == (items.entries[1].note, items.tail)
    assert ([], ["# seven"]) == (c.lead, root.tail)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("a: b c", None, "b c"),
        ("a: 'b'", "'", "b"),
        ('a: "b"', '"', "b"),
        ("a: |\n  b\n", "|", "b\n"),
        ("a: &n b", None, "b"),
    ],
)
def test_a_text_knows_its_style(text: str, style: str | None, value: str) -> None:
    found = read_written(text, "t").entries[0].value
    assert isinstance(found, Scalar)
    assert (style, value) == (found.style, found.text)


def test_a_collection_knows_whether_it_was_written_on_one_line() -> None:
    found = [entry.value for entry in read_written("a: {b: [c]}\nd: {e: 1,\n  f: 2}\n", "t").entries]
    assert [True, False] == [one.is_one_line for one in found if isinstance(one, Collection)]


@pytest.mark.parametrize("text", ["playbook\t: 1", "playbook: 1\na: {b: c?d, ? e}"])
def test_what_only_one_reader_takes_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(PlaybookError, match=r"t\.yaml:\d+:\d+: error\[cannot-format\] what not every reader"):
        read_written(text + "\n", "t.yaml")
