"""The order of keys: that of the models, for settings; that of the author, for names."""

import pytest

from bots.playbook import STEPS, Bot, InviteRule, Playbook, Rule
from bots.playbook.layout.order import Shape, playbook_shape
from bots.playbook.values.shape import Frozen


def at(*way: str) -> Shape:
    """The shape at the end of a way; `-` is an item of a list."""
    shape = playbook_shape()
    for part in way:
        shape = shape.item() if part == "-" else shape.below([part], part)
    return shape


@pytest.mark.parametrize(
    ("way", "model"),
    [
        (("bots", "a"), Bot),
        (("bots", "a", "rules", "-"), Rule),
        (("bots", "a", "invites", "-"), InviteRule),
    ],
)
def test_settings_stand_in_the_order_of_their_model(way: tuple[str, ...], model: type[Frozen]) -> None:
    keys = list(model.yaml_keys())
    assert keys == at(*way).sorted(keys[::-1])


def test_the_top_has_bots_and_what_came_of_them_last() -> None:
    keys = playbook_shape().sorted(sorted(Playbook.yaml_keys()))
    assert ["playbook", "name", "timezone", "seed", "inputs", "use", "room", "schedule"] == keys[:8]
    assert ["bots", "expect"] == keys[-2:]


def test_names_and_unknown_keys_stay_as_they_are() -> None:
    assert ["b", "a"] == at("bots").sorted(["b", "a"])
    assert at("audio").has_names(["b", "a"])
    assert ["role", "zebra", "ant"] == at("bots", "a").sorted(["zebra", "ant", "role"])


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_known_as_one_at_any_depth(name: str) -> None:
    steps = at("bots", "a", "timeline", "-", "do")
    assert steps.is_step
    inner = steps.item().below(["if", "then"], "then") if name == "if" else steps.item()
    assert inner.is_step
