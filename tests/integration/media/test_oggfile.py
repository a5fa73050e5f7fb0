"""OGG/Opus files: written piece by piece, joined, read back by another decoder."""

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from bots.errors import MediaError
from bots.media import OggFile, join_ogg

RATE_HZ = 48_000


def tone(hz: float, seconds: float) -> npt.NDArray[np.int16]:
    return (10_000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)).astype(np.int16)


def read(path: Path) -> npt.NDArray[np.float64]:
    with av.open(str(path)) as container:
        assert "opus" in container.streams.audio[0].codec_context.name
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
        pieces = [piece.to_ndarray()[0] for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate(pieces).astype(np.float64)


def loudest_hz(samples: npt.NDArray[np.float64]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE_HZ / len(samples))


def test_a_file_written_in_odd_pieces_has_all_of_the_sound(tmp_path: Path) -> None:
    sound = tone(440, 2.01)
    file = OggFile(tmp_path / "a.ogg")
    for start in range(0, len(sound), 7001):
        file.write(sound[start : start + 7001])
    assert [tmp_path / "a.ogg.part"] == list(tmp_path.iterdir())
    assert tmp_path / "a.ogg" == file.close()
    heard = read(tmp_path / "a.ogg")
    assert abs(len(heard) / RATE_HZ - 2.01) < 0.05
    assert abs(loudest_hz(heard) - 440) < 2
    assert [tmp_path / "a.ogg"] == list(tmp_path.iterdir())


def test_a_recording_of_nothing_is_a_file_of_silence(tmp_path: Path) -> None:
    with OggFile(tmp_path / "a.ogg"):
        pass
    assert np.abs(read(tmp_path / "a.ogg")).max() < 10


def test_joined_files_are_one_after_another(tmp_path: Path) -> None:
    for name, hz in (("a.ogg", 300), ("b.ogg", 900)):
        with OggFile(tmp_path / name) as file:
            file.write(tone(hz, 1.0))
    length_s = join_ogg([tmp_path / "a.ogg", tmp_path / "b.ogg"], tmp_path / "whole.ogg")
    heard = read(tmp_path / "whole.ogg")
    assert abs(length_s - 2.0) < 0.05
    quarter = len(heard) // 4
    assert abs(loudest_hz(heard[:quarter]) - 300) < 5
    assert abs(loudest_hz(heard[-quarter:]) - 900) < 5


def test_a_folder_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be written"):
        OggFile(tmp_path / "nowhere" / "a.ogg")


def test_a_part_that_is_no_sound_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.ogg").write_bytes(b"OggS and then nothing")
    with pytest.raises(MediaError, match="cannot be read"):
        join_ogg([tmp_path / "a.ogg"], tmp_path / "whole.ogg")
    assert [tmp_path / "a.ogg"] == list(tmp_path.iterdir())
