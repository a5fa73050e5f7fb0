"""A test of a playbook reads as sentences; what is wrong with one has its place and says what was meant."""

from pathlib import Path

import pytest

from bots.errors import PlaybookError
from bots.playbook import LoadedCase, load_case

LESSON = """\
playbook: 1
name: Lesson
timezone: Europe/Madrid
room: {id: "${NOT_SET}"}
schedule: [{id: lesson, every: [mon], at: 10:00, length: 50m}]
bots:
  helper:
    role: moderator
    timeline: [{at: start + 8m, do: [{say: "Groups now."}]}]
    rules: [{id: greet, when: joined, do: [{say: "Welcome, {person.name}!"}]}]
  pupil: {count: 3}
"""
GOOD = """\
test_of: lesson.yaml
name: Ana asks for help
session: lesson on 2026-03-30
people:
  ana: {arrives: start + 1m, invites: ignore}
  ben: start
  vega: {role: moderator, name: Ms Vega}
events:
  - {at: start + 2m, ana: {says: "!help"}, ben: drops 30s}
  - {at: 10:05, vega: {opens: [red, blue]}}
  - {at: start + 6m, vega: {invites: {people: everybody, to: red}}}
  - {at: start + 7m, vega: closes breakouts}
expect:
  - {at: start + 3m, helper: {said: "Welcome, Ana!", fired: {what: greet, times: 2}}, ana: {in: parent}}
  - {at: end, counters: {said: {at_least: 1}}, rooms: {parent: [ana, ben, helper, pupil]}}
"""


def read(folder: Path, text: str) -> LoadedCase:
    (folder / "lesson.yaml").write_text(LESSON)
    (folder / "help.test.yaml").write_text(text)
    return load_case(folder / "help.test.yaml")


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(PlaybookError) as refused:
        read(folder, text)
    return [str(problem.render()).splitlines()[0].rpartition("/")[2] for problem in refused.value.problems]


def expecting(line: str, events: str = "[]", people: str = "{ana: start}") -> str:
    return f"test_of: lesson.yaml\npeople: {people}\nevents: {events}\nexpect:\n  - {line}\n"


def test_a_test_has_people_what_they_do_and_what_must_be_so(tmp_path: Path) -> None:
    loaded = read(tmp_path, GOOD)
    case = loaded.case
    assert ("Ana asks for help", "Lesson") == (loaded.name, loaded.playbook.name)
    assert {"ana": "ignore", "ben": "accept", "vega": "accept"} == {
        who: one.invites for who, one in case.people.items()
    }
    first = case.events[0].acts
    assert ("says", "!help", "drops", 30.0) == (
        first["ana"].verb,
        first["ana"].says,
        first["ben"].verb,
        first["ben"].drops,
    )
    claims = case.expect[0].claims["helper"]
    assert claims.said is not None
    assert ("Welcome, Ana!", None) == (claims.said.what, claims.said.times)
    assert claims.fired is not None
    assert 2 == claims.fired.times
    assert "parent" == case.expect[0].claims["ana"].within
    assert ["said"] == list(case.expect[1].counters)


def test_the_name_of_the_file_is_the_name_of_a_test_without_one(tmp_path: Path) -> None:
    assert "help" == read(tmp_path, expecting("{at: end, counters: {errors: 0}}")).name


