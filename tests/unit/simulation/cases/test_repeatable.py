"""A test of a playbook is as repeatable as a simulation: no look at the machine's clock, one seed one log."""

import asyncio
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import bots
from bots.cli.run import sounds_of
from bots.log import configure
from bots.playbook import load_case
from bots.simulation import Clips, stage_case
from tests.unit.simulation.test_scenario import no_real_clock

CASE = Path(bots.__file__).parent.parent / "playbooks" / "rehearsal.test.yaml"


def log_of(seed: int) -> str:
    """The log of one playing of the test."""
    loaded, clips = load_case(CASE), Clips()
    for sound in sounds_of(loaded.playbook):
        asyncio.run(clips.load(sound.path))  # PyAV reads a clock when it opens a file
    staging = stage_case(replace(loaded, case=loaded.case.model_copy(update={"seed": seed})), clips)
    out = StringIO()
    configure("json", out, now=staging.scenario.clock.now)
    try:
        with no_real_clock():
            staging.scenario.run(staging.direction.direct)
    finally:
        configure("json", sys.stderr)
    return out.getvalue()


def test_one_seed_gives_one_log_to_the_byte_and_another_seed_another() -> None:
    first = log_of(4)
    assert first == log_of(4)
    assert first != log_of(5)
