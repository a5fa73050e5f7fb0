"""A sender without a network, for the tests of this folder."""

from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt

from bots.media import OpusStream, OutgoingAudio, Pacer, PeerConnection, RtpHeader, parse_rtp
from bots.media.description import Line
from tests.fakes.clock import FakeClock

__all__ = ["RATE_HZ", "TONE_HZ", "Ear", "Samples", "Stage", "saved", "tone"]

RATE_HZ = 48_000
TONE_HZ = 440.0

Samples = npt.NDArray[np.int16]


def tone(seconds: float, hz: float = TONE_HZ, *, rise_s: float = 0.0, fall_s: float = 0.0) -> Samples:
    """A sine that grows at its beginning and fades at its end."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    up = np.clip(at / rise_s, 0, 1) if rise_s else 1.0
    down = np.clip((seconds - at) / fall_s, 0, 1) if fall_s else 1.0
    gain = (1 - np.cos(np.pi * up)) / 2 * (1 - np.cos(np.pi * down)) / 2
    wave: Samples = np.round(12_000 * np.sin(2 * np.pi * hz * at) * gain).astype(np.int16)
    return wave


def saved(path: Path, samples: Samples) -> Path:
    with av.open(str(path), "w", format="wav") as file:
        stream = file.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return path


class Ear:
    """The other end: what was sent, as it came and decoded."""

    def __init__(self) -> None:
        self.stream = OpusStream(RATE_HZ)
        self.pieces: list[Samples] = []
        self.headers: list[RtpHeader] = []
        self.payloads: list[bytes] = []

    def send_rtp(self, packet: bytes) -> bool:
        parsed = parse_rtp(packet, None)
        assert parsed is not None
        self.headers.append(parsed[0])
        self.payloads.append(parsed[1])
        samples = self.stream.decode(parsed[1])
        self.pieces.append(samples if len(samples) else np.zeros(960, np.int16))
        return True

    def heard(self) -> Samples:
        return np.concatenate(self.pieces)


class Stage:
    """A sender whose packets are decoded where they leave, ticked by hand."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.peer = peer = PeerConnection.__new__(PeerConnection)
        peer.lines = (Line("audio", "0", "sendonly"),)
        peer.dropped, peer._state, peer._on_rtp, peer._on_rtcp = 0, "connected", None, None
        peer.outlet = cast("Any", self.ear)
        cast("Any", self.ear).send_rtcp = lambda _packet: True
        self.audio = OutgoingAudio(Pacer(FakeClock()))
        self.audio.attach(peer, ssrc=7)
        self._now = 0.0

    def run(self, packets: int) -> None:
        for _ in range(packets):
            self._now += 0.02
            self.audio.tick(self._now)
