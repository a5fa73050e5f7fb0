"""A human teacher in a simulation, for playbooks that have only pupils."""

from pathlib import Path

import bots
from bots.playbook import load
from bots.simulation import scenario_of, teach

REHEARSAL = Path(bots.__file__).parent.parent / "playbooks" / "rehearsal.yaml"


def test_with_a_teacher_the_pupils_of_a_rehearsal_go_into_breakout_rooms_and_come_back() -> None:
    playbook = load(str(REHEARSAL), environment={"ROOM": "simulated-room"}, inputs={})
    alone = scenario_of(playbook).run()
    assert (0, 0) == (alone.counts["accepted"], alone.counts["back"])
    taught = scenario_of(playbook).run(teach)
    assert taught.counts["accepted"] >= 20
    assert taught.counts["accepted"] == taught.counts["back"]
    assert 0 == taught.counts["errors"]
