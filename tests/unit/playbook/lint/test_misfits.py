"""A playbook against the settings of a room that exists."""

from bots.playbook import misfits
from bots.playbook.reading.load import examine
from tests.unit.playbook.texts import with_step

TEXT = with_step("{rotate: talk}") + "rotations: {talk: {group_size: 4, rounds: 2, round_length: 5m}}\n"


def found(mode: str = "group", talkers: int = 6, participants: int | None = None) -> list[str]:
    text = TEXT.replace("room: {create: {name: Test}}", "room: {id: r1}")
    playbook = examine(text, file="test.yaml", folder=None, environment=None, inputs={}).playbook
    assert playbook is not None, "it can be read"
    return misfits(playbook, mode=mode, max_active_talkers=talkers, moderators=None, participants=participants)


def test_a_room_that_holds_everything_has_no_misfit() -> None:
    assert [] == found(participants=24)


def test_groups_seats_and_the_mode_are_compared() -> None:
    [groups] = found(talkers=4)
    assert "groups of 4 do not fit: a breakout room takes max_active_talkers - 1 = 3 people" in groups
    [seats] = [one for one in found(participants=2) if "place for" in one]
    assert "the room has place for 2" in seats
    assert ["breakout rooms exist in group mode only, this room has mode lecture"] == found(mode="lecture")
