"""Rules about breakout rooms, of bots that go in and of bots that do not."""

import pytest

from bots.playbook import lint_text
from tests.unit.playbook.texts import with_bot

HELP = "rules: [{when: {chat: '!help'}, in: breakouts, do: [{say: Hi}]}]\nmicrophone: bell\n"


def found(text: str, more: str = "") -> list[str]:
    return [problem.id for problem in lint_text(with_bot(HELP + text) + more)]


def test_who_goes_in_hears_what_is_written_there_and_who_does_not_is_told() -> None:
    assert ["never-fires"] == found("invites: [{then: reject}]")
    assert ["never-fires"] == found("invites: [{otherwise: ignore}]")
    assert [] == found("invites: [{then: reject, room: red}, {otherwise: accept}]")
    assert [] == found("invites: [{from: start + 1m}]")


def test_a_step_that_accepts_is_a_way_in_also_in_a_list() -> None:
    rules = HELP.replace("]}]", "]}, {when: invited, do: [{run: go}]}]")
    assert [] == [one.id for one in lint_text(with_bot(rules) + "steps: {go: [{accept: invite}]}\n")]


@pytest.mark.parametrize("trigger", ["breakout_joined", "invited"])
def test_what_is_seen_from_the_main_room_too_is_left_alone(trigger: str) -> None:
    rule = f"rules: [{{when: {trigger}, in: breakouts, do: [{{say: Hi}}]}}]\nmicrophone: bell"
    assert [] == [one.id for one in lint_text(with_bot(rule))]


def test_who_is_moved_without_being_asked_may_be_inside() -> None:
    plan = "rotations: {talk: {group_size: 3, round_length: 5m, force: true}}\n"
    text = with_bot(HELP + "role: moderator\ntimeline: [{at: start, do: [{rotate: talk}]}]") + plan
    assert "never-fires" not in [one.id for one in lint_text(text)]
