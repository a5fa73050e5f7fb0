"""Clips of a simulation: the real length, no packets, the same complaints."""

from pathlib import Path

import pytest

import bots
from bots.errors import MediaError
from bots.media import load_clip, speech_path
from bots.simulation import Clips

BELL = str(Path(bots.__file__).parent.parent / "playbooks" / "audio" / "bell.ogg")


async def test_a_clip_has_its_real_length_and_nothing_to_send() -> None:
    clip = await Clips().load(BELL, volume=0.5)
    assert (await load_clip(BELL)).duration_s == pytest.approx(clip.duration_s, abs=0.05)
    assert () == clip.packets


async def test_a_file_is_looked_at_once() -> None:
    clips = Clips()
    assert await clips.load(BELL) is await clips.load(BELL, volume=0.3)


async def test_a_missing_file_and_one_without_sound_are_refused_as_live(tmp_path: Path) -> None:
    (tmp_path / "text.ogg").write_text("no sound")
    for name in ("text.ogg", "none.ogg"):
        with pytest.raises(MediaError) as simulated:
            await Clips().load(str(tmp_path / name))
        with pytest.raises(MediaError) as live:
            await load_clip(tmp_path / name)
        assert str(live.value) == str(simulated.value)


async def test_what_is_spoken_takes_as_long_as_its_words_without_an_engine() -> None:
    short = await Clips().load(speech_path("no-engine", "en", "Hello"))
    long = await Clips().load(speech_path("no-engine", "en", "one two three four"))
    assert 0.5 < short.duration_s < long.duration_s < 5
    assert "speech" == short.name
