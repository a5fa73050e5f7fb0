"""Steps: short and long forms mean the same, and all of them can be found."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

import bots
from bots.playbook import (
    STEPS,
    CallBack,
    If,
    Leave,
    Log,
    Mute,
    Parallel,
    Play,
    Say,
    Step,
    Template,
    Unmute,
    Wait,
    every_step,
)
from bots.playbook.model.steps.any import Survival

ADAPTER: TypeAdapter[Step] = TypeAdapter(Step)


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        (Say(text=Template("Hi")), {"say": "Hi"}), (Say(text=Template("Hi")), {"say": {"text": "Hi"}}),
        (Wait(duration_s=5), {"wait": "5s"}), (Wait(duration_s=5), {"wait": {"duration": "5s"}}),
        (Play(file="bell"), {"play": "bell"}), (CallBack(), {"call_back": "all"}), (CallBack(), "call_back"),
        (Mute(), {"mute": "me"}), (Unmute(who=("room",)), {"unmute": "room"}), (Leave(), "leave"),
        (Say(text=Template("Hi"), to=("pupil", "Ana")), {"say": {"text": "Hi", "to": ["pupil", "Ana"]}}),
    ],
)  # fmt: skip
def test_short_and_long_forms_are_the_same_step(expected: Step, data: object) -> None:
    assert expected == ADAPTER.validate_python(data)


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_says_itself_what_becomes_of_it_when_the_process_is_killed(kind: str) -> None:
    assert STEPS[kind].__dict__.get("survival") in get_args(Survival), f"{kind}: declare its survival"


def test_the_survival_of_each_step_stands_in_the_docs() -> None:
    text = (Path(bots.__file__).parent.parent / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z]+) \| ((?:`[a-z_]+`[ ,]*)+) \|", text, re.MULTILINE)
    told = {step: kind for kind, steps in rows for step in re.findall(r"`([a-z_]+)`", steps)}
    assert {kind: step.survival for kind, step in STEPS.items()} == told


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_knows_its_kind(kind: str) -> None:
    assert kind == STEPS[kind].model_fields["kind"].default


def test_a_step_comes_back_from_its_own_json() -> None:
    step = ADAPTER.validate_python({"if": "n > 1", "then": [{"parallel": [[{"wait": "1m"}], [{"say": "Hi {n}"}]]}]})
    assert step == ADAPTER.validate_json(ADAPTER.dump_json(step))


def test_steps_inside_steps_are_found_in_order() -> None:
    log, wait, leave = Log(text=Template("a")), Wait(duration_s=1), Leave()
    branches = Parallel(branches=((log,), (wait,)))
    choice = If.model_validate({"if": "n > 1", "then": [branches], "else": [leave]})
    assert [choice, branches, log, wait, leave] == list(every_step([choice]))


@pytest.mark.parametrize("data", [{}, [], 5, None, {"say": "Hi", "wait": "5s"}, {"parallel": []}, {"kind": "sing"}])
def test_other_values_are_no_steps(data: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(data)
