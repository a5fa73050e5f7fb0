"""The clips of a process: each file and setting is decoded and encoded once, here or by another process before.

The latest ones stay in memory; all of them lie on disk (`clipcache`).
"""

import asyncio
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import Unpack

import av

from bots.media.clip import Clip, Shape, check_readable, unreadable
from bots.media.clipcache import ClipCache, content_key, default_folder
from bots.media.encoding import VERSION, make_clip
from bots.media.speech import is_speech, spoken

__all__ = ["load_clip"]

_PLAIN = Shape(volume=1.0, fade_in_s=0.0, fade_out_s=0.0, loudness_lufs=None, is_looped=False)
_KEPT = 64  # clips in memory: an hour of sound has 14 MB of packets, most clips have less than 50 kB


async def load_clip(path: str | Path, **shape: Unpack[Shape]) -> Clip:
    """The clip of a sound file; decoded and encoded in a thread, once for each file and shape.

    Args:
        path: of the file, or of `speech_path`.
        shape: volume, fades and so on, see `Shape`.

    Raises:
        MediaError: missing, unreadable, empty, too long, or no sound file.
    """
    file = await spoken(str(path)) if is_speech(path) else Path(path)
    key = _key(file, shape)
    if key in _clips:
        _clips.move_to_end(key)
        return _clips[key]
    task = _loading.get(key)
    if task is None or task.get_loop() is not asyncio.get_running_loop():
        work = partial(_clip_of, file, shape)
        task = asyncio.ensure_future(asyncio.to_thread(work))
        _loading[key] = task
        task.add_done_callback(lambda _: _loading.pop(key, None))
    clip = await asyncio.shield(task)
    _clips[key] = clip
    while len(_clips) > _KEPT:
        _clips.popitem(last=False)
    return clip


_Key = tuple[str, int, int, str]
_clips: OrderedDict[_Key, Clip] = OrderedDict()
_loading: dict[_Key, "asyncio.Future[Clip]"] = {}


def _key(file: Path, shape: Shape) -> _Key:
    """One key for one content: a file that was written anew is another clip."""
    check_readable(file)
    status = file.stat()
    return (str(file.resolve()), status.st_mtime_ns, status.st_size, _text(shape))


def _text(shape: Shape) -> str:
    """The same for the same shape, in whatever order and with whatever left out."""
    return repr(sorted({**_PLAIN, **shape}.items()))


def _clip_of(file: Path, shape: Shape) -> Clip:
    """From the disk, if it was made before; blocks."""
    try:
        key = content_key(file, VERSION, av.library_versions, _text(shape))
    except OSError as error:
        raise unreadable(file, error) from error
    cache = ClipCache(default_folder())
    clip = cache.load(key, file.name)
    if clip is None:
        clip = make_clip(file, **shape)
        cache.save(key, clip)
        clip = cache.load(key, file.name) or clip  # as it lies on disk its sound takes no memory
    return clip
