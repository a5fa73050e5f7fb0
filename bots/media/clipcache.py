"""Clips on disk, under the hash of their content: what one process has encoded, no other one on the machine encodes.

A file of the cache is written beside its place and moved there in one step, so that processes never see half of one;
its own hash stands in front and is checked when it is read. What is damaged, or from another version, is made anew.
The sound for comparison stays in the file and is mapped: an hour of it takes no memory until it is looked at. Nothing
here is needed: a cache that cannot be read or written is as if there were none.
"""

import hashlib
import mmap
import os
import secrets
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bots.media.clip import Clip

__all__ = ["ClipCache", "content_key", "default_folder"]

MOST_BYTES = 512 * 1024 * 1024
_MAGIC = b"botsclip"
_FIELDS = "IIddId"  # packets, samples, seconds, loudness, where the loop begins, its fade
_HEAD = struct.Struct(f"<8s32s{_FIELDS}")  # magic, hash of what follows this field
_HASHED_FROM = 40
_CHUNK = 1 << 20


def default_folder() -> Path:
    """$XDG_CACHE_HOME/bots/clips, or below ~/.cache as the XDG specification says."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
    return root / "bots" / "clips"


def content_key(file: Path, *settings: object) -> str:
    """The hash of a file's content and of what is made of it; reads the file.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256(repr(settings).encode())
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ClipCache:
    """A folder of clips.

    Attributes:
        folder: made when the first clip is written.
        most_bytes: what it may take; those that were not read for longest go first.
    """

    folder: Path
    most_bytes: int = MOST_BYTES

    def load(self, key: str, name: str) -> Clip | None:
        """The clip under this key, as a file of this name; None if there is none that is whole."""
        path = self._path(key)
        try:
            with path.open("rb") as stream:
                content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # not there, not readable, or empty
            return None
        clip = _read(content, name)
        if clip is None:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return clip

    def save(self, key: str, clip: Clip) -> None:
        """Keep a clip under this key; without effect where nothing can be written."""
        path = self._path(key)
        beside = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                beside.write_bytes(_written(clip))
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
            self._shrink(path)
        except OSError:
            return

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.clip"

    def _shrink(self, newest: Path) -> None:
        """Remove what was not read for longest until the rest fits; other processes may be doing the same."""
        entries: list[tuple[float, int, Path]] = []
        for path in self.folder.iterdir():
            with suppress(OSError):
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.most_bytes:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                total -= size


def _written(clip: Clip) -> bytes:
    lengths = np.asarray([len(packet) for packet in clip.packets], "<u2").tobytes()
    levels = bytes(clip.levels)
    fields = struct.pack(
        f"<{_FIELDS}", len(clip.packets), len(clip.samples), clip.duration_s, clip.loudness_db, clip.loop_from,
        clip.fade_out_s,
    )  # fmt: skip
    body = b"".join([fields, clip.samples.astype("<i2").tobytes(), lengths, levels, *clip.packets])
    return _MAGIC + hashlib.sha256(body).digest() + body


def _read(content: mmap.mmap, name: str) -> Clip | None:
    """What `_written` made; None if a byte of it is another one."""
    if len(content) < _HEAD.size:
        return None
    magic, digest, packets, samples, duration_s, loudness_db, loop_from, fade_out_s = _HEAD.unpack_from(content)
    if magic != _MAGIC or digest != _hash_of(content):
        return None
    at = _HEAD.size
    heard = np.frombuffer(content, "<i2", samples, at)
    at += 2 * samples
    lengths = np.frombuffer(content, "<u2", packets, at)
    at += 2 * packets
    levels = content[at : at + packets]
    ends = np.cumsum(lengths, dtype=np.int64) + at + packets
    parts = tuple(content[end - length : end] for end, length in zip(ends.tolist(), lengths.tolist(), strict=True))
    return Clip(name, duration_s, parts, tuple(levels), loudness_db, heard, loop_from, fade_out_s)


def _hash_of(content: mmap.mmap) -> bytes:
    digest = hashlib.sha256()
    with memoryview(content) as view:
        for start in range(_HASHED_FROM, len(view), _CHUNK):
            digest.update(view[start : start + _CHUNK])
    return digest.digest()
