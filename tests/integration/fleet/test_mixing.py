"""A sound over another one, on the wire: who listens finds both in the one stream; also in a breakout."""

import asyncio
from datetime import timedelta
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.bot import Provider
from bots.clock import SystemClock
from bots.fleet import run_session
from bots.playbook import load
from bots.server import RoomServer

SOUNDS = Path(__file__).parents[3] / "playbooks" / "audio"
HERE = """
  helper:
    role: moderator
    timeline:
      - {at: start + 2s, do: [{play: lobby}]}
      - {at: start + 5s, do: [{play: {file: good-morning.ogg, if_playing: mix}}]}
      - {at: end - 4s, do: [{stop: lobby}]}
  pupil: {listens: true}
"""
IN_BREAKOUT = """
  teacher:
    role: moderator
    timeline:
      - {at: start + 1s, do: [{breakouts: {open: [red], capacity: 4}}, {invite: {people: [helper, pupil], to: red}}]}
  helper:
    invites: [{room: red}]
    rules:
      - when: breakout_joined
        if: person.is_me
        do: [{play: lobby}, {wait: 3s}, {play: {file: good-morning.ogg, if_playing: mix}}, {wait: 1s}, {stop: lobby}]
  pupil: {listens: true, invites: [{room: red}]}
"""


@pytest.mark.parametrize("cast", [HERE, IN_BREAKOUT], ids=["here", "in-a-breakout"])
async def test_both_sounds_are_found_by_who_listens(cast: str, tmp_path: Path) -> None:
    for name in ("lobby.ogg", "good-morning.ogg"):
        copy(SOUNDS / name, tmp_path)
    (tmp_path / "mix.yaml").write_text(
        "playbook: 1\nname: Mix\nroom: {create: {name: Mix}}\nschedule: [{length: 20s}]\n"
        "audio: {lobby: {file: lobby.ogg, loop: true}}\n"
        f"bots:{cast}expect: {{played: 2, heard: 2, errors: 0}}\n",
        encoding="utf-8",
    )
    clock = SystemClock()
    with capture_logs() as lines:
        async with RoomServer() as server:
            result = await run_session(
                load(tmp_path / "mix.yaml", environment={}, inputs={}),
                provider=Provider(server.api_url, server.app_id, server.app_key), clock=clock,
                starts_at=clock.now() + timedelta(seconds=0.5), stop=asyncio.Event(),
            )  # fmt: skip
    assert ("finished", True, ()) == (result.outcome, result.expect_met, result.errors), lines
    ends = {line["clip"]: line for line in lines if line["event"] == "audio_finished"}
    assert {"lobby": (True, "stopped"), "good-morning.ogg": (True, "finished")} == {
        clip: (line["heard"], line["outcome"]) for clip, line in ends.items()
    }
    assert [("lobby", 0.2), ("lobby", 1.0)] == ducked(lines)
    music, morning = ends["lobby"], ends["good-morning.ogg"]
    assert music["packets"] > morning["packets"] > 0
    assert all(line["delivered"] is not None for line in ends.values())


def ducked(lines: Any) -> list[tuple[str, float]]:
    return [(line["clip"], line["gain"]) for line in lines if line["event"] == "audio_ducked"]
