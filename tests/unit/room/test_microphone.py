"""The layers that mute a bot."""

import pytest

from bots.room.microphone import Microphone, Mute
from bots.wire import MuteOwnAudio, UnmuteOwnAudio


@pytest.mark.parametrize("layer", list(Mute))
def test_the_room_is_told_when_sound_stops_and_when_it_goes_on(layer: Mute) -> None:
    microphone = Microphone()
    assert [MuteOwnAudio()] == microphone.set(layer, is_muted=True)
    assert microphone.is_muted
    assert [] == microphone.set(layer, is_muted=True)
    assert [UnmuteOwnAudio()] == microphone.set(layer, is_muted=False)
    assert not microphone.is_muted


def test_a_layer_under_another_says_nothing() -> None:
    microphone = Microphone()
    microphone.set(Mute.SELF, is_muted=True)
    assert [] == microphone.set(Mute.PAUSE, is_muted=True)
    assert [] == microphone.set(Mute.PAUSE, is_muted=False)
    assert microphone.is_muted_by(Mute.SELF)


def test_resuming_does_not_lift_a_hard_mute() -> None:
    microphone = Microphone()
    microphone.set(Mute.PAUSE, is_muted=True)
    microphone.set(Mute.HARD, is_muted=True)
    microphone.set(Mute.PAUSE, is_muted=False)
    assert microphone.is_muted
    assert microphone.is_hard_muted


@pytest.mark.parametrize(("layer", "is_hard"), [(Mute.HARD, True), (Mute.ROOM, True), (Mute.SELF, False)])
def test_only_a_moderators_mute_is_hard(layer: Mute, is_hard: bool) -> None:
    microphone = Microphone()
    microphone.set(layer, is_muted=True)
    assert is_hard is microphone.is_hard_muted
