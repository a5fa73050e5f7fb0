"""Where a spoken text stands in the place of a file, and what happens where no engine is."""

from pathlib import Path

import pytest

from bots.errors import MediaError
from bots.media.speech import LONGEST_TEXT, engine_fault, is_speech, speech_path, speech_text, spoken


def test_a_text_with_colons_and_slashes_comes_out_as_it_was() -> None:
    text = "Room 3: open page 5/6"
    assert text == speech_text(speech_path("espeak-ng", "en", text))
    assert is_speech(speech_path("espeak-ng", "en", text))
    assert not is_speech("/srv/speech.wav")


def test_a_voice_that_is_a_file_may_have_any_path() -> None:
    path = speech_path("piper", "/srv/a: b/es.onnx", "Room 3: open")
    assert "Room 3: open" == speech_text(path)
    assert "/srv/a: b" not in path


def test_a_long_text_is_cut() -> None:
    assert LONGEST_TEXT == len(speech_text(speech_path("espeak-ng", "en", "a" * 5000)))


async def test_an_engine_that_is_not_there_says_what_to_do_and_not_the_text() -> None:
    with pytest.raises(MediaError, match="no-such-engine is not installed here; install it") as missing:
        await spoken(speech_path("no-such-engine", "en", "a secret"))
    assert "a secret" not in str(missing.value)
    assert "not installed" in str(engine_fault("no-such-engine"))


def test_a_voice_of_piper_needs_its_file_and_what_is_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "piper").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "piper").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = tmp_path / "es.onnx"
    assert f"{voice} is not there" in str(engine_fault("piper", str(voice)))
    voice.touch()
    assert f"{voice}.json is not there" in str(engine_fault("piper", str(voice)))
    Path(f"{voice}.json").touch()
    assert engine_fault("piper", str(voice)) is None
    monkeypatch.setenv("PATH", "/nowhere")
    assert "pip install piper-tts" in str(engine_fault("piper", str(voice)))
