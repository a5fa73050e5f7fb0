"""Texts spoken by espeak-ng; and the command line of piper."""

import os
from pathlib import Path

import numpy as np
import pytest

from bots.errors import MediaError
from bots.media import load_clip, speech_path

# Speaks as long as its text, with the arguments of piper-tts 1.8.0; a line of the text is spoken as one.
PIPER = """#!/usr/bin/env python3
import argparse, pathlib, sys, wave
parser = argparse.ArgumentParser()
parser.add_argument("-m", "--model", required=True)
parser.add_argument("-f", "--output-file")
asked, words = parser.parse_known_args()
assert not words, "unknown arguments are the text, and nothing is read"
voice = pathlib.Path(asked.model)
if not voice.exists():
    raise ValueError(f"Unable to find voice: {voice}")
lines = [line.strip() for line in sys.stdin if line.strip()]
with wave.open(asked.output_file, "wb") as out:
    out.setparams((1, 2, 22_050, 0, "NONE", ""))
    for line in lines:
        out.writeframes(bytes(range(0, 250, 2)) * len(line.encode()) * int(voice.read_text()))
"""


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
    with pytest.raises(MediaError, match="espeak-ng said nothing with the voice xx-none"):
        await load_clip(speech_path("espeak-ng", "xx-none", "Hello"))
    assert [] == list((home / "bots" / "speech").iterdir())


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A voice of piper, and a program in its place: no real voice can be had here."""
    program = tmp_path / "bin" / "piper"
    program.parent.mkdir()
    program.write_text(PIPER, encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    voice = tmp_path / "my voices" / "es.onnx"
    voice.parent.mkdir()
    voice.write_text("2", encoding="utf-8")
    Path(f"{voice}.json").write_text("{}", encoding="utf-8")
    return voice


async def test_piper_speaks_a_text_once_by_the_file_of_a_voice(voice: Path) -> None:
    spoken = speech_path("piper", str(voice), "¿Qué tal?\n--help me")
    first = await load_clip(spoken)
    seconds = (len("¿Qué tal?".encode()) + len("--help me")) * 125 * 2 / 2 / 22_050
    assert seconds == pytest.approx(first.duration_s, abs=0.01)
    assert first.packets == (await load_clip(spoken)).packets
    voice.write_text("3", encoding="utf-8")
    assert (await load_clip(spoken)).duration_s == pytest.approx(first.duration_s * 1.5, abs=0.01), "another voice"


async def test_a_voice_of_piper_that_is_not_there_is_told_before_it_is_asked(voice: Path) -> None:
    voice.unlink()
    with pytest.raises(MediaError, match="the voice of piper is not whole"):
        await load_clip(speech_path("piper", str(voice), "Hello"))
