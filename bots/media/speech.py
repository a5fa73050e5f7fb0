"""Text to speech by an engine of this machine: a file for each text, made once. Nothing goes over the network."""

import asyncio
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from shutil import which
from urllib.parse import quote, unquote

from bots.errors import MediaError
from bots.media.clipcache import default_folder

__all__ = ["LONGEST_TEXT", "engine_fault", "is_speech", "speech_path", "speech_text", "spoken"]

_SCHEME = "speech"
LONGEST_TEXT = 1000  # characters; more than a minute
_MOST_FILES = 500  # the latest
_ENGINE_S = 30.0
_INSTALLING = {"piper": "pip install piper-tts"}  # others are packages of their own name


def speech_path(engine: str, voice: str, text: str) -> str:
    """Stands where the path of a sound file does; longer texts are cut.

    Args:
        voice: a name, or of piper the path of its file.
    """
    return f"{_SCHEME}:{engine}:{quote(voice)}:{text[:LONGEST_TEXT]}"


def is_speech(path: str | Path) -> bool:
    """Is it of `speech_path`, and no file?"""
    return str(path).startswith(f"{_SCHEME}:")


def speech_text(path: str) -> str:
    """What is spoken."""
    return path.split(":", 3)[3]


def engine_fault(engine: str, voice: str = "") -> str | None:
    """Why an engine cannot speak here with this voice, and what to do; None if it can."""
    if which(engine) is None:
        how = _INSTALLING.get(engine, f"Debian: apt-get install {engine}")
        return f"the speech engine {engine} is not installed here; install it ({how})"
    if engine == "piper" and voice:
        for file in (Path(voice), Path(f"{voice}.json")):
            if not file.is_file():
                return f"the voice of piper is not whole: {file} is not there (python -m piper.download_voices NAME)"
    return None


async def spoken(path: str) -> Path:
    """The sound file of a `speech_path`; made by the engine unless it was before.

    Raises:
        MediaError: the engine is not installed, or did not speak. It does not show the text.
    """
    return await asyncio.to_thread(_spoken, path)


def _spoken(path: str) -> Path:
    _, engine, quoted, text = path.split(":", 3)
    voice = unquote(quoted)
    fault = engine_fault(engine, voice)
    if fault is not None:
        raise MediaError(_SCHEME, fault)
    folder = default_folder().with_name("speech")
    version = Path(voice).stat().st_mtime_ns if engine == "piper" else 0
    file = folder / f"{hashlib.sha256(f'{version}:{path}'.encode()).hexdigest()}.wav"
    if file.exists():
        return file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        os.close(handle)
        part = Path(name)
        try:
            _speak(engine, voice, text, part)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        _forget_old(folder)
    except OSError as error:
        raise MediaError(_SCHEME, f"cannot be kept in {folder}: {error.strerror or error}") from error
    return file


def _speak(engine: str, voice: str, text: str, file: Path) -> None:
    """The text goes in by a pipe: it is data, whatever it begins with."""
    try:
        done = subprocess.run(
            _command(engine, voice, file), input=text.encode(), capture_output=True, timeout=_ENGINE_S, check=False,
            env={**os.environ, "PYTHONUTF8": "1"},  # piper is a Python program, and reads text as its locale says
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise MediaError(_SCHEME, f"{engine} did not speak within {_ENGINE_S:g} s") from error
    if done.returncode or not file.stat().st_size:
        said = done.stderr.decode(errors="replace").strip()[-200:]
        raise MediaError(
            _SCHEME, f"{engine} said nothing with the voice {voice} (it ended with {done.returncode}): {said}"
        )


def _command(engine: str, voice: str, file: Path) -> list[str]:
    """Source: `espeak-ng --help` (1.51), and the arguments of piper-tts 1.8.0 (`piper/__main__.py`)."""
    if engine == "piper":
        return [engine, "-m", voice, "-f", str(file)]
    return [engine, "-v", voice, "-w", str(file), "--stdin"]


def _forget_old(folder: Path) -> None:
    files = sorted(folder.glob("*.wav"), key=lambda one: one.stat().st_mtime)
    for file in files[:-_MOST_FILES]:
        file.unlink(missing_ok=True)
