"""YAML text as nodes: YAML 1.2 values, bounds, and every refusal at its place."""

import pytest

from bots.playbook.reading.source import MappingNode, Place, ScalarNode, SequenceNode, parse, resolve


def value(text: str) -> object:
    root = parse(f"a: {text}\n", "t.yaml").root
    assert isinstance(root, MappingNode)
    node = root.entries["a"][1]
    assert isinstance(node, ScalarNode)
    return resolve(node)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (True, "true"), (False, "false"), ("yes", "yes"), ("no", "no"), ("on", "on"), ("True", "True"),
        ("10:00", "10:00"),
        ("1:30:00", "1:30:00"), (12, "12"), (-3, "-3"), (1.5, "1.5"), ("2026-05-01", "2026-05-01"), ("90s", "90s"),
        ("12", '"12"'), ("true", "'true'"), (None, "~"), (None, ""), ("0x1F", "0x1F"), ("1_000", "1_000"),
        (10, "010"),
        ("1" * 30, "1" * 30), (".nan", ".nan"), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2_that_a_playbook_needs(expected: object, text: str) -> None:
    found = value(text)
    assert (type(expected), expected) == (type(found), found)


def problem(text: str | bytes) -> tuple[str, int, int]:
    [found] = parse(text, "t.yaml").problems
    return found.id, found.line, found.column


def test_an_alias_is_the_same_node() -> None:
    root = parse("a: &x [1, 2]\nb: *x\n", "t.yaml").root
    assert isinstance(root, MappingNode)
    assert isinstance(root.entries["b"][1], SequenceNode)
    assert root.entries["a"][1] is root.entries["b"][1]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert ("alias-bomb", 5) == problem("\n".join(lines))[:2]


def test_an_anchor_inside_itself_is_refused() -> None:
    assert ("unknown-anchor", 1, 8) == problem("a: &x [*x]")


def test_endless_nesting_is_refused() -> None:
    assert ("too-deep", 1, 42) == problem("[" * 5000)


def test_anchors_cannot_nest_deeper_than_brackets() -> None:
    lines = ["a0: &a0 x", *(f"a{n}: &a{n} [[[[[[[[*a{n - 1}]]]]]]]]" for n in range(1, 9))]
    assert ("too-deep", 6) == problem("\n".join(lines))[:2]


def test_a_huge_file_is_refused_unread() -> None:
    assert ("too-large", 1, 1) == problem(b"a" * 1_000_001)


def test_what_is_not_utf_8_is_refused_at_its_place() -> None:
    assert ("bad-encoding", 2, 4) == problem(b"a: 1\nb: \xff\n")
    assert ("bad-encoding", 1, 1) == problem("a: 1".encode("utf-16"))


def test_a_byte_order_mark_is_passed_over() -> None:
    assert [] == parse(b"\xef\xbb\xbfa: 1", "t.yaml").problems


def test_places_count_characters_from_one() -> None:
    root = parse("ä: 'ö'\nb: [x,  yy]\n", "t.yaml").root
    assert isinstance(root, MappingNode)
    listed = root.entries["b"][1]
    assert isinstance(listed, SequenceNode)
    assert Place(1, 4, 3) == root.entries["ä"][1].place
    assert Place(2, 9, 2) == listed.items[1].place
