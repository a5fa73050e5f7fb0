"""What a bot plays: one clip, and how. A plain value that JSON can say."""

from dataclasses import dataclass

from bots.media import Shape

__all__ = ["ClipPlay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipPlay:
    """How to play one clip; the same values give the same packets everywhere.

    Attributes:
        name: as the playbook names it.
        path: of the sound file.
        volume: factor, 1.0 leaves it as it is.
        fade_in_s, fade_out_s: seconds.
        loudness_lufs: the loudness it is brought to before `volume`; None leaves it as it is.
        is_looped: start again at the end, until stopped.
        talks: the share of the time in which it sounds, in bursts; 1.0 is all the time.
        is_ducked: it makes way while people talk.
    """

    name: str
    path: str
    volume: float = 1.0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    loudness_lufs: float | None = None
    is_looped: bool = False
    talks: float = 1.0
    is_ducked: bool = False

    @property
    def shape(self) -> Shape:
        """What is made of the file."""
        return Shape(
            volume=self.volume, fade_in_s=self.fade_in_s, fade_out_s=self.fade_out_s,
            loudness_lufs=self.loudness_lufs, is_looped=self.is_looped,
        )  # fmt: skip
