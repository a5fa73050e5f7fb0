"""Why the bot is silent: its own wish, a pause of the room, a moderator. Pure.

Three independent layers (moderation.md section 2); sound flows only while no layer mutes, and the others are told
when that changes.
"""

from enum import Enum

from bots.wire import MuteOwnAudio, Request, UnmuteOwnAudio

__all__ = ["Microphone", "Mute"]


class Mute(Enum):
    """A layer that mutes."""

    SELF = "self"
    PAUSE = "pause"
    HARD = "hard"  # a moderator muted this participant
    ROOM = "room"  # a moderator muted the whole room


class Microphone:
    """The layers that mute now. The messages returned are to be sent if there is a publication."""

    def __init__(self) -> None:
        self._layers: set[Mute] = set()

    @property
    def is_muted(self) -> bool:
        return bool(self._layers)

    @property
    def is_hard_muted(self) -> bool:
        """Muted by a moderator, so a local unmute is refused."""
        return not self._layers.isdisjoint({Mute.HARD, Mute.ROOM})

    def is_muted_by(self, layer: Mute) -> bool:
        return layer in self._layers

    def set(self, layer: Mute, *, is_muted: bool) -> list[Request]:
        """Switch one layer; returns what to tell the room, nothing if the sound is as it was."""
        was_muted = self.is_muted
        (self._layers.add if is_muted else self._layers.discard)(layer)
        if was_muted == self.is_muted:
            return []
        return [MuteOwnAudio() if self.is_muted else UnmuteOwnAudio()]
