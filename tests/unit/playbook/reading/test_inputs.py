"""Inputs: read, checked by type, and put into values before these are parsed."""

import pytest

from bots.playbook.reading.inputs import Inputs, UnfitInput, read_inputs
from bots.playbook.reading.source import Place, ScalarNode, parse

SECTION = "inputs: {length: {type: duration, default: 50m}, pupils: {type: number}, name: {default: Ana}}"


def values(given: dict[str, str], *, must_be_given: bool = False) -> tuple[dict[str, tuple[str, str]], list[str]]:
    document = parse(SECTION, "t.yaml")
    inputs = read_inputs(document, given, must_be_given=must_be_given)
    return dict(inputs.values), [problem.id for problem in document.problems]


def test_a_given_value_comes_before_the_default() -> None:
    found, problems = values({"length": "20s", "pupils": "3"})
    assert ("20s", "duration") == found["length"]
    assert ("Ana", "text") == found["name"]
    assert [] == problems


def test_without_value_and_default_something_stands_in_or_it_must_be_given() -> None:
    assert [] == values({})[1]
    assert ["missing-input"] == values({}, must_be_given=True)[1]


@pytest.mark.parametrize(("name", "value"), [("length", "20"), ("pupils", "many")])
def test_a_value_of_another_type_is_refused(name: str, value: str) -> None:
    assert ["bad-input"] == values({name: value})[1]


def test_an_unknown_name_is_refused() -> None:
    assert ["unknown-input"] == values({"lenght": "20s"})[1]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (3, "{inputs.pupils}"), ("start + 20s", "start + {inputs.length}"), ("3 of 3", "3 of {inputs.pupils}"),
        (True, "{ inputs.quiet }"), ("12", "{inputs.title}"), ("plain {n}", "plain {n}"),
    ],
)  # fmt: skip
def test_an_input_alone_keeps_its_type_and_in_a_text_it_is_text(expected: object, text: str) -> None:
    values = {"pupils": ("3", "number"), "length": ("20s", "duration"), "quiet": ("true", "boolean")}
    inputs = Inputs({**values, "title": ("12", "text")})
    assert expected == inputs.fill(ScalarNode(Place(1, 1), text, is_plain=False))


def test_an_input_that_nobody_knows_is_refused_at_its_place() -> None:
    with pytest.raises(UnfitInput, match=r'"inputs\.pupil" is not an input; did you mean "pupils"\?') as caught:
        Inputs({"pupils": ("3", "number")}).fill(ScalarNode(Place(1, 1), "a {inputs.pupil}", is_plain=False))
    assert ("unknown-input", 3) == (caught.value.problem_id, caught.value.offset)


def test_inputs_cannot_make_a_text_grow_without_end() -> None:
    with pytest.raises(UnfitInput, match="more than 20,000 characters"):
        Inputs({"a": ("x" * 1000, "text")}).fill(ScalarNode(Place(1, 1), "{inputs.a}" * 21, is_plain=False))
