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


LECTURE = """\
playbook: 1
name: Lecture
room: {create: {name: Lecture, mode: lecture, moderators: 2, participants: 5}}
schedule: [{length: 10m}]
bots:
  chair:
    role: moderator
    arrive: {at: start - 1m}
    rules:
      - {id: shy, when: hand_raised, if: person.name == "Ben", do: [{floor: {deny: person}}, {say: "Not now."}]}
      - {id: next, when: hand_raised, if: person.name != "Ben", do: [{floor: {grant: person}}, {say: "{person.name}!"}]}
    timeline:
      - {at: start + 4m, do: [{floor: {release: everyone}}, {floor: {invite: pupil}}]}
      - {at: start + 6m, do: [{role: {hand_over: Ana}}]}
      - {at: start + 7m, do: [{floor: {release: everyone}}], if_fails: [{say: "I may not."}]}
  pupil:
    role: participant
    display_name: Pupil
    timeline:
      - {at: start + 2m, do: [{floor: request}]}
      - {at: start + 5m, do: [{floor: request}]}
"""
ASKED = """\
people: {ana: start, ben: start}
events: [{at: start + 1m, ana: raises hand}, {at: start + 90s, ben: raises hand}]
expect:
  - {at: start + 75s, chair: {fired: next, said: "Ana!"}}
  - {at: start + 100s, chair: {fired: shy, said: "Not now."}}
  - {at: start + 3m, chair: {said: "Pupil!"}}
  - {at: start + 8m, chair: {said: "I may not."}}
"""


def test_the_floor_of_a_lecture_is_asked_for_granted_denied_and_taken_back(tmp_path: Path) -> None:
    assert [] == problems_of(tmp_path, LECTURE, ASKED)


@pytest.mark.parametrize("case", [FAMILIAR, IMPATIENT])
def test_people_wait_and_are_let_in_by_bots_and_people(tmp_path: Path, case: str) -> None:
    assert [] == problems_of(tmp_path, LOBBY, case)


def test_a_teacher_turns_somebody_away(tmp_path: Path) -> None:
    playbook = LOBBY.replace("if: person.is_known", "if: person.name == 'Nobody'")
    assert [] == problems_of(tmp_path, playbook, DENIED)


TIMED = """\
playbook: 1
name: Timed
room: {create: {name: Timed, duration: 8m, moderators: 2}}
schedule: [{length: 10m}]
bots:
  host:
    role: moderator
    timeline:
      - {at: start + 1m, do: [{record: start}]}
      - {at: start + 2m, do: [{record: stop}]}
      - {at: start + 3m, do: [{breakouts: {open: [red]}}, {join: red}, {wait: 30s}, {leave: breakout}]}
      EXTEND
  pupil:
    rules:
      - {id: recorded, when: recording, do: [{say: "We are recorded."}]}
      - {id: over, when: {recording: stopped}, do: [{say: "It is over."}]}
"""
RECORDED = """\
people: {ana: start}
expect:
  - {at: start + 100s, pupil: {said: "We are recorded.", never_said: "It is over."}}
  - {at: start + 130s, pupil: {said: "It is over."}}
  - {at: start + 200s, host: {in: red}}
  - {at: start + 4m, host: {in: parent}}
"""
STAYS = "  - {at: start + 9m, rooms: {parent: [host, pupil, ana]}}\n"
SENT_OUT = "  - {at: start + 9m, host: {in: nowhere}, pupil: {in: nowhere}, ana: {in: nowhere}}\n"


def test_a_room_whose_time_is_put_off_stays(tmp_path: Path) -> None:
    extending = TIMED.replace("EXTEND", "- {at: start + 5m, do: [{extend: room}]}")
    assert [] == problems_of(tmp_path, extending, RECORDED + STAYS)


def test_a_room_sends_everybody_out_when_its_time_is_over(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, TIMED.replace("EXTEND", ""), RECORDED + SENT_OUT)
    assert ["host: 2002 Conference Expired", "pupil: 2002 Conference Expired"] == problems


DISCUSSED = """\
playbook: 1
name: Discussed
room: {create: {name: Discussed, mode: lecture, moderators: 2}}
schedule: [{length: 10m}]
bots:
  host:
    role: moderator
    arrive: {at: start - 1m}
    timeline:
      - {at: start + 1m, do: [{floor: {invite: pupil}}]}
      - {at: start + 90s, do: [{spotlight: pupil}, {pin: pupil}, {pin: {end: everyone}}, {say: "This is Pupil."}]}
      - {at: start + 3m, do: [{mode: group}, {breakouts: {open: [red]}}, {invite: {people: everyone, to: red}}]}
      - {at: start + 5m, do: [{breakouts: {close: all}}, {call_back: everyone}, {mode: lecture}, {floor: open}]}
      - {at: start + 6m, do: [{say: "We are a lecture again."}, {knock: on}]}
  pupil:
    invites: [{otherwise: accept}]
    timeline:
      - {at: start + 2m, do: [{floor: reject}]}
"""
TALKED = """\
people: {ben: start + 7m}
expect:
  - {at: start + 2m, host: {said: "This is Pupil."}}
  - {at: start + 4m, pupil: {in: red}}
  - {at: start + 6m, pupil: {in: parent}, host: {said: "We are a lecture again."}}
  - {at: start + 8m, ben: {in: nowhere}}
"""


def test_a_lecture_becomes_a_group_for_its_breakout_rooms_and_a_lecture_again(tmp_path: Path) -> None:
    assert [] == problems_of(tmp_path, DISCUSSED, TALKED)
