"""Sounds of every kind, and files that are none."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from bots.errors import MediaError
from bots.media import clipcache, library, load_clip, probe_clip
from bots.media.clip import Samples
from bots.media.encoding import LOOKAHEAD

RATE_HZ = 48_000
KINDS = {"wav": "pcm_s16le", "mp3": "libmp3lame", "ogg": "libopus", "opus": "libopus", "flac": "flac", "m4a": "aac"}


def tone(seconds: float, *, hz: float = 440.0, rate_hz: int = RATE_HZ) -> Samples:
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    return (0.5 * 32_767 * np.sin(2 * np.pi * hz * t)).astype(np.int16)


def save(path: Path, samples: Samples, *, codec: str, rate_hz: int = RATE_HZ) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate_hz
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=rate_hz, frame_size=stream.codec_context.frame_size
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def decoded(packets: tuple[bytes, ...]) -> Samples:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet))]
    assert all(isinstance(frame, av.AudioFrame) for frame in frames)
    whole: Samples = np.concatenate(
        [frame.to_ndarray().reshape(-1, frame.layout.nb_channels)[:, 0] for frame in frames]
    )
    return whole


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_file_becomes_twenty_millisecond_packets(tmp_path: Path, kind: str) -> None:
    path = save(tmp_path / f"tone.{kind}", tone(1.0), codec=KINDS[kind])
    clip = await load_clip(path)
    assert 1.0 == pytest.approx(clip.duration_s, abs=0.08)
    assert len(clip.packets) == len(clip.levels) == pytest.approx(clip.duration_s * 50, abs=1)
    assert clip.duration_s * 16_000 == pytest.approx(len(clip.samples), abs=400)
    assert -9.1 == pytest.approx(clip.loudness_db, abs=1.0)


async def test_the_packets_sound_like_the_file(tmp_path: Path) -> None:
    clip = await load_clip(save(tmp_path / "a.wav", tone(1.0), codec="pcm_s16le"))
    heard = decoded(clip.packets).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(heard[24_000:40_000]))
    assert 440 == pytest.approx(np.argmax(spectrum) * 48_000 / 16_000, abs=6)


async def test_other_rates_are_brought_to_48_khz(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(1.0, rate_hz=22_050), codec="pcm_s16le", rate_hz=22_050)
    assert 1.0 == pytest.approx((await load_clip(path)).duration_s, abs=0.01)
    assert 22_050 == probe_clip(path).rate_hz


@pytest.mark.parametrize(("samples", "packets"), [(1, 1), (48, 1), (648, 1), (649, 2), (959, 2)])
async def test_a_click_shorter_than_a_packet_is_one_and_another_for_what_the_codec_holds_back(
    tmp_path: Path, samples: int, packets: int
) -> None:
    path = save(tmp_path / "click.wav", tone(1.0)[-samples:], codec="pcm_s16le")
    clip = await load_clip(path)
    again = await load_clip(shutil.copy(path, tmp_path / "copy.wav"))  # from the cache on disk
    assert (packets, samples / RATE_HZ) == (len(clip.packets), clip.duration_s)
    assert clip.packets == again.packets


@pytest.mark.parametrize("samples", [48_000, 47_999, 47_800, 47_688, 47_500])
async def test_a_sound_is_sent_to_its_last_millisecond(tmp_path: Path, samples: int) -> None:
    whole = tone(1.0)[:samples]
    clip = await load_clip(save(tmp_path / "a.wav", whole, codec="pcm_s16le"))
    heard = decoded(clip.packets).astype(np.float64)[LOOKAHEAD:]
    scale = 32_768 if np.abs(heard).max() <= 2 else 1
    last = slice(samples - 240, samples)  # 5 ms
    assert np.abs(heard[last] * scale - whole[last]).max() < 4_000, "of 16 383"
    assert len(heard) - samples < 960


async def test_volume_and_fades_are_in_the_packets(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(1.0), codec="pcm_s16le")
    plain, soft = await load_clip(path), await load_clip(path, volume=0.1, fade_in_s=0.5)
    assert 20.0 == pytest.approx(soft.levels[-5] - plain.levels[-5], abs=1)
    assert soft.levels[1] > soft.levels[-5] + 10


async def test_one_file_is_made_once_however_many_ask_at_once(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(0.5), codec="pcm_s16le")
    clips = await asyncio.gather(*(load_clip(path) for _ in range(20)))
    assert 1 == len({id(clip) for clip in clips})


async def test_a_file_that_was_written_anew_is_another_clip(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(0.5), codec="pcm_s16le")
    before = await load_clip(path)
    save(path, tone(0.8), codec="pcm_s16le")
    assert before.duration_s < (await load_clip(path)).duration_s


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"nothing\.wav: there is no such file"):
        await load_clip(tmp_path / "nothing.wav")


@pytest.mark.parametrize("content", [b"", b"this is no sound at all, only words " * 20, b"RIFF\0\0\0\0WAVEfmt "])
async def test_a_file_without_sound_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.wav"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"words\.wav"):
        await load_clip(path)
    with pytest.raises(MediaError, match=r"words\.wav"):
        probe_clip(path)


async def test_a_folder_is_no_sound(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no file"):
        await load_clip(tmp_path)


async def test_a_file_cut_short_is_named_not_played_in_part(tmp_path: Path) -> None:
    whole = save(tmp_path / "whole.flac", tone(2.0), codec="flac")
    part = tmp_path / "part.flac"
    shutil.copy(whole, part)
    with part.open("r+b") as file:
        file.truncate(whole.stat().st_size // 2)
    with pytest.raises(MediaError, match=r"part\.flac: cannot be read"):
        await load_clip(part)


def kept() -> list[Path]:
    return sorted((Path(os.environ["XDG_CACHE_HOME"]) / "bots" / "clips").glob("*"))


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.usefixtures("empty_cache")
async def test_a_copy_of_a_file_is_the_same_clip_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.wav", tone(0.5), codec="pcm_s16le")
    first = await load_clip(path)
    assert 1 == len(kept())
    monkeypatch.setattr(library, "make_clip", lambda *_args, **_more: pytest.fail("it was encoded again"))
    again = await load_clip(shutil.copy(path, tmp_path / "b.wav"))
    assert (first.packets, first.levels, "b.wav") == (again.packets, again.levels, again.name)
    assert first.samples.tolist() == again.samples.tolist()


@pytest.mark.usefixtures("empty_cache")
async def test_a_damaged_clip_on_disk_is_made_anew(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(0.5), codec="pcm_s16le")
    first = await load_clip(path)
    (file,) = kept()
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.unlink()  # the clip in memory lies on the old file
    file.write_bytes(content)
    again = await load_clip(shutil.copy(path, tmp_path / "b.wav"))
    assert first.packets == again.packets
    assert content != file.read_bytes()


@pytest.mark.usefixtures("empty_cache")
def test_processes_that_make_one_clip_at_once_all_get_it_whole(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(1.0), codec="pcm_s16le")
    program = (
        "import asyncio, sys; from bots.media import load_clip; print(len(asyncio.run(load_clip(sys.argv[1])).packets))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert ["51\n"] * 4 == [process.communicate(timeout=60)[0] for process in running]
    assert 1 == len(kept())


async def test_a_long_sound_is_made_in_pieces_without_a_seam(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(5.3, hz=250.0), codec="pcm_s16le")
    clip = await load_clip(path, fade_out_s=0.5)
    heard = decoded(clip.packets).astype(np.float64)[4_800:-30_000]
    window = np.hanning(4096)
    for start in range(0, len(heard) - 4096, 2048):  # a seam would be a click: energy far from the tone
        spectrum = np.square(np.abs(np.fft.rfft(heard[start : start + 4096] * window)))
        assert spectrum[200:].sum() < 1e-5 * spectrum.sum()
    assert clip.levels[-1] > clip.levels[100] + 25


async def test_a_loop_is_whole_packets_and_its_first_round_begins_from_silence(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(1.013), codec="pcm_s16le")
    loop = await load_clip(path, is_looped=True, fade_in_s=0.1, fade_out_s=2.0)
    assert (1.0, 2.0) == (loop.duration_s, loop.fade_out_s)
    assert 50 + loop.loop_from == len(loop.packets) == len(loop.levels)
    assert loop.levels[0] > loop.levels[loop.loop_from] + 6
    again = clipcache.ClipCache(tmp_path / "cache")
    again.save("key", loop)
    kept = again.load("key", loop.name)
    assert kept is not None
    assert (loop.packets, loop.loop_from, 2.0) == (kept.packets, kept.loop_from, kept.fade_out_s)


@pytest.mark.parametrize("seconds", [0.003, 0.02, 0.045, 0.3])
async def test_a_loop_that_is_shorter_than_a_moment_is_repeated_to_one(tmp_path: Path, seconds: float) -> None:
    path = save(tmp_path / "a.wav", tone(seconds), codec="pcm_s16le")
    loop = await load_clip(path, is_looped=True)
    assert loop.duration_s >= 0.5
    assert loop.duration_s == pytest.approx((len(loop.packets) - loop.loop_from) * 0.02)


async def test_a_sound_is_brought_to_a_loudness(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", tone(2.0), codec="pcm_s16le")
    loud, soft = await load_clip(path, loudness_lufs=-20.0), await load_clip(path, loudness_lufs=-30.0)
    assert loud.loudness_db - soft.loudness_db == pytest.approx(10.0, abs=0.3)
