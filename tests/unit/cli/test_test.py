"""`bots test`: what passes, what fails and what was seen instead, what is broken; reports and coverage."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import typer

import bots
from bots.cli.cases import run_case
from bots.cli.test import play_tests
from bots.errors import ConfigError

ROOT = Path(bots.__file__).parent
SHIPPED = sorted([*(ROOT.parent / "playbooks").rglob("*.test.yaml"), *(ROOT / "cli" / "templates").glob("*.test.yaml")])
LESSON = """\
playbook: 1
name: Lesson
room: {id: "${NOT_SET}"}
schedule: [{length: 20m}]
bots:
  helper:
    role: moderator
    timeline:
      - at: start + 5m
        do: [{breakouts: {open: [red]}}, {invite: {people: participants, to: red}}]
      - at: start + 10m
        do: [{if: count.people > 5, then: [{say: Many}]}, {breakouts: {close: all}}]
    rules:
      - id: greet
        when: joined
        if: person.role == 'participant' and not person.is_bot
        do: [{say: "Welcome, {person.name}!"}]
      - {id: help, when: {chat: "!help"}, cooldown: 30s, do: [{say: {text: "Coming.", to: person}}]}
  pupil:
    invites: [{from: start, until: end, room: blue, then: reject}, {from: start, until: end}, {otherwise: ignore}]
"""
CASE = """\
test_of: lesson.yaml
people: {{ana: start + 1m, ben: {{arrives: start + 1m, role: moderator}}}}
events: {events}
expect:
  - {expect}
