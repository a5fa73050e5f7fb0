"""Texts spoken by the engine of this machine, if it has one."""

from pathlib import Path

import numpy as np
import pytest

from bots.errors import MediaError
from bots.media import engine_fault, load_clip, speech_path

FAULT = engine_fault("espeak-ng")
pytestmark = pytest.mark.skipif(FAULT is not None, reason=str(FAULT))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing was spoken before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


async def test_a_text_is_spoken_once_and_another_one_is_another_sound(home: Path) -> None:
    short = await load_clip(speech_path("espeak-ng", "en", "Hello"))
    long = await load_clip(speech_path("espeak-ng", "en", "Good morning, please open your books at page five."))
    assert 0.3 < short.duration_s < long.duration_s < 10
    assert np.abs(long.samples.astype(np.int32)).max() > 3000
    files = {file: file.stat().st_mtime_ns for file in (home / "bots" / "speech").iterdir()}
    assert short.packets == (await load_clip(speech_path("espeak-ng", "en", "Hello"))).packets
    assert files == {file: file.stat().st_mtime_ns for file in (home / "bots" / "speech").iterdir()}
    assert 2 == len(files)


async def test_a_text_is_data_whatever_it_looks_like(home: Path) -> None:
    clip = await load_clip(speech_path("espeak-ng", "en", "--version; <speak>`touch x`</speak>"))
    assert clip.duration_s > 0.5
    assert ["bots"] == [file.name for file in home.iterdir()]


async def test_a_voice_that_is_not_there_is_told(home: Path) -> None:
    with pytest.raises(MediaError, match="espeak-ng -v xx-none said nothing"):
        await load_clip(speech_path("espeak-ng", "xx-none", "Hello"))
    assert [] == list((home / "bots" / "speech").iterdir())
