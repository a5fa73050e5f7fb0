"""Whole simulated sessions of playbooks that moderate: bots, people and the server's own rules."""

from pathlib import Path

import pytest

from bots.cli.cases import run_case

LOBBY = """\
playbook: 1
name: Lobby
room: {create: {name: Lobby, knock: true, moderators: 2}}
schedule: [{length: 10m}]
roster: [{id: ana, name: Ana}, {id: ben, name: Ben}]
bots:
  porter:
    role: moderator
    arrive: {at: start - 1m}
    rules:
      - {id: known, when: waiting, if: person.is_known, do: [{admit: person}]}
      - {id: greet, when: joined, if: not person.is_bot, do: [{say: "Welcome, {person.name}!"}]}
    timeline:
      - {at: start + 3m, do: [{deny: everyone}]}
  pupil:
    count: 2
    display_name: "Pupil {n:02}"
    leave_when: {waiting: 2m}
"""


def problems_of(folder: Path, playbook: str, case: str) -> list[str]:
    (folder / "lesson.yaml").write_text(playbook)
    path = folder / "lesson.test.yaml"
    path.write_text(f"test_of: lesson.yaml\n{case}")
    return [problem.message for problem in run_case(str(path)).problems]


FAMILIAR = """\
people: {ana: start - 3m, ben: start + 1m, zoe: start + 1m}
expect:
  - {at: start, porter: {fired: known, said: "Welcome, Ana!"}, ana: {in: parent}}
  - {at: start + 2m, rooms: {parent: [porter, ana, ben]}, zoe: {in: nowhere}}
  - {at: start + 5m, zoe: {in: nowhere}, porter: {never_said: "*Zoe*"}}
"""
IMPATIENT = """\
people: {vega: {arrives: start, role: moderator}}
events: [{at: start + 1m, vega: admits pupil-01}]
expect: [{at: start + 3m, pupil-01: {in: parent}, pupil-02: {in: nowhere}}]
"""
DENIED = """\
people: {vega: {arrives: start, role: moderator}, ana: start}
events: [{at: start + 1m, vega: denies ana}, {at: start + 90s, vega: admits everybody}]
expect: [{at: start + 2m, rooms: {parent: [vega, pupil, porter]}, ana: {in: nowhere}}]
"""


@pytest.mark.parametrize("case", [FAMILIAR, IMPATIENT])
def test_people_wait_and_are_let_in_by_bots_and_people(tmp_path: Path, case: str) -> None:
    assert [] == problems_of(tmp_path, LOBBY, case)


def test_a_teacher_turns_somebody_away(tmp_path: Path) -> None:
    playbook = LOBBY.replace("if: person.is_known", "if: person.name == 'Nobody'")
    assert [] == problems_of(tmp_path, playbook, DENIED)
