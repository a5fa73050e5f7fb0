"""From a way through the models back to the place in the text."""

import pytest

from bots.playbook.reading.plain import locate, place_inside
from bots.playbook.reading.source import Place, ScalarNode, parse
from bots.playbook.values.shape import Loc

TEXT = """\
bots:
  a:
    invites: [{room: x}, {otherwise: ignore}]
    rules:
      - when: {chat: hi}
        do:
          - {if: n > 1, then: [{say: Hi}], else: [{wait: "5s"}]}
"""
DOCUMENT = parse(TEXT, "t.yaml")
DO: Loc = ("bots", "a", "rules", 0, "do", 0)


@pytest.mark.parametrize(
    ("expected", "loc"),
    [
        ("2:3", ("bots",)), ("3:22", ("bots", "a", "invites", "entries", 0, "room")),
        ("3:38", ("bots", "a", "invites", "otherwise")), ("5:22", ("bots", "a", "rules", 0, "when", "chat", "text")),
        ("7:18", (*DO, "if", "if")), ("7:38", (*DO, "if", "then", 0, "say", "text")),
        ("7:58", (*DO, "if", "else", 0, "wait")),
        ("7:13", (*DO, "nothing", "there")),
    ],
)  # fmt: skip
def test_parts_that_stand_in_the_models_only_are_passed_over(expected: str, loc: Loc) -> None:
    assert DOCUMENT.root is not None
    place = locate(DOCUMENT.root, loc).node.place
    assert expected == f"{place.line}:{place.column}"


def test_a_place_inside_a_text_is_found_behind_its_quote() -> None:
    assert DOCUMENT.root is not None
    node = locate(DOCUMENT.root, (*DO, "if", "else", 0, "wait")).node
    assert Place(7, 60, 1) == place_inside(DOCUMENT, node, 1, 9)


def test_a_text_that_stands_otherwise_in_the_file_is_marked_as_a_whole() -> None:
    document = parse('a: "x\\ty"', "t.yaml")
    node = ScalarNode(Place(1, 4, 6), "x\ty", is_plain=False)
    assert Place(1, 4, 6) == place_inside(document, node, 2, 1)