@pytest.mark.parametrize(
    ("line", "problem", "sentence"),
    [
        ("{at: end, helpr: {said: x}}", "5:15: error[unknown-person]", 'did you mean "helper"?'),
        ("{at: end, helper: {sayd: x}}", "5:24: error[unknown-key]", 'did you mean "said"?'),
        ("{at: end, helper: {fired: gret}}", "5:31: error[unknown-rule]", 'did you mean "greet"?'),
        ("{at: end, helper: {played: bell}}", "5:32: error[unknown-clip]", 'no sound "bell"; it has none'),
        ("{at: end, ana: {fired: greet}}", "5:21: error[bad-value]", '"ana" is a person'),
        ("{at: end, counters: {sayd: 1}}", "5:26: error[unknown-counter]", 'did you mean "said"?'),
        ("{at: end, rooms: {red: [anna]}}", "5:29: error[unknown-person]", 'did you mean "ana"?'),
        ("{at: later, ana: {in: red}}", "5:10: error[bad-time]", "write start, start + 8m"),
        ("{at: end, ana: {}}", "5:20: error[missing-key]", "say what must be so: said, never_said,"),
        ("{at: end}", "5:5: error[missing-key]", "say what must be so: {at: start + 3m, helper:"),
    ],
)
def test_a_problem_of_an_expectation_has_its_place(tmp_path: Path, line: str, problem: str, sentence: str) -> None:
    found = problems(tmp_path, expecting(line))
    assert 1 == len(found), found
    assert found[0].startswith(f"help.test.yaml:{problem}")
    assert sentence in found[0]


@pytest.mark.parametrize(
    ("event", "problem", "sentence"),
    [
        ("{at: start, ana: shouts}", "3:27: error[unknown-act]", "nothing that people do; there are joins"),
        ("{at: start, ana: {sais: hi}}", "3:28: error[unknown-act]", 'did you mean "says"?'),
        ("{at: start, ana: says}", "3:27: error[missing-value]", '"says" needs more'),
        ("{at: start, ana: {says: hi, talks: 3s}}", "3:27: error[bad-value]", "one thing at a time"),
        ("{at: start, ana: talks a while}", "3:27: error[bad-value]", '"a while" is not a duration'),
        ("{at: start, ana: ignores people}", "3:27: error[bad-value]", "is no value"),
        ("{at: start, ann: joins}", "3:22: error[unknown-person]", 'did you mean "ana"?'),
        ("{at: start, helper: joins}", "3:22: error[unknown-person]", '"helper" is a bot'),
        ("{at: start, ana: {invites: bob to red}}", "3:37: error[unknown-person]", 'called "bob"'),
    ],
)
def test_a_problem_of_an_event_has_its_place(tmp_path: Path, event: str, problem: str, sentence: str) -> None:
    found = problems(tmp_path, expecting("{at: end, counters: {errors: 0}}", events=f"[{event}]"))
    assert 1 == len(found), found
    assert found[0].startswith(f"help.test.yaml:{problem}")
    assert sentence in found[0]


def test_keys_of_the_test_itself_are_known(tmp_path: Path) -> None:
    text = "poeple: {}\n" + expecting("{at: end, counters: {errors: 0}}")
    problem = '1:1: error[unknown-key] "poeple" is not a key of the test; did you mean "people"?'
    assert [f"help.test.yaml:{problem}"] == problems(tmp_path, text)


def test_a_file_that_does_not_say_what_it_tests_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "people: {}\n")[0].startswith("help.test.yaml:1:1: error[not-a-test]")


def test_a_playbook_that_is_not_there_is_told_at_its_name(tmp_path: Path) -> None:
    text = expecting("{at: end, counters: {errors: 0}}").replace("lesson.yaml", "lessen.yaml")
    assert problems(tmp_path, text)[0].startswith("help.test.yaml:1:10: error[unreadable]")


def test_the_problems_of_a_broken_playbook_are_told(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(LESSON.replace("role: moderator", "rolle: moderator"))
    text = expecting("{at: end, counters: {errors: 0}}").replace("lesson.yaml", "broken.yaml")
    assert any(line.startswith("broken.yaml:8:5: error[unknown-key]") for line in problems(tmp_path, text))


def test_a_person_cannot_have_the_name_of_a_bot(tmp_path: Path) -> None:
    found = problems(tmp_path, expecting("{at: end, counters: {errors: 0}}", people="{helper: start}"))
    assert 1 == len(found)
    assert found[0].startswith('help.test.yaml:2:10: error[bad-value] "helper" is the name of something else')
