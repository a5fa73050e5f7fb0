"""JSON as the wire allows it."""

import pytest

from bots.errors import WireError
from bots.wire import read_json, write_json


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "[-Infinity]", "[1,]", "9" * 5000, "[1e999]", "-1e999"])
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        read_json(text)


@pytest.mark.parametrize("depth", [101, 5_000, 100_000])
def test_deep_nesting_is_refused_and_not_a_crash(depth: int) -> None:
    with pytest.raises(WireError, match="deep"):
        read_json("[" * depth + "]" * depth)


def test_many_brackets_side_by_side_are_fine() -> None:
    assert [[]] * 500 == read_json("[" + ",".join(["[]"] * 500) + "]")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", object(), {1: {2, 3}}])
def test_a_value_that_is_no_json_is_not_written(value: object) -> None:
    with pytest.raises(WireError):
        write_json(value)


def test_a_circle_is_not_written() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(WireError):
        write_json(circle)


def test_unicode_is_written_as_it_is() -> None:
    assert '"¡hola, 世界 🎈"' == write_json("¡hola, 世界 🎈")


def test_half_a_surrogate_pair_is_escaped_because_utf8_cannot_carry_it() -> None:
    assert r'"\ud83c"' == write_json("\ud83c")
    assert "\ud83c" == read_json(write_json("\ud83c"))
