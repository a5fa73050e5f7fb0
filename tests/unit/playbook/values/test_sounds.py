"""Names of sounds: clips, and files that must be in the playbook's folder."""

from pathlib import Path

import pytest

from bots.playbook.values.sounds import is_file_name
from tests.unit.playbook.texts import examined, with_step


@pytest.mark.parametrize(
    ("expected", "name"), [(True, "bell.wav"), (True, "sounds/bell"), (False, "bell"), (False, "school bell")]
)
def test_a_name_with_a_dot_or_a_slash_is_a_file(expected: bool, name: str) -> None:
    assert expected is is_file_name(name)


def problems(folder: Path, name: str) -> list[str]:
    (folder / "bell.wav").touch()
    return [problem.message for problem in examined(with_step(f"{{play: {name}}}"), folder).problems]


def test_a_file_may_be_in_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "lobby.OGG").touch()
    assert [] == problems(tmp_path, "sounds/lobby.OGG")


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ("no file 'bel.wav'; did you mean 'bell.wav'?", "bel.wav"),
        ("no file 'x/y/z.wav'", "x/y/z.wav"),
        ('no clip "bel" in audio; did you mean "bell"?', "bel"),
        ('"a/../../b.wav" must be a path inside the folder of the playbook', "a/../../b.wav"),
        ('"C:\\b.wav" must be a path inside the folder of the playbook', "'C:\\b.wav'"),
        ('"a\0.wav" must be a path inside the folder of the playbook', '"a\\0.wav"'),
        ('"notes.txt" is not a sound file; write one of .flac, .m4a, .mp3, .ogg, .opus, .wav', "notes.txt"),
    ],
)
def test_other_names_are_refused_with_what_was_meant(expected: str, name: str, tmp_path: Path) -> None:
    assert [expected] == problems(tmp_path, name)


def test_a_folder_is_not_a_sound(tmp_path: Path) -> None:
    (tmp_path / "lobby.ogg").mkdir()
    assert ["no file 'lobby.ogg'"] == problems(tmp_path, "lobby.ogg")
