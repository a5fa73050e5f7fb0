"""The cache of clips: what is kept, what is taken for damaged, what goes when it is full."""

import os
from pathlib import Path

import numpy as np
import pytest

from bots.media import Clip
from bots.media.clipcache import ClipCache, content_key, default_folder


def clip(seed: int = 1, packets: int = 50) -> Clip:
    rng = np.random.default_rng(seed)
    payloads = tuple(rng.bytes(int(size)) for size in rng.integers(1, 300, packets))
    samples = rng.integers(-30_000, 30_000, packets * 320).astype(np.int16)
    return Clip("tone.wav", packets / 50, payloads, tuple(range(packets)), -12.5, samples)


def facts(one: Clip | None) -> object:
    assert one is not None
    return one.duration_s, one.packets, one.levels, one.loudness_db, one.samples.tolist()


def test_a_clip_is_read_as_it_was_kept_under_the_name_of_today(tmp_path: Path) -> None:
    cache, kept = ClipCache(tmp_path / "clips"), clip()
    assert cache.load("a", "x.wav") is None
    cache.save("a", kept)
    read = cache.load("a", "x.wav")
    assert facts(kept) == facts(read)
    assert read is not None
    assert "x.wav" == read.name
    assert cache.load("b", "x.wav") is None


@pytest.mark.parametrize("place", [0, 8, 30, 45, 60, 500, -1])
def test_one_wrong_byte_anywhere_and_the_clip_is_made_anew(tmp_path: Path, place: int) -> None:
    cache = ClipCache(tmp_path)
    cache.save("a", clip())
    file = tmp_path / "a.clip"
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert cache.load("a", "x.wav") is None
    assert not file.exists()
    cache.save("a", clip())
    assert facts(clip()) == facts(cache.load("a", "x.wav"))


@pytest.mark.parametrize("size", [0, 1, 39, 63, 1000])
def test_a_file_cut_short_is_not_taken(tmp_path: Path, size: int) -> None:
    cache = ClipCache(tmp_path)
    cache.save("a", clip())
    os.truncate(tmp_path / "a.clip", size)
    assert cache.load("a", "x.wav") is None


def test_what_was_not_read_for_longest_goes_first(tmp_path: Path) -> None:
    one = clip()
    ClipCache(tmp_path).save("size", one)
    size = (tmp_path / "size.clip").stat().st_size
    (tmp_path / "size.clip").unlink()
    cache = ClipCache(tmp_path, most_bytes=3 * size)
    for age, key in enumerate(("c", "b", "a")):
        cache.save(key, one)
        os.utime(tmp_path / f"{key}.clip", (1000 - age, 1000 - age))
    assert cache.load("a", "x") is not None  # the oldest one was needed again
    cache.save("d", one)
    assert ["a.clip", "c.clip", "d.clip"] == sorted(path.name for path in tmp_path.iterdir())


def test_a_clip_that_is_larger_than_the_cache_is_kept_alone(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, most_bytes=10)
    cache.save("a", clip(1))
    cache.save("b", clip(2))
    assert ["b.clip"] == [path.name for path in tmp_path.iterdir()]


def test_a_cache_that_cannot_be_written_is_as_if_there_were_none(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    cache = ClipCache(blocked)
    cache.save("a", clip())
    assert cache.load("a", "x") is None


def test_a_clip_stays_readable_when_another_process_removes_its_file(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    cache.save("a", clip())
    read = cache.load("a", "x")
    (tmp_path / "a.clip").unlink()
    assert facts(clip()) == facts(read)


def test_the_key_is_of_the_content_and_the_settings(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    for file, text in ((one, b"abc"), (same, b"abc"), (other, b"abd")):
        file.write_bytes(text)
    assert content_key(one, 1.0) == content_key(same, 1.0)
    assert 3 == len({content_key(one, 1.0), content_key(one, 0.5), content_key(other, 1.0)})


@pytest.mark.parametrize(("named", "root"), [("/cache", "/cache"), ("", "~/.cache"), ("relative", "~/.cache")])
def test_the_folder_is_where_the_desktop_says(monkeypatch: pytest.MonkeyPatch, named: str, root: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", named)
    assert Path(root).expanduser() / "bots" / "clips" == default_folder()
