"""docs/playbook.md has every key, step, trigger, counter, fact and problem id, and its examples are right."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from bots.playbook import (
    COUNTERS,
    FACTS,
    MEASURES,
    STEPS,
    TRIGGERS,
    Bot,
    Clip,
    Expectation,
    Expression,
    InviteRule,
    Percentiles,
    Playbook,
    RoomSettings,
    RosterEntry,
    Rotation,
    Rule,
    ScheduleEntry,
    Step,
    Trigger,
    lint_text,
)
from bots.playbook.values.shape import Frozen

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^##+ (.+?)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))


def rows_of(title: str) -> dict[str, list[str]]:
    """The first column of a section's table, and the other cells."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in SECTIONS[title].splitlines() if line.startswith("| `")]
    return {cells[0].strip().strip("`"): [cell.strip().replace(r"\|", "|") for cell in cells[1:]] for cells in rows}


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Top keys", Playbook.yaml_keys()), ("room: create", RoomSettings.yaml_keys()), ("audio", Clip.yaml_keys()),
        ("schedule", ScheduleEntry.yaml_keys()),
        ("rotations", Rotation.yaml_keys()),
        ("roster", RosterEntry.yaml_keys()), ("Bots", Bot.yaml_keys()), ("rules", Rule.yaml_keys()),
        ("invites", [*InviteRule.yaml_keys(), "otherwise"]), ("Triggers", TRIGGERS), ("Steps", STEPS),
        ("Texts and conditions", FACTS), ("Expect", COUNTERS), ("Times", MEASURES),
    ],
)  # fmt: skip
def test_every_name_of_the_model_is_in_its_table_and_no_other(title: str, names: list[str]) -> None:
    assert sorted(names) == sorted(rows_of(title))


ROW_OF = {  # models that have no table: the row that has their keys
    "Input": ("Top keys", "inputs"), "RoomChoice": ("Top keys", "room"), "IfMissed": ("schedule", "if_missed"),
    "Arrival": ("Bots", "arrive"), "Microphone": ("Bots", "microphone"), "Drops": ("Bots", "drops"),
    "LeaveWhen": ("Bots", "leave_when"), "TimelineEntry": ("Bots", "timeline"), "NoShow": ("rotations", "no_show"),
    "RoundWarning": ("rotations", "warn"), "Choice": ("Steps", "choose"), "Speech": ("Top keys", "speech"),
}  # fmt: skip
TABLED = {"AttendanceRules", "Bot", "Clip", "InviteRule", "RoomSettings", "RosterEntry", "Rotation", "Rule",
          "ScheduleEntry"}  # fmt: skip
SCALARS = {"ExtraDay", "Offset", "Range", "SkippedDays"}  # written as one word or moment
IN_WORDS = {"Expectation": "Expect", "Percentiles": "Times", "Limit": "Times", "InvitePolicy": "invites"}


def models() -> dict[str, type[Frozen]]:
    """Every model that a playbook has, but steps and triggers, by name."""

    def below(model: type[Frozen]) -> list[type[Frozen]]:
        return [model, *(one for inner in model.__subclasses__() for one in below(inner))]

    known = {model.__name__: model for model in below(Frozen)}
    used = Playbook.model_json_schema(by_alias=True)["$defs"]
    return {name: known[name] for name in used if known.get(name) not in (None, *STEPS.values(), *TRIGGERS.values())}


def test_every_model_of_a_playbook_has_a_place_in_the_reference() -> None:
    assert set(models()) == TABLED | SCALARS | set(ROW_OF) | set(IN_WORDS)


@pytest.mark.parametrize("name", ROW_OF)
def test_every_key_of_a_model_without_a_table_is_in_its_row(name: str) -> None:
    title, row = ROW_OF[name]
    text = " ".join(rows_of(title)[row])
    assert [] == [key for key in models()[name].yaml_keys() if not re.search(rf"`[^`]*\b{key}\b[^`]*`", text)]


def test_what_an_expectation_takes_is_told_before_its_table() -> None:
    for name in ("Expectation", "Percentiles", "Limit"):
        text = SECTIONS[IN_WORDS[name]]
        assert [] == [key for key in models()[name].yaml_keys() if f"`{key}`" not in text]


@pytest.mark.parametrize("name", TRIGGERS)
def test_every_setting_of_a_trigger_is_in_its_row(name: str) -> None:
    row = " ".join(rows_of("Triggers")[name])
    keys = set(TRIGGERS[name].yaml_keys()) - {TRIGGERS[name].short}
    assert [] == [key for key in sorted(keys) if f"`{key}`" not in row]


@pytest.mark.parametrize("name", STEPS)
def test_every_setting_of_a_step_is_in_its_row(name: str) -> None:
    row = " ".join(rows_of("Steps")[name])
    keys = set(STEPS[name].yaml_keys()) - {STEPS[name].short, name, "what", "branches", "who"}
    assert [] == [key for key in sorted(keys) if f"`{key}`" not in row]


def example(title: str, name: str) -> object:
    text = rows_of(title)[name][-1].strip("`")
    return yaml.load(text if text.startswith("{") else f"{{{text}}}", yaml.BaseLoader)


@pytest.mark.parametrize("name", STEPS)
def test_the_example_of_a_step_is_that_step(name: str) -> None:
    assert name == TypeAdapter(Step).validate_python(typed(example("Steps", name))).kind


@pytest.mark.parametrize("name", TRIGGERS)
def test_the_example_of_a_trigger_is_that_trigger(name: str) -> None:
    found = example("Triggers", name)
    assert isinstance(found, dict)
    assert name == TypeAdapter(Trigger).validate_python(found["when"]).kind


@pytest.mark.parametrize("name", FACTS)
def test_the_example_of_a_fact_is_a_condition_about_it(name: str) -> None:
    assert {name} == Expression(rows_of("Texts and conditions")[name][-1].strip("`")).facts


@pytest.mark.parametrize("name", COUNTERS)
def test_the_example_of_a_counter_is_an_expectation(name: str) -> None:
    found = typed(example("Expect", name))
    assert isinstance(found, dict)
    assert [name] == list(found)
    Expectation.model_validate(found[name])


@pytest.mark.parametrize("name", MEASURES)
def test_the_example_of_a_measure_is_an_expectation(name: str) -> None:
    found = example("Times", name)
    assert isinstance(found, dict)
    assert [name] == list(found)
    assert Percentiles.model_validate(found[name]).limits()


def typed(value: object) -> object:
    """Texts of the base loader as the values of YAML 1.2."""
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return {"true": True, "false": False}.get(str(value), int(str(value)) if str(value).isdigit() else value)


def test_every_problem_id_is_in_the_table_and_no_other() -> None:
    table = SECTIONS["Problems"].partition("| --- | --- |")[2]
    listed = {name for line in table.splitlines()[1:] for name in re.findall(r"`([a-z-]+)`", line.split("|")[1])}
    made = {"unknown-step", "unknown-trigger", "two-steps", "two-triggers"}  # their nouns are put in
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "bots" / "playbook").rglob("*.py")]
    texts = {str(node.value) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    texts -= {"espeak-ng"}  # a program
    one_word = {"unreadable", "impossible"} & texts
    assert listed == {text for text in texts if re.fullmatch("[a-z]+(-[a-z]+)+", text)} | made | one_word


def test_the_playbook_at_the_top_of_the_page_is_right() -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert [] == lint_text(text)
