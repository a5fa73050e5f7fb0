"""Changed playbooks: lint never crashes, and what it accepts is loaded and can be simulated.

`BOTS_EXAMPLES=5000 pytest tests/unit/playbook/test_mutations.py` looks longer.
"""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.errors import PlaybookError
from bots.fleet import plan
from bots.playbook import MANUAL, Playbook, explain, format_text, lint_text, read
from bots.simulation import scenario_of
from bots.simulation.scenario import PROVIDER
from tests.examples import examples
from tests.unit.playbook.mutations import FOLDERS, mutated

SETTINGS = settings(examples(20), suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(st.data())
def test_no_change_makes_lint_crash_and_what_it_accepts_can_be_simulated(data: st.DataObject) -> None:
    text, folder = mutated(data)
    problems = lint_text(text, folder=folder)
    for problem in problems:
        assert problem.id in MANUAL
        assert problem.render().startswith(f"{problem.file}:{problem.line}:{problem.column}: ")
    if any(problem.severity == "error" for problem in problems):
        return
    try:
        playbook = read(text, folder=folder, environment=dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "x"))
    except PlaybookError as error:
        found = {getattr(problem, "id", "") for problem in error.problems}
        if found <= {"missing-input"}:  # lint does not ask for what is given when a playbook is run
            return
        raise
    assert playbook == Playbook.model_validate_json(playbook.model_dump_json())
    scenario = scenario_of(playbook)
    assert scenario.times.starts_at < scenario.times.ends_at
    specs = plan(playbook, provider=PROVIDER, room_id="room", starts_at=scenario.times.starts_at)
    assert len(playbook.instances()) == len(specs)
    assert explain(playbook)


@SETTINGS
@given(st.data())
def test_no_change_makes_the_layout_crash_or_change_the_meaning(data: st.DataObject) -> None:
    text, _ = mutated(data)
    try:
        formatted = format_text(text)
    except PlaybookError:
        return
    assert formatted == format_text(formatted)


@pytest.mark.parametrize("text", FOLDERS, ids=lambda text: re.search("name: (.*)", text)[1])  # type: ignore[index]  # all have one
def test_every_playbook_of_the_product_has_no_problem(text: str) -> None:
    assert [] == lint_text(text, folder=FOLDERS[text])
