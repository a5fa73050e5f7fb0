"""Text to speech by an engine of this machine: a file for each text, made once. Nothing goes over the network."""

import asyncio
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from shutil import which

from bots.errors import MediaError
from bots.media.clipcache import default_folder

__all__ = ["LONGEST_TEXT", "engine_fault", "is_speech", "speech_path", "speech_text", "spoken"]

_SCHEME = "speech"
LONGEST_TEXT = 1000  # characters; more than a minute
_MOST_FILES = 500  # the latest
_ENGINE_S = 30.0


def speech_path(engine: str, voice: str, text: str) -> str:
    """Stands where the path of a sound file does; longer texts are cut."""
    return f"{_SCHEME}:{engine}:{voice}:{text[:LONGEST_TEXT]}"


def is_speech(path: str | Path) -> bool:
    """Is it of `speech_path`, and no file?"""
    return str(path).startswith(f"{_SCHEME}:")


def speech_text(path: str) -> str:
    """What is spoken."""
    return path.split(":", 3)[3]


def engine_fault(engine: str) -> str | None:
    """Why an engine cannot speak here, and what to do; None if it can."""
    if which(engine) is None:
        return f"the speech engine {engine} is not installed here; install it (Debian: apt-get install {engine})"
    return None


async def spoken(path: str) -> Path:
    """The sound file of a `speech_path`; made by the engine unless it was before.

    Raises:
        MediaError: the engine is not installed, or did not speak. It does not show the text.
    """
    return await asyncio.to_thread(_spoken, path)


def _spoken(path: str) -> Path:
    _, engine, voice, text = path.split(":", 3)
    fault = engine_fault(engine)
    if fault is not None:
        raise MediaError(_SCHEME, fault)
    folder = default_folder().with_name("speech")
    file = folder / f"{hashlib.sha256(path.encode()).hexdigest()}.wav"
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
            [engine, "-v", voice, "-w", str(file), "--stdin"], input=text.encode(), capture_output=True,
            timeout=_ENGINE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise MediaError(_SCHEME, f"{engine} did not speak within {_ENGINE_S:g} s") from error
    if done.returncode or not file.stat().st_size:
        said = done.stderr.decode(errors="replace").strip()[-200:]
        raise MediaError(_SCHEME, f"{engine} -v {voice} said nothing (it ended with {done.returncode}): {said}")


def _forget_old(folder: Path) -> None:
    files = sorted(folder.glob("*.wav"), key=lambda one: one.stat().st_mtime)
    for file in files[:-_MOST_FILES]:
        file.unlink(missing_ok=True)
