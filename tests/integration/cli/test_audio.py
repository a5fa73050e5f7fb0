"""`bots lint --audio` with real decoding: length, loudness, clipping, silence, and what is no sound."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
from typer.testing import CliRunner, Result

from bots.cli.audio import listen
from bots.cli.main import app
from bots.playbook import Sound

RATE_HZ = 48_000
LESSON = """\
playbook: 1
name: Lesson
room: {create: {name: R}}
schedule: [{length: 50m}]
bots: {a: {timeline: [{at: end - 10s, do: [{play: tone.wav}]}, {at: end - 1s, do: [{log: hi}]}]}}
"""


def write(path: Path, seconds: float, *, peak: float, silence_s: float = 0.0) -> Path:
    """A tone of 440 Hz; a peak above 1 is clipped."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    sound: npt.NDArray[np.float64] = np.clip(peak * np.sin(2 * np.pi * 440 * t), -1, 1) * (t >= silence_s)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((sound * 32_767).astype(np.int16).tobytes())
    return path


def test_a_sound_is_measured(tmp_path: Path) -> None:
    sound = Sound(str(write(tmp_path / "tone.wav", 5, peak=0.5, silence_s=1)))
    heard = listen([sound])[sound]
    assert (5.0, 0.0, 1.0) == (round(heard.duration_s, 2), heard.clipped, round(heard.silent_s, 1))
    assert -9.5 < heard.loudness_db < -8.5


def test_clipping_and_volume_are_heard(tmp_path: Path) -> None:
    loud = Sound(str(write(tmp_path / "tone.wav", 1, peak=2)))
    quiet = Sound(loud.path, volume=0.01)
    heard = listen([loud, quiet])
    assert heard[loud].clipped > 0.2
    assert heard[quiet].clipped == 0
    assert heard[quiet].loudness_db < -35


def lint(folder: Path) -> Result:
    (folder / "lesson.yaml").write_text(LESSON, encoding="utf-8")
    return CliRunner().invoke(app, ["lint", "--audio", str(folder)])


def test_a_sound_that_is_too_long_is_a_warning_with_its_place(tmp_path: Path) -> None:
    write(tmp_path / "tone.wav", 12, peak=0.5)
    ended = lint(tmp_path)
    assert 0 == ended.exit_code
    assert ended.output.startswith("tone.wav: 12.0 s, -9 dB, 0.0% clipped, 0.0 s of silence before it\n")
    assert "lesson.yaml:5:51: warning[long-sound] this plays until 12s after its entry" in ended.output


def test_what_is_no_sound_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_text("no sound", encoding="utf-8")
    ended = lint(tmp_path)
    assert 3 == ended.exit_code
    assert "error[bad-sound]" in ended.output
    assert "tone.wav: cannot be decoded" in ended.output
