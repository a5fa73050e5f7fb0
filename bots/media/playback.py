"""A clip on its way, and what is known of it when it is over."""

import asyncio
from dataclasses import dataclass
from typing import Literal, Protocol

from bots.media.clip import PACKET_S, Clip
from bots.media.regain import Layer

__all__ = ["Delivery", "Outcome", "Playback", "Played"]

Outcome = Literal["finished", "stopped", "closed"]


@dataclass(frozen=True, slots=True)
class Played:
    """How a playback ended; `packets` of 20 ms were sent, over `duration_s` seconds of the clip's time."""

    packets: int
    duration_s: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the media server says it got, over the life of the sender (its last receiver report).

    `fraction_lost` is 0 to 1 since the report before, `jitter_ms` RTP interarrival jitter in milliseconds. Without
    `has_report` nothing is known but `packets_sent`.
    """

    packets_sent: int
    packets_lost: int = 0
    fraction_lost: float = 0.0
    jitter_ms: float = 0.0
    has_report: bool = False


class Sender(Protocol):
    """What sends it."""

    def fade_out(self, playback: "Playback") -> None: ...
    def duck(self, playback: "Playback", over_s: float) -> None: ...


class Playback:
    """A clip on its way."""

    __slots__ = (
        *("_done", "_sender", "clip", "gain", "is_ending", "is_looped", "is_over", "layer", "packets", "position"),
        *("started_s", "ticks"),
    )

    def __init__(self, sender: Sender, clip: Clip, *, loop: bool, over: bool) -> None:
        self.clip = clip
        self.is_looped = loop
        self.is_over = over
        """It is heard over another one, and ends none."""
        self.position = 0
        self.packets = 0
        self.ticks = 0
        self.gain = 1.0
        """What it was ducked to."""
        self.is_ending = False
        self.layer: Layer | None = None
        """Its sound in the packets that the sender makes, while it does not send the clip's own."""
        self.started_s: float | None = None
        """When its first packet left, in seconds of the pacer's clock."""
        self._sender = sender
        self._done: asyncio.Future[Played] = asyncio.get_running_loop().create_future()

    async def wait(self) -> Played:
        """Return when the last packet was sent, or the playback was stopped."""
        return await asyncio.shield(self._done)

    def stop(self) -> None:
        """Stop here, over a fade: the clip's own if it is a loop, or the shortest that is no click."""
        self._sender.fade_out(self)

    def duck(self, gain: float, over_s: float) -> None:
        """Go to this gain (a factor of the clip's own; 1.0 is back again) over so many seconds."""
        self.gain = gain
        self._sender.duck(self, over_s)

    def finish(self, outcome: Outcome) -> None:
        """Called by the sender: this is over."""
        if not self._done.done():
            self._done.set_result(Played(self.packets, self.ticks * PACKET_S, outcome))
