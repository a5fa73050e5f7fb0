"""`bots lint`: formats, `--strict`, `--explain`, and the media stack left alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bots.cli.main import app
from bots.playbook import MANUAL

WARNED = """\
playbook: 1
name: Warned
room: {create: {name: R}}
schedule: [{length: 50m}]
bots: {pupil: {count: 2, display_name: Pupil}}
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def warned(tmp_path: Path) -> str:
    path = tmp_path / "lesson.yaml"
    path.write_text(WARNED, encoding="utf-8")
    return str(path)


def test_a_warning_fails_only_when_it_is_strict(warned: str) -> None:
    assert (0, 3) == (run("lint", warned).exit_code, run("lint", "--strict", warned).exit_code)


def test_problems_can_be_json_sarif_and_github_commands(warned: str) -> None:
    assert ["same-name"] == [one["id"] for one in json.loads(run("lint", "--format", "json", warned).output)]
    sarif = json.loads(run("lint", "--format", "sarif", warned).output)
    assert ["same-name"] == [one["ruleId"] for one in sarif["runs"][0]["results"]]
    assert run("lint", "--format", "github", warned).output.startswith(f"::warning file={warned},line=5,col=40,")
    assert 2 == run("lint", "--format", "xml", warned).exit_code


def test_an_id_is_explained_and_an_unknown_one_is_refused() -> None:
    assert MANUAL["same-name"].meaning in run("lint", "--explain", "same-name").output
    assert 2 == run("lint", "--explain", "no-such-id").exit_code
    assert 2 == run("lint").exit_code


def test_no_tool_loads_the_media_stack(warned: str) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from bots.cli.main import app\n"
        f"for words in ('lint', 'explain', 'fmt'): CliRunner().invoke(app, [words, {warned!r}])\n"
        "print(sorted({'av', 'numpy', 'aiortc', 'structlog', 'asyncio', 'httpx', 'icalendar'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == ended.stdout


def test_tests_of_playbooks_are_checked_beside_them_and_are_no_playbooks(warned: str) -> None:
    case = Path(warned).with_name("lesson.test.yaml")
    case.write_text("test_of: lesson.yaml\nexpect: [{at: end, counters: {errors: 0}}]\n", encoding="utf-8")
    folder = str(case.parent)
    assert 0 == run("lint", folder).exit_code
    assert str(case) not in run("fmt", "--check", folder).output
    case.write_text("test_of: lesson.yaml\nexpect: [{at: end, countrs: {errors: 0}}]\n", encoding="utf-8")
    ended = run("lint", "--format", "json", folder)
    assert 3 == ended.exit_code
    assert ["same-name", "unknown-person"] == sorted(one["id"] for one in json.loads(ended.output))
