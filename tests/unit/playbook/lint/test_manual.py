"""Every problem is explained, and the examples cause what they explain."""

import re

import pytest

from bots.playbook import MANUAL, lint_text
from bots.playbook.reading.load import examine
from tests.unit.playbook.test_docs import SECTIONS

BASE = {
    "playbook": "playbook: 1",
    "name": "name: N",
    "room": "room: {create: {name: R}}",
    "schedule": "schedule: [{length: 50m}]",
    "bots": "bots: {helper: {role: moderator}}",
}
BY_EAR = {"bad-sound", "silent-sound", "clipped-sound", "long-sound"}
IN_TESTS = {"not-a-test", "not-met", "unknown-act", "unknown-rule"}  # tests/unit/playbook/cases
TOLD_IN_WORDS = (
    BY_EAR | IN_TESTS | {"alias-bomb", "bad-encoding", "cannot-format", "not-a-playbook", "too-large", "unreadable"}
)
FILES = {
    "bad-use",
    "circular-use",
    "missing-file",
    "name-clash",
    "missing-sound",
    "missing-calendar",
    "bad-calendar",
} | {"bad-roster", "missing-roster"}
NEEDS_MORE = {"missing-environment", "missing-input"} | FILES


def whole(example: str) -> str:
    missing = [text for key, text in BASE.items() if not re.search(f"^{key}:", example, re.MULTILINE)]
    return "\n".join([*(text for text in missing if text.startswith("playbook")), example, *missing[1:]])


def test_every_id_of_the_table_has_an_explanation_and_no_other() -> None:
    table = SECTIONS["Problems"].partition("| --- | --- |")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(name for row in rows for name in re.findall(r"`([a-z-]+)`", row)) == sorted(MANUAL)


@pytest.mark.parametrize("problem_id", sorted(set(MANUAL) - TOLD_IN_WORDS - NEEDS_MORE))
def test_an_example_causes_its_problem(problem_id: str) -> None:
    found = [problem.id for problem in lint_text(whole(MANUAL[problem_id].example))]
    assert problem_id in found


@pytest.mark.parametrize("problem_id", sorted(NEEDS_MORE - FILES))
def test_an_example_that_needs_a_start_causes_its_problem(problem_id: str) -> None:
    text = whole(MANUAL[problem_id].example)
    found = examine(text, file="t", folder=None, environment={}, inputs={})
    assert problem_id in [problem.id for problem in found.problems]


@pytest.mark.parametrize("problem_id", sorted(MANUAL))
def test_an_explanation_says_what_it_means_and_what_to_do(problem_id: str) -> None:
    text = MANUAL[problem_id].render(problem_id)
    assert text.startswith(f"{problem_id}\n\n")
    assert text.endswith(".")
    assert "To mend it: " in text
