"""`bots lint --audio`: listens to the sounds of a playbook. The only part of lint that loads the media stack."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bots.errors import MediaError
from bots.media import PACKET_S, Clip, Shape, load_clip
from bots.playbook import Heard, Sound

__all__ = ["listen", "shape_of", "table"]

_FULL = 32_600  # int16; decoders round a little below full scale
_SILENT = 60  # RFC 6464: 60 dB below full scale


def listen(sounds: Iterable[Sound]) -> dict[Sound, Heard]:
    """Decode them all, one after the other."""
    return asyncio.run(_listen(sounds))


async def _listen(sounds: Iterable[Sound]) -> dict[Sound, Heard]:
    return {sound: await _heard(sound) for sound in sounds}


async def _heard(sound: Sound) -> Heard:
    try:
        clip = await load_clip(sound.path, **shape_of(sound))
    except MediaError as error:
        return Heard(0, 0, 0, 0, fault=str(error))
    return describe(clip)


def shape_of(sound: Sound) -> Shape:
    """What a bot that plays this sound makes of its file: so it is decoded and encoded once."""
    return Shape(
        volume=sound.volume, fade_in_s=sound.fade_in_s, fade_out_s=sound.fade_out_s,
        loudness_lufs=sound.loudness_lufs, is_looped=sound.loop,
    )  # fmt: skip


def describe(clip: Clip) -> Heard:
    """What is known of a decoded sound."""
    clipped = float(np.mean(np.abs(clip.samples.astype(np.int32)) >= _FULL)) if clip.samples.size else 0.0
    loud = next((n for n, level in enumerate(clip.levels) if level < _SILENT), len(clip.levels))
    return Heard(clip.duration_s, clip.loudness_db, clipped, loud * PACKET_S)


def table(heard: dict[Sound, Heard]) -> str:
    """A line a sound."""
    lines = []
    for sound, one in heard.items():
        name = Path(sound.path).name
        if one.fault:
            lines.append(f"{name}: cannot be decoded")
            continue
        volume = f" at {sound.volume:.0%}" if sound.volume != 1 else ""
        lines.append(
            f"{name}{volume}: {one.duration_s:.1f} s, {one.loudness_db:.0f} dB, {one.clipped:.1%} clipped, "
            f"{one.silent_s:.1f} s of silence before it"
        )
    return "\n".join(lines)
