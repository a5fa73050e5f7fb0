"""bots groups: the plan as a table, as CSV and for programs, with the proof of how good it is."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.cli.main import app
from bots.errors import ConfigError
from tests.unit.rotation.validator import Wanted, faults, repeats


def told(*options: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["groups", *options])
    assert code == result.exit_code, result.output
    return result.output


@pytest.mark.parametrize(("people", "size", "rounds"), [(30, 5, 6), (100, 5, 10), (500, 5, 10)])
def test_the_classes_of_the_project_for_programs(people: int, size: int, rounds: int) -> None:
    plan = json.loads(told("--people", str(people), "--group-size", str(size), "--rounds", str(rounds), "--json"))
    wanted = Wanted([str(number) for number in range(1, people + 1)], people // size, rounds)
    assert [] == faults(plan["rounds"], wanted)
    assert 0 == repeats(plan["rounds"]) == plan["repeats"] == plan["bound"]
    assert 0 < plan["seconds"] < 1
    assert {"rule": f"groups of {size}", "kept": True} in plan["rules"]


def test_the_table_tells_how_good_the_plan_is() -> None:
    lines = told("--people", "24", "--group-size", "4", "--rounds", "9").splitlines()
    assert lines[0].split("  ")[0] == "round"
    assert ["1", "2", "3"] == [line.split()[0] for line in lines[1:4]]
    text = "\n".join(lines)
    assert "24 people in groups of 4 can rotate at most 7 times without repeats; 9 asked" in text
    assert "48 repeats, best possible" in text
    assert "kept: groups of 4" in text


def test_who_never_meets_is_named() -> None:
    text = told("--people", "4", "--rooms", "2", "--rounds", "2")
    assert "0 repeats, best possible" in text
    assert "2 pairs never meet: " in text
    assert "everybody meets everybody" in told("--people", "4", "--rooms", "2", "--rounds", "3")


def test_the_groups_as_csv(tmp_path: Path) -> None:
    told("--people", "6", "--group-size", "3", "--rounds", "2", "--csv", str(tmp_path / "groups.csv"))
    with (tmp_path / "groups.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert 12 == len(rows)
    assert {"1", "2"} == {row["round"] for row in rows}
    assert {str(number) for number in range(1, 7)} == {row["person"] for row in rows if row["round"] == "2"}


def test_a_seed_is_a_plan() -> None:
    asked = ("--people", "12", "--group-size", "4", "--rounds", "3", "--json")
    one, same, other = (json.loads(told(*asked, "--seed", seed))["rounds"] for seed in ("1", "1", "2"))
    assert one == same != other


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--people", "6"), "or --people N --group-size K"),
        (("--people", "6", "--rounds", "2"), "write one of --group-size and --rooms"),
        (("--people", "6", "--rounds", "2", "--rooms", "2", "--group-size", "3"), "write one of"),
    ],
)
def test_what_is_missing_is_said(options: tuple[str, ...], message: str) -> None:
    assert message in told(*options, code=2)


def test_a_roster_that_is_not_there_and_a_file_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    asked = ("--group-size", "2", "--rounds", "1")
    assert "nobody.csv is not there" in " ".join(told("--roster", "nobody.csv", *asked, code=2).split())
    (tmp_path / "class.txt").write_text("id,name\na,Ana\n", encoding="utf-8")
    assert "save it as class.csv" in told("--roster", str(tmp_path / "class.txt"), *asked, code=2).replace("\n", " ")
    result = CliRunner().invoke(app, ["groups", "--people", "4", *asked, "--csv", str(tmp_path / "no" / "x.csv")])
    assert isinstance(result.exception, ConfigError)
    assert "cannot write the groups to" in str(result.exception)


def test_numbers_that_cannot_be_are_an_error_of_the_user() -> None:
    result = CliRunner().invoke(app, ["groups", "--people", "6", "--rooms", "4", "--rounds", "1"])
    assert "leave somebody alone" in str(result.exception)


PLAYBOOK = """\
playbook: 1
name: Talk
seed: 5
room: {id: "${ROOM}"}
schedule: [{length: 50m}]
rotations:
  speaking: {group_size: 4, rounds: 3, round_length: 8m, keep_apart: [[pupil-01, pupil-02]], anchors: {pupil-03: 2}}
  stations: {pattern: carousel, rooms: 3, rounds: 3, round_length: 5m}
