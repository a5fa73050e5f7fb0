"""A simulated session decides as a real one does: only the times differ. Also, a real run leaves a trace to ask."""

import os
import subprocess
from pathlib import Path

from tests.e2e.program import BOTS, PLAYBOOKS

LESSON = """\
playbook: 1
name: Short lesson
room: {create: {name: Short lesson, moderators: 1, participants: 4}}
schedule: [{length: 18s}]
bots:
  teacher:
    role: moderator
    listens: true
    timeline:
      - at: start + 6s
        do: [{breakouts: {open: [red], capacity: 3}}, {invite: {people: [ana, ben], to: red}}, {play: bell.ogg}]
      - at: start + 14s
        do:
          - if: count.away > 0
            then: [{breakouts: {close: all}}, {wait_for: {until: count.away == 0, timeout: 5s}}]
          - say: "Everybody is back."
    rules:
      - {id: greet, when: {joined: first_time}, if: not person.is_bot, do: [{say: "Hello, {person.name}!"}]}
      - {id: help, when: {chat: "!help"}, cooldown: 30s, do: [{say: {text: "Coming.", to: person}}]}
  ana:
    invites: [{from: start, until: end}]
    timeline: [{at: start + 2s, do: [{say: "!help"}]}, {at: start + 4s, do: [{say: "!help"}]}]
  ben:
    invites: [{from: start + 10s, until: end, then: reject}]
expect: {accepted: 1, rejected: 1, back: 1, errors: 0}
"""


def bots(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOTS_")}
    return subprocess.run(
        [BOTS, *arguments], cwd=folder, env=environment, timeout=60, capture_output=True, text=True, check=False
    )


def test_the_simulated_and_the_real_run_of_a_playbook_decide_the_same(tmp_path: Path) -> None:
    (tmp_path / "lesson.yaml").write_text(LESSON)
    (tmp_path / "bell.ogg").write_bytes((PLAYBOOKS / "audio" / "bell.ogg").read_bytes())
    real = bots("run", "lesson.yaml", "--log-format", "json", "--trace", "real.jsonl", folder=tmp_path)
    simulated = bots("simulate", "lesson.yaml", "--trace", "simulated.jsonl", folder=tmp_path)
    assert (0, 0) == (real.returncode, simulated.returncode), real.stdout + simulated.stdout
    assert (tmp_path / "real.jsonl").read_text() == real.stdout  # the trace of a run is its log

    compared = bots("trace", "diff", "real.jsonl", "simulated.jsonl", folder=tmp_path)
    assert 0 == compared.returncode, compared.stdout
    assert "decisions in the same order" in compared.stdout

    asked = bots("trace", "real.jsonl", folder=tmp_path)
    assert 0 == asked.returncode
    assert "rule greet never ran; 2 times somebody joined: each time “not person.is_bot” was false" in asked.stdout
    assert "rule help ran once; 2 times somebody wrote: once dropped: within its cooldown" in asked.stdout
