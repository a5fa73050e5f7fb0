"""Records: read tolerantly, written strictly."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bots.errors import WireError
from bots.wire import Record, wire_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner(Record):
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer(Record):
    name: str
    is_on: bool = wire_key("isOn", False)
    count: int = 3
    share: float = 0.5
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    anything: Any = None


def test_a_full_record_survives_the_way_there_and_back() -> None:
    outer = Outer(
        name="a",
        is_on=True,
        count=7,
        share=2,
        inner=Inner(n=1),
        inners=(Inner(n=2),),
        extra={"k": [1]},
        anything=[0],
    )
    assert outer == Outer.read(outer.write())


def test_keys_that_nobody_knows_are_ignored() -> None:
    assert Outer(name="a") == Outer.read({"name": "a", "new": {"in": "3.9"}})


def test_null_means_not_given() -> None:
    assert Outer(name="a") == Outer.read({"name": "a", "isOn": None, "inners": None, "count": None})


def test_numbers_may_come_as_texts_and_texts_as_numbers() -> None:
    assert Outer(name="17", count=4) == Outer.read({"name": 17, "count": "4"})


def test_a_large_id_keeps_all_its_digits() -> None:
    assert 2**60 + 1 == Outer.read({"name": "a", "count": 2**60 + 1}).count


def test_a_list_may_come_as_a_map() -> None:
    assert (Inner(n=1), Inner(n=2)) == Outer.read({"name": "a", "inners": {"x": {"n": 1}, "y": {"n": 2}}}).inners


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"name": None},
        {"name": True},
        {"name": []},
        {"name": "a", "isOn": 1},
        {"name": "a", "isOn": "true"},
        {"name": "a", "count": 1.5},
        {"name": "a", "count": "many"},
        {"name": "a", "count": True},
        {"name": "a", "count": "inf"},
        {"name": "a", "share": "nan"},
        {"name": "a", "inner": 3},
        {"name": "a", "inner": {}},
        {"name": "a", "inners": 3},
        {"name": "a", "inners": [{"n": 1}, {}]},
        {"name": "a", "extra": []},
    ],
)
def test_what_a_field_cannot_mean_is_refused(data: object) -> None:
    with pytest.raises(WireError):
        Outer.read(data)


def test_the_error_says_where() -> None:
    with pytest.raises(WireError, match=r"Inner\.n must be a whole number"):
        Outer.read({"name": "a", "inners": [{"n": 1}, {"n": "x"}]})


@pytest.mark.parametrize(
    "values",
    [
        {"name": 3},
        {"name": "a", "is_on": 1},
        {"name": "a", "count": True},
        {"name": "a", "count": "3"},
        {"name": "a", "inner": {"n": 1}},
        {"name": "a", "inners": [Inner(n=1)]},
        {"name": "a", "inners": (3,)},
        {"name": "a", "extra": [1]},
    ],
)
def test_a_value_of_another_type_is_never_written(values: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        Outer(**values).write()


def test_fields_that_are_none_are_left_out() -> None:
    assert {"inner", "anything"}.isdisjoint(Outer(name="a").write())
