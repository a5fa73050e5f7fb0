"""How a bot plays a sound of its playbook."""

from bots.bot import ClipPlay
from bots.playbook import Microphone, Play, Playbook

__all__ = ["clip_play"]


def clip_play(playbook: Playbook, use: Play | Microphone) -> ClipPlay:
    """The sound of a step or a microphone, with its settings."""
    sound = playbook.sound_of(use)
    return ClipPlay(
        name=use.file,
        path=sound.path,
        volume=sound.volume,
        fade_in_s=sound.fade_in_s,
        fade_out_s=sound.fade_out_s,
        loudness_lufs=sound.loudness_lufs,
        is_looped=sound.loop,
        talks=use.talks if isinstance(use, Microphone) and use.talks is not None else 1.0,
        is_ducked=sound.duck_under_speech,
    )
