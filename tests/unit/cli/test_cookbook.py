"""The recipes of docs/cookbook.md: ten playbooks without problems, simulated and tested, told as they are."""

import re
from pathlib import Path
from textwrap import indent

import pytest

from bots.cli.simulate import simulate_playbook
from bots.playbook import lint

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "playbooks" / "cookbook"
TEXT = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## \d+\. .*?: `([a-z-]+\.yaml)`\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
RECIPES = sorted(path.name.replace(".test.", ".") for path in FOLDER.glob("*.test.yaml"))


def test_there_are_ten_and_each_has_its_section_and_its_test() -> None:
    assert 10 == len(RECIPES)
    assert RECIPES == sorted(name for name, _ in SECTIONS)
    assert {*RECIPES, "shared.yaml"} == {path.name for path in FOLDER.glob("*.yaml") if ".test." not in path.name}


@pytest.mark.parametrize(("name", "told"), SECTIONS, ids=[name for name, _ in SECTIONS])
def test_what_the_cookbook_shows_of_a_recipe_stands_in_it(name: str, told: str) -> None:
    recipe = (FOLDER / name).read_text(encoding="utf-8")
    parts = re.findall(r"```yaml\n(.*?)```", told, re.DOTALL)
    assert parts
    for part in parts:
        assert any(indent(part, " " * width) in recipe for width in range(0, 20, 2)), part


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_no_problems_and_a_class_of_twelve_can_be_simulated_with_it(name: str) -> None:
    path = FOLDER / name
    assert [] == lint(path)
    assert 0 == simulate_playbook(
        str(path), session="", inputs=[], seed=None, people=12, late="20%", drop="20%", ignore_invites="20%",
        teacher=name == "rehearsal-class.yaml", trace="", log_format="text",
    )  # fmt: skip


def test_the_sounds_of_the_recipes_are_those_of_the_playbooks() -> None:
    for path in (FOLDER / "audio").iterdir():
        assert path.read_bytes() == (ROOT / "playbooks" / "audio" / path.name).read_bytes()