bots:
  helper: {role: moderator}
  pupil: {role: participant, count: 24}
"""


def test_the_rotations_of_a_playbook(tmp_path: Path) -> None:
    file = tmp_path / "talk.yaml"
    file.write_text(PLAYBOOK)
    plans = json.loads(told(str(file), "--json", "--csv", str(tmp_path / "groups.csv")))
    assert ["speaking", "stations"] == list(plans)
    pupils = [f"pupil-{number:02}" for number in range(1, 25)]
    wanted = Wanted(pupils, 6, 3, apart=[("pupil-01", "pupil-02")], fixed={"pupil-03": 1})
    assert [] == faults(plans["speaking"]["rounds"], wanted)
    assert {"rule": "pupil-01, pupil-02 apart", "kept": True} in plans["speaking"]["rules"]
    assert {"rule": "pupil-03 in room 2", "kept": True} in plans["speaking"]["rules"]
    assert [] == faults(plans["stations"]["rounds"], Wanted(pupils, 3, 3))
    assert 24 * 6 + 1 == len((tmp_path / "groups.csv").read_text().splitlines())
    assert "nobody here is called pupil-01, pupil-02, pupil-03" in told(str(file), "--people", "26")
    assert 26 == sum(map(len, json.loads(told(str(file), "--people", "26", "--json"))["speaking"]["rounds"][0]))


def test_a_playbook_without_rotations_or_with_errors(tmp_path: Path) -> None:
    file = tmp_path / "talk.yaml"
    file.write_text(PLAYBOOK[: PLAYBOOK.index("rotations:")] + PLAYBOOK[PLAYBOOK.index("bots:") :])
    assert "this playbook has no rotations" in told(str(file), code=2)
    file.write_text(PLAYBOOK.replace("rounds: 3", "round: 3"))
    result = CliRunner().invoke(app, ["groups", str(file)])
    assert 'did you mean "rounds"' in str(result.exception)


ROSTER = "id,name,aliases,role,tags\nms.lee,Ms Lee,,moderator,\n" + "".join(
    f"s{number},Pupil {number},P{number},,{'beginner' if number % 2 else ''}\n" for number in range(1, 13)
)


def test_the_people_of_a_roster(tmp_path: Path) -> None:
    (tmp_path / "9b.csv").write_text(ROSTER)
    plan = json.loads(told("--roster", str(tmp_path / "9b.csv"), "--group-size", "4", "--rounds", "3", "--json"))
    assert [] == faults(plan["rounds"], Wanted([f"s{number}" for number in range(1, 13)], 3, 3))


def test_a_playbook_plans_for_its_roster_by_any_name_and_balances_tags(tmp_path: Path) -> None:
    (tmp_path / "9b.csv").write_text(ROSTER)
    file = tmp_path / "talk.yaml"
    rotation = "{group_size: 4, rounds: 3, round_length: 8m, keep_apart: [[Pupil 1, p2]], balance: [beginner]}"
    head = PLAYBOOK[: PLAYBOOK.index("rotations:")]
    file.write_text(f"{head}roster: 9b.csv\nrotations: {{talk: {rotation}}}\nbots: {{helper: {{role: moderator}}}}\n")
    rounds = json.loads(told(str(file), "--json"))["talk"]["rounds"]
    assert [] == faults(rounds, Wanted([f"s{number}" for number in range(1, 13)], 3, 3, apart=[("s1", "s2")]))
    beginners = {f"s{number}" for number in range(1, 13, 2)}
    assert all(2 == len(beginners & set(group)) for groups in rounds for group in groups)


def test_a_roster_with_errors_is_told_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "9b.csv").write_text("id,nam\n1,Ana\n")
    result = CliRunner().invoke(app, ["groups", "--roster", str(tmp_path / "9b.csv"), "--rooms", "2", "--rounds", "1"])
    assert "9b.csv" in str(result.exception)
    both = told("--people", "4", "--roster", str(tmp_path / "9b.csv"), "--rooms", "2", "--rounds", "1", code=2)
    assert "one of --people and --roster" in both
