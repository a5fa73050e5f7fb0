"""People who talk in a test of a playbook bring music down that makes way for them."""

import sys
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest

from bots.bot.sound.ducking import HOLD_S
from bots.log import configure
from bots.playbook import load_case
from bots.server import HANGOVER_S
from bots.simulation import Clips, stage_case
from tests.unit.simulation.test_scenario import PLAYBOOKS, events

LESSON = """
playbook: 1
name: Music
room: {create: {name: Music}}
schedule: [{length: 2m}]
audio: {lobby: {file: lobby.ogg, loop: true, duck_under_speech: true}}
bots: {helper: {role: moderator, timeline: [{at: start, do: [{play: lobby}]}]}}
"""
TALK = """
test_of: music.yaml
name: Ana talks
people: {ana: start}
events: [{at: start + 30s, ana: talks 10s}]
expect: [{at: end, helper: {played: lobby}}]
"""


def test_music_is_down_for_as_long_as_somebody_talks_and_a_little_longer(tmp_path: Path) -> None:
    (tmp_path / "lobby.ogg").write_bytes((PLAYBOOKS / "audio" / "bell.ogg").read_bytes())
    (tmp_path / "music.yaml").write_text(LESSON, encoding="utf-8")
    (tmp_path / "music.test.yaml").write_text(TALK, encoding="utf-8")
    staging = stage_case(load_case(tmp_path / "music.test.yaml"), Clips())
    out = StringIO()
    configure("json", out, now=staging.scenario.clock.now)
    try:
        staging.scenario.run(staging.direction.direct)
    finally:
        configure("json", sys.stderr)
    starts_at = staging.scenario.times.starts_at
    ducked = [one for one in events(out.getvalue()) if one["event"] == "audio_ducked"]
    assert [("lobby", 0.2), ("lobby", 1.0)] == [(one["clip"], one["gain"]) for one in ducked]
    down_s, up_s = ((datetime.fromisoformat(one["timestamp"]) - starts_at).total_seconds() for one in ducked)
    assert pytest.approx(30, abs=0.1) == down_s
    assert pytest.approx(40 + HANGOVER_S + HOLD_S, abs=0.1) == up_s
