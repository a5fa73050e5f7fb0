"""Short forms and single keys."""

import pytest
from pydantic_core import PydanticCustomError

from bots.playbook.model.steps.step import STEPS
from bots.playbook.values.shape import Marked, unfold


def test_a_marked_mapping_knows_its_way_as_text() -> None:
    found = Marked({}, where="t.yaml:1:1", loc=("bots", "a", "rules", 0, "do", 1), written=())
    assert "bots.a.rules[0].do[1]" == found.path


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ({"kind": "say", "text": "Hi"}, {"say": "Hi"}), ({"kind": "unmute"}, "unmute"),
        ({"kind": "say", "text": "a", "to": "b"}, {"say": {"text": "a", "to": "b"}}),
        ({"kind": "say", "text": "Hi"}, {"kind": "say", "text": "Hi"}),
    ],
)  # fmt: skip
def test_a_single_key_becomes_the_kind(expected: object, data: object) -> None:
    assert expected == unfold(data, STEPS, "step")


@pytest.mark.parametrize(
    ("problem_id", "data"),
    [
        ("unknown-step", {"sey": "Hi"}), ("two-steps", {"say": "Hi", "wait": "1s"}),
        ("unknown-key", {"say": "Hi", "to": "a"}),
        ("wrong-type", 5), ("wrong-type", {"wait_for": "5s"}),
    ],
)  # fmt: skip
def test_other_mappings_are_refused(problem_id: str, data: object) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        unfold(data, STEPS, "step")
    assert problem_id == caught.value.type
