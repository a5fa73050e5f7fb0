"""Where a spoken text stands in the place of a file, and what happens where no engine is."""

import pytest

from bots.errors import MediaError
from bots.media.speech import LONGEST_TEXT, engine_fault, is_speech, speech_path, speech_text, spoken


def test_a_text_with_colons_and_slashes_comes_out_as_it_was() -> None:
    text = "Room 3: open page 5/6"
    assert text == speech_text(speech_path("espeak-ng", "en", text))
    assert is_speech(speech_path("espeak-ng", "en", text))
    assert not is_speech("/srv/speech.wav")


def test_a_long_text_is_cut() -> None:
    assert LONGEST_TEXT == len(speech_text(speech_path("espeak-ng", "en", "a" * 5000)))


async def test_an_engine_that_is_not_there_says_what_to_do_and_not_the_text() -> None:
    with pytest.raises(MediaError, match="no-such-engine is not installed here; install it") as missing:
        await spoken(speech_path("no-such-engine", "en", "a secret"))
    assert "a secret" not in str(missing.value)
    assert "not installed" in str(engine_fault("no-such-engine"))