"""
HELP = '[{at: start + 2m, ana: {says: "!help"}}, {at: start + 2m10s, ana: {says: "!help"}}]'


def write(folder: Path, expect: str, *, events: str = HELP, name: str = "lesson") -> str:
    (folder / "lesson.yaml").write_text(LESSON)
    path = folder / f"{name}.test.yaml"
    path.write_text(CASE.format(events=events, expect=expect))
    return str(path)


def play(
    *paths: str, pattern: str = "", processes: int = 1, junit: str = "", covers: bool = False, form: str = "text"
) -> int:
    return play_tests(
        paths, pattern=pattern, processes=processes, junit=junit, shows_coverage=covers, format=form
    )  # fmt: skip


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_tests_of_a_shipped_playbook_pass(path: Path) -> None:
    assert () == run_case(str(path)).problems


@pytest.mark.parametrize(
    "expect",
    [
        '{at: start + 1m, helper: {said: "Welcome, Ana!"}}',
        '{at: start + 1m, helper: {said: "welcome, *"}}',
        "{at: start + 58s, helper: {never_said: Welcome*, never_fired: greet}}",
        "{at: start + 3m, helper: {fired: {what: help, times: 1}}}",
        '{at: start + 3m, ana: {read: {what: "Coming.", times: 1}, said: "!help"}, ben: {never_read: "Coming."}}',
        "{at: start + 5m10s, rooms: {red: [ana, pupil], parent: [ben, helper]}}",
        "{at: start + 5m, ana: {invited_to: red, in: parent}, ben: {never_invited_to: red}}",
        "{at: start + 11m, rooms: {red: []}, counters: {accepted: 1, back: 1, errors: 0}}",
        "{at: end, helper: {in: nowhere}, ana: {in: parent}}",
    ],
)
def test_what_is_so_passes(tmp_path: Path, expect: str) -> None:
    assert () == run_case(write(tmp_path, expect)).problems


@pytest.mark.parametrize(
    ("expect", "at", "sentence"),
    [
        ('{at: start + 2m, helper: {said: "Welcome, Anna!"}}', '"Welcome',
         'helper should have written "Welcome, Anna!" by start + 2m; helper wrote "Welcome, Ana!" at start + 1m'),
        ("{at: start + 2m, helper: {said: {what: Welcome*, times: 2}}}", "{what: Welcome",
         'helper should have written "Welcome*" 2 times by start + 2m; helper did 1 times, at start + 1m'),
        ("{at: start + 58s, helper: {fired: greet}}", "greet",
         "its trigger came 2 times, and not person.is_bot was false (person.is_bot = true, person.role = participant)"),
        ("{at: start + 3m, helper: {fired: {what: help, times: 2}}}", "{what: help",
         "helper did 1 times, at start + 2m"),
        ('{at: start + 3m, helper: {never_said: "Coming*"}}', '"Coming',
         'helper should never have written "Coming*"; wrote "Coming." at start + 2m'),
        ("{at: start + 5m10s, ana: {in: parent}}", "parent",
         "ana should be in parent at start + 5m10s, and is in red"),
        ("{at: start + 5m10s, rooms: {red: [ana, ben]}}", "[ana",
         "at start + 5m10s red should have ana, ben; ben is in parent, pupil is there too"),
        ("{at: start + 2m, ana: {in: nowhere}}", "nowhere", "ana should be nowhere at start + 2m, and is in parent"),
        ("{at: start + 4m, counters: {said: {at_least: 5}}}", "{at_least",
         "said should be at least 5 at start + 4m; it is 2"),
    ],
)  # fmt: skip
def test_what_is_not_so_is_told_with_what_was_seen_instead(tmp_path: Path, expect: str, at: str, sentence: str) -> None:
    events = HELP if "58s" not in expect else "[{at: start + 30s, ben: joins}]"
    outcome = run_case(write(tmp_path, expect, events=events))
    assert ("failed", 1) == (outcome.outcome, len(outcome.problems))
    problem = outcome.problems[0]
    assert (5, "not-met") == (problem.line, problem.id)
    assert problem.source[problem.column - 1 :].startswith(at)
    assert sentence in problem.message


def test_the_playbook_s_own_expectations_count_too(tmp_path: Path) -> None:
    path = write(tmp_path, "{at: end, counters: {errors: 0}}")
    (tmp_path / "lesson.yaml").write_text(LESSON + "expect: {said: 7}\n")
    (problem,) = run_case(path).problems
    assert "the playbook itself expects said 7 by end; it was 2" == problem.message


def test_a_day_without_a_session_makes_a_test_broken(tmp_path: Path) -> None:
    path = write(tmp_path, "{at: end, counters: {errors: 0}}")
    Path(path).write_text("session: on 2026-03-30\n" + Path(path).read_text())
    outcome = run_case(path)
    assert ("broken", 1) == (outcome.outcome, outcome.problems[0].line)
    assert "starts by hand only" in outcome.problems[0].message


def test_exit_codes_are_0_6_and_3_and_every_test_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, "{at: end, counters: {errors: 0}}", name="good")
    assert 0 == play(good)
    bad = write(tmp_path, "{at: end, counters: {errors: 3}}", name="bad")
    assert 6 == play(good, bad)
    write(tmp_path, "{at: end, conters: {errors: 3}}", name="broken")
    capsys.readouterr()
    assert 3 == play(str(tmp_path))
    told = capsys.readouterr().out
    assert "FAILED" in told
    assert 'error[unknown-person] nobody in this test is called "conters"; did you mean "counters"?' in told
    assert "3 tests: 1 passed, 1 failed, 1 broken\n" in told


def test_a_pattern_chooses_by_file_and_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "{at: end, counters: {errors: 0}}", name="one")
    two = Path(write(tmp_path, "{at: end, counters: {errors: 0}}", name="two"))
    two.write_text("name: Ana asks for help\n" + two.read_text())
    assert 0 == play(str(tmp_path), pattern="ana*help")
    assert "1 test: 1 passed\n" in capsys.readouterr().out
    with pytest.raises(typer.BadParameter, match="no test of 2 fits 'three'"):
        play(str(tmp_path), pattern="three")


def test_where_there_is_no_test_the_command_line_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="no test"):
        play(str(tmp_path))
    with pytest.raises(typer.BadParameter, match=r"lesson\.yaml is no test"):
        play(str(tmp_path / "lesson.yaml"))


def test_json_has_the_problems_with_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 6 == play(write(tmp_path, "{at: end, counters: {errors: 3}}"), form="json")
    (test,) = json.loads(capsys.readouterr().out)["tests"]
    assert ("lesson", "failed") == (test["name"], test["outcome"])
    assert [(5, "not-met")] == [(one["line"], one["id"]) for one in test["problems"]]


def test_the_report_is_junit_xml_as_readers_expect_it(tmp_path: Path) -> None:
    write(tmp_path, "{at: end, counters: {errors: 0}}", name="good")
    write(tmp_path, "{at: end, counters: {errors: 3}}", name="bad")
    write(tmp_path, "{at: end, nobody: {said: x}}", name="broken")
    report = tmp_path / "report.xml"
    assert 3 == play(str(tmp_path), junit=str(report))
    root = ET.fromstring(report.read_bytes())
    assert "testsuites" == root.tag
    assert_counts(root, tests=3, failures=1, errors=1)
    assert {"testsuite"} == {suite.tag for suite in root}
    for suite in root:
        cases = suite.findall("testcase")
        failed = [case for case in cases if case.find("failure") is not None]
        broken = [case for case in cases if case.find("error") is not None]
        assert_counts(suite, tests=len(cases), failures=len(failed), errors=len(broken))
        assert {"name", "tests", "failures", "errors", "skipped", "time"} == set(suite.attrib)
        for case in cases:
            assert {"classname", "name", "file", "line", "time"} == set(case.attrib)
            assert 0 <= float(case.attrib["time"]) < 60
    failure = next(one for one in root.iter("failure"))
    assert "not-met" == failure.attrib["type"]
    assert "errors should be 3 at end; it is 0" == failure.attrib["message"]
    assert "bad.test.yaml:5:" in (failure.text or "")


def assert_counts(element: ET.Element, **counts: int) -> None:
    assert counts == {name: int(element.attrib[name]) for name in counts}


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "{at: end, counters: {errors: 0}}")
    with pytest.raises(ConfigError, match="cannot write the report"):
        play(path, junit=str(tmp_path / "no" / "report.xml"))


def covered(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    play(str(folder), covers=True, form="json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["coverage"][0]
    return found


def test_coverage_names_the_lines_that_no_test_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "{at: end, counters: {errors: 0}}", events="[]")
    found = covered(tmp_path, capsys)
    missed = [(one["place"].rpartition("/")[2].rpartition(":")[0], one["what"]) for one in found["missed"]]
    assert [
        ("lesson.yaml:18", "rule 'help' never ran"),
        ("lesson.yaml:12", "the condition “count.people > 5” was never true"),
        ("lesson.yaml:12", "step say was never reached"),
        ("lesson.yaml:18", "step say was never reached"),
        ("lesson.yaml:20", "entry 1 of the invites of pupil never decided"),
        ("lesson.yaml:20", "“otherwise” of the invites of pupil never decided"),
    ] == missed
    assert found["total"] - found["reached"] == len(missed)


def test_coverage_knows_the_choices_and_the_named_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lesson.yaml").write_text(
        "playbook: 1\nname: L\nroom: {id: main}\nschedule: [{length: 2m}]\n"
        "steps: {hello: [{choose: [[{log: a}], [{log: b}]]}]}\n"
        "bots: {helper: {timeline: [{at: start, do: [{run: hello}]}]}}\n"
    )
    (tmp_path / "lesson.test.yaml").write_text("test_of: lesson.yaml\nexpect: [{at: end, counters: {errors: 0}}]\n")
    found = covered(tmp_path, capsys)
    missed = {one["what"] for one in found["missed"]}
    assert (5, 7) == (found["reached"], found["total"])
    assert {"step log was never reached"} < missed
    assert 1 == len(missed & {"choice 1 was never drawn", "choice 2 was never drawn"})


def test_coverage_is_that_of_all_tests_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "{at: end, counters: {errors: 0}}", events="[]", name="one")
    alone = covered(tmp_path, capsys)
    write(tmp_path, "{at: end, counters: {errors: 0}}", name="two")
    assert alone["reached"] + 2 == covered(tmp_path, capsys)["reached"]  # the rule `help` and its step


def test_of_a_roster_only_those_come_who_are_told_to_and_under_their_names(tmp_path: Path) -> None:
    roster = "roster: [{id: ana.r, name: Ana Ruiz}, {id: ben, name: Ben}, {id: vega, name: Ms Vega, role: moderator}]\n"
    (tmp_path / "lesson.yaml").write_text(LESSON + roster)
    path = tmp_path / "lesson.test.yaml"
    path.write_text(
        "test_of: lesson.yaml\npeople: {ana.r: start + 1m, vega: start + 1m, zoe: start + 2m}\nexpect:\n"
        "  - {at: start + 1m, helper: {said: {what: Welcome*, times: 1}}, vega: {read: 'Welcome, Ana Ruiz!'}}\n"
        "  - {at: start + 3m, rooms: {parent: [ana.r, helper, pupil, vega, zoe]}, vega: {read: 'Welcome, Zoe!'}}\n"
    )
    assert () == run_case(str(path)).problems


def test_all_breakouts_are_closed_even_if_one_of_somebody_else_is_over_already(tmp_path: Path) -> None:
    events = (
        "[{at: start + 2m, ben: {opens: [blue]}}, {at: start + 2m10s, ben: {invites: ana to blue}},"
        " {at: start + 4m, ana: goes back}]"
    )
    expect = "{at: start + 11m, counters: {errors: 0, breakouts: 1}, rooms: {red: []}, ana: {in: parent}}"
    assert () == run_case(write(tmp_path, expect, events=events)).problems
