"""The flow of the language in whole sessions: used files, named lists, choices, repeats, signals, periods."""

import json
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bots.fleet import SessionResult
from bots.log import configure
from bots.playbook import lint, load
from bots.simulation import scenario_of

LESSON = """\
playbook: 1
name: Flow
use: shared.yaml
room: {create: {name: Flow, max_active_talkers: 6}}
schedule: [{length: 10m}]
bots:
  helper:
    role: moderator
    timeline:
      - {at: start + 10s, do: [{breakouts: {open: red}}, {invite: {people: pupil, to: red}},
         {wait_for: {until: "count.away in [2, 3]", timeout: 30s}}, {wait: 5s}, {signal: break-time}]}
      - {at: start + 1m, do: [{run: call}], if_fails: [{log: "not all came"}]}
      - {at: start + 3m, do: [{repeat: {every: 1m, until: end - 3m, do: [{run: cheer}]}}, {log: enough}]}
      - {at: start + 9m, do: [{say: {text: psst, to: Nobody}}], if_fails: [{log: "nobody there"}]}
    rules: [{when: {every: 4m}, do: [{log: "tick"}]}]
  pupil:
    count: 2
    invites: [{then: accept}]
    rules: [{when: {signal: break-time}, do: [{log: "heard in {room.name}"}]}]
expect:
  errors: 1
  back: 2
  join_time: {p50: 1s, max: 2s}
  lateness: {max: 0s}
"""
SHARED = """\
steps:
  call: [{repeat: {every: 10s, times: 6, until: count.away == 0, do: [{call_back: all}]}}]
  cheer: [{choose: [[{log: well}], {weight: 3, do: [{log: good}]}]}]
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    (tmp_path / "lesson.yaml").write_text(LESSON)
    (tmp_path / "shared.yaml").write_text(SHARED)
    return tmp_path / "lesson.yaml"


def simulate(path: Path, seed: int = 1) -> tuple[SessionResult, str]:
    scenario = scenario_of(load(path), seed=seed)
    out = StringIO()
    configure("json", out, now=scenario.clock.now)
    try:
        return scenario.run(), out.getvalue()
    finally:
        configure("json", sys.stderr)


def events(log: str, name: str) -> list[dict[str, Any]]:
    return [one for one in map(json.loads, log.splitlines()) if one["event"] == name]


def test_the_flow_is_the_same_every_time_and_the_seed_chooses(lesson: Path) -> None:
    assert ["unknown-person"] == [problem.id for problem in lint(lesson)]
    logs = [simulate(lesson, seed)[1] for seed in (1, 1, 2, 3, 4)]
    assert logs[0] == logs[1]
    drawn = {
        tuple(one["text"] for one in events(log, "note_logged") if one["text"] in ("well", "good")) for log in logs
    }
    assert {4} == {len(words) for words in drawn}
    assert len(drawn) > 1


def test_bots_in_a_breakout_hear_a_signal_there(lesson: Path) -> None:
    notes = [one["text"] for one in events(simulate(lesson)[1], "note_logged")]
    assert 2 == notes.count("heard in red")


def test_what_ends_failed_does_what_it_has_for_that_and_expectations_are_met(lesson: Path) -> None:
    result, log = simulate(lesson)
    assert [] == [one for one in result.expectations if not one.is_met]
    notes = [one["text"] for one in events(log, "note_logged")]
    assert {"nobody there", "enough", "tick"} <= set(notes)
    assert "not all came" not in notes


def test_steps_of_used_files_are_logged_with_their_file(lesson: Path) -> None:
    found = {
        (one["step"], one["where"].removeprefix(f"{lesson.parent}/"))
        for one in events(simulate(lesson)[1], "step_finished")
    }
    assert ("steps.cheer[0]", "shared.yaml:3:11") in found


def test_periods_ring_at_their_instants(lesson: Path) -> None:
    _, log = simulate(lesson)
    rung = [one["timestamp"] for one in events(log, "rule_fired") if one["trigger"] == "every"]
    started = events(log, "session_started")[0]["timestamp"]
    minutes = [int(at[14:16]) - int(started[14:16]) for at in rung]
    assert [4, 8] == minutes
    assert {started[17:]} == {at[17:] for at in rung}
