"""What a link does to a packet. Pure: chance in, delays out."""

from dataclasses import dataclass
from random import Random

__all__ = ["CLEAR", "Weather"]


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad a link is, each way.

    Attributes:
        loss: share of the packets that are lost.
        delay_s, jitter_s: each packet takes so long, more or less by up to so much; packets overtake each other.
        is_cut: nothing goes through.
    """

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    is_cut: bool = False

    def delay_of_next(self, rng: Random) -> float | None:
        """How long the next packet takes, seconds; None if it is lost."""
        if self.is_cut or rng.random() < self.loss:
            return None
        return max(0.0, self.delay_s + rng.uniform(-self.jitter_s, self.jitter_s))


CLEAR = Weather()
