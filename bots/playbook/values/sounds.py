"""Names of sounds: a clip of the `audio` section, or a file in the playbook's folder. Only existence is checked."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationInfo
from pydantic.json_schema import WithJsonSchema

from bots.playbook.values.meant import did_you_mean
from bots.playbook.values.shape import Beside, Reading, bad, reading_of

__all__ = ["EVERYTHING", "SUFFIXES", "IfPlaying", "PlayingSound", "SoundFile", "SoundName", "is_file_name"]

EVERYTHING = "audio"  # whatever plays
SUFFIXES = (".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav")
IfPlaying = Literal["queue", "replace", "mix"]  # what a sound does about the one before it
_MOST_FILES = 2000  # names offered to "did you mean"


def is_file_name(name: str) -> bool:
    """Does it look like a file (`welcome.wav`, `sounds/bell`) and not like a clip (`welcome`)?"""
    return "/" in name or "\\" in name or "." in name


def _read_file(value: Any, info: ValidationInfo) -> str:
    name = _text(value)
    reading = reading_of(info)
    if reading is not None:
        _check_file(name, reading, _files_of(reading))
    return name


def _read_name(value: Any, info: ValidationInfo) -> str:
    reading = reading_of(info)
    if reading is not None and isinstance(value, str) and value in reading.clips:
        return str(value)
    name = _text(value)
    if reading is None or (not reading.is_whole and not is_file_name(name)):
        return name
    if is_file_name(name):
        _check_file(name, reading, _sounds(reading))
        return name
    raise bad("unknown-clip", f'no clip "{name}" in audio{did_you_mean(name, _sounds(reading))}')


def _read_playing(value: Any, info: ValidationInfo) -> str:
    return EVERYTHING if value == EVERYTHING else _read_name(value, info)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise bad("wrong-type", "the name of a sound belongs here, like welcome.wav")
    return value.name if isinstance(value, Beside) else value


def _check_file(name: str, reading: Reading, meant: Iterable[str]) -> None:
    """Refuse what is not a file inside the folder, whatever links say; `meant` may be what was to be written."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
        raise bad("outside-folder", f'"{name}" must be a path inside the folder of the playbook')
    if pure.suffix.lower() not in SUFFIXES:
        raise bad("bad-value", f'"{name}" is not a sound file; write one of {", ".join(SUFFIXES)}')
    if reading.folder is None:
        return
    try:
        path = reading.folder / name
        inside = path.resolve().is_relative_to(reading.folder.resolve())
        exists = path.is_file()
    except (OSError, ValueError, RuntimeError):
        inside, exists = True, False
    if not inside:
        raise bad("outside-folder", f'"{name}" is a link that leads out of the folder of the playbook')
    if not exists:
        near = did_you_mean(name, meant)
        raise bad("missing-sound", f"no file '{name}'" + near.replace('"', "'"))


def _sounds(reading: Reading) -> Iterator[str]:
    """Clips, and sound files that the playbook could mean."""
    yield from reading.clips
    yield from _files_of(reading)


def _files_of(reading: Reading) -> Iterator[str]:
    """Sound files that the playbook could mean; the folder is looked at once, when somebody asks."""
    if reading.sound_files is None:
        reading.sound_files = _files(reading)
    yield from reading.sound_files


def _files(reading: Reading) -> list[str]:
    """Sound files that the playbook could mean, relative to its folder."""
    if reading.folder is None:
        return []
    found: list[Path] = []
    try:
        for pattern in ("*", "*/*"):
            found += islice(reading.folder.glob(pattern), _MOST_FILES)
        sounds = [path for path in found if path.suffix.lower() in SUFFIXES and path.is_file()]
    except OSError:
        return []
    return [path.relative_to(reading.folder).as_posix() for path in sounds]


_SCHEMA = WithJsonSchema({"type": "string", "examples": ["welcome.wav"]}, mode="validation")
SoundFile = Annotated[str, BeforeValidator(_read_file), _SCHEMA]
SoundName = Annotated[str, BeforeValidator(_read_name), _SCHEMA]
PlayingSound = Annotated[str, BeforeValidator(_read_playing), _SCHEMA]
